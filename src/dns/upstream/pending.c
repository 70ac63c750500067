/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/pending.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ID_DRAWS 64
#define ID_WORDS (65536 / 64)
#define IDS_RECYCLED 10923u /* a sixth of all IDs */
#define UNMATCHED_MAX 3u
#define BUCKETS_MAX 65536u

struct channel {
	struct list queries; /* the oldest first */
	uint32_t unmatched;  /* in the socket's lifetime */
	uint32_t id_count;   /* set in `ids` */
	uint64_t *ids;       /* a bit for each ID that was used and is not open; NULL: no ID was */
};

struct dns_pending_table {
	struct random_pool *random;
	size_t bucket_mask;
	struct hlist *buckets;
	size_t channel_count;
	struct channel channels[];
};

struct dns_pending_table *dns_pending_table_new(
	size_t sockets, size_t in_flight, struct random_pool *random)
{
	struct dns_pending_table *table =
		calloc(1, sizeof(*table) + sockets * sizeof(table->channels[0]));
	size_t buckets = 64;

	if (table == NULL) {
		return NULL;
	}
	while (buckets < in_flight && buckets < BUCKETS_MAX) {
		buckets *= 2;
	}
	table->buckets = calloc(buckets, sizeof(*table->buckets));
	if (table->buckets == NULL) {
		free(table);
		return NULL;
	}
	table->bucket_mask = buckets - 1;
	table->random = random;
	table->channel_count = sockets;
	for (size_t i = 0; i < sockets; i++) {
		list_init(&table->channels[i].queries);
	}
	return table;
}

void dns_pending_table_free(struct dns_pending_table *table)
{
	if (table == NULL) {
		return;
	}
	for (size_t i = 0; i < table->channel_count; i++) {
		assert(list_is_empty(&table->channels[i].queries));
		free(table->channels[i].ids);
	}
	free(table->buckets);
	free(table);
}

/* IDs are random already, so they are not hashed. */
static struct hlist *bucket_of(struct dns_pending_table *table, int socket, uint16_t id)
{
	return &table->buckets[((size_t)socket * 0x9e3779b1u + id) & table->bucket_mask];
}

struct dns_pending *dns_pending_find(struct dns_pending_table *table, int socket, uint16_t id)
{
	for (struct hlist_entry *at = bucket_of(table, socket, id)->first; at != NULL;
		at = at->next) {
		struct dns_pending *s = CONTAINER_OF(at, struct dns_pending, in_bucket);

		if (s->socket == socket && s->id == id) {
			return s;
		}
	}
	return NULL;
}

struct dns_pending *dns_pending_first(struct dns_pending_table *table, int socket)
{
	struct list *first = list_first(&table->channels[socket].queries);

	return first != NULL ? CONTAINER_OF(first, struct dns_pending, on_socket) : NULL;
}

bool dns_pending_draw_id(struct dns_pending_table *table, int socket, uint16_t *id)
{
	for (unsigned i = 0; i < ID_DRAWS; i++) {
		*id = (uint16_t)random_u32(table->random);
		if (dns_pending_find(table, socket, *id) == NULL) {
			return true;
		}
	}
	return false;
}

void dns_pending_open(struct dns_pending_table *table, struct dns_pending *pending)
{
	struct channel *channel = &table->channels[pending->socket];

	pending->unmatched_before = channel->unmatched;
	pending->mismatches = 0;
	pending->open = true;
	hlist_add(bucket_of(table, pending->socket, pending->id), &pending->in_bucket);
	list_append(&channel->queries, &pending->on_socket);
}

/* If memory is out, a late duplicate counts as an unmatched reply. */
static void remember_id(struct channel *channel, uint16_t id)
{
	if (channel->ids == NULL) {
		channel->ids = calloc(ID_WORDS, sizeof(*channel->ids));
	} else if (channel->id_count >= IDS_RECYCLED) {
		memset(channel->ids, 0, ID_WORDS * sizeof(*channel->ids));
		channel->id_count = 0;
	}
	if (channel->ids != NULL) {
		uint64_t bit = UINT64_C(1) << id % 64;

		channel->id_count += (channel->ids[id / 64] & bit) == 0;
		channel->ids[id / 64] |= bit;
	}
}

void dns_pending_close(struct dns_pending_table *table, struct dns_pending *pending)
{
	struct channel *channel = &table->channels[pending->socket];

	hlist_remove(&pending->in_bucket);
	list_remove(&pending->on_socket);
	pending->open = false;
	remember_id(channel, pending->id);
}

void dns_pending_note_unmatched(struct dns_pending_table *table, int socket, uint16_t id)
{
	struct channel *channel = &table->channels[socket];

	if (channel->ids == NULL || (channel->ids[id / 64] >> id % 64 & 1) == 0) {
		channel->unmatched++;
	}
}

bool dns_pending_under_attack(
	const struct dns_pending_table *table, const struct dns_pending *pending)
{
	uint32_t unmatched = table->channels[pending->socket].unmatched - pending->unmatched_before;

	return unmatched + pending->mismatches >= UNMATCHED_MAX;
}
