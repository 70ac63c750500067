/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/ban.h"

#include "ban/file.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "cli/ban_store.h"
#include "cli/ban_time.h"
#include "cli/options.h"
#include "policy/netset.h"

#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define ARENA_CHUNK 4096

enum { OPTION_FOR = 256, OPTION_WHY, OPTION_FORCE };

/* One call of `doorward ban` or `doorward unban`. */
struct call {
	const struct cli_command *command;
	const char *config_path;
	struct arena arena;
	struct cli_ban_config config;
	struct ban ban; /* as it is written */
	int64_t for_ms;
	bool force;
	struct bytes why; /* visible */
	int64_t now_ms;
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
	bool good = ban_read_what(str_view(argv[optind + host]), host, &c->arena, &diag, &c->ban);

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
			if (!cli_ban_time_read(str_view(optarg), &c->for_ms)) {
				return cli_usage_error(c->command,
					"--for: expected a time from 1s to 3660d, such as 90s, "
					"10m, 1h or 7d, or never",
					optarg);
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

/* What an administrator hardly means. NULL: nothing. */
static const char *mistake(const struct call *c)
{
	struct policy_coverage covers;
	struct addr own;

	if (c->ban.kind != BAN_PREFIX) {
		return NULL;
	}
	covers = policy_prefix_coverage(&c->ban.prefix);
	if (policy_coverage_is_vast(&covers)) {
		return "is more than any one network has";
	}
	if (cli_ban_own_address(&own) && prefix_contains(&c->ban.prefix, &own)) {
		return "has the address from which you are connected (SSH_CONNECTION)";
	}
	return NULL;
}

/* The line for people and for the log of the system: who did what, and why. */
static void tell(const struct call *c)
{
	char until[CLOCK_TEXT_MAX];
	struct bytes line;

	bytes_init(&line, 0);
	ban_write_what(&c->ban, &line);
	if (c->ban.lifted) {
		bytes_append_text(&line, " is not banned any more");
	} else if (c->ban.until_ms == BAN_NEVER) {
		bytes_append_text(&line, " is banned, without an end");
	} else {
		clock_format(c->ban.until_ms / 1000, until);
		bytes_appendf(&line, " is banned until %s", until);
	}
	printf("%.*s\n", (int)line.len, (const char *)line.data);
	bytes_append_text(&line, ", by ");
	bytes_append_str(&line, c->ban.by);
	if (c->ban.why.len > 0) {
		bytes_append_text(&line, ": ");
		bytes_append_str(&line, c->ban.why);
	}
	openlog("doorward", LOG_PID, LOG_AUTH);
	syslog(LOG_NOTICE, "%s: %.*s", c->command->name, (int)line.len, (const char *)line.data);
	closelog();
	bytes_clear(&line);
}

/* A ban that covers this one; NULL: no ban does. */
static const struct ban *find_wider(const struct ban_list *list, const struct call *c)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct ban *ban = &list->items[i];

		if (ban_is_in_force(ban, c->now_ms) && ban->kind == BAN_PREFIX &&
			c->ban.kind == BAN_PREFIX && ban->prefix.len < c->ban.prefix.len &&
			prefix_contains(&ban->prefix, &c->ban.prefix.addr)) {
			return ban;
		}
	}
	return NULL;
}

static void tell_not_banned(const struct ban_list *list, const struct call *c)
{
	const struct ban *wider = find_wider(list, c);
	struct bytes line;

	bytes_init(&line, 0);
	ban_write_what(&c->ban, &line);
	bytes_append_text(&line, " is not banned");
	if (wider != NULL) {
		bytes_append_text(&line, " by itself, but by the ban of ");
		ban_write_what(wider, &line);
	}
	fprintf(stderr, "doorward: unban: %.*s\n", (int)line.len, (const char *)line.data);
	bytes_clear(&line);
}

