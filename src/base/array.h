/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_ARRAY_H
#define DW_BASE_ARRAY_H

#include "base/arena.h"
#include "base/util.h"

#include <stddef.h>

/* The part of array_reserve for a full array; only to be called by it. */
NODISCARD void *array_grow(void *items, size_t *capacity, size_t size);

/*
 * Makes room for one more item of `size` bytes behind `count` items. Returns the items, which may
 * have moved, and updates *capacity; NULL, with nothing changed, when out of memory or when the
 * size overflows. An array starts as NULL with a capacity of 0 and ends with free.
 */
NODISCARD static inline void *array_reserve(
	void *items, size_t count, size_t *capacity, size_t size)
{
	return count < *capacity ? items : array_grow(items, capacity, size);
}

/* The same for an array in `arena`, which keeps the old one, too. */
NODISCARD void *array_reserve_in(
	struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

#endif
