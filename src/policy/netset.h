/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_NETSET_H
#define DW_POLICY_NETSET_H

#include "base/addr.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A set of address prefixes of both families: 5 bytes for one of IPv4 and 17 for one of IPv6,
 * containment in O(log n). Filled, sealed, which takes no further memory, and from then on only
 * asked.
 */
struct policy_netset;

/* NULL when out of memory. */
struct policy_netset *policy_netset_new(void);
void policy_netset_free(struct policy_netset *set);
/* False when out of memory. */
NODISCARD bool policy_netset_add(struct policy_netset *set, const struct prefix *prefix);
/* Sorts it and drops what other prefixes contain. */
void policy_netset_seal(struct policy_netset *set);
/* How many prefixes there are; after sealing, how many are left. */
size_t policy_netset_count(const struct policy_netset *set);
/* Whether any prefix contains the address. Only after sealing. */
bool policy_netset_contains(const struct policy_netset *set, const struct addr *addr);

#endif
