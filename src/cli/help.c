/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/help.h"

#include "base/exit_code.h"
#include "base/suggest.h"
#include "cli/options.h"
#include "cli/paths.h"

#include <string.h>

const struct cli_command *cli_command_find(const struct cli_commands *commands, const char *name)
{
	for (size_t i = 0; i < commands->count; i++) {
		if (strcmp(commands->all[i]->name, name) == 0) {
			return commands->all[i];
		}
	}
	return NULL;
}

void cli_help_print(const struct cli_commands *commands, FILE *to)
{
	fprintf(to,
		"usage: doorward [serve] [-c FILE]\n"
		"       doorward -t | -T [-c FILE | FILE]\n"
		"       doorward [-c FILE] COMMAND [ARGUMENTS]\n"
		"\n"
		"options:\n"
		"  -c FILE         the configuration, instead of %s\n"
		"  -t              check the configuration: 0 good, 1 bad\n"
		"  -T              check it, and print what is in force with all defaults\n"
		"  -h, --help      print this\n"
		"  -V, --version   print the version, and the libraries that are built in\n"
		"\n"
		"commands:\n",
		cli_config_default);
	for (size_t i = 0; i < commands->count; i++) {
		fprintf(to, "  %-15s %s\n", commands->all[i]->name, commands->all[i]->summary);
	}
	fputs("\n`doorward help COMMAND` prints how a command is called; see doorward(8).\n", to);
}

void cli_help_print_command(const struct cli_command *command, FILE *to)
{
	cli_usage_print(command, to);
	fprintf(to, "\n%s", command->detail);
}

int cli_help_unknown(const struct cli_commands *commands, const char *word)
{
	const char *names[CLI_COMMANDS_MAX] = {NULL};
	const char *meant;

	for (size_t i = 0; i < commands->count; i++) {
		names[i] = commands->all[i]->name;
	}
	meant = suggest(str_view(word), names, commands->count);
	if (meant != NULL) {
		fprintf(stderr, "doorward: there is no command \"%s\": did you mean \"%s\"?\n",
			word, meant);
	} else {
		fprintf(stderr,
			"doorward: there is no command \"%s\"; `doorward help` prints all\n", word);
	}
	return EXIT_CODE_USAGE;
}

int cli_help(const struct cli_commands *commands, int argc, char **argv)
{
	if (argc == 1) {
		cli_help_print(commands, stdout);
		return EXIT_CODE_OK;
	}
	if (argc > 2) {
		return cli_usage_error(cli_command_find(commands, argv[0]),
			"expected one command, there is another word", argv[2]);
	}
	const struct cli_command *command = cli_command_find(commands, argv[1]);

	if (command == NULL) {
		return cli_help_unknown(commands, argv[1]);
	}
	cli_help_print_command(command, stdout);
	return EXIT_CODE_OK;
}
