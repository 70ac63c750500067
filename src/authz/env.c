/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/env.h"

#include "policy/rate.h"

#define BUCKETS (8 * POLICY_RATES_MAX) /* one request takes one token of each rate */

bool authz_env_init(struct authz_env *env, uv_loop_t *loop, struct authz_snapshot *snapshot,
	struct dns_stats *dns_stats, struct authz_cert_verifier_stats *verifier_stats)
{
	*env = (struct authz_env){
		.config = snapshot->config,
		.bans = snapshot->bans,
		.networks = snapshot->networks,
		.agent_keys = snapshot->agent_keys,
		.agent_nonces = snapshot->agent_nonces,
		.dns = dns_engine_new(loop, snapshot->dns, dns_stats),
		.verifier = authz_cert_verifier_new(loop, snapshot->stores, verifier_stats),
		.buckets = snapshot->buckets != NULL ? policy_token_buckets_ref(snapshot->buckets)
						     : policy_token_buckets_new(BUCKETS),
	};
	if (env->dns == NULL || env->verifier == NULL || env->buckets == NULL) {
		authz_env_clear(env);
		return false;
	}
	dns_engine_want_names(env->dns, authz_snapshot_wants_name, snapshot);
	return true;
}

void authz_env_clear(struct authz_env *env)
{
	dns_engine_close(env->dns);
	authz_cert_verifier_close(env->verifier);
	policy_match_cache_free(env->match_cache);
	policy_token_buckets_unref(env->buckets);
	*env = (struct authz_env){.dns = NULL};
}
