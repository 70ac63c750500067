/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/token_buckets.h"

#include "base/hash.h"
#include "base/ref.h"

#include <pthread.h>
#include <stdlib.h>

#define WAYS 8
#define SHARDS 64
#define CACHE_LINE 64

/*
 * The generic cell rate algorithm (ITU-T I.371): a token bucket that stores not its level, but the
 * time at which it is full again.
 */
struct bucket {
	uint64_t key;
	uint64_t full_ns; /* the theoretical arrival time; in the past: the bucket is full */
};

struct set {
	struct bucket ways[WAYS];
};

struct shard {
	_Alignas(CACHE_LINE) pthread_mutex_t lock;
};

struct policy_token_buckets {
	struct shard shards[SHARDS]; /* set i belongs to shard i % SHARDS */
	struct hash_key secret;
	struct ref references;
	uint32_t set_count;
	struct set *sets;
};

struct policy_token_buckets *policy_token_buckets_new(uint32_t count)
{
	struct policy_token_buckets *b = aligned_alloc(CACHE_LINE, sizeof(*b));
	uint32_t set_count = count / WAYS + (count % WAYS > 0);
	struct set *sets = calloc(set_count, sizeof(*sets));

	if (b == NULL || sets == NULL) {
		free(b);
		free(sets);
		return NULL;
	}
	for (size_t i = 0; i < SHARDS; i++) {
		pthread_mutex_init(&b->shards[i].lock, NULL);
	}
	b->secret = hash_key_new();
	ref_init(&b->references);
	b->set_count = set_count;
	b->sets = sets;
	return b;
}

struct policy_token_buckets *policy_token_buckets_ref(struct policy_token_buckets *buckets)
{
	ref_get(&buckets->references);
	return buckets;
}

void policy_token_buckets_unref(struct policy_token_buckets *buckets)
{
	if (buckets == NULL || !ref_put(&buckets->references)) {
		return;
	}
	for (size_t i = 0; i < SHARDS; i++) {
		pthread_mutex_destroy(&buckets->shards[i].lock);
	}
	free(buckets->sets);
	free(buckets);
}

uint64_t policy_token_buckets_hash(
	const struct policy_token_buckets *buckets, const void *data, size_t len)
{
	return hash_bytes(&buckets->secret, data, len);
}

/* The key's bucket; if it has none, a full one replaces the bucket that is full the soonest. */
static struct bucket *find(struct set *set, uint64_t key)
{
	struct bucket *soonest = &set->ways[0];

	for (size_t i = 0; i < WAYS; i++) {
		struct bucket *way = &set->ways[i];

		if (way->key == key) {
			return way;
		}
		if (way->full_ns < soonest->full_ns) {
			soonest = way;
		}
	}
	*soonest = (struct bucket){.key = key};
	return soonest;
}

static uint64_t missing_ns_of(
	const struct bucket *bucket, uint32_t tokens, uint64_t unit_ns, uint64_t now_ns)
{
	uint64_t empty_ns = tokens * (unit_ns / tokens);
	uint64_t missing_ns = bucket->full_ns > now_ns ? bucket->full_ns - now_ns : 0;

	/* More than an empty bucket lacks: the clock went backwards. */
	return missing_ns > empty_ns ? empty_ns : missing_ns;
}

static bool take(struct bucket *bucket, uint32_t tokens, uint64_t unit_ns, uint64_t now_ns,
	uint64_t *missing_ns)
{
	uint64_t between_ns = unit_ns / tokens;
	bool taken;

	*missing_ns = missing_ns_of(bucket, tokens, unit_ns, now_ns);
	taken = *missing_ns <= (tokens - 1) * between_ns;
	if (taken) {
		*missing_ns += between_ns;
	}
	bucket->full_ns = now_ns + *missing_ns;
	return taken;
}

static struct set *lock(struct policy_token_buckets *buckets, uint64_t key, pthread_mutex_t **mutex)
{
	size_t index = (key >> 32) * buckets->set_count >> 32;

	*mutex = &buckets->shards[index % SHARDS].lock;
	pthread_mutex_lock(*mutex);
	return &buckets->sets[index];
}

bool policy_token_buckets_take(struct policy_token_buckets *buckets, uint64_t key, uint32_t tokens,
	uint64_t unit_ns, uint64_t now_ns, uint64_t *missing_ns)
{
	pthread_mutex_t *mutex;
	struct set *set = lock(buckets, key, &mutex);
	uint64_t missing;
	bool taken = take(find(set, key), tokens, unit_ns, now_ns, &missing);

	pthread_mutex_unlock(mutex);
	if (missing_ns != NULL) {
		*missing_ns = missing;
	}
	return taken;
}

void policy_token_buckets_give(
	struct policy_token_buckets *buckets, uint64_t key, uint32_t tokens, uint64_t unit_ns)
{
	uint64_t between_ns = unit_ns / tokens;
	pthread_mutex_t *mutex;
	struct set *set = lock(buckets, key, &mutex);

	for (size_t i = 0; i < WAYS; i++) {
		struct bucket *way = &set->ways[i];

		/* A time in the past is a full bucket, also before the clock's beginning. */
		if (way->key == key) {
			way->full_ns = way->full_ns > between_ns ? way->full_ns - between_ns : 0;
		}
	}
	pthread_mutex_unlock(mutex);
}

/* The key's bucket, which need not have a place. */
static struct bucket read_bucket(struct policy_token_buckets *buckets, uint64_t key)
{
	struct bucket copy = {.key = key};
	pthread_mutex_t *mutex;
	struct set *set = lock(buckets, key, &mutex);

	for (size_t i = 0; i < WAYS; i++) {
		if (set->ways[i].key == key) {
			copy = set->ways[i];
		}
	}
	pthread_mutex_unlock(mutex);
	return copy;
}

bool policy_token_buckets_has(struct policy_token_buckets *buckets, uint64_t key, uint32_t tokens,
	uint64_t unit_ns, uint64_t now_ns)
{
	struct bucket copy = read_bucket(buckets, key);
	uint64_t missing_ns;

	return take(&copy, tokens, unit_ns, now_ns, &missing_ns);
}

uint64_t policy_token_buckets_missing_ns(struct policy_token_buckets *buckets, uint64_t key,
	uint32_t tokens, uint64_t unit_ns, uint64_t now_ns)
{
	struct bucket copy = read_bucket(buckets, key);

	return missing_ns_of(&copy, tokens, unit_ns, now_ns);
}
