/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_OPTIONS_H
#define DW_CLI_OPTIONS_H

#include "cli/command.h"

#include "base/bytes.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints the command lines of a command. */
void cli_usage_print(const struct cli_command *command, FILE *to);

/*
 * Reports on standard error what is wrong with a command line, and the usage of `command`; NULL:
 * where the usage of doorward is found. `value` may be NULL. Returns EXIT_CODE_USAGE.
 */
int cli_usage_error(const struct cli_command *command, const char *what, const char *value);

/*
 * Writes `out` to standard output, all of it. False after a message on standard error, which begins
 * with `name`, if memory was short for `out` or it cannot be written: what is there is not whole.
 */
NODISCARD bool cli_print(const char *name, const struct bytes *out);
/* The same for what was printed to standard output before. */
NODISCARD bool cli_is_written(const char *name);

enum { CLI_OPTION_END = -1, CLI_OPTION_BAD = -2 };

/*
 * The next option of the subcommand argv[0], as getopt_long returns it, with its value in optarg.
 * `-c FILE` is stored in *config_path and not returned. CLI_OPTION_END: the arguments begin at
 * optind. CLI_OPTION_BAD: the option does not exist, or its value is missing, which was reported.
 */
int cli_option_next(const struct cli_command *command, int argc, char **argv,
	const struct option *options, const char **config_path);

#endif
