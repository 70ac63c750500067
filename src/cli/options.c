/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/options.h"

#include "base/exit_code.h"
#include "base/str.h"

#include <errno.h>
#include <string.h>

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

bool cli_is_written(const char *name)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0) {
		return true;
	}
	fprintf(stderr, "doorward: %s: standard output: %s\n", name, strerror(errno));
	return false;
}

bool cli_print(const char *name, const struct bytes *out)
{
	if (out->failed) {
		fprintf(stderr, "doorward: %s: out of memory\n", name);
		return false;
	}
	if (out->len > 0) {
		fwrite(out->data, 1, out->len, stdout);
	}
	return cli_is_written(name);
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