/* Replaces what the list has about the same. False when out of memory. */
static bool put(struct call *c, struct ban_list *list, const struct ban *before)
{
	struct ban *ban = &c->ban;

	/* The clock of the machine that made it may be ahead of this one's. */
	ban->made_ms =
		before != NULL && before->made_ms >= c->now_ms ? before->made_ms + 1 : c->now_ms;
	if (ban->lifted) {
		ban->until_ms = before->kept_ms;
		ban->kept_ms = before->kept_ms;
	} else {
		ban->until_ms = c->for_ms == BAN_NEVER ? BAN_NEVER : c->now_ms + c->for_ms;
		ban->kept_ms = before != NULL && before->kept_ms > ban->until_ms ? before->kept_ms
										 : ban->until_ms;
	}
	if (!ban_list_add(list, ban)) {
		return false;
	}
	ban_list_settle(list, c->now_ms);
	return true;
}

/* Without a store, no other machine can bring a lifted ban back: so nothing is kept of it. */
static void forget(struct ban_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (!list->items[i].lifted) {
			list->items[kept++] = list->items[i];
		}
	}
	list->count = kept;
}

static enum exit_code change(
	struct call *c, const struct ban_list *known, struct ban_list *list, struct diag *diag)
{
	const struct ban *before = ban_list_find(known, &c->ban);

	if (c->ban.lifted && (before == NULL || !ban_is_in_force(before, c->now_ms))) {
		tell_not_banned(known, c);
		return EXIT_CODE_DENY;
	}
	if (before == NULL && known->count >= BAN_LIST_MAX) {
		diag_error(diag, NULL, "there are 100,000 bans already, which is the most");
		return EXIT_CODE_ERROR;
	}
	if (!put(c, list, before)) {
		diag_error(diag, NULL, "out of memory");
		return EXIT_CODE_ERROR;
	}
	if (c->config.shared_file == NULL) {
		forget(list);
	}
	if (!ban_file_write(c->config.file, list, diag)) {
		return EXIT_CODE_ERROR;
	}
	tell(c);
	return EXIT_CODE_OK;
}

/* Under the lock. */
static enum exit_code read_and_change(struct call *c, struct diag *diag)
{
	enum exit_code code = EXIT_CODE_ERROR;
	struct ban_list known;
	struct ban_list list;

	ban_list_init(&known);
	ban_list_init(&list);
	if (cli_ban_config_read(&c->config, &known, diag) &&
		ban_file_read(c->config.file, &list, diag)) {
		code = change(c, &known, &list, diag);
	}
	ban_list_clear(&list);
	ban_list_clear(&known);
	return code;
}

static enum exit_code execute(struct call *c)
{
	enum exit_code code = EXIT_CODE_ERROR;
	struct diag diag;

	diag_init(&diag);
	c->now_ms = clock_wall_ms();
	c->ban.by = cli_ban_caller(&c->arena);
	c->ban.why = bytes_view(&c->why);
	int lock = ban_file_lock(c->config.file, &diag);

	if (lock >= 0) {
		code = read_and_change(c, &diag);
		close(lock);
	}
	diag_print(&diag, stderr);
	diag_clear(&diag);
	return code;
}

static enum exit_code start(struct call *c, const struct option *options, int argc, char **argv)
{
	enum exit_code code = read_options(c, options, argc, argv);

	if (code != EXIT_CODE_OK) {
		return code;
	}
	const char *wrong = c->ban.lifted || c->force ? NULL : mistake(c);

	if (wrong != NULL) {
		fprintf(stderr, "doorward: ban: %s %s: --force bans it all the same\n",
			argv[optind], wrong);
		return EXIT_CODE_USAGE;
	}
	if (!cli_ban_config_find(c->config_path, &c->arena, &c->config)) {
		fputs("doorward: out of memory\n", stderr);
		return EXIT_CODE_ERROR;
	}
	return execute(c);
}

static int run(const struct cli_command *command, bool lifted, const struct option *options,
	const char *config_path, int argc, char **argv)
{
	struct call c = {.command = command,
		.config_path = config_path,
		.for_ms = BAN_NEVER,
		.ban = {.lifted = lifted}};

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
