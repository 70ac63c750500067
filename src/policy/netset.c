/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/netset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct policy_netset {
	struct prefix *items;
	size_t count;
	size_t capacity;
};

struct policy_netset *policy_netset_new(void)
{
	return calloc(1, sizeof(struct policy_netset));
}

void policy_netset_free(struct policy_netset *set)
{
	if (set != NULL) {
		free(set->items);
		free(set);
	}
}

bool policy_netset_add(struct policy_netset *set, const struct prefix *prefix)
{
	if (set->count == set->capacity) {
		size_t capacity = set->capacity > 0 ? set->capacity * 2 : 16;
		struct prefix *items = reallocarray(set->items, capacity, sizeof(*items));

		if (items == NULL) {
			return false;
		}
		set->items = items;
		set->capacity = capacity;
	}
	set->items[set->count++] = *prefix;
	return true;
}

/* By family, address, and the longer after the shorter: what contains comes first. */
static int by_address(const void *a, const void *b)
{
	const struct prefix *x = a;
	const struct prefix *y = b;
	int order = memcmp(&x->addr, &y->addr, sizeof(x->addr));

	return order != 0 ? order : (int)x->len - (int)y->len;
}

void policy_netset_seal(struct policy_netset *set)
{
	size_t kept = 0;

	if (set->count == 0) {
		return;
	}
	qsort(set->items, set->count, sizeof(*set->items), by_address);
	for (size_t i = 1; i < set->count; i++) {
		if (!prefix_contains(&set->items[kept], &set->items[i].addr)) {
			set->items[++kept] = set->items[i];
		}
	}
	set->count = kept + 1;

	struct prefix *items = reallocarray(set->items, set->count, sizeof(*items));

	if (items != NULL) {
		set->items = items;
		set->capacity = set->count;
	}
}

size_t policy_netset_count(const struct policy_netset *set)
{
	return set->count;
}

bool policy_netset_contains(const struct policy_netset *set, const struct addr *addr)
{
	size_t low = 0;
	size_t high = set->count;

	/* No prefix contains another, so only the last that begins at or before it can hold it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(&set->items[middle].addr, addr, sizeof(*addr)) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low > 0 && prefix_contains(&set->items[low - 1], addr);
}
