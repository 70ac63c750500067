/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum slot_state { SLOT_FREE, SLOT_HELD };

struct slot {
	_Atomic unsigned state; /* enum slot_state; zeroed memory is free and not filled */
	bool filled;
	uint64_t number; /* of its record, if it is filled */
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

struct recent_ring *recent_ring_new(size_t count)
{
	struct recent_ring *ring = aligned_alloc(alignof(struct recent_ring), sizeof(*ring));

	if (ring == NULL) {
		return NULL;
	}
	memset(ring, 0, sizeof(*ring));
	ring->count = count;
	/* Pages to which no record was written yet take no memory. */
	ring->slots = calloc(count, sizeof(*ring->slots));
	if (ring->slots == NULL) {
		free(ring);
		return NULL;
	}
	return ring;
}

void recent_ring_free(struct recent_ring *ring)
{
	if (ring != NULL) {
		free(ring->slots);
		free(ring);
	}
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

static void advance(struct recent_ring *ring)
{
	ring->next++;
	ring->at = ring->at + 1 < ring->count ? ring->at + 1 : 0;
}

struct recent_record *recent_ring_begin(struct recent_ring *ring)
{
	for (int tries = 0; tries < 2; tries++) {
		struct slot *slot = &ring->slots[ring->at];

		if (hold(slot)) {
			return &slot->record;
		}
		advance(ring);
	}
	return NULL;
}

void recent_ring_commit(struct recent_ring *ring)
{
	struct slot *slot = &ring->slots[ring->at];

	slot->filled = true;
	slot->number = ring->next;
	let_go(slot);
	advance(ring);
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

static size_t text_len(const struct recent_record *record)
{
	size_t len = record->fields_len;

	for (size_t i = 0; i < AUTHZ_DECISION_CLAIMS; i++) {
		len += record->claim_lens[i];
	}
	return len;
}

bool recent_ring_read(struct recent_ring *ring, uint64_t number, struct recent_record *out)
{
	struct slot *slot = &ring->slots[number % ring->count];

	if (!hold(slot)) {
		return false;
	}
	bool found = slot->filled && slot->number == number;

	if (found) {
		memcpy(out, &slot->record,
			offsetof(struct recent_record, text) + text_len(&slot->record));
	}
	let_go(slot);
	return found;
}
