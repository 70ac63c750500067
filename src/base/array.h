/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_ARRAY_H
#define DW_BASE_ARRAY_H

#include "base/arena.h"
#include "base/util.h"

#include <stddef.h>

/* array_reserve where the array is full; for that alone. */
NODISCARD void *array_grow(void *items, size_t *capacity, size_t size);

/*
 * Room for one more item of `size` bytes behind `count` items. Returns the items, perhaps
 * elsewhere, with *capacity as it is then; NULL when out of memory or when the size overflows, and
 * nothing has changed then. An array begins as NULL with a capacity of 0 and ends by free.
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
