/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/change.h"

#include "ban/change.h"
#include "ban/time.h"
#include "base/clock.h"
#include "log/log.h"

#include <stdio.h>
#include <string.h>

#define FOR_EXPECTED "for: expected " BAN_TIME_EXPECTED
#define OK "200 OK"
#define BAD "400 Bad Request"

static const struct {
	const char *path;
	const char *parameters[8];
} kinds[] = {
	[DAEMON_CHANGE_BAN] = {"/ban", {"token", "ip", "host", "for", "why", "force", NULL}},
	[DAEMON_CHANGE_UNBAN] = {"/unban", {"token", "ip", "host", "why", NULL}},
	[DAEMON_CHANGE_LOG_LEVEL] = {"/log-level", {"token", "level", "for", NULL}},
};

enum daemon_change daemon_change_at(struct str path)
{
	for (size_t i = DAEMON_CHANGE_BAN; i < ARRAY_LEN(kinds); i++) {
		if (str_eq_text(path, kinds[i].path)) {
			return (enum daemon_change)i;
		}
	}
	return DAEMON_CHANGE_NONE;
}

const char *const *daemon_change_parameters(enum daemon_change change)
{
	return kinds[change].parameters;
}

/* Without what a reload has changed meanwhile. */
static void on_level_end(uv_timer_t *timer)
{
	const struct daemon_changes *changes = timer->data;

	log_set_level(changes->live->snapshot->config->log.sink.level);
	log_write(LOG_LEVEL_WARNING,
		"admin: the time of the level of the log is over: it is that of the configuration "
		"again");
}

void daemon_changes_init(
	struct daemon_changes *changes, uv_loop_t *loop, struct daemon_live_config *live)
{
	changes->live = live;
	uv_timer_init(loop, &changes->level_end);
	changes->level_end.data = changes;
}

void daemon_changes_close(struct daemon_changes *changes)
{
	uv_close((uv_handle_t *)&changes->level_end, NULL);
}

static const char *expected(struct bytes *told, const char *what)
{
	bytes_append_text(told, what);
	return BAD;
}

/* What diag has found, without its place and the word for its severity. */
static void tell_finding(const struct diag *diag, struct bytes *told)
{
	struct str text = diag->text.len > 0 ? bytes_view(&diag->text) : str_view("out of memory");
	struct str line = {text.data, str_find(text, '\n')};
	const char *word = memmem(line.data, line.len, "error: ", 7);

	bytes_append_str(
		told, word != NULL ? str_from(line, (size_t)(word - line.data) + 7) : line);
}

/* NULL, or the status of the response. */
static const char *read_what(
	const struct daemon_change_request *request, struct ban *ban, struct bytes *told)
{
	struct str ip = http_query_value(request->query, "ip");
	struct str host = http_query_value(request->query, "host");
	struct diag diag;

	if ((ip.len > 0) == (host.len > 0)) {
		return expected(
			told, "expected either ip, an address or a prefix, or host, a name");
	}
	diag_init(&diag);
	bool good = ban_read_what(ip.len > 0 ? ip : host, host.len > 0, request->arena, &diag, ban);

	if (!good) {
		tell_finding(&diag, told);
	}
	diag_clear(&diag);
	return good ? NULL : BAD;
}

/* NULL, or the status of the response. */
static const char *read_ban(const struct daemon_change_request *request, struct ban_change *change,
	struct bytes *why, struct bytes *told)
{
	struct str time = http_query_value(request->query, "for");
	struct str force = http_query_value(request->query, "force");
	const char *status = read_what(request, &change->ban, told);

	if (status != NULL) {
		return status;
	}
	if (time.len > 0 && !ban_time_read(time, &change->for_ms)) {
		return expected(told, FOR_EXPECTED);
	}
	if (force.len > 0 && !str_eq_text(force, "1") && !str_eq_text(force, "0")) {
		return expected(told, "force: expected 0 or 1");
	}
	bytes_append_visible(why, http_query_value(request->query, "why"));
	if (why->len > BAN_WHY_MAX) {
		return expected(told,
			"why: expected at most 256 bytes, where each invisible one counts as 4");
	}
	const char *mistake = change->ban.lifted || str_eq_text(force, "1")
				      ? NULL
				      : ban_change_mistake(&change->ban, &request->from);

