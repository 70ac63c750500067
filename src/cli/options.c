/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/options.h"

#include "base/exit_code.h"
#include "base/str.h"

#include <stdbool.h>

void cli_usage_print(const struct cli_command *command, FILE *to)
{
	struct str rest = str_view(command->usage);
	const char *start = "usage: ";
	struct str line;

	while (str_split_next(&rest, '\n', &line)) {
		fprintf(to, "%s%.*s\n", start, (int)line.len, line.data);
		start = "       ";
	}
}

int cli_usage_error(const struct cli_command *command, const char *what, const char *value)
{
	fprintf(stderr, "doorward: %s%s%s%s%s\n", command != NULL ? command->name : "",
		command != NULL ? ": " : "", what, value != NULL ? ": " : "",
		value != NULL ? value : "");
	if (command != NULL) {
		cli_usage_print(command, stderr);
	} else {
		fputs("usage: `doorward help` prints it\n", stderr);
	}
	return EXIT_CODE_USAGE;
}

int cli_option_next(const struct cli_command *command, int argc, char **argv,
	const struct option *options, const char **config_path)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:", options, NULL)) == 'c') {
		*config_path = optarg;
	}
	if (option != '?' && option != ':') {
		return option;
	}
	cli_usage_error(command, option == ':' ? "a value is missing after" : "there is no option",
		argv[optind - 1]);
	return CLI_OPTION_BAD;
}
