/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_AGENT_VERIFIER_H
#define DW_AUTHZ_AGENT_VERIFIER_H

#include "agent/verify.h"
#include "base/list.h"
#include "base/util.h"

#include <uv.h>

/*
 * Verifies the signatures of agents for one worker. The checks by a public key are done one for
 * each turn of its loop, so that other requests wait for one check at most. How many requests wait
 * is bounded by the budget of checks.
 */
struct authz_agent_verifier;

/* One request, in the caller's memory; zeroed, then `done` and `ctx` filled in. */
struct authz_agent_wait {
	void (*done)(void *ctx);
	void *ctx;
	struct list link;
	struct agent_progress progress;
};

/* NULL when out of memory. */
struct authz_agent_verifier *authz_agent_verifier_new(uv_loop_t *loop);
/* No request may be queued; the loop frees the memory. NULL does nothing. */
void authz_agent_verifier_close(struct authz_agent_verifier *verifier);
struct agent_counts authz_agent_verifier_counts(const struct authz_agent_verifier *verifier);

/*
 * As agent_verify_step. AGENT_WAIT: `done` is called once, in the request's turn, from the loop and
 * never inside this call, unless authz_agent_cancel comes first; then ask again.
 */
NODISCARD enum agent_step authz_agent_verifier_ask(struct authz_agent_verifier *verifier,
	const struct agent_keys *keys, const struct agent_request *request, int64_t wall_s,
	struct authz_agent_wait *wait, struct agent_result *result);
NODISCARD bool authz_agent_is_queued(const struct authz_agent_wait *wait);
/* Does nothing if it is not queued. */
void authz_agent_cancel(struct authz_agent_wait *wait);

#endif
