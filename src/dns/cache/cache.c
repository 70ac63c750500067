/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/cache/cache.h"

#include "base/hash.h"
#include "base/ref.h"
#include "dns/cache/shard.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS_MAX 64u
#define SHARD_BYTES_MIN (64u * 1024)
#define CACHE_LINE 64
#define NETWORK_LEN 8          /* bytes of an IPv6 /64 */
#define IP6_ARPA "\3ip6\4arpa" /* with the root's zero at its end */
#define IP6_ARPA_NIBBLES 32
#define BACKOFF_FIRST_MS 1000u
#define BACKOFF_MAX_MS 60000u
#define BACKOFF_DOUBLINGS_MAX 6u

struct slot {
	alignas(CACHE_LINE) struct dns_shard shard;
};

struct dns_cache {
	struct hash_key hash_key;
	struct ref references;
	unsigned slot_count; /* a power of two */
	struct slot slots[];
};

struct dns_cache *dns_cache_new(uint64_t max_bytes)
{
	unsigned count = 1;

	while (count < SHARDS_MAX && max_bytes / (count * 2) >= SHARD_BYTES_MIN) {
		count *= 2;
	}
	/* A multiple of the alignment, because both parts are. */
	size_t size = sizeof(struct dns_cache) + count * sizeof(struct slot);
	struct dns_cache *cache = aligned_alloc(CACHE_LINE, size);
	bool ready = true;

	if (cache == NULL) {
		return NULL;
	}
	memset(cache, 0, size);
	cache->hash_key = hash_key_new();
	cache->slot_count = count;
	ref_init(&cache->references);
	for (unsigned i = 0; i < count; i++) {
		ready = dns_shard_init(&cache->slots[i].shard, max_bytes / count) && ready;
	}
	if (!ready) {
		dns_cache_unref(cache);
		return NULL;
	}
	return cache;
}

struct dns_cache *dns_cache_ref(struct dns_cache *cache)
{
	ref_get(&cache->references);
	return cache;
}

void dns_cache_unref(struct dns_cache *cache)
{
	if (cache == NULL || !ref_put(&cache->references)) {
		return;
	}
	for (unsigned i = 0; i < cache->slot_count; i++) {
		dns_shard_clear(&cache->slots[i].shard);
	}
	free(cache);
}

struct dns_cache_size dns_cache_size(struct dns_cache *cache)
{
	struct dns_cache_size size = {0};

	for (unsigned i = 0; i < cache->slot_count; i++) {
		struct dns_shard *shard = &cache->slots[i].shard;

		pthread_mutex_lock(&shard->lock);
		size.bytes += dns_shard_bytes(shard);
		size.entries += shard->count;
		pthread_mutex_unlock(&shard->lock);
	}
	return size;
}

static void result_key(const struct dns_cache *cache, const struct addr *addr,
	enum dns_fcrdns_mode mode, struct dns_key *key)
{
	unsigned len = addr_len(addr);

	key->bytes[0] = DNS_VALUE_RESULT;
	key->bytes[1] = (uint8_t)mode;
	memcpy(key->bytes + 2, addr->bytes, len);
	key->len = 2 + len;
	key->hash = hash_bytes(&cache->hash_key, key->bytes, key->len);
	key->group = addr->family == ADDR_V6
			     ? hash_bytes(&cache->hash_key, key->bytes, 2 + NETWORK_LEN) | 1
			     : 0;
}

/* Hash of the /64, the second half of the nibbles, of an IPv6 address's name below ip6.arpa. */
static uint64_t answer_group(const struct dns_cache *cache, const struct dns_key *key)
{
	const size_t name_len = 2 * IP6_ARPA_NIBBLES + sizeof(IP6_ARPA);
	const uint8_t *name = key->bytes + 3;

	if (key->len != 3 + name_len ||
		memcmp(name + 2 * IP6_ARPA_NIBBLES, IP6_ARPA, sizeof(IP6_ARPA)) != 0) {
		return 0;
	}
	return hash_bytes(&cache->hash_key, name + IP6_ARPA_NIBBLES, name_len - IP6_ARPA_NIBBLES) |
	       1;
}

static void answer_key(const struct dns_cache *cache, const struct dns_name *name,
	enum dns_type type, struct dns_key *key)
{
	key->bytes[0] = DNS_VALUE_ANSWER;
	key->bytes[1] = (uint8_t)((unsigned)type >> 8);
	key->bytes[2] = (uint8_t)type;
	for (size_t i = 0; i < name->len; i++) {
		/* Length octets are at most 63, below every letter, so lower-casing keeps them. */
		key->bytes[3 + i] = (uint8_t)ascii_lower((char)name->wire[i]);
	}
	key->len = 3u + name->len;
	key->hash = hash_bytes(&cache->hash_key, key->bytes, key->len);
	key->group = answer_group(cache, key);
}

static struct dns_shard *lock_shard(struct dns_cache *cache, const struct dns_key *key)
{
	uint64_t hash = key->group != 0 ? key->group : key->hash;
	struct dns_shard *shard = &cache->slots[hash >> 58 & (cache->slot_count - 1)].shard;

