/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_COMMAND_H
#define DW_CLI_COMMAND_H

/* A subcommand of doorward. Each one's file defines it; the table of all is in main.c. */
struct cli_command {
	const char *name;
	const char *summary; /* one line of at most 60 bytes, for `doorward help` */
	const char *usage;   /* command lines that begin with "doorward", one a line */
	const char *detail;  /* whole lines: what it does, and its exit codes */
	/* argv[0] is the name. Returns the exit code. */
	int (*run)(const char *config_path, int argc, char **argv);
};

#endif
