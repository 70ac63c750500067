/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/limits.h"

#define EVICT_AFTER_MS 200u

bool dns_limits_init(struct dns_limits *limits, const struct dns_settings *settings)
{
	atomic_init(&limits->queries, 0);
	atomic_init(&limits->lookups, 0);
	atomic_init(&limits->memberships, 0);
	limits->prefixes = dns_prefix_limits_new(settings->max_in_flight_per_prefix);
	limits->list_prefixes = dns_prefix_limits_new(settings->max_in_flight_per_prefix);
	return limits->prefixes != NULL && limits->list_prefixes != NULL;
}

void dns_limits_clear(struct dns_limits *limits)
{
	dns_prefix_limits_free(limits->prefixes);
	dns_prefix_limits_free(limits->list_prefixes);
}

void dns_inflight_init(struct dns_inflight_queue *queue, atomic_uint *total, uint32_t max)
{
	queue->total = total;
	queue->max = max;
	list_init(&queue->evictable);
}

bool dns_inflight_enter(
	struct dns_inflight_queue *queue, struct dns_inflight_entry *entry, uint64_t now_ms)
{
	unsigned before = atomic_fetch_add_explicit(queue->total, 1, memory_order_relaxed);

	if (before >= queue->max) {
		atomic_fetch_sub_explicit(queue->total, 1, memory_order_relaxed);
		return false;
	}
	entry->since_ms = now_ms;
	entry->evictable = before >= queue->max / 2;
	if (entry->evictable) {
		list_append(&queue->evictable, &entry->link);
	}
	return true;
}

void dns_inflight_leave(struct dns_inflight_queue *queue, struct dns_inflight_entry *entry)
{
	if (entry->evictable) {
		list_remove(&entry->link);
	}
	atomic_fetch_sub_explicit(queue->total, 1, memory_order_relaxed);
}

bool dns_inflight_is_busy(const struct dns_inflight_queue *queue)
{
	return atomic_load_explicit(queue->total, memory_order_relaxed) >= queue->max / 2;
}

struct dns_inflight_entry *dns_inflight_evictable(
	const struct dns_inflight_queue *queue, uint64_t now_ms)
{
	struct list *first = list_first(&queue->evictable);

	if (first == NULL) {
		return NULL;
	}
	struct dns_inflight_entry *oldest = CONTAINER_OF(first, struct dns_inflight_entry, link);

	return now_ms > oldest->since_ms + EVICT_AFTER_MS ? oldest : NULL;
}
