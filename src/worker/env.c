/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/env.h"

#include <stdlib.h>

#define MEMORY_BYTES (4 << 20) /* of what rules came to for names, certificates and addresses */

struct worker_env *worker_env_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct worker_env_owner *worker)
{
	size_t answers = snapshot->config->answers_size / worker->sharers;
	struct metrics_worker *stats = metrics_worker(worker->metrics, worker->number);
	struct worker_env *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		return NULL;
	}
	g->dns = dns_engine_new(loop, snapshot->dns, &stats->dns);
	g->verifier = authz_cert_verifier_new(loop, snapshot->trusts, &stats->certs);
	g->memory = policy_match_cache_new(MEMORY_BYTES);
	g->counts = metrics_policies(worker->metrics, worker->number, snapshot->config);
	if (g->dns == NULL || g->verifier == NULL || g->memory == NULL || g->counts == NULL) {
		dns_engine_close(g->dns);
		authz_cert_verifier_close(g->verifier);
		policy_match_cache_free(g->memory);
		free(g->counts);
		free(g);
		return NULL;
	}
	/* Without them every request is decided anew, which is well, too. */
	g->answers = answers > 0 ? worker_response_cache_new(answers) : NULL;
	g->snapshot = authz_snapshot_ref(snapshot);
	dns_engine_want_names(g->dns, authz_snapshot_wants_name, g->snapshot);
	return g;
}

void worker_env_free(struct worker_env *g)
{
	if (g != NULL) {
		dns_engine_close(g->dns);
		authz_cert_verifier_close(g->verifier);
		policy_match_cache_free(g->memory);
		worker_response_cache_free(g->answers);
		free(g->counts);
		authz_snapshot_unref(g->snapshot);
		free(g);
	}
}
