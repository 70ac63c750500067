/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_LIMITS_H
#define DW_DNS_RESOLVER_LIMITS_H

#include "dns/resolver/prefix_limits.h"
#include "dns/upstream/settings.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * What may be in flight of all workers together. Only what goes to DNS is counted, so that hits in
 * the cache never meet here.
 */
struct dns_limits {
	atomic_uint questions;
	atomic_uint lookups;
	atomic_uint members; /* questions of membership.h */
	struct dns_prefix_limits *prefixes;
	struct dns_prefix_limits *list_prefixes; /* of those to lists */
};

/* False when out of memory; dns_limits_clear goes with it all the same. */
NODISCARD bool dns_limits_init(struct dns_limits *limits, const struct dns_settings *settings);
void dns_limits_clear(struct dns_limits *limits);

/*
 * One worker's part of those in flight, the oldest first. When there are `max` in all, one that
 * came while half of them or more were there may be pushed out by a new one, once it is older than
 * 200 ms: half the room stays with those who have it, however slow, and the other half goes to
 * whoever is quick (unbound's jostle).
 */
struct dns_crowd_member {
	TAILQ_ENTRY(dns_crowd_member) link;
	uint64_t since_ms;
	bool may_be_pushed;
};

TAILQ_HEAD(dns_crowd_queue, dns_crowd_member);

struct dns_crowd {
	atomic_uint *total;
	uint32_t max;
	struct dns_crowd_queue pushable;
};

/* `total` is borrowed. */
void dns_crowd_init(struct dns_crowd *crowd, atomic_uint *total, uint32_t max);
/* False if there is no room. */
NODISCARD bool dns_crowd_enter(
	struct dns_crowd *crowd, struct dns_crowd_member *member, uint64_t now_ms);
void dns_crowd_leave(struct dns_crowd *crowd, struct dns_crowd_member *member);
/* True if one more may be pushed out. */
bool dns_crowd_is_busy(const struct dns_crowd *crowd);
/* Who is to leave for a new one; NULL: nobody. */
struct dns_crowd_member *dns_crowd_pushed(const struct dns_crowd *crowd, uint64_t now_ms);

#endif
