/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/ban_log.h"

#include "base/clock.h"
#include "log/log.h"

#include <inttypes.h>

#define LINES_MAX 100u

struct report {
	int64_t now_ms;
	uint64_t count;
};

static void tell(struct report *r, const char *word, const struct ban *what, const struct ban *who)
{
	char until[CLOCK_TEXT_MAX];
	struct bytes line;

	if (++r->count > LINES_MAX) {
		return;
	}
	bytes_init(&line, 0);
	bytes_appendf(&line, "%s: ", word);
	ban_write_what(what, &line);
	if (who != NULL && !who->lifted) {
		clock_format(who->until_ms == BAN_NEVER ? 0 : who->until_ms / 1000, until);
		bytes_appendf(
			&line, " until %s", who->until_ms == BAN_NEVER ? "it is lifted" : until);
	}
	if (who != NULL) {
		bytes_appendf(&line, ", by %.*s", (int)who->by.len, who->by.data);
		if (who->why.len > 0) {
			bytes_appendf(&line, ": %.*s", (int)who->why.len, who->why.data);
		}
	}
	log_write(LOG_LEVEL_INFO, "%.*s", (int)line.len, (const char *)line.data);
	bytes_clear(&line);
}

static void tell_bans(struct report *r, const struct ban_list *before, const struct ban_list *now)
{
	for (size_t i = 0; i < now->count; i++) {
		const struct ban *ban = &now->items[i];
		const struct ban *old = before != NULL ? ban_list_find(before, ban) : NULL;

		if (ban_is_in_force(ban, r->now_ms) &&
			(old == NULL || ban_compare_age(old, ban) != 0)) {
			tell(r, "ban", ban, ban);
		}
	}
}

/* A ban that has only ended is not told. */
static void tell_lifted(struct report *r, const struct ban_list *before, const struct ban_list *now)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct ban *ban = &before->items[i];
		const struct ban *next = now != NULL ? ban_list_find(now, ban) : NULL;

		if (ban_is_in_force(ban, r->now_ms) && (next == NULL || next->lifted)) {
			tell(r, "unban", ban, next);
		}
	}
}

void daemon_ban_log(const struct ban_table *before, const struct ban_table *now)
{
	const struct ban_list *old = ban_table_list(before);
	const struct ban_list *list = ban_table_list(now);
	struct report r = {.now_ms = clock_wall_ms()};

	if (list != NULL) {
		tell_bans(&r, old, list);
	}
	if (old != NULL) {
		tell_lifted(&r, old, list);
	}
	if (r.count > LINES_MAX) {
		log_write(LOG_LEVEL_INFO, "ban: %" PRIu64 " further bans and ends of bans",
			r.count - LINES_MAX);
	}
}
