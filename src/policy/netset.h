/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_NETSET_H
#define DW_POLICY_NETSET_H

#include "base/addr.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A set of address prefixes of both families: 5 bytes for one of IPv4 and 17 for one of IPv6,
 * lookup in O(log n). Filled, sealed, which takes no further memory, and then only searched.
 */
struct policy_netset;

/* NULL when out of memory. */
struct policy_netset *policy_netset_new(void);
void policy_netset_free(struct policy_netset *set);
/* False when out of memory. */
NODISCARD bool policy_netset_add(struct policy_netset *set, const struct prefix *prefix);
/* Sorts the set and drops prefixes that others contain. */
void policy_netset_seal(struct policy_netset *set);
/* The number of prefixes; after sealing, without the dropped ones. */
size_t policy_netset_count(const struct policy_netset *set);
/* Whether a prefix contains the address. Only after sealing. */
bool policy_netset_contains(const struct policy_netset *set, const struct addr *addr);

/* The number of addresses in a set. A prefix of IPv6 that is longer than /64 counts as one /64. */
struct policy_coverage {
	uint64_t v4; /* addresses */
	uint64_t v6; /* /64s; ::/0 counts as UINT64_MAX */
};

/* Only after sealing, so that no address counts twice. */
struct policy_coverage policy_netset_coverage(const struct policy_netset *set);
struct policy_coverage policy_prefix_coverage(const struct prefix *prefix);

/*
 * A vast coverage is more than one owner has: over a /5 of IPv4 (the largest owner that publishes
 * its prefixes, AWS, had 102 million addresses in 2026, between /6 and /5) or over a /12 of IPv6,
 * which is the allocation of a whole regional registry.
 */
#define POLICY_VAST_V4_BITS 5
#define POLICY_VAST_V6_BITS 12
#define POLICY_VAST_V4 (UINT64_C(1) << (32 - POLICY_VAST_V4_BITS))
#define POLICY_VAST_V6 (UINT64_C(1) << (64 - POLICY_VAST_V6_BITS))
bool policy_coverage_is_vast(const struct policy_coverage *covers);
/*
 * Whether the coverage is at least half of all IPv4 addresses, or of the IPv6 addresses in use
 * (2000::/3).
 */
bool policy_coverage_is_most(const struct policy_coverage *covers);

/* "4096 addresses of IPv4 and 2 /64s of IPv6", with a NUL; returns `out`. */
#define POLICY_COVERAGE_TEXT_MAX 80
const char *policy_coverage_format(
	const struct policy_coverage *covers, char out[POLICY_COVERAGE_TEXT_MAX]);

#endif
