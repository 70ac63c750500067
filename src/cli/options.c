/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/options.h"

#include "base/exit_code.h"
#include "base/util.h"
#include "cli/paths.h"

#include <stdbool.h>
#include <string.h>

#define PURPOSE_COLUMN 41
#define INDENT "       "

struct usage {
	const char *command;  /* NULL: doorward without a subcommand */
	const char *synopsis; /* its lines after the first are indented as in the output */
	const char *purpose[3];
};

static const struct usage usages[] = {
	{NULL, "doorward [serve] [-c FILE]",
		{"serve in the foreground; also as a CGI program,",
			"from spawn-fcgi and from systemd"}},
	{NULL, "doorward -t [-c FILE]", {"check the configuration: 0 good, 1 bad"}},
	{NULL, "doorward -T [-c FILE]", {"print the effective configuration"}},
	{"check",
		"doorward check [-c FILE] --ip ADDRESS [--cert FILE [--chain FILE]]\n"
		"                [--verify-status WORD] [--user-agent TEXT] [--uri TEXT]\n"
		"                [--method TEXT] [--http-host TEXT] [--policy NAME] [--at TIME] "
		"[--json]",
		{"explain one decision: 0 allow, 1 deny, 2 error"}},
	{"check",
		"doorward check [-c FILE] --log LINE [--cert FILE [--chain FILE]]\n"
		"                [--verify-status WORD] [--at TIME] [--json]",
		{"decide a line of the log again"}},
	{"test", "doorward test [-c FILE] CASES",
		{"decide cases without DNS: 0 all as expected, 1 not"}},
	{"audit", "doorward audit [-c FILE] [--state FILE] [--policy NAME] [--json]",
		{"look up the names that rules depend on:",
			"0 unchanged, 1 findings, 2 failed lookups"}},
	{"check-list", "doorward check-list [--before FILE] FILE",
		{"check a JSON list for `in json:`: 0 good,",
			"1 bad, or covers much more than the old list"}},
	{"import-nginx", "doorward import-nginx [--nginx | --module] FILE",
		{"print policies for its rdns directives; --nginx:",
			"its configuration, with auth_request instead;",
			"--module: with doorward's module for nginx"}},
	{"import-apache", "doorward import-apache [--apache] FILE",
		{"the same for Require host, ip and forward-dns"}},
	{NULL, "doorward --version | --help", {NULL}},
};

static void print_purpose(const struct usage *usage, FILE *to)
{
	int width = (int)(strlen(INDENT) + strlen(usage->synopsis));

	for (size_t i = 0; i < ARRAY_LEN(usage->purpose) && usage->purpose[i] != NULL; i++) {
		bool beside = i == 0 && width < PURPOSE_COLUMN;

		fprintf(to, "%s%*s%s", beside ? "" : "\n", PURPOSE_COLUMN - (beside ? width : 0),
			"", usage->purpose[i]);
	}
}

void cli_usage_print(FILE *to)
{
	for (size_t i = 0; i < ARRAY_LEN(usages); i++) {
		fprintf(to, "%s%s", i == 0 ? "usage: " : INDENT, usages[i].synopsis);
		print_purpose(&usages[i], to);
		fputc('\n', to);
	}
	fprintf(to, "The configuration is %s unless FILE is given.\n", cli_config_default);
}

int cli_usage_error(const char *command, const char *what, const char *value)
{
	const char *start = "usage: ";

	fprintf(stderr, "doorward: %s%s%s%s%s\n", command != NULL ? command : "",
		command != NULL ? ": " : "", what, value != NULL ? ": " : "",
		value != NULL ? value : "");
	if (command == NULL) {
		cli_usage_print(stderr);
		return EXIT_CODE_USAGE;
	}
	for (size_t i = 0; i < ARRAY_LEN(usages); i++) {
		if (usages[i].command != NULL && strcmp(usages[i].command, command) == 0) {
			fprintf(stderr, "%s%s\n", start, usages[i].synopsis);
			start = INDENT;
		}
	}
	return EXIT_CODE_USAGE;
}

int cli_option_next(int argc, char **argv, const struct option *options, const char **config_path)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:", options, NULL)) == 'c') {
		*config_path = optarg;
	}
	if (option != '?' && option != ':') {
		return option;
	}
	cli_usage_error(argv[0], option == ':' ? "a value is missing after" : "there is no option",
		argv[optind - 1]);
	return CLI_OPTION_BAD;
}
