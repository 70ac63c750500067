/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/match_cache.h"

#include "base/hash.h"
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS POLICY_MATCH_CACHE_ENTRIES_MAX /* a power of two */
#define ENTRIES_IN_BYTES_MIN 16                /* so many of the largest fit */
#define HEAP_OVERHEAD 16                       /* of each allocation */
#define RULES_FIRST 4

struct entry {
	struct policy_match_entry remembered;
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
	struct entry **buckets; /* NULL: nothing was remembered yet */
	struct list ages;
	size_t max_bytes;
	size_t bytes;
	size_t count;
};

struct policy_match_cache *policy_match_cache_new(size_t max_bytes)
{
	struct policy_match_cache *memory = calloc(1, sizeof(*memory));

	if (memory != NULL) {
		memory->hash_key = hash_key_new();
		memory->max_bytes = max_bytes;
		list_init(&memory->ages);
	}
	return memory;
}

static size_t rules_bytes(size_t capacity)
{
	return capacity > 0 ? capacity * sizeof(uint32_t) + HEAP_OVERHEAD : 0;
}

static size_t bytes_of(const struct entry *entry)
{
	return sizeof(*entry) + entry->key_len + HEAP_OVERHEAD + rules_bytes(entry->capacity);
}

static void forget(struct policy_match_cache *memory, struct entry *entry)
{
	struct entry **at = &memory->buckets[entry->hash % BUCKETS];

	while (*at != entry) {
		at = &(*at)->next;
	}
	*at = entry->next;
	list_remove(&entry->age);
	memory->bytes -= bytes_of(entry);
	memory->count--;
	free(entry->remembered.rules);
	free(entry);
}

void policy_match_cache_free(struct policy_match_cache *memory)
{
	struct list *first;

	if (memory == NULL) {
		return;
	}
	while ((first = list_first(&memory->ages)) != NULL) {
		forget(memory, CONTAINER_OF(first, struct entry, age));
	}
	free(memory->buckets);
	free(memory);
}

size_t policy_match_cache_bytes(const struct policy_match_cache *memory)
{
	return memory->bytes;
}

size_t policy_match_cache_count(const struct policy_match_cache *memory)
{
	return memory->count;
}

/* What was used since its last turn gets another one: a flood of strangers passes by the regulars.
 */
static bool make_room(struct policy_match_cache *memory, size_t bytes, size_t entries)
{
	for (size_t turns = 2 * memory->count;
		turns > 0 && (memory->bytes + bytes > memory->max_bytes ||
				     memory->count + entries > POLICY_MATCH_CACHE_ENTRIES_MAX);
		turns--) {
		struct entry *oldest = CONTAINER_OF(list_first(&memory->ages), struct entry, age);

		if (!oldest->held && !oldest->used) {
			forget(memory, oldest);
			continue;
		}
		oldest->used = false;
		list_remove(&oldest->age);
		list_append(&memory->ages, &oldest->age);
	}
	return memory->bytes + bytes <= memory->max_bytes &&
	       memory->count + entries <= POLICY_MATCH_CACHE_ENTRIES_MAX;
}

static struct entry *find(
	const struct policy_match_cache *memory, uint64_t hash, const void *key, size_t len)
{
	struct entry *entry = memory->buckets[hash % BUCKETS];

	while (entry != NULL && !(entry->hash == hash && entry->key_len == len &&
					memcmp(entry->key, key, len) == 0)) {
		entry = entry->next;
	}
	return entry;
}

static struct entry *make(
	struct policy_match_cache *memory, uint64_t hash, const void *key, size_t len)
{
	struct entry *entry = calloc(1, sizeof(*entry) + len);

	if (entry == NULL) {
		return NULL;
	}
	entry->hash = hash;
	entry->key_len = len;
	memcpy(entry->key, key, len);
	if (!make_room(memory, bytes_of(entry), 1)) {
		free(entry);
		return NULL;
	}
	entry->next = memory->buckets[hash % BUCKETS];
	memory->buckets[hash % BUCKETS] = entry;
	list_append(&memory->ages, &entry->age);
	memory->bytes += bytes_of(entry);
	memory->count++;
	return entry;
}

struct policy_match_entry *policy_match_cache_hold(
	struct policy_match_cache *memory, const void *key, size_t len)
{
	uint64_t hash = hash_bytes(&memory->hash_key, key, len);

	if (memory->buckets == NULL) {
		memory->buckets = calloc(BUCKETS, sizeof(struct entry *));
		if (memory->buckets == NULL) {
			return NULL;
		}
	}
	struct entry *entry = find(memory, hash, key, len);

	if (entry != NULL) {
		entry->used = true;
	} else {
		entry = make(memory, hash, key, len);
	}
	if (entry == NULL) {
		return NULL;
	}
	entry->held = true;
	return &entry->remembered;
}

static bool grow(struct policy_match_cache *memory, struct entry *entry)
{
	size_t capacity = entry->capacity > 0 ? entry->capacity * 2 : RULES_FIRST;
	size_t more = rules_bytes(capacity) - rules_bytes(entry->capacity);

	if (bytes_of(entry) + more > memory->max_bytes / ENTRIES_IN_BYTES_MIN ||
		!make_room(memory, more, 0)) {
		return false;
	}
	uint32_t *rules = reallocarray(entry->remembered.rules, capacity, sizeof(*rules));

	if (rules == NULL) {
		return false;
	}
	entry->remembered.rules = rules;
	entry->capacity = capacity;
	memory->bytes += more;
	return true;
}

bool policy_match_cache_note(
	struct policy_match_cache *memory, struct policy_match_entry *remembered, uint32_t rule)
{
	struct entry *entry = CONTAINER_OF(remembered, struct entry, remembered);

	if (remembered->count == entry->capacity && !grow(memory, entry)) {
		forget(memory, entry);
		return false;
	}
	remembered->rules[remembered->count++] = rule;
	return true;
}

void policy_match_cache_release(struct policy_match_entry *remembered)
{
	CONTAINER_OF(remembered, struct entry, remembered)->held = false;
}
