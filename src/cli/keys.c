/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/keys.h"

#include "agent/file_name.h"
#include "agent/keys.h"
#include "agent/url.h"
#include "base/exit_code.h"
#include "cli/options.h"

#include <stdio.h>

static bool check(struct str url, const char *path, struct diag *diag)
{
	struct agent_keys *keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
	const struct place place = {.file = path};
	bool good;

	if (keys == NULL) {
		diag_error(diag, NULL, "out of memory");
		return false;
	}
	good = agent_keys_add_file(keys, url, path, NULL, &place, diag);
	agent_keys_unref(keys);
	return good;
}

/* Where the keys are published, and the name of the file for them. */
static int tell(struct str url)
{
	char name[NAME_MAX + 1];

	if (!agent_file_name_write(url, name)) {
		fprintf(stderr,
			"doorward: check-keys: %.*s: the file with its keys would need a name of "
			"more than %d bytes\n",
			(int)url.len, url.data, NAME_MAX);
		return EXIT_CODE_DENY;
	}
	printf("%.*s%s %s\n", (int)url.len, url.data,
		agent_url_is_origin(url) ? AGENT_URL_WELL_KNOWN : "", name);
	return EXIT_CODE_OK;
}

static int run(const char *config_path, int argc, char **argv)
{
	char room[AGENT_URL_MAX];
	struct str url;
	struct diag diag;

	if (argc < 2 || argc > 3 || argv[1][0] == '-') {
		return cli_usage_error(&cli_keys, "expected a URL, and perhaps a file", NULL);
	}
	if (!agent_url_read_configured(str_view(argv[1]), room, &url)) {
		return cli_usage_error(&cli_keys,
			"expected the URL of an agent, such as https://chatgpt.com, not", argv[1]);
	}
	if (argc == 2) {
		return tell(url);
	}
	diag_init(&diag);
	bool good = check(url, argv[2], &diag);

	diag_print(&diag, stderr);
	diag_clear(&diag);
	return good ? EXIT_CODE_OK : EXIT_CODE_DENY;
}

const struct cli_command cli_keys = {
	.name = "check-keys",
	.summary = "check a key set (JWKS) of an agent that signs its requests",
	.usage = "doorward check-keys URL [FILE]",
	.detail = "URL is that of the agent, such as https://chatgpt.com. A key that cannot be "
		  "used is\n"
		  "a warning; a set without usable keys is good, too: it revokes all of them.\n"
		  "Without FILE: prints where the keys are published, and the name of their file "
		  "in the\n"
		  "folder of [agents] keys.\n"
		  "Exit status: 0 the file can be used, 1 it cannot, 64 bad usage.\n",
	.run = run,
};
