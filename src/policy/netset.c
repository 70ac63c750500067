/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/netset.h"

#include "policy/keyset.h"

#include <stdlib.h>
#include <string.h>

#define V4_BYTES 4
#define V6_BYTES 16

/* A key is an address and the length of its prefix. */
struct policy_netset {
	struct policy_keyset v4;
	struct policy_keyset v6;
};

struct policy_netset *policy_netset_new(void)
{
	struct policy_netset *set = calloc(1, sizeof(struct policy_netset));

	if (set != NULL) {
		set->v4.width = V4_BYTES + 1;
		set->v6.width = V6_BYTES + 1;
	}
	return set;
}

void policy_netset_free(struct policy_netset *set)
{
	if (set != NULL) {
		policy_keyset_clear(&set->v4);
		policy_keyset_clear(&set->v6);
		free(set);
	}
}

bool policy_netset_add(struct policy_netset *set, const struct prefix *prefix)
{
	unsigned len = addr_len(&prefix->addr);
	uint8_t key[V6_BYTES + 1];

	memcpy(key, prefix->addr.bytes, len);
	key[len] = prefix->len;
	return policy_keyset_add(prefix->addr.family == ADDR_V4 ? &set->v4 : &set->v6, key);
}

static struct prefix prefix_of_key(const uint8_t *key, enum addr_family family)
{
	struct prefix prefix = {.addr = {.family = (uint8_t)family}};
	unsigned len = addr_len(&prefix.addr);

	memcpy(prefix.addr.bytes, key, len);
	prefix.len = key[len];
	return prefix;
}

static bool is_outside(const uint8_t *kept, const uint8_t *key, size_t width)
{
	enum addr_family family = width == V4_BYTES + 1 ? ADDR_V4 : ADDR_V6;
	struct prefix before = prefix_of_key(kept, family);
	struct prefix prefix = prefix_of_key(key, family);

	return !prefix_contains(&before, &prefix.addr);
}

/* Of one address the longer comes after the shorter, so that what contains comes first. */
void policy_netset_seal(struct policy_netset *set)
{
	policy_keyset_sort(&set->v4);
	policy_keyset_filter(&set->v4, is_outside);
	policy_keyset_sort(&set->v6);
	policy_keyset_filter(&set->v6, is_outside);
}

size_t policy_netset_count(const struct policy_netset *set)
{
	return set->v4.count + set->v6.count;
}

/* No prefix contains another, so only the last that begins at or before it can hold it. */
bool policy_netset_contains(const struct policy_netset *set, const struct addr *addr)
{
	const struct policy_keyset *keys = addr->family == ADDR_V4 ? &set->v4 : &set->v6;
	const uint8_t *key = policy_keyset_last(keys, addr->bytes, addr_len(addr));

	if (key == NULL || addr->family == ADDR_NONE) {
		return false;
	}
	struct prefix prefix = prefix_of_key(key, (enum addr_family)addr->family);

	return prefix_contains(&prefix, addr);
}
