/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/rate_question.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * Numbers are doubles, which hold microseconds since 1970 to a quarter of one; hence the half. What
 * is no number, or a time further ahead than an empty bucket has, stands there by mistake. SET
 * comes first of the writing commands, so that a full store refuses before anything is changed, and
 * replaces values of other types. Without a change nothing is written.
 */
const char shared_rate_script[] =
	"local t = redis.call('TIME')\n"
	"local now = t[1] * 1000000 + t[2]\n"
	"local between = tonumber(ARGV[1])\n"
	"local empty = now + between * ARGV[2]\n"
	"local full = tonumber(redis.pcall('GET', KEYS[1]))\n"
	"if not (full and full > now) then full = now end\n"
	"full = math.min(full, empty) + ARGV[4] * between\n"
	"full = math.max(now, math.min(full, empty))\n"
	"local free = math.floor((empty - full + 0.5) / between)\n"
	"local given = math.min(tonumber(ARGV[3]), free)\n"
	"full = full + given * between\n"
	"if given > 0 or tonumber(ARGV[4]) ~= 0 then\n"
	"  redis.call('SET', KEYS[1], string.format('%.2f', full), 'PX',\n"
	"    math.max(1, math.ceil((full - now) / 1000)))\n"
	"end\n"
	"return {given, math.max(0, math.ceil(full + between - empty))}\n";

#define NUMBER_MAX 32

struct store_question *shared_rate_ask(struct store_client *client,
	const struct store_script *script, struct str key, const struct shared_bucket *bucket,
	const struct shared_lease_ask *ask, uint32_t timeout_ms, store_done *done, void *ctx)
{
	uint64_t between_ns = bucket->unit_ns / bucket->tokens;
	char between[NUMBER_MAX];
	char tokens[NUMBER_MAX];
	char want[NUMBER_MAX];
	char change[NUMBER_MAX];

	snprintf(between, sizeof(between), "%" PRIu64 ".%03" PRIu64, between_ns / 1000,
		between_ns % 1000);
	snprintf(tokens, sizeof(tokens), "%" PRIu32, bucket->tokens);
	snprintf(want, sizeof(want), "%" PRIu32, ask->want);
	snprintf(change, sizeof(change), "%" PRId64, (int64_t)ask->owed - (int64_t)ask->back);
	const struct str args[] = {
		key, str_view(between), str_view(tokens), str_view(want), str_view(change)};
	const struct store_command command = {
		.script = script, .args = args, .arg_count = ARRAY_LEN(args), .key_count = 1};

	return store_ask(client, &command, timeout_ms, done, ctx);
}

bool shared_rate_read(const struct store_reply *reply, uint64_t *granted, uint64_t *wait_ns)
{
	if (reply->type != STORE_REPLY_ARRAY || reply->count != 2) {
		return false;
	}
	const struct store_reply *given = &reply->items[0];
	const struct store_reply *wait_us = &reply->items[1];

	if (given->type != STORE_REPLY_INTEGER || given->integer < 0 ||
		wait_us->type != STORE_REPLY_INTEGER || wait_us->integer < 0) {
		return false;
	}
	*granted = (uint64_t)given->integer;
	*wait_ns = (uint64_t)wait_us->integer < UINT64_MAX / 1000
			   ? (uint64_t)wait_us->integer * 1000
			   : UINT64_MAX;
	return true;
}
