/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_OPTIONS_H
#define DW_CLI_OPTIONS_H

#include <getopt.h>
#include <stdio.h>

#define CLI_CONFIG_DEFAULT DW_SYSCONFDIR "/doorward/doorward.conf"

/* How doorward is called, with all subcommands. */
void cli_usage_print(FILE *to);

/*
 * Says on standard error what is wrong with a command line, and how `command` is called; NULL: all
 * of it. `value` may be NULL. Returns EXIT_CODE_USAGE.
 */
int cli_usage_error(const char *command, const char *what, const char *value);

enum { CLI_OPTION_END = -1, CLI_OPTION_BAD = -2 };

/*
 * The next option of the subcommand argv[0], as getopt_long returns it, with its value in optarg.
 * `-c FILE` is taken into *config_path and not returned. CLI_OPTION_END: the arguments begin at
 * optind. CLI_OPTION_BAD: there is no such option, or its value is missing, and that was said.
 */
int cli_option_next(int argc, char **argv, const struct option *options, const char **config_path);

#endif
