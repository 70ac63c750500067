/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_CHUNKS 4 /* a chunk stays allocated up to this size, in units of chunk_size */

struct arena_chunk {
	struct arena_chunk *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *a, size_t chunk_size)
{
	*a = (struct arena){.chunk_size = chunk_size};
}

static void free_chunks(struct arena_chunk *chunk)
{
	while (chunk != NULL) {
		struct arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void arena_clear(struct arena *a)
{
	free_chunks(a->chunks);
	a->chunks = NULL;
}

void arena_reset(struct arena *a)
{
	if (a->chunks == NULL) {
		return;
	}
	free_chunks(a->chunks->next);
	a->chunks->next = NULL;
	a->chunks->used = 0;
	if (a->chunks->size > KEEP_CHUNKS * a->chunk_size) {
		arena_clear(a);
	}
}

/* Not zeroed. */
static void *take(struct arena *a, size_t need)
{
	if (__builtin_add_overflow(need, alignof(max_align_t) - 1, &need)) {
		return NULL;
	}
	need &= ~(alignof(max_align_t) - 1);

	struct arena_chunk *chunk = a->chunks;

	if (chunk == NULL || chunk->size - chunk->used < need) {
		size_t bytes = need > a->chunk_size ? need : a->chunk_size;

		if (__builtin_add_overflow(bytes, sizeof(*chunk), &bytes)) {
			return NULL;
		}
		chunk = malloc(bytes);
		if (chunk == NULL) {
			return NULL;
		}
		*chunk = (struct arena_chunk){.next = a->chunks, .size = bytes - sizeof(*chunk)};
		a->chunks = chunk;
	}
	void *at = chunk->data + chunk->used;

	chunk->used += need;
	return at;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
	size_t need;

	if (__builtin_mul_overflow(count, size, &need)) {
		return NULL;
	}
	void *at = take(a, need);

	return at != NULL ? memset(at, 0, need) : NULL;
}

struct str arena_dup(struct arena *a, struct str s)
{
	size_t len;

	if (__builtin_add_overflow(s.len, 1, &len)) {
		return (struct str){NULL, 0};
	}
	char *copy = take(a, len);

	if (copy == NULL) {
		return (struct str){NULL, 0};
	}
	if (s.len > 0) {
		memcpy(copy, s.data, s.len);
	}
	copy[s.len] = '\0';
	return (struct str){copy, s.len};
}
