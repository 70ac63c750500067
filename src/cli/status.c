/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status.h"

#include "base/exit_code.h"
#include "cli/admin_client.h"
#include "cli/colour.h"
#include "cli/options.h"
#include "cli/status_text.h"

#include <stdio.h>

static enum exit_code show(const struct bytes *document, bool raw)
{
	json_t *status = json_loadb(
		(const char *)document->data, document->len, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(status)) {
		fputs("doorward: status: the response is no JSON object\n", stderr);
		json_decref(status);
		return EXIT_CODE_ERROR;
	}
	bool ready = json_is_true(json_object_get(status, "ready"));

	if (raw) {
		fwrite(document->data, 1, document->len, stdout);
	} else {
		cli_status_text(stdout, cli_colour_wanted(stdout), status);
	}
	json_decref(status);
	return ready ? EXIT_CODE_OK : EXIT_CODE_DENY;
}

static int run(const char *config_path, int argc, char **argv)
{
	enum { JSON = 256 };
	static const struct option options[] = {
		{"json", no_argument, NULL, JSON},
		{NULL, 0, NULL, 0},
	};
	struct cli_admin_place place;
	enum exit_code code = EXIT_CODE_ERROR;
	struct bytes document;
	struct bytes why;
	bool raw = false;
	int option;

	while ((option = cli_option_next(&cli_status, argc, argv, options, &config_path)) !=
		CLI_OPTION_END) {
		if (option == CLI_OPTION_BAD) {
			return EXIT_CODE_USAGE;
		}
		raw = true;
	}
	if (optind < argc) {
		return cli_usage_error(&cli_status, "unexpected argument", argv[optind]);
	}
	cli_admin_find(config_path, &place);
	bytes_init(&document, 0);
	bytes_init(&why, 0);
	if (cli_admin_ask(&place, "/status.json", &document, &why)) {
		code = show(&document, raw);
	} else {
		fprintf(stderr, "doorward: status: %.*s", (int)why.len, (const char *)why.data);
	}
	bytes_clear(&document);
	bytes_clear(&why);
	return code;
}

const struct cli_command cli_status = {
	.name = "status",
	.summary = "show the running process: verdicts, resolvers, last reload",
	.usage = "doorward status [-c FILE] [--json]",
	.detail = "Asks the admin listener of the running process: the first `listen = admin:` of "
		  "the\n"
		  "configuration that has a path or an address, else " CLI_ADMIN_DEFAULT ".\n"
		  "--json prints the document as it came.\n"
		  "Exit status: 0 the process is ready, 1 it is not, 2 it cannot be asked, 64 bad "
		  "usage.\n",
	.run = run,
};
