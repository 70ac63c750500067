/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CACHE_LINE 64
#define USUAL_LINES 4 /* of a slot, which hold a record with claims of the usual length */

enum slot_state { SLOT_FREE, SLOT_HELD };

struct slot {
	alignas(CACHE_LINE) _Atomic unsigned state; /* enum slot_state; zeroed memory is free */
	uint64_t next; /* one more than the number of its record; 0: it has none */
	struct recent_record record;
};

struct recent_ring {
	alignas(128) _Atomic uint64_t end; /* rings of several writers share no cache line */
	size_t count;
	struct slot *slots;
	/* The writer's alone. */
	size_t at;
	uint64_t next;
};

/* Zeroed, in pages that take no memory before a record is written to them. NULL: out of memory. */
static struct slot *slots_new(size_t count)
{
	void *slots = mmap(NULL, count * sizeof(struct slot), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return slots != MAP_FAILED ? slots : NULL;
}

struct recent_ring *recent_ring_new(size_t count)
{
	struct recent_ring *ring = aligned_alloc(alignof(struct recent_ring), sizeof(*ring));

	if (ring == NULL) {
		return NULL;
	}
	memset(ring, 0, sizeof(*ring));
	ring->count = count;
	ring->slots = slots_new(count);
	if (ring->slots == NULL) {
		free(ring);
		return NULL;
	}
	return ring;
}

void recent_ring_free(struct recent_ring *ring)
{
	if (ring == NULL) {
		return;
	}
	for (size_t i = 0; i < ring->count && i < ring->next; i++) {
		recent_fields_unref(ring->slots[i].record.fields);
	}
	munmap(ring->slots, ring->count * sizeof(struct slot));
	free(ring);
}

static bool hold(struct slot *slot)
{
	unsigned expected = SLOT_FREE;

	return atomic_compare_exchange_strong_explicit(
		&slot->state, &expected, SLOT_HELD, memory_order_acquire, memory_order_relaxed);
}

static void let_go(struct slot *slot)
{
	atomic_store_explicit(&slot->state, SLOT_FREE, memory_order_release);
}

/* The slot's lines are on their way while the next request is read. */
static void advance(struct recent_ring *ring)
{
	ring->next++;
	ring->at = ring->at + 1 < ring->count ? ring->at + 1 : 0;
	const char *slot = (const char *)&ring->slots[ring->at];

	for (size_t i = 0; i < USUAL_LINES; i++) {
		__builtin_prefetch(slot + i * CACHE_LINE, 1);
	}
}

struct recent_record *recent_ring_begin(struct recent_ring *ring)
{
	for (int tries = 0; tries < 2; tries++) {
		struct slot *slot = &ring->slots[ring->at];

		if (hold(slot)) {
			recent_fields_unref(slot->record.fields);
			slot->record.fields = NULL;
			return &slot->record;
		}
		advance(ring);
	}
	return NULL;
}

void recent_ring_commit(struct recent_ring *ring)
{
	struct slot *slot = &ring->slots[ring->at];

	advance(ring);
	slot->next = ring->next;
	let_go(slot);
	atomic_store_explicit(&ring->end, ring->next, memory_order_release);
}

uint64_t recent_ring_end(const struct recent_ring *ring)
{
	return atomic_load_explicit(
		&((struct recent_ring *)(uintptr_t)ring)->end, memory_order_acquire);
}

size_t recent_ring_count(const struct recent_ring *ring)
{
	return ring->count;
}

static size_t claims_len(const struct recent_record *record)
{
	size_t len = 0;

	for (size_t i = 0; i < AUTHZ_DECISION_CLAIMS; i++) {
		if (record->claim_lens[i] != RECENT_CLAIM_ABSENT) {
			len += record->claim_lens[i];
		}
	}
	return len;
}

static void copy(const struct recent_record *record, struct recent_copy *out)
{
	const struct recent_fields *fields = record->fields;

	memcpy(&out->record, record, offsetof(struct recent_record, claims) + claims_len(record));
	out->record.fields = NULL;
	out->fields_cut = 0;
	out->fields_len = 0;
	if (fields != NULL) {
		out->fields_cut = fields->cut;
		out->fields_len = fields->len;
		memcpy(out->fields, fields->data, fields->len);
	}
}

bool recent_ring_read(struct recent_ring *ring, uint64_t number, struct recent_copy *out)
{
	struct slot *slot = &ring->slots[number % ring->count];

	if (!hold(slot)) {
		return false;
	}
	bool found = slot->next == number + 1;

	if (found) {
		copy(&slot->record, out);
	}
	let_go(slot);
	return found;
}
