/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/match_cache.h"

#include "base/hash.h"
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS POLICY_MATCH_CACHE_ENTRIES_MAX /* a power of two */
#define ENTRIES_IN_BYTES_MIN 16                /* so many entries of the largest size fit */
#define HEAP_OVERHEAD 16                       /* of each allocation */
#define RULES_FIRST 4

struct entry {
	struct policy_match_entry cached;
	struct list age; /* the oldest first */
	struct entry *next;
	uint64_t hash;
	size_t capacity;
	bool held;
	bool used; /* since it was last considered for eviction */
	size_t key_len;
	uint8_t key[];
};

struct policy_match_cache {
	struct hash_key hash_key;
	struct entry **buckets; /* NULL: the cache is empty */
	struct list ages;
	size_t max_bytes;
	size_t bytes;
	size_t count;
};

struct policy_match_cache *policy_match_cache_new(size_t max_bytes)
{
	struct policy_match_cache *cache = calloc(1, sizeof(*cache));

	if (cache != NULL) {
		cache->hash_key = hash_key_new();
		cache->max_bytes = max_bytes;
		list_init(&cache->ages);
	}
	return cache;
}

static size_t rules_bytes(size_t capacity)
{
	return capacity > 0 ? capacity * sizeof(uint32_t) + HEAP_OVERHEAD : 0;
}

static size_t bytes_of(const struct entry *entry)
{
	return sizeof(*entry) + entry->key_len + HEAP_OVERHEAD + rules_bytes(entry->capacity);
}

static void forget(struct policy_match_cache *cache, struct entry *entry)
{
	struct entry **at = &cache->buckets[entry->hash % BUCKETS];

	while (*at != entry) {
		at = &(*at)->next;
	}
	*at = entry->next;
	list_remove(&entry->age);
	cache->bytes -= bytes_of(entry);
	cache->count--;
	free(entry->cached.rules);
	free(entry);
}

void policy_match_cache_free(struct policy_match_cache *cache)
{
	struct list *first;

	if (cache == NULL) {
		return;
	}
	while ((first = list_first(&cache->ages)) != NULL) {
		forget(cache, CONTAINER_OF(first, struct entry, age));
	}
	free(cache->buckets);
	free(cache);
}

size_t policy_match_cache_bytes(const struct policy_match_cache *cache)
{
	return cache->bytes;
}

size_t policy_match_cache_count(const struct policy_match_cache *cache)
{
	return cache->count;
}

/*
 * Second chance: an entry used since the last sweep is kept, so that one-time keys cannot evict
 * frequent ones.
 */
static bool make_room(struct policy_match_cache *cache, size_t bytes, size_t entries)
{
	if (bytes > cache->max_bytes) {
		return false;
	}
	for (size_t turns = 2 * cache->count;
		turns > 0 && (cache->bytes + bytes > cache->max_bytes ||
				     cache->count + entries > POLICY_MATCH_CACHE_ENTRIES_MAX);
		turns--) {
		struct entry *oldest = CONTAINER_OF(list_first(&cache->ages), struct entry, age);

		if (!oldest->held && !oldest->used) {
			forget(cache, oldest);
			continue;
		}
		oldest->used = false;
		list_remove(&oldest->age);
		list_append(&cache->ages, &oldest->age);
	}
	return cache->bytes + bytes <= cache->max_bytes &&
	       cache->count + entries <= POLICY_MATCH_CACHE_ENTRIES_MAX;
}

static struct entry *find(
	const struct policy_match_cache *cache, uint64_t hash, const void *key, size_t len)
{
	struct entry *entry = cache->buckets[hash % BUCKETS];

	while (entry != NULL && !(entry->hash == hash && entry->key_len == len &&
					memcmp(entry->key, key, len) == 0)) {
		entry = entry->next;
	}
	return entry;
}

static struct entry *make(
	struct policy_match_cache *cache, uint64_t hash, const void *key, size_t len)
{
	struct entry *entry = calloc(1, sizeof(*entry) + len);

	if (entry == NULL) {
		return NULL;
	}
	entry->hash = hash;
	entry->key_len = len;
	memcpy(entry->key, key, len);
	if (!make_room(cache, bytes_of(entry), 1)) {
		free(entry);
		return NULL;
	}
	entry->next = cache->buckets[hash % BUCKETS];
	cache->buckets[hash % BUCKETS] = entry;
	list_append(&cache->ages, &entry->age);
	cache->bytes += bytes_of(entry);
	cache->count++;
	return entry;
}

struct policy_match_entry *policy_match_cache_hold(
	struct policy_match_cache *cache, const void *key, size_t len)
{
	uint64_t hash = hash_bytes(&cache->hash_key, key, len);

	if (cache->buckets == NULL) {
		cache->buckets = calloc(BUCKETS, sizeof(struct entry *));
		if (cache->buckets == NULL) {
			return NULL;
		}
	}
	struct entry *entry = find(cache, hash, key, len);

	if (entry != NULL) {
		entry->used = true;
	} else {
		entry = make(cache, hash, key, len);
	}
	if (entry == NULL) {
		return NULL;
	}
	entry->held = true;
	return &entry->cached;
}

static bool grow(struct policy_match_cache *cache, struct entry *entry)
{
	size_t capacity = entry->capacity > 0 ? entry->capacity * 2 : RULES_FIRST;
	size_t more = rules_bytes(capacity) - rules_bytes(entry->capacity);

	if (bytes_of(entry) + more > cache->max_bytes / ENTRIES_IN_BYTES_MIN ||
		!make_room(cache, more, 0)) {
		return false;
	}
	uint32_t *rules = reallocarray(entry->cached.rules, capacity, sizeof(*rules));

	if (rules == NULL) {
		return false;
	}
	entry->cached.rules = rules;
	entry->capacity = capacity;
	cache->bytes += more;
	return true;
}

bool policy_match_cache_note(
	struct policy_match_cache *cache, struct policy_match_entry *cached, uint32_t rule)
{
	struct entry *entry = CONTAINER_OF(cached, struct entry, cached);

	if (cached->count == entry->capacity && !grow(cache, entry)) {
		forget(cache, entry);
		return false;
	}
	cached->rules[cached->count++] = rule;
	return true;
}

void policy_match_cache_release(struct policy_match_entry *cached)
{
	CONTAINER_OF(cached, struct entry, cached)->held = false;
}
