/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/cache.h"

#include "base/hash.h"
#include "dns/packed.h"
#include "dns/result.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS_MAX 64u
#define SHARD_BYTES_MIN (64u * 1024)
#define CACHE_LINE 64
#define ENTRY_BYTES_GUESS 256u /* for the size of the tables */
#define HEAP_OVERHEAD 16u      /* of one allocation */
#define PROBATION_SHARE 10u    /* one part in so many */
#define HITS_MAX 3u
#define BACKOFF_FIRST_MS 1000u
#define BACKOFF_MAX_MS 60000u
#define BACKOFF_DOUBLINGS_MAX 6u

enum kind { KIND_RESULT, KIND_ANSWER };

/* The key as bytes: kind, mode or type, address or lower-cased name. */
#define KEY_MAX (3 + DNS_NAME_MAX)

struct key {
	uint64_t hash;
	size_t len;
	uint8_t bytes[KEY_MAX];
};

union value {
	const struct fcrdns_result *result;
	struct dns_packed *packed; /* NULL: the status says it all */
};

struct entry {
	struct entry *in_bucket;
	struct entry *in_queue; /* towards the younger */
	union value value;
	uint64_t hash;
	uint64_t expires_ms;
	uint32_t bytes;
	uint16_t key_len;
	uint8_t kind;
	uint8_t status;   /* enum dns_status, of an answer */
	uint8_t hits;     /* since the clock's hand passed, at most HITS_MAX */
	uint8_t failures; /* stored in a row */
	bool proven;
	uint8_t key[];
};

struct queue {
	struct entry *oldest;
	struct entry *youngest;
	size_t bytes;
};

struct shard {
	alignas(CACHE_LINE) pthread_mutex_t lock;
	struct entry **buckets;
	uint32_t *ghosts; /* of entries that left probation: a part of the hash, by another part */
	size_t table_mask;
	size_t max_bytes;
	struct queue probation;
	struct queue proven;
};

struct dns_cache {
	struct hash_key hash_key;
	atomic_uint references;
	unsigned shard_count; /* a power of two */
	size_t table_bytes;
	struct shard shards[];
};

static bool shard_init(struct shard *s, uint64_t max_bytes, size_t table)
{
	size_t tables = table * (sizeof(s->buckets[0]) + sizeof(s->ghosts[0]));

	s->buckets = calloc(table, sizeof(s->buckets[0]));
	s->ghosts = calloc(table, sizeof(s->ghosts[0]));
	s->table_mask = table - 1;
	s->max_bytes = max_bytes > tables ? (size_t)max_bytes - tables : 0;
	pthread_mutex_init(&s->lock, NULL);
	return s->buckets != NULL && s->ghosts != NULL;
}

struct dns_cache *dns_cache_new(uint64_t max_bytes)
{
	unsigned shards = 1;
	size_t table = 64;

	while (shards < SHARDS_MAX && max_bytes / (shards * 2) >= SHARD_BYTES_MIN) {
		shards *= 2;
	}
	while (table * 2 <= max_bytes / shards / ENTRY_BYTES_GUESS) {
		table *= 2;
	}
	size_t size = sizeof(struct dns_cache) + shards * sizeof(struct shard);
	struct dns_cache *cache =
		aligned_alloc(CACHE_LINE, (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);

	if (cache == NULL) {
		return NULL;
	}
	memset(cache, 0, size);
	cache->hash_key = hash_key_new();
	atomic_init(&cache->references, 1);
	cache->table_bytes = table * (sizeof(struct entry *) + sizeof(uint32_t));
	for (unsigned i = 0; i < shards; i++) {
		bool ready = shard_init(&cache->shards[i], max_bytes / shards, table);

		cache->shard_count = i + 1;
		if (!ready) {
			dns_cache_unref(cache);
			return NULL;
		}
	}
	return cache;
}

struct dns_cache *dns_cache_ref(struct dns_cache *cache)
{
	atomic_fetch_add_explicit(&cache->references, 1, memory_order_relaxed);
	return cache;
}

static void value_drop(const struct entry *e)
{
	if (e->kind == KIND_RESULT) {
		fcrdns_result_unref(e->value.result);
	} else {
		free(e->value.packed);
	}
}

static void queue_free(struct queue *q)
{
	while (q->oldest != NULL) {
		struct entry *e = q->oldest;

		q->oldest = e->in_queue;
		value_drop(e);
		free(e);
	}
}

void dns_cache_unref(struct dns_cache *cache)
{
	if (cache == NULL ||
		atomic_fetch_sub_explicit(&cache->references, 1, memory_order_acq_rel) != 1) {
		return;
	}
	for (unsigned i = 0; i < cache->shard_count; i++) {
		struct shard *s = &cache->shards[i];

		queue_free(&s->probation);
		queue_free(&s->proven);
		free(s->buckets);
		free(s->ghosts);
		pthread_mutex_destroy(&s->lock);
	}
	free(cache);
}

uint64_t dns_cache_bytes(struct dns_cache *cache)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < cache->shard_count; i++) {
		struct shard *s = &cache->shards[i];

		pthread_mutex_lock(&s->lock);
		bytes += s->probation.bytes + s->proven.bytes + cache->table_bytes;
		pthread_mutex_unlock(&s->lock);
	}
	return bytes;
}

