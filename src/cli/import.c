/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/import.h"

#include "base/exit_code.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "import/source_files.h"

#include <stdio.h>
#include <string.h>

static int run(const char *config_path, int argc, char **argv)
{
	bool apache = strcmp(argv[0], "import-apache") == 0;
	bool server = argc > 1 && strncmp(argv[1], "--", 2) == 0 &&
		      strcmp(argv[1] + 2, argv[0] + strlen("import-")) == 0;
	bool module = argc > 1 && !apache && strcmp(argv[1], "--module") == 0;
	struct import_result result;
	struct cli_progress progress;
	struct diag diag;

	if (argc != (server || module ? 3 : 2) || argv[argc - 1][0] == '-') {
		return cli_usage_error(
			apache ? &cli_import_apache : &cli_import_nginx, "expected one file", NULL);
	}
	const struct import_source source = import_source_files(argv[argc - 1]);

	diag_init(&diag);
	diag.progress = cli_progress_init(&progress, stderr);
	import_result_init(&result);
	enum import_status status = apache ? import_apache(argv[argc - 1], &source, &result, &diag)
					   : import_nginx(argv[argc - 1], &source, &result, &diag);
	const struct bytes *out = module   ? &result.module
				  : server ? &result.server
					   : &result.config;

	diag_print(&diag, stderr);
	int code = status == IMPORT_UNREADABLE ? EXIT_CODE_CONFIG
		   : status == IMPORT_BAD      ? EXIT_CODE_DATA
		   : result.lost               ? EXIT_CODE_DENY
					       : EXIT_CODE_OK;

	if (status == IMPORT_DONE && !cli_print(argv[0], out)) {
		code = EXIT_CODE_ERROR;
	}
	import_result_clear(&result);
	diag_clear(&diag);
	return code;
}

#define EXIT_STATUS                                                                                \
	"Exit status: 0 everything is carried over, 1 comments say what is not, 64 bad usage,\n"   \
	"65 bad syntax, 78 a file that cannot be read.\n"

const struct cli_command cli_import_nginx = {
	.name = "import-nginx",
	.summary = "print policies for rdns directives of nginx",
	.usage = "doorward import-nginx [--nginx | --module] FILE",
	.detail =
		"Prints doorward's configuration; --nginx: nginx's, with auth_request in place of "
		"the\n"
		"directives; --module: nginx's, with doorward's module for nginx.\n" EXIT_STATUS,
	.run = run,
};

const struct cli_command cli_import_apache = {
	.name = "import-apache",
	.summary = "print policies for Require host, ip and forward-dns",
	.usage = "doorward import-apache [--apache] FILE",
	.detail = "Prints doorward's configuration; --apache: Apache's, which asks doorward "
		  "instead.\n" EXIT_STATUS,
	.run = run,
};
