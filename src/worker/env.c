/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/env.h"

#include <stdlib.h>

/* for the results of rules for names, certificates, addresses */
#define MATCH_CACHE_BYTES (4 << 20)

/* NULL when out of memory. */
static struct shared_worker *share(uv_loop_t *loop, struct shared *shared,
	struct shared_stats *stats, const struct worker_env *previous)
{
	struct shared_worker *before = previous != NULL ? previous->authz.shared : NULL;

	return before != NULL && shared_worker_shared(before) == shared
		       ? shared_worker_ref(before)
		       : shared_worker_new(loop, shared, stats);
}

struct worker_env *worker_env_new(uv_loop_t *loop, struct authz_snapshot *snapshot,
	const struct worker_env_owner *worker, const struct worker_env *previous)
{
	size_t responses = snapshot->config->answers_size / worker->worker_count;
	struct metrics_worker *stats = metrics_worker(worker->metrics, worker->number);
	struct worker_env *env = calloc(1, sizeof(*env));

	if (env == NULL) {
		return NULL;
	}
	env->snapshot = authz_snapshot_ref(snapshot);
	env->counts = metrics_policies(worker->metrics, worker->number, snapshot->config);
	if (env->counts == NULL ||
		!authz_env_init(&env->authz, loop, snapshot, &stats->dns, &stats->certs)) {
		worker_env_free(env);
		return NULL;
	}
	env->authz.agent_verifier = worker->agent_verifier;
	env->authz.match_cache = policy_match_cache_new(MATCH_CACHE_BYTES);
	if (env->authz.match_cache == NULL) {
		worker_env_free(env);
		return NULL;
	}
	env->authz.near =
		worker->near != NULL ? authz_rates_near_table(worker->near, worker->number) : NULL;
	if (snapshot->shared != NULL) {
		env->authz.shared = share(loop, snapshot->shared, &stats->shared, previous);
		if (env->authz.shared == NULL) {
			worker_env_free(env);
			return NULL;
		}
		env->names = shared_names_new(env->authz.shared, snapshot->dns);
		if (env->names == NULL) {
			worker_env_free(env);
			return NULL;
		}
		dns_engine_share(env->authz.dns, shared_names_cache(env->names));
	}
	/* If the response cache cannot be allocated, every request is decided. */
	env->responses = responses > 0 ? worker_response_cache_new(responses) : NULL;
	return env;
}

void worker_env_free(struct worker_env *env)
{
	if (env != NULL) {
		struct shared_worker *shared = env->authz.shared;

		authz_env_clear(&env->authz);
		shared_names_free(env->names);
		shared_worker_unref(shared);
		worker_response_cache_free(env->responses);
		free(env->counts);
		authz_snapshot_unref(env->snapshot);
		free(env);
	}
}
