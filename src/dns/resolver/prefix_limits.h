/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_PREFIX_LIMITS_H
#define DW_DNS_RESOLVER_PREFIX_LIMITS_H

#include "base/addr.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Limits how many lookups are in flight for each IPv4 /24 and IPv6 /64, so that one network cannot
 * take all places. For all threads.
 */
struct dns_prefix_limits;
struct dns_prefix_use;

/* `max_each` is at least 1. NULL when out of memory. */
struct dns_prefix_limits *dns_prefix_limits_new(uint32_t max_each);
void dns_prefix_limits_free(struct dns_prefix_limits *prefixes);

enum dns_prefix_entry { DNS_PREFIX_IN, DNS_PREFIX_FULL, DNS_PREFIX_NO_MEMORY };

/* IN: the lookup was counted, and *use must go to dns_prefix_limits_leave. */
NODISCARD enum dns_prefix_entry dns_prefix_limits_enter(
	struct dns_prefix_limits *prefixes, const struct addr *addr, struct dns_prefix_use **use);
void dns_prefix_limits_leave(struct dns_prefix_limits *prefixes, struct dns_prefix_use *use);

#endif
