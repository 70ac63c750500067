/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_HELP_H
#define DW_CLI_HELP_H

#include "base/util.h"
#include "cli/command.h"

#include <stddef.h>
#include <stdio.h>

/* All subcommands; at most CLI_COMMANDS_MAX. */
struct cli_commands {
	const struct cli_command *const *all;
	size_t count;
};

#define CLI_COMMANDS_MAX 32

/* NULL: no such command. */
const struct cli_command *cli_command_find(const struct cli_commands *commands, const char *name);

/* Prints how doorward is called, and a line about each command. */
void cli_help_print(const struct cli_commands *commands, FILE *to);
/* Prints how one command is called, and what it does. */
void cli_help_print_command(const struct cli_command *command, FILE *to);
/*
 * Reports on standard error a word that is no command, with the command that was probably meant.
 * Returns EXIT_CODE_USAGE.
 */
NODISCARD int cli_help_unknown(const struct cli_commands *commands, const char *word);
/* `doorward help [COMMAND]`: returns the exit code. */
NODISCARD int cli_help(const struct cli_commands *commands, int argc, char **argv);

#endif
