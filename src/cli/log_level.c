/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/log_level.h"

#include "ban/time.h"
#include "base/exit_code.h"
#include "base/suggest.h"
#include "cli/admin_client.h"
#include "cli/options.h"
#include "cli/setting.h"
#include "config/admin_token.h"
#include "config/ini.h"
#include "log/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ARENA_CHUNK 4096

static bool may_read(const char *path)
{
	return access(path, R_OK) == 0 || errno != EACCES;
}

/* Appends the token that the configuration names; another code than EXIT_CODE_OK was reported. */
static enum exit_code read_token(const char *config_path, struct arena *arena, struct bytes *token)
{
	enum exit_code code = EXIT_CODE_OK;
	struct config_ini ini;
	struct diag diag;

	diag_init(&diag);
	bool whole = config_ini_read(config_path, arena, &ini, &diag);
	const char *path = cli_setting_path(&ini, "server", "admin_token_file", "", arena);

	if (path == NULL) {
		fputs("doorward: log-level: out of memory\n", stderr);
		code = EXIT_CODE_ERROR;
	} else if (path[0] == '\0') {
		if (!whole) {
			diag_print(&diag, stderr);
		}
		fprintf(stderr,
			"doorward: log-level: %s: expected admin_write = yes and admin_token_file "
			"in [server], and a restart\n",
			config_path);
		code = EXIT_CODE_CONFIG;
	} else if (!may_read(path)) {
		fprintf(stderr,
			"doorward: log-level: %s: permission denied: expected root, or a user who "
			"may read the token\n",
			path);
		code = EXIT_CODE_ERROR;
	} else {
		diag_clear(&diag);
		code = config_admin_token_read(path, token, &diag) ? EXIT_CODE_OK : EXIT_CODE_ERROR;
		diag_print(&diag, stderr);
	}
	diag_clear(&diag);
	return code;
}

static enum exit_code ask(const char *config_path, const char *form, struct str token)
{
	struct cli_admin_place place;
	struct bytes told;
	struct bytes why;

	cli_admin_find(config_path, &place);
	bytes_init(&told, 0);
	bytes_init(&why, 0);
	bool good = cli_admin_change(&place, "/log-level", token, form, &told, &why);

	if (good) {
		bytes_append_u8(&told, '\n');
		good = cli_print("log-level", &told);
	} else {
		fprintf(stderr, "doorward: log-level: %.*s", (int)why.len,
			why.len > 0 ? (const char *)why.data : "out of memory\n");
	}
	bytes_clear(&told);
	bytes_clear(&why);
	return good ? EXIT_CODE_OK : EXIT_CODE_ERROR;
}

/* Both words are as the form has them. */
static enum exit_code set(const char *config_path, const char *level, const char *time)
{
	struct arena arena;
	struct bytes token;
	char form[64];

	snprintf(form, sizeof(form), "level=%s&for=%s", level, time);
	arena_init(&arena, ARENA_CHUNK);
	bytes_init(&token, 0);
	enum exit_code code = read_token(config_path, &arena, &token);

	if (code == EXIT_CODE_OK) {
		code = ask(config_path, form, bytes_view(&token));
	}
	bytes_wipe(&token);
	arena_clear(&arena);
	return code;
}

static enum exit_code bad_level(const char *word)
{
	const char *levels[] = {log_level_word(LOG_LEVEL_WARNING), log_level_word(LOG_LEVEL_INFO),
		log_level_word(LOG_LEVEL_DEBUG)};
	const char *meant = suggest(str_view(word), levels, ARRAY_LEN(levels));
	char what[128];

	snprintf(what, sizeof(what), "expected " LOG_LEVELS_TO_SET "%s%s%s, not",
		meant != NULL ? " (did you mean \"" : "", meant != NULL ? meant : "",
		meant != NULL ? "\"?)" : "");
	return cli_usage_error(&cli_log_level, what, word);
}

static int run(const char *config_path, int argc, char **argv)
{
	enum { FOR = 256 };
	static const struct option options[] = {
		{"for", required_argument, NULL, FOR},
		{NULL, 0, NULL, 0},
	};
	const char *time = "never";
	enum log_level level;
	int64_t for_ms;
	int option;

	while ((option = cli_option_next(&cli_log_level, argc, argv, options, &config_path)) !=
		CLI_OPTION_END) {
		if (option == CLI_OPTION_BAD) {
			return EXIT_CODE_USAGE;
		}
		time = optarg;
	}
	if (!ban_time_read(str_view(time), &for_ms)) {
		return cli_usage_error(&cli_log_level, "--for: expected " BAN_TIME_EXPECTED, time);
	}
	if (argc - optind != 1) {
		return argc == optind ? cli_usage_error(
						&cli_log_level, "expected " LOG_LEVELS_TO_SET, NULL)
				      : cli_usage_error(&cli_log_level, "unexpected argument",
						argv[optind + 1]);
	}
	if (!log_level_read_to_set(str_view(argv[optind]), &level)) {
		return bad_level(argv[optind]);
	}
	return set(config_path, argv[optind], time);
}

const struct cli_command cli_log_level = {
	.name = "log-level",
	.summary = "set the level of the log, for a time or until a reload",
	.usage = "doorward log-level [-c FILE] [--for TIME] LEVEL",
	.detail =
		"Sets the level of the log of the running process to warning, info or debug, over "
		"its\n"
		"admin listener: for a time, such as 10m, or until the next reload, which sets "
		"what "
		"the\n"
		"configuration says. It needs admin_write = yes, and reads the token from "
		"admin_token_file.\n"
		"Exit status: 0 it is in force, 2 the process cannot be asked or has refused it,\n"
		"64 bad usage, 78 the configuration names no token.\n",
	.run = run,
};
