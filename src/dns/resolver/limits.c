/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/limits.h"

#define PUSHED_AFTER_MS 200u

bool dns_limits_init(struct dns_limits *limits, const struct dns_settings *settings)
{
	atomic_init(&limits->questions, 0);
	atomic_init(&limits->lookups, 0);
	atomic_init(&limits->members, 0);
	limits->prefixes = dns_prefix_limits_new(settings->max_in_flight_per_prefix);
	limits->list_prefixes = dns_prefix_limits_new(settings->max_in_flight_per_prefix);
	return limits->prefixes != NULL && limits->list_prefixes != NULL;
}

void dns_limits_clear(struct dns_limits *limits)
{
	dns_prefix_limits_free(limits->prefixes);
	dns_prefix_limits_free(limits->list_prefixes);
}

void dns_crowd_init(struct dns_crowd *crowd, atomic_uint *total, uint32_t max)
{
	crowd->total = total;
	crowd->max = max;
	TAILQ_INIT(&crowd->pushable);
}

bool dns_crowd_enter(struct dns_crowd *crowd, struct dns_crowd_member *member, uint64_t now_ms)
{
	unsigned before = atomic_fetch_add_explicit(crowd->total, 1, memory_order_relaxed);

	if (before >= crowd->max) {
		atomic_fetch_sub_explicit(crowd->total, 1, memory_order_relaxed);
		return false;
	}
	member->since_ms = now_ms;
	member->may_be_pushed = before >= crowd->max / 2;
	if (member->may_be_pushed) {
		TAILQ_INSERT_TAIL(&crowd->pushable, member, link);
	}
	return true;
}

void dns_crowd_leave(struct dns_crowd *crowd, struct dns_crowd_member *member)
{
	if (member->may_be_pushed) {
		TAILQ_REMOVE(&crowd->pushable, member, link);
	}
	atomic_fetch_sub_explicit(crowd->total, 1, memory_order_relaxed);
}

bool dns_crowd_is_busy(const struct dns_crowd *crowd)
{
	return atomic_load_explicit(crowd->total, memory_order_relaxed) >= crowd->max / 2;
}

struct dns_crowd_member *dns_crowd_pushed(const struct dns_crowd *crowd, uint64_t now_ms)
{
	struct dns_crowd_member *oldest = TAILQ_FIRST(&crowd->pushable);

	return oldest != NULL && now_ms > oldest->since_ms + PUSHED_AFTER_MS ? oldest : NULL;
}
