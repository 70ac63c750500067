/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/list.h"
#include "base/clock.h"
#include "base/random.h"
#include "shared/ban_codec.h"
#include "shared/ban_sync_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define BATCH_MAX 400u
#define BATCH_BYTES_MAX ((size_t)400 * 1024)
#define KEEP_MS_MAX INT64_C(3153600000000) /* a hundred years */

/* KEYS: the bans, the epoch; ARGV: another epoch, milliseconds to keep both, fields and values. */
static const char push_script[] =
	"local left = redis.call('PTTL', KEYS[1])\n"
	"for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end\n"
	"if left < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end\n"
	"redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])\n"
	"return 1\n";

bool ban_sync_push_init(struct shared_ban_sync *s)
{
	return store_script_init(&s->push, push_script);
}

static void on_pushed(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_ban_sync *s = ctx;

	if (!ban_sync_is_good(s, outcome, reply, STORE_REPLY_INTEGER)) {
		return;
	}
	if (!ban_list_add_all(&s->stored, &s->pushing)) {
		ban_sync_give_up(s, "they were not sent", str_view("out of memory"));
		return;
	}
	ban_list_settle(&s->stored, clock_wall_ms());
	/* Another machine may have written since the last reading. */
	s->whole = true;
	ban_sync_push(s);
}

/* The arguments of a push, and the bytes that they point to. */
struct batch {
	struct str args[4 + 2 * BATCH_MAX];
	struct bytes parts[2 * BATCH_MAX];
	size_t count;
	size_t bytes;
	int64_t kept_ms; /* of the one that is kept for longest */
	bool failed;
};

static void add_to_batch(struct shared_ban_sync *s, struct batch *b, const struct ban *ban)
{
	struct bytes *field = &b->parts[2 * b->count];
	struct bytes *value = field + 1;

	bytes_init(field, 0);
	bytes_init(value, 0);
	b->count++;
	shared_ban_encode(shared_seal(s->shared), ban, field, value);
	b->failed = b->failed || field->failed || value->failed || !ban_list_add(&s->pushing, ban);
	b->bytes += field->len + value->len;
	b->kept_ms = ban->kept_ms > b->kept_ms ? ban->kept_ms : b->kept_ms;
}

static void send_batch(struct shared_ban_sync *s, struct batch *b, int64_t now_ms)
{
	int64_t left_ms = b->kept_ms - now_ms < KEEP_MS_MAX ? b->kept_ms - now_ms : KEEP_MS_MAX;
	uint8_t epoch[16];
	char left[24];

	random_bytes(epoch, sizeof(epoch));
	snprintf(left, sizeof(left), "%" PRId64, left_ms);
	b->args[0] = bytes_view(&s->keys[0]);
	b->args[1] = bytes_view(&s->epoch_keys[0]);
	b->args[2] = str_from_bytes(epoch, sizeof(epoch));
	b->args[3] = str_view(left);
	for (size_t i = 0; i < 2 * b->count; i++) {
		b->args[4 + i] = bytes_view(&b->parts[i]);
	}
	const struct store_command command = {
		.script = &s->push, .args = b->args, .arg_count = 4 + 2 * b->count, .key_count = 2};

	ban_sync_ask(s, &command, on_pushed);
}

void ban_sync_push(struct shared_ban_sync *s)
{
	const struct ban_list *list = s->list(s->ctx);
	int64_t now_ms = clock_wall_ms();
	struct batch *b = NULL;

	ban_list_clear(&s->pushing);
	for (size_t i = 0; list != NULL && i < list->count; i++) {
		const struct ban *ban = &list->items[i];
		const struct ban *there = ban_list_find(&s->stored, ban);

		if (ban->kept_ms <= now_ms || (there != NULL && ban_compare_age(there, ban) >= 0)) {
			continue;
		}
		b = b != NULL ? b : calloc(1, sizeof(*b));
		if (b == NULL || b->count == BATCH_MAX || b->bytes >= BATCH_BYTES_MAX) {
			break;
		}
		add_to_batch(s, b, ban);
	}
	if (b == NULL) {
		return;
	}
	if (b->failed) {
		ban_sync_give_up(s, "they were not sent", str_view("out of memory"));
	} else {
		send_batch(s, b, now_ms);
	}
	for (size_t i = 0; i < 2 * b->count; i++) {
		bytes_clear(&b->parts[i]);
	}
	free(b);
}
