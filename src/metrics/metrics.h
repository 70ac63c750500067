/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_METRICS_METRICS_H
#define DW_METRICS_METRICS_H

#include "authz/cert_verifier.h"
#include "authz/decision.h"
#include "authz/snapshot.h"
#include "base/counter.h"
#include "dns/upstream/stats.h"
#include "fcgi/pool.h"
#include "http/conn.h"
#include "net/listen.h"
#include "net/server.h"
#include "shared/stats.h"

#include <stdalign.h>

/*
 * Counters of the process since its start; a reload does not reset them. Each worker writes its
 * own, and any worker adds up those of all when /metrics is requested. A policy keeps its counters,
 * once it was configured, until the process ends.
 */
struct metrics;

/* One worker's decisions by one policy. */
struct metrics_policy {
	_Atomic uint64_t decisions[AUTHZ_VERDICTS][POLICY_REASON_COUNT];
};

/* One worker's counters, in cache lines of their own. */
struct metrics_worker {
	alignas(128) struct histogram request_time; /* from the last parameter to the response */
	_Atomic uint64_t again;                     /* responses from the cache */
	_Atomic uint64_t not_found;                 /* HTTP, no such path */
	_Atomic uint64_t forbidden;                 /* HTTP, not allowed for this peer */
	_Atomic uint64_t memory_bytes;              /* of policy/match_cache.h, current */
	_Atomic uint64_t answers_bytes;             /* of response_cache.h, current */
	struct net_pauses pauses;
	struct net_stats net[NET_LISTEN_PROTOCOLS];
	struct fcgi_stats fcgi;
	struct http_stats http;
	struct authz_cert_verifier_stats certs;
	_Atomic uint64_t agents[AGENT_UNVERIFIED + 1]; /* requests by their enum agent_state */
	_Atomic uint64_t agent_checks;                 /* of signatures by a public key */
	_Atomic uint64_t agent_busy;                   /* of those that were not made */
	struct dns_stats dns;
	struct shared_stats shared;
};

/* Events of the main thread, which alone writes their counters. */
enum metrics_event {
	METRICS_RELOADED,
	METRICS_RELOAD_FAILED,
	METRICS_TRUST_REREAD,
	METRICS_TRUST_FAILED,
	METRICS_LISTS_REREAD,
	METRICS_LISTS_FAILED,
	METRICS_ZONE_REREAD,
	METRICS_ZONE_FAILED,
	METRICS_BANS_REREAD,
	METRICS_BANS_FAILED,
	METRICS_AGENTS_REREAD,
	METRICS_AGENTS_FAILED,
	METRICS_NETWORKS_REREAD,
	METRICS_NETWORKS_FAILED,
	METRICS_RESOLV_CONF_REREAD,
	METRICS_SANDBOX_BLOCKED,
	METRICS_EVENTS
};

/* NULL when out of memory. */
struct metrics *metrics_new(size_t workers, int64_t started_wall_s);
/* After the last worker has ended. */
void metrics_free(struct metrics *metrics);

/*
 * Adds counters for each policy of the configuration, before any worker uses it. False when out of
 * memory. Main thread.
 */
NODISCARD bool metrics_know_policies(struct metrics *metrics, const struct config *config);
/* Main thread. */
void metrics_note(struct metrics *metrics, enum metrics_event event, int64_t wall_s);
/* The same for several events that are not a reload. */
void metrics_count(struct metrics *metrics, enum metrics_event event, uint64_t count);

/* The counters that a worker writes, valid as long as `metrics`. */
struct metrics_worker *metrics_worker(struct metrics *metrics, size_t worker);
/*
 * One worker's counters for each policy of a known configuration, by its number, and then those for
 * requests without a policy. The caller frees it; NULL when out of memory.
 */
struct metrics_policy **metrics_policies(
	struct metrics *metrics, size_t worker, const struct config *config);

/* Decisions since the start, by verdict; any thread. */
void metrics_verdicts(const struct metrics *metrics, uint64_t out[AUTHZ_VERDICTS]);
/*
 * Appends members of a JSON object, with what people want to see of the same counters: decisions
 * by policy and reason, name servers, caches, connections, reloads, and the certificates and CRLs
 * that end within METRICS_ENDS_SOON_S. Any thread.
 */
#define METRICS_ENDS_SOON_S ((int64_t)30 * 86400)
void metrics_write_status(
	const struct metrics *metrics, const struct authz_snapshot *snapshot, struct bytes *out);

/*
 * Appends all metrics as Prometheus text, version 0.0.4; any thread. Shared state that is not
 * counted is read from `snapshot`.
 */
void metrics_write(
	const struct metrics *metrics, const struct authz_snapshot *snapshot, struct bytes *out);

#endif
