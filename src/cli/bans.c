/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/json.h"
#include "cli/ban.h"
#include "cli/ban_store.h"
#include "cli/options.h"

#define ARENA_CHUNK 4096

static void write_line(const struct ban *ban, struct bytes *out)
{
	char text[CLOCK_TEXT_MAX] = "never";

	if (ban->until_ms != BAN_NEVER) {
		clock_format(ban->until_ms / 1000, text);
	}
	ban_write_what(ban, out);
	bytes_appendf(out, ": until %s, ", text);
	clock_format(ban->made_ms / 1000, text);
	bytes_appendf(out, "by %.*s at %s%s", (int)ban->by.len, ban->by.data, text,
		ban->why.len > 0 ? ": " : "");
	bytes_append_str(out, ban->why);
	bytes_append_u8(out, '\n');
}

static void write_all(const struct ban_list *list, bool json, struct bytes *out)
{
	int64_t now_ms = clock_wall_ms();

	if (json) {
		json_open(out, '[');
	}
	for (size_t i = 0; i < list->count; i++) {
		if (ban_is_in_force(&list->items[i], now_ms)) {
			(json ? ban_write_json : write_line)(&list->items[i], out);
		}
	}
	if (json) {
		json_close(out, ']');
		bytes_append_u8(out, '\n');
	}
}

static enum exit_code show(const char *config_path, bool json, struct arena *arena)
{
	struct cli_ban_config config;
	struct ban_list list;
	struct bytes out;
	struct diag diag;

	if (!cli_ban_config_find(config_path, arena, &config)) {
		fputs("doorward: out of memory\n", stderr);
		return EXIT_CODE_ERROR;
	}
	diag_init(&diag);
	bytes_init(&out, 0);
	ban_list_init(&list);
	bool good = cli_ban_config_read(&config, &list, &diag);

	if (good) {
		write_all(&list, json, &out);
		if (out.len > 0) {
			fwrite(out.data, 1, out.len, stdout);
		}
	}
	diag_print(&diag, stderr);
	ban_list_clear(&list);
	bytes_clear(&out);
	diag_clear(&diag);
	return good ? EXIT_CODE_OK : EXIT_CODE_ERROR;
}

static int run(const char *config_path, int argc, char **argv)
{
	enum { JSON = 256 };
	static const struct option options[] = {
		{"json", no_argument, NULL, JSON},
		{NULL, 0, NULL, 0},
	};
	bool json = false;
	struct arena arena;
	int option;

	while ((option = cli_option_next(&cli_bans, argc, argv, options, &config_path)) !=
		CLI_OPTION_END) {
		if (option == CLI_OPTION_BAD) {
			return EXIT_CODE_USAGE;
		}
		json = true;
	}
	if (optind < argc) {
		return cli_usage_error(&cli_bans, "unexpected argument", argv[optind]);
	}
	arena_init(&arena, ARENA_CHUNK);
	enum exit_code code = show(config_path, json, &arena);

	arena_clear(&arena);
	return code;
}

const struct cli_command cli_bans = {
	.name = "bans",
	.summary = "list who is banned, until when, by whom and why",
	.usage = "doorward bans [-c FILE] [--json]",
	.detail = "Exit status: 0 done, 2 the file of bans cannot be read, 64 bad usage.\n",
	.run = run,
};