static void result_key(const struct dns_cache *cache, const struct addr *addr,
	enum fcrdns_mode mode, struct key *key)
{
	unsigned len = addr_len(addr);

	key->bytes[0] = KIND_RESULT;
	key->bytes[1] = (uint8_t)mode;
	memcpy(key->bytes + 2, addr->bytes, len);
	key->len = 2 + len;
	key->hash = hash_bytes(&cache->hash_key, key->bytes, key->len);
}

static void answer_key(const struct dns_cache *cache, const struct dns_name *name,
	enum dns_type type, struct key *key)
{
	key->bytes[0] = KIND_ANSWER;
	key->bytes[1] = (uint8_t)((unsigned)type >> 8);
	key->bytes[2] = (uint8_t)type;
	for (size_t i = 0; i < name->len; i++) {
		/* Length octets are at most 63, below every letter. */
		key->bytes[3 + i] = (uint8_t)ascii_lower((char)name->wire[i]);
	}
	key->len = 3u + name->len;
	key->hash = hash_bytes(&cache->hash_key, key->bytes, key->len);
}

static struct shard *shard_lock(struct dns_cache *cache, const struct key *key)
{
	struct shard *s = &cache->shards[key->hash >> 58 & (cache->shard_count - 1)];

	pthread_mutex_lock(&s->lock);
	return s;
}

static struct entry *find(const struct shard *s, const struct key *key)
{
	struct entry *e = s->buckets[key->hash & s->table_mask];

	while (e != NULL && (e->hash != key->hash || e->key_len != key->len ||
				    memcmp(e->key, key->bytes, key->len) != 0)) {
		e = e->in_bucket;
	}
	return e;
}

static void queue_push(struct queue *q, struct entry *e)
{
	e->in_queue = NULL;
	if (q->oldest == NULL) {
		q->oldest = e;
	} else {
		q->youngest->in_queue = e;
	}
	q->youngest = e;
	q->bytes += e->bytes;
}

static struct entry *queue_pop(struct queue *q)
{
	struct entry *e = q->oldest;

	q->oldest = e->in_queue;
	q->bytes -= e->bytes;
	return e;
}

static void entry_free(struct shard *s, struct entry *e)
{
	struct entry **at = &s->buckets[e->hash & s->table_mask];

	while (*at != e) {
		at = &(*at)->in_bucket;
	}
	*at = e->in_bucket;
	value_drop(e);
	free(e);
}

/* Never 0, which is an empty place. */
static uint32_t ghost_of(uint64_t hash)
{
	return (uint32_t)(hash >> 26) | 1;
}

static void make_room(struct shard *s)
{
	while (s->probation.bytes + s->proven.bytes > s->max_bytes) {
		bool first = s->probation.oldest != NULL &&
			     (s->proven.oldest == NULL ||
				     s->probation.bytes > s->max_bytes / PROBATION_SHARE);
		struct entry *e = queue_pop(first ? &s->probation : &s->proven);

		if (e->hits == 0) {
			if (first) {
				s->ghosts[e->hash & s->table_mask] = ghost_of(e->hash);
			}
			entry_free(s, e);
			continue;
		}
		e->hits = first ? 0 : e->hits - 1;
		e->proven = true;
		queue_push(&s->proven, e);
	}
}

const struct fcrdns_result *dns_cache_get_result(
	struct dns_cache *cache, const struct addr *addr, enum fcrdns_mode mode, uint64_t now_ms)
{
	const struct fcrdns_result *result = NULL;
	struct key key;

	result_key(cache, addr, mode, &key);
	struct shard *s = shard_lock(cache, &key);
	struct entry *e = find(s, &key);

	if (e != NULL) {
		e->hits += e->hits < HITS_MAX;
		if (now_ms < e->expires_ms) {
			result = fcrdns_result_ref(e->value.result);
		}
	}
	pthread_mutex_unlock(&s->lock);
	return result;
}

