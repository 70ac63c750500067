/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_ENV_H
#define DW_AUTHZ_ENV_H

#include "authz/agent_verifier.h"
#include "authz/cert_verifier.h"
#include "authz/snapshot.h"
#include "ban/table.h"
#include "base/util.h"
#include "policy/match_cache.h"
#include "shared/worker.h"

#include <uv.h>

struct authz_rates_near_table; /* authz/rates_near.h */

/* The environment of decisions on one loop; all of one snapshot. */
struct authz_env {
	const struct config *config;
	struct dns_engine *dns;
	struct authz_cert_verifier *verifier;
	/* NULL: no cache; set by the owner, freed with the rest */
	struct policy_match_cache *match_cache;
	struct policy_token_buckets *buckets; /* of `rate` terms */
	const struct ban_table *bans;         /* of the snapshot; NULL: none */
	/*
	 * Of the loop, whatever its snapshots; set by the owner. NULL: no signature is verified.
	 */
	struct authz_agent_verifier *agent_verifier;
	const struct authz_networks *networks; /* of the snapshot; NULL: none */
	const struct agent_keys *agent_keys;   /* of the snapshot; NULL: none */
	struct agent_nonces *agent_nonces;     /* of the snapshot; NULL: no policy asks for it */
	/* NULL: nothing is shared; set by the owner, who holds it */
	struct shared_worker *shared;
	struct authz_rates_near_table *near; /* NULL: not noted; set by the owner, who holds it */
};

/*
 * `snapshot` is borrowed until authz_env_clear, the stats as in dns_engine_new and
 * authz_cert_verifier_new. The buckets are those of the snapshot; if it has none, the environment
 * has its own, for one request. False when out of memory or descriptors.
 */
NODISCARD bool authz_env_init(struct authz_env *env, uv_loop_t *loop,
	struct authz_snapshot *snapshot, struct dns_stats *dns_stats,
	struct authz_cert_verifier_stats *verifier_stats);
/*
 * To be called after all decisions; the loop frees the rest. A zeroed structure may be cleared,
 * too.
 */
void authz_env_clear(struct authz_env *env);

#endif
