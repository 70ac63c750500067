/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_ENV_H
#define DW_WORKER_ENV_H

#include "authz/cert_verifier.h"
#include "authz/snapshot.h"
#include "dns/engine.h"
#include "metrics/metrics.h"
#include "policy/match_cache.h"
#include "worker/response_cache.h"

#include <stddef.h>
#include <uv.h>

/*
 * A snapshot as one worker uses it, with the engine that asks DNS by its settings. It lives as long
 * as it is the worker's current one or a request in flight began with it.
 */
struct worker_env {
	struct metrics_policy **counts; /* of decisions, by the policy's number */
	struct authz_snapshot *snapshot;
	struct dns_engine *dns;
	struct authz_cert_verifier *verifier;
	struct policy_match_cache *memory;
	struct worker_response_cache *answers; /* NULL: none are remembered */
	size_t in_flight;
};

/* Which of the process's workers it is for. */
struct worker_env_owner {
	struct metrics *metrics;
	size_t number;    /* in them */
	uint32_t sharers; /* who have an even part of the memory for answers each, at least 1 */
};

/* `metrics` know the snapshot's policies. NULL when out of memory or descriptors. */
struct worker_env *worker_env_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct worker_env_owner *worker);
void worker_env_free(struct worker_env *generation);

#endif
