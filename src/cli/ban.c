/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/ban.h"

#include "ban/change.h"
#include "ban/time.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "cli/ban_store.h"
#include "cli/options.h"

#include <string.h>
#include <syslog.h>

#define ARENA_CHUNK 4096
#define LOCK_WAIT_MS 5000

enum { OPTION_FOR = 256, OPTION_WHY, OPTION_FORCE };

/* One call of `doorward ban` or `doorward unban`. */
struct call {
	const struct cli_command *command;
	const char *config_path;
	struct arena arena;
	struct ban_change change;
	bool force;
	struct bytes why; /* visible */
};

/* Reads ADDRESS, PREFIX or `host NAME` from the rest of the command line. */
static enum exit_code read_what(struct call *c, int argc, char **argv)
{
	int left = argc - optind;
	bool host = left > 0 && strcmp(argv[optind], "host") == 0;
	struct diag diag;

	if (left != (host ? 2 : 1)) {
		return left == 0 || (host && left == 1)
			       ? cli_usage_error(c->command,
					 "expected an address, a prefix, or host and a name", NULL)
			       : cli_usage_error(c->command, "unexpected argument",
					 argv[optind + (host ? 2 : 1)]);
	}
	diag_init(&diag);
	bool good = ban_read_what(
		str_view(argv[optind + host]), host, &c->arena, &diag, &c->change.ban);

	diag_print(&diag, stderr);
	diag_clear(&diag);
	return good ? EXIT_CODE_OK : EXIT_CODE_USAGE;
}

static enum exit_code read_options(
	struct call *c, const struct option *options, int argc, char **argv)
{
	int option;

	while ((option = cli_option_next(c->command, argc, argv, options, &c->config_path)) !=
		CLI_OPTION_END) {
		if (option == OPTION_FORCE) {
			c->force = true;
		} else if (option == OPTION_WHY) {
			bytes_reset(&c->why, SIZE_MAX);
			bytes_append_visible(&c->why, str_view(optarg));
		} else if (option == OPTION_FOR) {
			if (!ban_time_read(str_view(optarg), &c->change.for_ms)) {
				return cli_usage_error(
					c->command, "--for: expected " BAN_TIME_EXPECTED, optarg);
			}
		} else {
			return EXIT_CODE_USAGE;
		}
	}
	if (c->why.len > BAN_WHY_MAX) {
		return cli_usage_error(c->command,
			"--why: expected at most 256 bytes, where each invisible one counts as 4",
			NULL);
	}
	return read_what(c, argc, argv);
}

/* The same for the log of the system: who did what, and why. */
static void log_told(const struct call *c, struct bytes *told)
{
	const struct ban *ban = &c->change.ban;

	bytes_append_text(told, ", by ");
	bytes_append_str(told, ban->by);
	if (ban->why.len > 0) {
		bytes_append_text(told, ": ");
		bytes_append_str(told, ban->why);
	}
	openlog("doorward", LOG_PID, LOG_AUTH);
	syslog(LOG_NOTICE, "%s: %.*s", c->command->name, (int)told->len, (const char *)told->data);
	closelog();
}

static enum exit_code execute(struct call *c)
{
	enum exit_code code = EXIT_CODE_ERROR;
	struct bytes told;
	struct diag diag;

	diag_init(&diag);
	bytes_init(&told, 0);
	c->change.ban.by = cli_ban_caller(&c->arena);
	c->change.ban.why = bytes_view(&c->why);
	switch (ban_change_apply(&c->change, clock_wall_ms(), &told, &diag)) {
	case BAN_CHANGE_DONE:
		printf("%.*s\n", (int)told.len, (const char *)told.data);
		log_told(c, &told);
		code = EXIT_CODE_OK;
		break;
	case BAN_CHANGE_NOT_BANNED:
		fprintf(stderr, "doorward: unban: %.*s\n", (int)told.len, (const char *)told.data);
		code = EXIT_CODE_DENY;
		break;
	case BAN_CHANGE_FAILED:
		break;
	}
	diag_print(&diag, stderr);
	diag_clear(&diag);
	bytes_clear(&told);
	return code;
}

