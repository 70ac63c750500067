/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_ENV_H
#define DW_WORKER_ENV_H

#include "authz/env.h"
#include "authz/rates_near.h"
#include "authz/snapshot.h"
#include "metrics/metrics.h"
#include "recent/recent.h"
#include "shared/names.h"
#include "worker/response_cache.h"

#include <stddef.h>
#include <uv.h>

/*
 * A snapshot as one worker uses it: the environment of decisions, and the cached responses. It
 * lives as long as it is the worker's current one or a request in flight began with it.
 */
struct worker_env {
	struct authz_env authz;
	struct shared_names *names; /* NULL: nothing is shared */
	struct authz_snapshot *snapshot;
	struct worker_response_cache *responses; /* NULL: none are cached */
	struct metrics_policy **counts;          /* counters of decisions, by the policy's number */
	size_t in_flight;
};

/* The worker that owns it. */
struct worker_env_owner {
	struct metrics *metrics;
	struct recent *recent;         /* NULL: recent decisions are not kept */
	struct authz_rates_near *near; /* NULL: who is near to a rate is not noted */
	size_t number;                 /* the worker's number in each of these */
	uint32_t worker_count; /* workers that share the memory for responses evenly, at least 1 */
	struct authz_agent_verifier *agent_verifier; /* set by the authorizer, which owns it */
};

/*
 * `metrics` must know the snapshot's policies. What `previous` (may be NULL) shares is kept if the
 * snapshot shares the same. NULL when out of memory or descriptors.
 */
struct worker_env *worker_env_new(uv_loop_t *loop, struct authz_snapshot *snapshot,
	const struct worker_env_owner *worker, const struct worker_env *previous);
void worker_env_free(struct worker_env *env);

#endif
