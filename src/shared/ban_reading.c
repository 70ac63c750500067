/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/list.h"
#include "base/clock.h"
#include "shared/ban_codec.h"
#include "shared/ban_sync_private.h"

#include <string.h>

#define PAGE "200"
#define PAGES_MAX 4000u
/* About 2 us each: reading them takes at most a fiftieth of the time, or two seconds a minute. */
#define FORGED_PER_MS 10u
#define REST_MS_MAX 60000u

/* The store may hold what others wrote under the same key: it is counted, and not believed. */
static bool take_pairs(struct shared_ban_sync *s, const struct store_reply *pairs)
{
	int64_t now_ms = clock_wall_ms();

	for (size_t i = 0; i + 1 < pairs->count; i += 2) {
		struct ban ban;
		enum store_opened opened =
			shared_ban_decode(shared_seal(s->shared), pairs->items[i].text,
				pairs->items[i + 1].text, now_ms, &s->reading.arena, &ban);

		if (opened == STORE_FORGED) {
			s->forged++;
		}
		if (opened == STORE_OPENED && (s->reading.count >= 2 * BAN_LIST_MAX ||
						      !ban_list_add(&s->reading, &ban))) {
			return false;
		}
	}
	return true;
}

static void ask_page(struct shared_ban_sync *s);

/* Forged entries cost the one who writes them less than the one who reads them. */
static void rest(struct shared_ban_sync *s)
{
	uint64_t rest_ms = s->forged / FORGED_PER_MS;

	s->rest_until_ms = clock_ms() + (rest_ms < REST_MS_MAX ? rest_ms : REST_MS_MAX);
}

static void on_page(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_ban_sync *s = ctx;

	if (!ban_sync_is_good(s, outcome, reply, STORE_REPLY_ARRAY)) {
		return;
	}
	if (reply->count != 2 || reply->items[0].text.len == 0 ||
		reply->items[0].text.len >= CURSOR_MAX ||
		reply->items[1].type != STORE_REPLY_ARRAY || ++s->pages > PAGES_MAX ||
		!take_pairs(s, &reply->items[1])) {
		rest(s);
		ban_sync_give_up(
			s, "they cannot be read", str_view("the store has too much, or no list"));
		return;
	}
	memcpy(s->cursor, reply->items[0].text.data, reply->items[0].text.len);
	s->cursor[reply->items[0].text.len] = '\0';
	if (strcmp(s->cursor, "0") == 0) {
		s->secret++;
	}
	if (s->secret < s->secrets) {
		ask_page(s);
	} else {
		rest(s);
		ban_sync_take_reading(s);
	}
}

static void ask_page(struct shared_ban_sync *s)
{
	const struct str args[] = {str_view("HSCAN"), bytes_view(&s->keys[s->secret]),
		str_view(s->cursor), str_view("COUNT"), str_view(PAGE)};
	const struct store_command command = {.args = args, .arg_count = ARRAY_LEN(args)};

	ban_sync_ask(s, &command, on_page);
}

void ban_sync_read(struct shared_ban_sync *s)
{
	ban_list_clear(&s->reading);
	s->secret = 0;
	s->pages = 0;
	s->forged = 0;
	memcpy(s->cursor, "0", sizeof("0"));
	ask_page(s);
}