/* What an administrator hardly means, and did not ask for. NULL: nothing. */
static const char *find_mistake(const struct call *c)
{
	struct addr own = {.family = ADDR_NONE};

	if (c->change.ban.lifted || c->force) {
		return NULL;
	}
	if (!cli_ban_own_address(&own)) {
		own.family = ADDR_NONE;
	}
	return ban_change_mistake(&c->change.ban, &own);
}

static enum exit_code start(struct call *c, const struct option *options, int argc, char **argv)
{
	enum exit_code code = read_options(c, options, argc, argv);
	struct cli_ban_config config;

	if (code != EXIT_CODE_OK) {
		return code;
	}
	const char *wrong = find_mistake(c);

	if (wrong != NULL) {
		fprintf(stderr, "doorward: ban: %s %s: --force bans it all the same\n",
			argv[optind], wrong);
		return EXIT_CODE_USAGE;
	}
	if (!cli_ban_config_find(c->config_path, &c->arena, &config)) {
		fputs("doorward: out of memory\n", stderr);
		return EXIT_CODE_ERROR;
	}
	c->change.file = config.file;
	c->change.shared_file = config.shared_file;
	return execute(c);
}

static int run(const struct cli_command *command, bool lifted, const struct option *options,
	const char *config_path, int argc, char **argv)
{
	struct call c = {.command = command,
		.config_path = config_path,
		.change = {
			.for_ms = BAN_NEVER, .ban = {.lifted = lifted}, .wait_ms = LOCK_WAIT_MS}};

	arena_init(&c.arena, ARENA_CHUNK);
	bytes_init(&c.why, 0);
	enum exit_code code = start(&c, options, argc, argv);

	bytes_clear(&c.why);
	arena_clear(&c.arena);
	return code;
}

static int run_ban(const char *config_path, int argc, char **argv)
{
	static const struct option options[] = {
		{"for", required_argument, NULL, OPTION_FOR},
		{"why", required_argument, NULL, OPTION_WHY},
		{"force", no_argument, NULL, OPTION_FORCE},
		{NULL, 0, NULL, 0},
	};

	return run(&cli_ban, false, options, config_path, argc, argv);
}

static int run_unban(const char *config_path, int argc, char **argv)
{
	static const struct option options[] = {
		{"why", required_argument, NULL, OPTION_WHY},
		{NULL, 0, NULL, 0},
	};

	return run(&cli_unban, true, options, config_path, argc, argv);
}

const struct cli_command cli_ban = {
	.name = "ban",
	.summary = "deny a client, for a time or for good",
	.usage = "doorward ban [-c FILE] [--for TIME] [--why TEXT] [--force]\n"
		 "             ADDRESS|PREFIX|host NAME",
	.detail =
		"Notes the ban in the file of bans, which the running process reads again within "
		"a\n"
		"second. A host name is compared with the names that a policy confirms; .NAME "
		"covers\n"
		"all names below it, too. --for takes 90s, 10m, 1h or 7d; without it, the ban has "
		"no\n"
		"end. A ban of the same again replaces the older one. --force bans also what looks "
		"like\n"
		"a mistake.\n"
		"Exit status: 0 banned, 2 the file cannot be changed, 64 bad usage.\n",
	.run = run_ban,
};

const struct cli_command cli_unban = {
	.name = "unban",
	.summary = "end a ban",
	.usage = "doorward unban [-c FILE] [--why TEXT] ADDRESS|PREFIX|host NAME",
	.detail = "Ends the ban of exactly this address, prefix or name.\n"
		  "Exit status: 0 done, 1 it is not banned, 2 the file cannot be changed, 64 bad "
		  "usage.\n",
	.run = run_unban,
};
