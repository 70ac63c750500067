/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 8

/* Twice the capacity; 0 on overflow. */
static size_t more_than(size_t capacity)
{
	size_t doubled;

	if (capacity == 0) {
		return CAPACITY_MIN;
	}
	return __builtin_mul_overflow(capacity, 2, &doubled) ? 0 : doubled;
}

void *array_grow(void *items, size_t *capacity, size_t size)
{
	size_t wanted = more_than(*capacity);
	size_t bytes;

	if (wanted == 0 || __builtin_mul_overflow(wanted, size, &bytes)) {
		return NULL;
	}
	void *grown = realloc(items, bytes);

	if (grown != NULL) {
		*capacity = wanted;
	}
	return grown;
}

void *array_reserve_in(
	struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity) {
		return items;
	}
	size_t wanted = more_than(*capacity);
	void *grown = wanted > 0 ? arena_alloc(arena, wanted, size) : NULL;

	if (grown == NULL) {
		return NULL;
	}
	if (count > 0) {
		memcpy(grown, items, count * size);
	}
	*capacity = wanted;
	return grown;
}
