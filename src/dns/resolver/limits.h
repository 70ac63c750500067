/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_LIMITS_H
#define DW_DNS_RESOLVER_LIMITS_H

#include "base/list.h"
#include "dns/resolver/prefix_limits.h"
#include "dns/upstream/settings.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What may be in flight in all workers together. Only queries to upstreams are counted, so cache
 * hits take no lock or counter here.
 */
struct dns_limits {
	atomic_uint queries;
	atomic_uint lookups;
	atomic_uint memberships; /* lookups of membership.h */
	struct dns_prefix_limits *prefixes;
	struct dns_prefix_limits *list_prefixes; /* of lookups in DNSBL zones */
};

/* False when out of memory; dns_limits_clear must be called all the same. */
NODISCARD bool dns_limits_init(struct dns_limits *limits, const struct dns_settings *settings);
void dns_limits_clear(struct dns_limits *limits);

/*
 * One worker's part of what is in flight, the oldest first. Of `max` places in all, half are kept
 * by those who have them, however slow. An entry that came while half or more were taken can be
 * evicted by a new one, once it is older than 200 ms, so the other half goes to fast lookups
 * (unbound's jostle).
 */
struct dns_inflight_entry {
	struct list link;
	uint64_t since_ms;
	bool evictable;
};

struct dns_inflight_queue {
	atomic_uint *total;
	uint32_t max;
	struct list evictable;
};

/* `total` is borrowed. */
void dns_inflight_init(struct dns_inflight_queue *queue, atomic_uint *total, uint32_t max);
/* False if there is no room. */
NODISCARD bool dns_inflight_enter(
	struct dns_inflight_queue *queue, struct dns_inflight_entry *entry, uint64_t now_ms);
void dns_inflight_leave(struct dns_inflight_queue *queue, struct dns_inflight_entry *entry);
/* True if a new entry could be evicted. */
bool dns_inflight_is_busy(const struct dns_inflight_queue *queue);
/* The entry to evict for a new one; NULL: none may be evicted. */
struct dns_inflight_entry *dns_inflight_evictable(
	const struct dns_inflight_queue *queue, uint64_t now_ms);

#endif
