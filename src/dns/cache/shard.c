/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/cache/shard.h"

#include "dns/cache/result.h"
#include "dns/wire/status.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_MIN 64u
#define GROUPS_SHARE 4u        /* entries for one place in the table of groups */
#define ENTRY_BYTES_GUESS 256u /* for the size of the tables */
#define HEAP_OVERHEAD 16u      /* of one allocation */
#define PROBATION_SHARE 10u    /* 1/10 of the shard */
#define HITS_MAX 3u

bool dns_shard_init(struct dns_shard *shard, uint64_t max_bytes)
{
	size_t table = TABLE_MIN;

	while (table * 2 <= max_bytes / ENTRY_BYTES_GUESS) {
		table *= 2;
	}
	size_t groups = table / GROUPS_SHARE;

	*shard = (struct dns_shard){
		.buckets = calloc(table, sizeof(shard->buckets[0])),
		.ghosts = calloc(table, sizeof(shard->ghosts[0])),
		.groups = calloc(groups, sizeof(shard->groups[0])),
		.table_mask = table - 1,
		.group_mask = groups - 1,
		.table_bytes = table * (sizeof(shard->buckets[0]) + sizeof(shard->ghosts[0])) +
			       groups * sizeof(shard->groups[0]),
	};
	list_init(&shard->probation.entries);
	list_init(&shard->proven.entries);
	if (max_bytes > shard->table_bytes) {
		shard->max_bytes = (size_t)max_bytes - shard->table_bytes;
	}
	pthread_mutex_init(&shard->lock, NULL);
	return shard->buckets != NULL && shard->ghosts != NULL && shard->groups != NULL;
}

static void value_drop(const struct dns_value *value)
{
	if (value->kind == DNS_VALUE_RESULT) {
		dns_fcrdns_result_unref(value->result);
	} else {
		free(value->packed);
	}
}

static size_t value_size(const struct dns_value *value)
{
	if (value->kind == DNS_VALUE_RESULT) {
		return dns_fcrdns_result_size(value->result);
	}
	return value->packed != NULL ? dns_packed_size(value->packed) : 0;
}

static bool value_is_failure(const struct dns_value *value)
{
	return value->kind == DNS_VALUE_RESULT ? value->result->status == DNS_FCRDNS_ERROR
					       : dns_status_is_failure(value->status);
}

static void queue_push(struct dns_queue *q, struct dns_entry *e)
{
	list_append(&q->entries, &e->in_queue);
	q->bytes += e->bytes;
}

static void queue_remove(struct dns_queue *q, struct dns_entry *e)
{
	list_remove(&e->in_queue);
	q->bytes -= e->bytes;
}

static struct dns_queue *queue_of(struct dns_shard *shard, const struct dns_entry *e)
{
	return e->proven ? &shard->proven : &shard->probation;
}

size_t dns_shard_bytes(const struct dns_shard *shard)
{
	return shard->probation.bytes + shard->proven.bytes + shard->group_bytes +
	       shard->table_bytes;
}

struct dns_entry *dns_shard_find(const struct dns_shard *shard, const struct dns_key *key)
{
	struct dns_entry *e = shard->buckets[key->hash & shard->table_mask];

	while (e != NULL && (e->hash != key->hash || e->key_len != key->len ||
				    memcmp(e->key, key->bytes, key->len) != 0)) {
		e = e->in_bucket;
	}
	return e;
}

void dns_shard_touch(struct dns_entry *entry)
{
	entry->hits += entry->hits < HITS_MAX;
}

/*
 * Bits of the hash that chose neither the bucket nor the shard; never 0, which means an empty
 * place.
 */
static uint32_t ghost_of(uint64_t hash)
{
	return (uint32_t)(hash >> 24) | 1;
}

static void leave_group(struct dns_shard *shard, struct dns_entry *e)
{
	struct dns_group *g = e->group;

	if (g == NULL) {
		return;
	}
	list_remove(&e->in_group);
	g->count--;
	if (g->count == 0) {
		hlist_remove(&g->in_bucket);
		shard->group_bytes -= sizeof(*g) + HEAP_OVERHEAD;
		free(g);
	}
}

static void entry_free(struct dns_shard *shard, struct dns_entry *e)
{
	struct dns_entry **at = &shard->buckets[e->hash & shard->table_mask];

	while (*at != e) {
		at = &(*at)->in_bucket;
	}
	*at = e->in_bucket;
	queue_remove(queue_of(shard, e), e);
	leave_group(shard, e);
	value_drop(&e->value);
	shard->count--;
	free(e);
}

static void queue_clear(struct dns_shard *shard, struct dns_queue *q)
{
	for (struct list *first; (first = list_first(&q->entries)) != NULL;) {
		entry_free(shard, CONTAINER_OF(first, struct dns_entry, in_queue));
	}
}

