/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_METRICS_METRICS_PRIVATE_H
#define DW_METRICS_METRICS_PRIVATE_H

#include "metrics/metrics.h"

/* The counters that registry.c keeps and text.c writes. Each worker's decisions by one policy. */
struct metrics_known {
	struct str name; /* empty: decisions without a policy */
	_Atomic(struct metrics_known *) next;
	struct metrics_policy_slot {
		alignas(128) struct metrics_policy counts;
	} workers[];
};

struct metrics {
	int64_t started_wall_s;
	uint64_t started_ms;
	size_t worker_count;
	struct metrics_known *first; /* of decisions without a policy */
	struct metrics_known *last;  /* used by the main thread */
	_Atomic uint64_t events[METRICS_EVENTS];
	_Atomic uint64_t reloaded_wall_s;
	_Atomic uint64_t reload_failed; /* 1: the last reload failed */
	struct metrics_worker workers[];
};

static inline struct metrics_known *metrics_known_next(const struct metrics_known *known)
{
	return atomic_load_explicit(
		&((struct metrics_known *)(uintptr_t)known)->next, memory_order_acquire);
}

/* Sums of a counter of the workers, by its place in struct metrics_worker. */
#define METRICS_AT(member) offsetof(struct metrics_worker, member)
uint64_t metrics_sum(const struct metrics *metrics, size_t at);
uint64_t metrics_sum_policy(const struct metrics *metrics, const struct metrics_known *known,
	enum authz_verdict verdict, enum policy_reason reason);

/* The state of one upstream, as seen by the workers that use the current upstreams. */
struct metrics_upstream {
	unsigned known; /* workers that have asked it */
	unsigned down;
	unsigned measured;
	uint64_t average_us_8; /* the sum for workers that measured it */
	bool cookies;          /* it sends cookies to one of them */
	/* Sums of all workers, and the largest `slowest_us`. */
	uint64_t queries[2];
	uint64_t fallbacks;
	uint64_t replies;
	uint64_t replies_us;
	uint64_t slowest_us;
	uint64_t troubles[DNS_STATS_TROUBLES];
};
struct metrics_upstream metrics_upstream(
	const struct metrics *metrics, const struct dns_context *context, size_t number);
/* The families of the upstreams, for Prometheus. */
void metrics_write_upstreams(
	const struct metrics *metrics, const struct dns_context *context, struct bytes *out);
/* The member "resolvers" of the status. */
void metrics_write_resolvers(
	const struct metrics *metrics, const struct dns_context *context, struct bytes *out);

/* A histogram of struct metrics_worker. */
void metrics_write_histogram(const struct metrics *metrics, const char *name, const char *help,
	size_t at, struct bytes *out);
/* Nothing unless a store is configured: shared.c. */
void metrics_write_shared(
	const struct metrics *metrics, const struct shared *shared, struct bytes *out);
/* The member "shared" of the status; null without a store. */
void metrics_write_shared_status(
	const struct metrics *metrics, const struct shared *shared, struct bytes *out);

/* The parts of metrics_write that are not the workers' numbers: state.c. */
void metrics_write_process(const struct metrics *metrics, struct bytes *out);
void metrics_write_state(
	const struct metrics *metrics, const struct authz_snapshot *snapshot, struct bytes *out);

#endif