	if (mistake != NULL) {
		ban_write_what(&change->ban, told);
		bytes_appendf(told, " %s: force=1 bans it all the same", mistake);
		return "409 Conflict";
	}
	return NULL;
}

static const char *apply_ban(struct daemon_changes *changes, struct ban_change *change,
	const struct daemon_change_request *request, struct bytes *told)
{
	const char *status = "503 Service Unavailable";
	struct diag diag;

	diag_init(&diag);
	switch (ban_change_apply(change, clock_wall_ms(), told, &diag)) {
	case BAN_CHANGE_DONE:
		status = OK;
		log_write(LOG_LEVEL_WARNING, "admin: %.*s: %.*s%s%.*s", (int)request->who.len,
			request->who.data, (int)told->len, (const char *)told->data,
			change->ban.why.len > 0 ? ": " : "", (int)change->ban.why.len,
			change->ban.why.len > 0 ? change->ban.why.data : "");
		daemon_file_watch_look_at_bans(&changes->live->watch);
		break;
	case BAN_CHANGE_NOT_BANNED:
		status = "409 Conflict";
		break;
	case BAN_CHANGE_FAILED:
		tell_finding(&diag, told);
		log_diag(&diag);
		break;
	}
	diag_clear(&diag);
	return status;
}

static const char *change_ban(struct daemon_changes *changes, bool lifted,
	const struct daemon_change_request *request, struct bytes *told)
{
	const struct config *config = changes->live->snapshot->config;
	struct ban_change change = {
		.ban = {.lifted = lifted},
		.for_ms = BAN_NEVER,
		.file = config->bans.file,
		.shared_file = config_has_store(config) ? config->bans.shared_file : NULL,
	};
	struct bytes why;
	char by[BAN_BY_MAX + 1];

	snprintf(by, sizeof(by), "admin:%.*s", (int)request->who.len, request->who.data);
	change.ban.by = str_view(by);
	bytes_init(&why, 0);
	const char *status = read_ban(request, &change, &why, told);

	if (status == NULL) {
		change.ban.why = bytes_view(&why);
		status = apply_ban(changes, &change, request, told);
	}
	bytes_clear(&why);
	return status;
}

static const char *change_log_level(struct daemon_changes *changes,
	const struct daemon_change_request *request, struct bytes *told)
{
	struct str word = http_query_value(request->query, "level");
	struct str time = http_query_value(request->query, "for");
	int64_t for_ms = BAN_NEVER;
	enum log_level level;

	if (!log_level_read_to_set(word, &level)) {
		return expected(told, "level: expected " LOG_LEVELS_TO_SET);
	}
	if (time.len > 0 && !ban_time_read(time, &for_ms)) {
		return expected(told, FOR_EXPECTED);
	}
	uv_timer_stop(&changes->level_end);
	bytes_appendf(told, "the level of the log is %.*s until ", (int)word.len, word.data);
	if (for_ms != BAN_NEVER) {
		char until[CLOCK_TEXT_MAX];

		clock_format(clock_wall_s() + for_ms / 1000, until);
		bytes_appendf(told, "%s, or ", until);
		uv_timer_start(&changes->level_end, on_level_end, (uint64_t)for_ms, 0);
	}
	bytes_append_text(told, "a reload");
	log_set_level(level);
	log_write(LOG_LEVEL_WARNING, "admin: %.*s: %.*s", (int)request->who.len, request->who.data,
		(int)told->len, (const char *)told->data);
	return OK;
}

const char *daemon_change_make(struct daemon_changes *changes, enum daemon_change change,
	const struct daemon_change_request *request, struct bytes *told)
{
	return change == DAEMON_CHANGE_LOG_LEVEL
		       ? change_log_level(changes, request, told)
		       : change_ban(changes, change == DAEMON_CHANGE_UNBAN, request, told);
}