bool dns_cache_get_answer(struct dns_cache *cache, const struct dns_name *name, enum dns_type type,
	uint64_t now_ms, struct dns_cached *out, struct dns_answer *answer)
{
	struct key key;

	answer_key(cache, name, type, &key);
	struct shard *s = shard_lock(cache, &key);
	struct entry *e = find(s, &key);
	bool found = e != NULL && now_ms < e->expires_ms;

	if (e != NULL) {
		e->hits += e->hits < HITS_MAX;
	}
	if (found) {
		*out = (struct dns_cached){e->status, e->expires_ms};
		if (e->value.packed != NULL) {
			dns_packed_get(e->value.packed, type, answer);
		}
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

static struct entry *entry_add(struct shard *s, const struct key *key)
{
	struct entry *e = malloc(sizeof(*e) + key->len);

	if (e == NULL) {
		return NULL;
	}
	struct entry **bucket = &s->buckets[key->hash & s->table_mask];

	*e = (struct entry){.in_bucket = *bucket, .hash = key->hash, .key_len = (uint16_t)key->len};
	memcpy(e->key, key->bytes, key->len);
	*bucket = e;
	return e;
}

static bool is_failure(const struct entry *e)
{
	return e->kind == KIND_RESULT ? e->value.result->status == FCRDNS_ERROR
				      : dns_status_is_failure(e->status);
}

/*
 * Stores the value of `fresh`, which now belongs to the cache. An entry that is there already is
 * filled anew where it stands: being asked for has earned it that place.
 */
static void put(struct dns_cache *cache, const struct key *key, const struct entry *fresh,
	size_t value_bytes)
{
	struct shard *s = shard_lock(cache, key);
	struct entry *e = find(s, key);
	struct queue *q;

	if (e != NULL) {
		q = e->proven ? &s->proven : &s->probation;
		q->bytes -= e->bytes;
		value_drop(e);
	} else {
		e = entry_add(s, key);
		if (e == NULL) {
			value_drop(fresh);
			pthread_mutex_unlock(&s->lock);
			return;
		}
		e->proven = s->ghosts[key->hash & s->table_mask] == ghost_of(key->hash);
		q = e->proven ? &s->proven : &s->probation;
		queue_push(q, e);
	}
	e->kind = fresh->kind;
	e->status = fresh->status;
	e->value = fresh->value;
	e->expires_ms = fresh->expires_ms;
	e->failures = is_failure(e) ? e->failures + (e->failures < UINT8_MAX) : 0;
	e->bytes = (uint32_t)(sizeof(*e) + key->len + value_bytes + 2 * HEAP_OVERHEAD);
	q->bytes += e->bytes;
	make_room(s);
	pthread_mutex_unlock(&s->lock);
}

void dns_cache_put_result(struct dns_cache *cache, const struct addr *addr, enum fcrdns_mode mode,
	const struct fcrdns_result *result)
{
	struct entry fresh = {.kind = KIND_RESULT,
		.value.result = fcrdns_result_ref(result),
		.expires_ms = result->expires_ms};
	struct key key;

	result_key(cache, addr, mode, &key);
	put(cache, &key, &fresh, fcrdns_result_size(result));
}

void dns_cache_put_answer(struct dns_cache *cache, const struct dns_name *name, enum dns_type type,
	const struct dns_cached *cached, const struct dns_answer *answer)
{
	struct entry fresh = {.kind = KIND_ANSWER,
		.status = (uint8_t)cached->status,
		.expires_ms = cached->expires_ms};
	size_t value_bytes = 0;
	struct key key;

	if (cached->status == DNS_STATUS_DATA || cached->status == DNS_STATUS_CNAME) {
		fresh.value.packed = dns_packed_new(answer, type);
		if (fresh.value.packed == NULL) {
			return;
		}
		value_bytes = dns_packed_size(fresh.value.packed);
	}
	answer_key(cache, name, type, &key);
	put(cache, &key, &fresh, value_bytes);
}

static uint32_t backoff_ms(struct dns_cache *cache, const struct key *key, uint64_t now_ms)
{
	struct shard *s = shard_lock(cache, key);
	struct entry *e = find(s, key);
	unsigned failures = 0;

	if (e != NULL) {
		/* A failure that ended long ago says nothing about this one. */
		if (now_ms >= e->expires_ms + BACKOFF_MAX_MS) {
			e->failures = 0;
		}
		failures =
			e->failures < BACKOFF_DOUBLINGS_MAX ? e->failures : BACKOFF_DOUBLINGS_MAX;
	}
	pthread_mutex_unlock(&s->lock);
	uint32_t backoff = BACKOFF_FIRST_MS << failures;

	return backoff < BACKOFF_MAX_MS ? backoff : BACKOFF_MAX_MS;
}

uint32_t dns_cache_result_backoff_ms(
	struct dns_cache *cache, const struct addr *addr, enum fcrdns_mode mode, uint64_t now_ms)
{
	struct key key;

	result_key(cache, addr, mode, &key);
	return backoff_ms(cache, &key, now_ms);
}

uint32_t dns_cache_answer_backoff_ms(
	struct dns_cache *cache, const struct dns_name *name, enum dns_type type, uint64_t now_ms)
{
	struct key key;

	answer_key(cache, name, type, &key);
	return backoff_ms(cache, &key, now_ms);
}