void dns_shard_clear(struct dns_shard *shard)
{
	queue_clear(shard, &shard->probation);
	queue_clear(shard, &shard->proven);
	free(shard->buckets);
	free(shard->ghosts);
	free(shard->groups);
	pthread_mutex_destroy(&shard->lock);
}

static void make_room(struct dns_shard *shard)
{
	while (dns_shard_bytes(shard) - shard->table_bytes > shard->max_bytes) {
		bool on_probation =
			!list_is_empty(&shard->probation.entries) &&
			(list_is_empty(&shard->proven.entries) ||
				shard->probation.bytes > shard->max_bytes / PROBATION_SHARE);
		struct dns_queue *q = on_probation ? &shard->probation : &shard->proven;
		struct dns_entry *e =
			CONTAINER_OF(list_first(&q->entries), struct dns_entry, in_queue);

		if (e->hits > 0) {
			queue_remove(q, e);
			e->hits = on_probation ? 0 : e->hits - 1;
			e->proven = true;
			queue_push(&shard->proven, e);
			continue;
		}
		if (on_probation) {
			shard->ghosts[e->hash & shard->table_mask] = ghost_of(e->hash);
		}
		shard->evictions++;
		entry_free(shard, e);
	}
}

static struct dns_group *group_in(const struct hlist *bucket, uint64_t hash)
{
	for (struct hlist_entry *at = bucket->first; at != NULL; at = at->next) {
		struct dns_group *g = CONTAINER_OF(at, struct dns_group, in_bucket);

		if (g->hash == hash) {
			return g;
		}
	}
	return NULL;
}

/* A group with room for one more; NULL when out of memory. */
static struct dns_group *find_group(struct dns_shard *shard, uint64_t hash)
{
	struct hlist *bucket = &shard->groups[hash >> 8 & shard->group_mask];
	struct dns_group *g = group_in(bucket, hash);

	if (g == NULL) {
		g = malloc(sizeof(*g));
		if (g == NULL) {
			return NULL;
		}
		*g = (struct dns_group){.hash = hash};
		list_init(&g->entries);
		hlist_add(bucket, &g->in_bucket);
		shard->group_bytes += sizeof(*g) + HEAP_OVERHEAD;
	}
	while (g->count == DNS_GROUP_MAX) {
		struct dns_entry *e =
			CONTAINER_OF(list_first(&g->entries), struct dns_entry, in_group);

		if (e->hits == 0) {
			shard->evictions++;
			entry_free(shard, e);
			continue;
		}
		e->hits--;
		list_remove(&e->in_group);
		list_append(&g->entries, &e->in_group);
	}
	return g;
}

static bool join_group(struct dns_shard *shard, struct dns_entry *e, uint64_t hash)
{
	if (hash == 0) {
		return true;
	}
	e->group = find_group(shard, hash);
	if (e->group == NULL) {
		return false;
	}
	list_append(&e->group->entries, &e->in_group);
	e->group->count++;
	return true;
}

/* A new entry without a value, in the table and in its queue; NULL when out of memory. */
static struct dns_entry *entry_add(struct dns_shard *shard, const struct dns_key *key)
{
	struct dns_entry *e = malloc(sizeof(*e) + key->len);
	size_t place = key->hash & shard->table_mask;

	if (e == NULL) {
		return NULL;
	}
	*e = (struct dns_entry){.hash = key->hash,
		.value.kind = DNS_VALUE_ANSWER,
		.key_len = (uint16_t)key->len,
		.proven = shard->ghosts[place] == ghost_of(key->hash)};
	memcpy(e->key, key->bytes, key->len);
	if (!join_group(shard, e, key->group)) {
		free(e);
		return NULL;
	}
	e->in_bucket = shard->buckets[place];
	shard->buckets[place] = e;
	queue_push(queue_of(shard, e), e);
	shard->count++;
	return e;
}

void dns_shard_put(
	struct dns_shard *shard, const struct dns_key *key, const struct dns_value *value)
{
	struct dns_entry *e = dns_shard_find(shard, key);

	if (e == NULL) {
		e = entry_add(shard, key);
	}
	if (e == NULL) {
		value_drop(value);
		return;
	}
	/* Overwrites an existing entry in place; its queue and hit count stay. */
	struct dns_queue *q = queue_of(shard, e);

	q->bytes -= e->bytes;
	value_drop(&e->value);
	e->value = *value;
	e->bytes = (uint32_t)(sizeof(*e) + key->len + value_size(value) + 2 * HEAP_OVERHEAD);
	q->bytes += e->bytes;
	if (!value_is_failure(value)) {
		e->failures = 0;
	} else if (e->failures < UINT8_MAX) {
		e->failures++;
	}
	make_room(shard);
}
