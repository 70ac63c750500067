/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/names.h"

#include "base/clock.h"
#include "base/reader.h"
#include "log/limit.h"
#include "shared/name_value.h"
#include "shared/shared_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIM_MS "500"
#define IDENTITY_LEN 32u

struct shared_names {
	struct dns_remote_cache cache;
	struct shared_worker *worker;
	struct dns_context *context;
	struct log_limit log;
};

struct dns_remote_question {
	struct shared_names *names;
	struct store_question *question;
	struct addr addr;
	enum dns_fcrdns_mode mode;
	uint64_t fresh_ms;
	dns_remote_done *done;
	void *ctx;
};

/*
 * What a value is about: a machine on whose settings other facts depend has other keys. The name
 * servers do not count: each machine has its own, and all see the same DNS.
 */
static struct str identity_of(const struct shared_names *names, const struct addr *addr,
	enum dns_fcrdns_mode mode, uint8_t out[IDENTITY_LEN])
{
	const struct dns_settings *settings = dns_context_settings(names->context);
	const struct dns_zone *zone = dns_context_zone(names->context);
	uint64_t digest = zone != NULL ? dns_zone_digest(zone) : 0;

	out[0] = (uint8_t)mode;
	out[1] = (uint8_t)(settings->require_ad | (zone != NULL) << 1);
	put_u32(out + 2, settings->min_ttl_s);
	put_u32(out + 6, (uint32_t)(digest >> 32));
	put_u32(out + 10, (uint32_t)digest);
	out[14] = addr->family;
	memcpy(out + 15, addr->bytes, sizeof(addr->bytes));
	return str_from_bytes(out, 15 + sizeof(addr->bytes));
}

/* False if the store has no key: the bytes are cleared. */
static bool make_key(const struct shared_names *names, struct str identity, struct bytes *key)
{
	bytes_init(key, 0);
	store_seal_key(shared_seal(shared_worker_shared(names->worker)), 0, STORE_LABEL_NAME,
		identity, key);
	if (key->failed) {
		bytes_clear(key);
		return false;
	}
	return true;
}

static struct shared_name_stats *stats_of(const struct shared_names *names)
{
	return &shared_worker_stats(names->worker)->names;
}

static void warn(struct shared_names *names, const char *what)
{
	struct shared *shared = shared_worker_shared(names->worker);

	log_limited(&names->log, LOG_LEVEL_WARNING, clock_ms(),
		"shared: a value for a client's names in the store %s is ignored: %s",
		store_status_where(shared_status(shared)), what);
}

/* NULL: nothing that can be used. */
static const struct dns_fcrdns_result *take_value(
	const struct dns_remote_question *q, struct str opened, int64_t expires_ms, int64_t wall_ms)
{
	struct shared_names *names = q->names;
	struct shared_name_stats *stats = stats_of(names);
	struct shared_name_value value;

	if (!shared_name_value_read(opened, q->mode, &value)) {
		counter_add(&stats->malformed, 1);
		warn(names, "it is not a result of a lookup");
		return NULL;
	}
	const struct dns_settings *settings = dns_context_settings(names->context);
	uint64_t most_s = value.status == DNS_FCRDNS_NONE ? settings->negative_max_ttl_s
							  : settings->max_ttl_s;
	uint64_t now_ms = clock_ms();
	uint64_t end_ms =
		now_ms + shared_name_value_life_ms(&value, expires_ms, wall_ms, most_s * 1000);

	if (end_ms == now_ms || end_ms <= q->fresh_ms) {
		counter_add(&stats->expired, 1);
		return NULL;
	}
	const struct dns_fcrdns_result *result = dns_fcrdns_result_new(value.status, false,
		(struct str_list){value.names, value.count}, value.confirmed, end_ms);

	counter_add(&stats->hits, result != NULL);
	return result;
}

static const struct dns_fcrdns_result *open_value(
	const struct dns_remote_question *q, struct str sealed)
{
	struct shared_names *names = q->names;
	struct shared_name_stats *stats = stats_of(names);
	const struct dns_fcrdns_result *result = NULL;
	int64_t wall_ms = clock_wall_ms();
	uint8_t identity[IDENTITY_LEN];
	struct bytes opened;
	int64_t expires_ms;

	bytes_init(&opened, 0);
	switch (store_seal_open(shared_seal(shared_worker_shared(names->worker)), STORE_LABEL_NAME,
		identity_of(names, &q->addr, q->mode, identity), sealed, wall_ms, &opened,
		&expires_ms)) {
	case STORE_OPENED:
		if (!opened.failed) {
			result = take_value(q, bytes_view(&opened), expires_ms, wall_ms);
		}
		break;
	case STORE_EXPIRED:
		counter_add(&stats->expired, 1);
		break;
	case STORE_FORGED:
		counter_add(&stats->forged, 1);
		warn(names, "it was not sealed with the secret for this client");
		break;
	}
	bytes_clear(&opened);
	return result;
}

