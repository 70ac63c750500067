/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_KEYSET_H
#define DW_POLICY_KEYSET_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Keys of one width, in the order of their bytes: no memory beyond the keys, nor for sorting them.
 * Filled, sorted, and then only searched.
 */
struct policy_keyset {
	uint8_t *data;
	/* at most POLICY_KEY_MAX; set by the owner of the structure, the rest zeroed */
	size_t width;
	size_t count;
	size_t capacity;
};

#define POLICY_KEY_MAX 32

void policy_keyset_clear(struct policy_keyset *set);
/* Copies `width` bytes. False when out of memory. */
NODISCARD bool policy_keyset_add(struct policy_keyset *set, const void *key);
void policy_keyset_sort(struct policy_keyset *set);
/*
 * Keeps the first key, and those of the others for which `adds` returns true, in their order;
 * `kept` is the last key kept before `key`.
 */
void policy_keyset_filter(struct policy_keyset *set,
	bool (*adds)(const uint8_t *kept, const uint8_t *key, size_t width));
/* The last key whose first `len` bytes are not after those of `prefix`; NULL: no such key. */
const uint8_t *policy_keyset_last(
	const struct policy_keyset *set, const uint8_t *prefix, size_t len);

#endif
