/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/members.h"

#include "base/clock.h"
#include "base/random.h"

#include <stdio.h>

#define AGAIN_MS 1000u /* after a beat that failed */

/*
 * KEYS: the set; ARGV: this member. A full store refuses ZADD only as long as the script has not
 * written, so it comes first. Scores beyond the clock are left by a store whose clock was ahead.
 */
static const char join_script[] = "local t = redis.call('TIME')\n"
				  "local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
				  "redis.call('ZADD', KEYS[1], now, ARGV[1])\n"
				  "redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60000)\n"
				  "redis.call('ZREMRANGEBYSCORE', KEYS[1], now + 1, '+inf')\n"
				  "redis.call('PEXPIRE', KEYS[1], 120000)\n"
				  "return redis.call('ZCARD', KEYS[1])\n";

bool shared_members_init(struct shared_members *members, const struct store_seal *seal)
{
	uint8_t id[16];

	random_bytes(id, sizeof(id));
	for (size_t i = 0; i < sizeof(id); i++) {
		snprintf(members->id + 2 * i, 3, "%02x", id[i]);
	}
	bytes_init(&members->key, 0);
	store_seal_key(seal, 0, STORE_LABEL_MEMBERS, str_view("all"), &members->key);
	return !members->key.failed && store_script_init(&members->join, join_script);
}

void shared_members_clear(struct shared_members *members)
{
	bytes_clear(&members->key);
}

void shared_heart_init(
	struct shared_heart *heart, struct shared_members *members, struct store_client *client)
{
	*heart = (struct shared_heart){.members = members, .client = client};
	atomic_fetch_add(&members->workers, 1);
}

static void on_joined(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_heart *heart = ctx;
	struct shared_members *members = heart->members;

	heart->question = NULL;
	if (outcome == STORE_REPLIED && reply->type == STORE_REPLY_INTEGER && reply->integer > 0) {
		uint64_t count = (uint64_t)reply->integer;

		atomic_store_explicit(&members->count,
			count < SHARED_MEMBERS_MAX ? (uint32_t)count : SHARED_MEMBERS_MAX,
			memory_order_relaxed);
		return;
	}
	atomic_store_explicit(&members->next_ms, clock_ms() + AGAIN_MS, memory_order_relaxed);
}

void shared_heart_tick(struct shared_heart *heart, uint64_t now_ms)
{
	struct shared_members *members = heart->members;
	const struct str args[] = {bytes_view(&members->key), str_view(members->id)};
	const struct store_command join = {
		.script = &members->join, .args = args, .arg_count = 2, .key_count = 1};
	uint64_t due_ms = atomic_load_explicit(&members->next_ms, memory_order_relaxed);

	if (now_ms < due_ms || heart->question != NULL || !store_is_there(heart->client) ||
		!atomic_compare_exchange_strong(
			&members->next_ms, &due_ms, now_ms + SHARED_BEAT_MS)) {
		return;
	}
	heart->question = store_ask(heart->client, &join, 0, on_joined, heart);
	if (heart->question == NULL) {
		atomic_store_explicit(&members->next_ms, now_ms + AGAIN_MS, memory_order_relaxed);
	}
}

void shared_heart_stop(struct shared_heart *heart)
{
	struct shared_members *members = heart->members;
	const struct str leave[] = {
		str_view("ZREM"), bytes_view(&members->key), str_view(members->id)};
	const struct store_command command = {.args = leave, .arg_count = 3};

	if (heart->question != NULL) {
		store_cancel(heart->question);
		heart->question = NULL;
	}
	if (atomic_fetch_sub(&members->workers, 1) == 1 &&
		store_ask(heart->client, &command, 0, NULL, NULL) != NULL) {
		store_flush(heart->client);
	}
}
