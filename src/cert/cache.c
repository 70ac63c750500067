/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cache.h"

#include "base/hash.h"
#include "base/list.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64
#define SHARDS 16

struct entry {
	struct list recent;
	struct entry *next; /* in its bucket */
	uint64_t hash;
	uint64_t expires_ms;
	size_t size;
	struct cert_check_request *request;
	const struct cert_check_result *checked;
};

struct table {
	struct entry **buckets;
	size_t mask;
	struct list recent; /* the most recently used first */
	size_t count;
	size_t max;
	size_t size; /* bytes */
};

struct shard {
	_Alignas(CACHE_LINE) pthread_mutex_t lock;
	struct table good;
	struct table bad;
};

struct cert_cache {
	struct hash_key key;
	struct shard shards[SHARDS];
};

static bool table_init(struct table *t, size_t max)
{
	size_t buckets = 1;

	while (buckets < max) {
		buckets *= 2;
	}
	list_init(&t->recent);
	t->max = max;
	t->mask = buckets - 1;
	t->buckets = calloc(buckets, sizeof(struct entry *));
	return t->buckets != NULL;
}

static struct entry **table_find(
	struct table *t, const struct cert_check_request *request, uint64_t hash)
{
	struct entry **at = &t->buckets[hash / SHARDS & t->mask];

	while (*at != NULL &&
		((*at)->hash != hash || !cert_check_request_eq((*at)->request, request))) {
		at = &(*at)->next;
	}
	return at;
}

static void entry_free(struct entry *e)
{
	if (e != NULL) {
		cert_check_result_unref(e->checked);
		free(e->request);
		free(e);
	}
}

static void table_remove(struct table *t, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	list_remove(&e->recent);
	t->count--;
	t->size -= e->size;
	entry_free(e);
}

static void table_remove_least_recent(struct table *t)
{
	struct entry *last = CONTAINER_OF(t->recent.prev, struct entry, recent);

	table_remove(t, table_find(t, last->request, last->hash));
}

static void table_clear(struct table *t)
{
	while (t->buckets != NULL && t->count > 0) {
		table_remove_least_recent(t);
	}
	free(t->buckets);
}

static void table_add(struct table *t, struct entry *e)
{
	struct entry **at = table_find(t, e->request, e->hash);

	if (*at != NULL) {
		table_remove(t, at);
	}
	if (e->size > t->max * CERT_CACHE_ENTRY_MEAN) {
		entry_free(e);
		return;
	}
	while (t->count >= t->max || t->size + e->size > t->max * CERT_CACHE_ENTRY_MEAN) {
		table_remove_least_recent(t);
	}
	at = &t->buckets[e->hash / SHARDS & t->mask];
	e->next = *at;
	*at = e;
	list_prepend(&t->recent, &e->recent);
	t->count++;
	t->size += e->size;
}

/* A result that is valid now, with a reference; NULL: not cached. */
static const struct cert_check_result *table_get(struct table *t,
	const struct cert_check_request *request, uint64_t hash, int64_t wall_s, uint64_t now_ms)
{
	struct entry **at = table_find(t, request, hash);
	struct entry *e = *at;

	if (e == NULL) {
		return NULL;
	}
	const struct cert_verdict *verdict = &e->checked->verdict;
	bool holds = verdict->finding != CERT_TRUSTED ||
		     (wall_s >= verdict->from_s && wall_s < verdict->until_s);

	if (now_ms >= e->expires_ms || !holds) {
		table_remove(t, at);
		return NULL;
	}
	list_remove(&e->recent);
	list_prepend(&t->recent, &e->recent);
	return cert_check_result_ref(e->checked);
}

struct cert_cache *cert_cache_new(size_t entries)
{
	struct cert_cache *cache = aligned_alloc(CACHE_LINE, sizeof(*cache));
	size_t good = (entries + SHARDS - 1) / SHARDS;
	size_t bad = (good + CERT_CACHE_BAD_PART - 1) / CERT_CACHE_BAD_PART;
	bool made = true;

	if (cache == NULL) {
		return NULL;
	}
	memset(cache, 0, sizeof(*cache));
	cache->key = hash_key_new();
	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *s = &cache->shards[i];

		pthread_mutex_init(&s->lock, NULL);
		made = table_init(&s->good, good) && made;
		made = table_init(&s->bad, bad) && made;
	}
	if (!made) {
		cert_cache_free(cache);
		return NULL;
	}
	return cache;
}

void cert_cache_free(struct cert_cache *cache)
{
	if (cache == NULL) {
		return;
	}
	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *s = &cache->shards[i];

		table_clear(&s->good);
		table_clear(&s->bad);
		pthread_mutex_destroy(&s->lock);
	}
	free(cache);
}

size_t cert_cache_count(struct cert_cache *cache)
{
	size_t count = 0;

	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *s = &cache->shards[i];

		pthread_mutex_lock(&s->lock);
		count += s->good.count + s->bad.count;
		pthread_mutex_unlock(&s->lock);
	}
	return count;
}

const struct cert_check_result *cert_cache_get(struct cert_cache *cache,
	const struct cert_check_request *request, int64_t wall_s, uint64_t now_ms)
{
	uint64_t hash = cert_check_request_hash(&cache->key, request);
	struct shard *s = &cache->shards[hash % SHARDS];
	const struct cert_check_result *found;

	pthread_mutex_lock(&s->lock);
	found = table_get(&s->good, request, hash, wall_s, now_ms);
	if (found == NULL) {
		found = table_get(&s->bad, request, hash, wall_s, now_ms);
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

static bool is_worth_keeping(const struct cert_check_result *checked)
{
	return checked->status != CERT_NO_MEMORY && checked->verdict.finding != CERT_UNDECIDED;
}

void cert_cache_put(struct cert_cache *cache, const struct cert_check_request *request,
	const struct cert_check_result *checked, bool vouched, uint64_t now_ms)
{
	uint64_t hash = cert_check_request_hash(&cache->key, request);
	struct shard *s = &cache->shards[hash % SHARDS];
	bool good =
		vouched && checked->status == CERT_OK && checked->verdict.finding == CERT_TRUSTED;
	struct entry *e = is_worth_keeping(checked) ? calloc(1, sizeof(*e)) : NULL;

	if (e == NULL) {
		return;
	}
	e->request = cert_check_request_dup(request);
	if (e->request == NULL) {
		free(e);
		return;
	}
	list_init(&e->recent);
	e->hash = hash;
	e->expires_ms = now_ms + (good ? CERT_CACHE_GOOD_MS : CERT_CACHE_BAD_MS);
	e->size = request->text.len + request->intermediates.len + CERT_CACHE_ENTRY_MEAN / 2;
	e->checked = cert_check_result_ref(checked);
	pthread_mutex_lock(&s->lock);
	table_add(good ? &s->good : &s->bad, e);
	pthread_mutex_unlock(&s->lock);
}
