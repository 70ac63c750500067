/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/netset.h"

#include "policy/keyset.h"

#include <inttypes.h>
#include <stdio.h>
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

/*
 * Among prefixes of one address the shorter comes first, so that a containing prefix precedes those
 * in it.
 */
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

struct policy_coverage policy_prefix_coverage(const struct prefix *prefix)
{
	if (prefix->addr.family == ADDR_V4) {
		return (struct policy_coverage){.v4 = UINT64_C(1) << (32 - prefix->len)};
	}
	if (prefix->len == 0) {
		return (struct policy_coverage){.v6 = UINT64_MAX};
	}
	return (struct policy_coverage){
		.v6 = prefix->len < 64 ? UINT64_C(1) << (64 - prefix->len) : 1};
}

static uint64_t add_up(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void cover(
	struct policy_coverage *covers, const struct policy_keyset *keys, enum addr_family family)
{
	for (size_t i = 0; i < keys->count; i++) {
		struct prefix prefix = prefix_of_key(keys->data + i * keys->width, family);
		struct policy_coverage one = policy_prefix_coverage(&prefix);

		covers->v4 += one.v4;
		covers->v6 = add_up(covers->v6, one.v6);
	}
}

struct policy_coverage policy_netset_coverage(const struct policy_netset *set)
{
	struct policy_coverage covers = {0};

	cover(&covers, &set->v4, ADDR_V4);
	cover(&covers, &set->v6, ADDR_V6);
	return covers;
}

bool policy_coverage_is_vast(const struct policy_coverage *covers)
{
	return covers->v4 > POLICY_VAST_V4 || covers->v6 > POLICY_VAST_V6;
}

bool policy_coverage_is_most(const struct policy_coverage *covers)
{
	return covers->v4 >= UINT64_C(1) << 31 || covers->v6 >= UINT64_C(1) << 60;
}

const char *policy_coverage_format(
	const struct policy_coverage *covers, char out[POLICY_COVERAGE_TEXT_MAX])
{
	snprintf(out, POLICY_COVERAGE_TEXT_MAX,
		"%" PRIu64 " addresses of IPv4 and %" PRIu64 " /64s of IPv6", covers->v4,
		covers->v6);
	return out;
}

/*
 * No prefix contains another, so only the last one that begins at or before the address can contain
 * it.
 */
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
