/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_KEYSET_H
#define DW_POLICY_KEYSET_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Keys of one width, in the order of their bytes: no byte above the data, and none for sorting it.
 * Filled, sorted, and from then on only asked.
 */
struct policy_keyset {
	uint8_t *data;
	size_t width; /* at most POLICY_KEY_MAX; set by whoever owns the structure, the rest zeroed
		       */
	size_t count;
	size_t capacity;
};

#define POLICY_KEY_MAX 32

void policy_keyset_clear(struct policy_keyset *set);
/* Copies `width` bytes. False when out of memory. */
NODISCARD bool policy_keyset_add(struct policy_keyset *set, const void *key);
void policy_keyset_sort(struct policy_keyset *set);
/*
 * Keeps the first key, and of the others those that `adds` says true of, in their order; `kept` is
 * the last that was kept before `key`.
 */
void policy_keyset_filter(struct policy_keyset *set,
	bool (*adds)(const uint8_t *kept, const uint8_t *key, size_t width));
/* The last key whose first `len` bytes are not after those of `prefix`; NULL: there is none. */
const uint8_t *policy_keyset_last(
	const struct policy_keyset *set, const uint8_t *prefix, size_t len);

#endif