	pthread_mutex_lock(&shard->lock);
	return shard;
}

/* The valid value, until the shard is unlocked; NULL: not cached, or expired. */
static const struct dns_value *get(
	const struct dns_shard *shard, const struct dns_key *key, uint64_t now_ms)
{
	struct dns_entry *e = dns_shard_find(shard, key);

	if (e == NULL) {
		return NULL;
	}
	dns_shard_touch(e);
	return now_ms < e->value.expires_ms ? &e->value : NULL;
}

const struct dns_fcrdns_result *dns_cache_get_result(struct dns_cache *cache,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t now_ms)
{
	struct dns_key key;

	result_key(cache, addr, mode, &key);
	struct dns_shard *shard = lock_shard(cache, &key);
	const struct dns_value *value = get(shard, &key, now_ms);
	const struct dns_fcrdns_result *result =
		value != NULL ? dns_fcrdns_result_ref(value->result) : NULL;

	pthread_mutex_unlock(&shard->lock);
	return result;
}

bool dns_cache_claim_result(
	struct dns_cache *cache, const struct addr *addr, enum dns_fcrdns_mode mode)
{
	struct dns_key key;

	result_key(cache, addr, mode, &key);
	struct dns_shard *shard = lock_shard(cache, &key);
	struct dns_entry *e = dns_shard_find(shard, &key);
	bool claimed = e != NULL && !e->value.claimed;

	if (claimed) {
		e->value.claimed = true;
	}
	pthread_mutex_unlock(&shard->lock);
	return claimed;
}

bool dns_cache_get_answer(struct dns_cache *cache, const struct dns_name *name, enum dns_type type,
	uint64_t now_ms, struct dns_cached *out, struct dns_answer *answer)
{
	struct dns_key key;

	answer_key(cache, name, type, &key);
	struct dns_shard *shard = lock_shard(cache, &key);
	const struct dns_value *value = get(shard, &key, now_ms);
	bool found = value != NULL;

	if (found) {
		*out = (struct dns_cached){value->status, value->expires_ms};
		if (value->packed != NULL) {
			dns_packed_get(value->packed, type, answer);
		}
	}
	pthread_mutex_unlock(&shard->lock);
	return found;
}

static size_t put(struct dns_cache *cache, const struct dns_key *key, const struct dns_value *value)
{
	struct dns_shard *shard = lock_shard(cache, key);
	uint64_t before = shard->evictions;

	dns_shard_put(shard, key, value);
	size_t evicted = (size_t)(shard->evictions - before);

	pthread_mutex_unlock(&shard->lock);
	return evicted;
}

size_t dns_cache_put_result(struct dns_cache *cache, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_result *result)
{
	struct dns_value value = {.kind = DNS_VALUE_RESULT,
		.result = dns_fcrdns_result_ref(result),
		.expires_ms = result->expires_ms};
	struct dns_key key;

	result_key(cache, addr, mode, &key);
	return put(cache, &key, &value);
}

size_t dns_cache_put_answer(struct dns_cache *cache, const struct dns_name *name,
	enum dns_type type, const struct dns_cached *cached, const struct dns_answer *answer)
{
	struct dns_value value = {.kind = DNS_VALUE_ANSWER,
		.status = (uint8_t)cached->status,
		.expires_ms = cached->expires_ms};
	struct dns_key key;

	if (cached->status == DNS_STATUS_DATA || cached->status == DNS_STATUS_CNAME) {
		value.packed = dns_packed_new(answer, type);
		if (value.packed == NULL) {
			return 0;
		}
	}
	answer_key(cache, name, type, &key);
	return put(cache, &key, &value);
}

static uint32_t backoff_ms(struct dns_cache *cache, const struct dns_key *key, uint64_t now_ms)
{
	struct dns_shard *shard = lock_shard(cache, key);
	struct dns_entry *e = dns_shard_find(shard, key);
	unsigned failures = 0;

	if (e != NULL) {
		/* A failure that expired long ago does not prolong this one. */
		if (now_ms >= e->value.expires_ms + BACKOFF_MAX_MS) {
			e->failures = 0;
		}
		failures =
			e->failures < BACKOFF_DOUBLINGS_MAX ? e->failures : BACKOFF_DOUBLINGS_MAX;
	}
	pthread_mutex_unlock(&shard->lock);
	uint32_t backoff = BACKOFF_FIRST_MS << failures;

	return backoff < BACKOFF_MAX_MS ? backoff : BACKOFF_MAX_MS;
}

uint32_t dns_cache_result_backoff_ms(struct dns_cache *cache, const struct addr *addr,
	enum dns_fcrdns_mode mode, uint64_t now_ms)
{
	struct dns_key key;

	result_key(cache, addr, mode, &key);
	return backoff_ms(cache, &key, now_ms);
}

uint32_t dns_cache_answer_backoff_ms(
	struct dns_cache *cache, const struct dns_name *name, enum dns_type type, uint64_t now_ms)
{
	struct dns_key key;

	answer_key(cache, name, type, &key);
	return backoff_ms(cache, &key, now_ms);
}