static void on_reply(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct dns_remote_question q = *(struct dns_remote_question *)ctx;
	struct shared_name_stats *stats = stats_of(q.names);
	enum dns_remote_reply said = DNS_REMOTE_NONE;
	const struct dns_fcrdns_result *result = NULL;

	free(ctx);
	if (outcome == STORE_AWAY) {
		counter_add(&stats->unanswered, 1);
	} else if (reply->type == STORE_REPLY_NULL) {
		counter_add(&stats->misses, 1);
	} else if (reply->type != STORE_REPLY_STRING) {
		counter_add(&stats->malformed, 1);
		warn(q.names, "it is not a string");
	} else if (reply->text.len == 0) {
		counter_add(&stats->claimed, 1);
		said = DNS_REMOTE_CLAIMED;
	} else {
		result = open_value(&q, reply->text);
		said = result != NULL ? DNS_REMOTE_RESULT : DNS_REMOTE_NONE;
	}
	q.done(q.ctx, said, result);
}

static struct dns_remote_question *ask(void *ctx, const struct addr *addr,
	enum dns_fcrdns_mode mode, uint64_t fresh_ms, dns_remote_done *done, void *done_ctx)
{
	struct shared_names *names = ctx;
	struct shared *shared = shared_worker_shared(names->worker);
	struct store_client *client = shared_worker_client(names->worker);
	/* A flood of new clients must not take the place of rates. */
	struct dns_remote_question *q = store_has_spare_room(client) ? malloc(sizeof(*q)) : NULL;
	uint8_t identity[IDENTITY_LEN];
	struct bytes key;

	if (q == NULL || !make_key(names, identity_of(names, addr, mode, identity), &key)) {
		free(q);
		return NULL;
	}
	/* A refresh claims nothing: what is there is still valid. */
	const struct str args[] = {bytes_view(&key), str_view(fresh_ms == 0 ? CLAIM_MS : "0")};
	const struct store_command find = {
		.script = &shared->find_name, .args = args, .arg_count = 2, .key_count = 1};

	*q = (struct dns_remote_question){names, NULL, *addr, mode, fresh_ms, done, done_ctx};
	q->question = store_ask(client, &find, 0, on_reply, q);
	bytes_clear(&key);
	if (q->question == NULL) {
		free(q);
		return NULL;
	}
	counter_add(&stats_of(names)->asked, 1);
	return q;
}

static void cancel(struct dns_remote_question *q)
{
	store_cancel(q->question);
	free(q);
}

static void put_sealed(struct shared_names *names, struct str identity, struct str value,
	int64_t expires_ms, uint64_t left_ms)
{
	struct shared *shared = shared_worker_shared(names->worker);
	struct bytes sealed;
	struct bytes key;
	char life[24];

	if (!make_key(names, identity, &key)) {
		return;
	}
	bytes_init(&sealed, 0);
	store_seal_close(
		shared_seal(shared), STORE_LABEL_NAME, identity, value, expires_ms, &sealed);
	snprintf(life, sizeof(life), "%llu", (unsigned long long)left_ms);
	const struct str args[] = {str_view("SET"), bytes_view(&key), bytes_view(&sealed),
		str_view("PX"), str_view(life)};
	const struct store_command set = {.args = args, .arg_count = ARRAY_LEN(args)};

	if (!sealed.failed &&
		store_ask(shared_worker_client(names->worker), &set, 0, NULL, NULL) != NULL) {
		counter_add(&stats_of(names)->stored, 1);
	}
	bytes_clear(&sealed);
	bytes_clear(&key);
}

static void put(void *ctx, const struct addr *addr, enum dns_fcrdns_mode mode,
	const struct dns_fcrdns_result *result)
{
	struct shared_names *names = ctx;
	uint64_t now_ms = clock_ms();
	int64_t wall_ms = clock_wall_ms();
	uint8_t identity[IDENTITY_LEN];
	struct bytes value;

	if (result->expires_ms <= now_ms ||
		!store_has_spare_room(shared_worker_client(names->worker))) {
		return;
	}
	uint64_t left_ms = result->expires_ms - now_ms;

	bytes_init(&value, 0);
	if (shared_name_value_write(result, wall_ms, &value) && !value.failed) {
		put_sealed(names, identity_of(names, addr, mode, identity), bytes_view(&value),
			wall_ms + (int64_t)left_ms, left_ms);
	}
	bytes_clear(&value);
}

struct shared_names *shared_names_new(struct shared_worker *worker, struct dns_context *context)
{
	struct shared_names *names = calloc(1, sizeof(*names));

	if (names == NULL) {
		return NULL;
	}
	names->cache =
		(struct dns_remote_cache){.ask = ask, .cancel = cancel, .put = put, .ctx = names};
	names->worker = shared_worker_ref(worker);
	names->context = dns_context_ref(context);
	return names;
}

void shared_names_free(struct shared_names *names)
{
	if (names != NULL) {
		dns_context_unref(names->context);
		shared_worker_unref(names->worker);
		free(names);
	}
}

const struct dns_remote_cache *shared_names_cache(const struct shared_names *names)
{
	return &names->cache;
}
