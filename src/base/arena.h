/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_ARENA_H
#define DW_BASE_ARENA_H

#include "base/str.h"
#include "base/util.h"

#include <stddef.h>

struct arena_chunk;

/*
 * Memory that is freed all at once, as that of one request, or of one snapshot. Pointers are valid
 * until arena_reset or arena_clear. One user at a time.
 */
struct arena {
	struct arena_chunk *chunks;
	size_t chunk_size;
};

/*
 * `chunk_size`: bytes taken from the heap at a time; larger allocations get a chunk of their own.
 */
void arena_init(struct arena *a, size_t chunk_size);
void arena_clear(struct arena *a);
/* Frees all allocations, but keeps one chunk for the next user. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any type; NULL when out of memory, or when count * size overflows. */
void *arena_alloc(struct arena *a, size_t count, size_t size);
/* A copy followed by a NUL that is not counted; data is NULL when out of memory. */
struct str arena_dup(struct arena *a, struct str s);

#endif
