/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "log/ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64

struct head {
	struct log_record record;
	size_t len;
};

/*
 * A ring. Positions count up without end; the place of a byte is its position modulo the size. Each
 * of the two threads writes to a cache line of its own.
 */
struct log_ring {
	alignas(CACHE_LINE) atomic_size_t put;
	size_t taken_seen; /* the last value seen of `taken` */
	_Atomic uint64_t lost;
	alignas(CACHE_LINE) atomic_size_t taken;
	alignas(CACHE_LINE) size_t size;
	uint8_t room[];
};

struct log_ring *log_ring_new(size_t size)
{
	struct log_ring *q = aligned_alloc(CACHE_LINE, sizeof(*q) + size);

	if (q != NULL) {
		memset(q, 0, sizeof(*q));
		q->size = size;
	}
	return q;
}

void log_ring_free(struct log_ring *q)
{
	free(q);
}

/* How much of a piece at `at` lies before the end of the memory; the rest is at its beginning. */
static size_t before_end(const struct log_ring *q, size_t at, size_t len)
{
	size_t room = q->size - (at & (q->size - 1));

	return len < room ? len : room;
}

static void copy_in(struct log_ring *q, size_t at, const void *data, size_t len)
{
	size_t first = before_end(q, at, len);

	memcpy(q->room + (at & (q->size - 1)), data, first);
	memcpy(q->room, (const uint8_t *)data + first, len - first);
}

static void copy_out(const struct log_ring *q, size_t at, void *data, size_t len)
{
	size_t first = before_end(q, at, len);

	memcpy(data, q->room + (at & (q->size - 1)), first);
	memcpy((uint8_t *)data + first, q->room, len - first);
}

static bool has_room(struct log_ring *q, size_t put, size_t len)
{
	if (q->size - (put - q->taken_seen) < len) {
		q->taken_seen = atomic_load_explicit(&q->taken, memory_order_acquire);
	}
	return q->size - (put - q->taken_seen) >= len;
}

void log_ring_put(struct log_ring *q, const struct log_record *record, struct str text)
{
	const struct head head = {*record, text.len};
	size_t put = atomic_load_explicit(&q->put, memory_order_relaxed);

	if (text.len > q->size || !has_room(q, put, sizeof(head) + text.len)) {
		uint64_t lost = atomic_load_explicit(&q->lost, memory_order_relaxed);

		atomic_store_explicit(&q->lost, lost + 1, memory_order_relaxed);
		return;
	}
	copy_in(q, put, &head, sizeof(head));
	if (text.len > 0) {
		copy_in(q, put + sizeof(head), text.data, text.len);
	}
	/* Ordered with the store by which the reader says that it sleeps: see writer.c. */
	atomic_store(&q->put, put + sizeof(head) + text.len);
}

bool log_ring_is_half_full(struct log_ring *q)
{
	return !has_room(q, atomic_load_explicit(&q->put, memory_order_relaxed), q->size / 2 + 1);
}

bool log_ring_take(struct log_ring *q, struct log_record *record, struct bytes *text)
{
	size_t taken = atomic_load_explicit(&q->taken, memory_order_relaxed);
	struct head head;

	bytes_reset(text, SIZE_MAX);
	if (atomic_load_explicit(&q->put, memory_order_acquire) == taken) {
		return false;
	}
	copy_out(q, taken, &head, sizeof(head));
	uint8_t *at = bytes_reserve(text, head.len);

	if (at != NULL && head.len > 0) {
		copy_out(q, taken + sizeof(head), at, head.len);
		text->len = head.len;
	}
	*record = head.record;
	atomic_store_explicit(&q->taken, taken + sizeof(head) + head.len, memory_order_release);
	return true;
}

bool log_ring_is_empty(const struct log_ring *q)
{
	return atomic_load(&q->put) == atomic_load_explicit(&q->taken, memory_order_relaxed);
}

uint64_t log_ring_lost(const struct log_ring *q)
{
	return atomic_load_explicit(&q->lost, memory_order_relaxed);
}
