/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_AUTHZ_H
#define DW_AUTHZ_AUTHZ_H

#include "authz/decision.h"
#include "authz/env.h"
#include "authz/request.h"
#include "base/util.h"

/*
 * One request on its way to a decision: which input is trusted, who the client is, what its policy
 * says. The order of checks: unusable or duplicate input, policy, address, certificate, rules,
 * default; the first that decides gives the reason.
 */
struct authz;

/* NULL when out of memory. */
struct authz *authz_new(void);
/* NULL does nothing. */
void authz_free(struct authz *a);
/* Prepares for the next request; memory is kept. Cancels lookups and checks in flight. */
void authz_reset(struct authz *a);

/* To be filled in before authz_start. */
struct authz_request *authz_request(struct authz *a);
/* Copies the values of the input, if their memory is freed before the decision is made. */
void authz_keep_input(struct authz *a);

/*
 * Decides. AUTHZ_WAIT: `done` is called once, from the environment's loop, unless authz_reset or
 * authz_free comes first. `env` must outlive the decision.
 */
NODISCARD enum authz_step authz_start(
	struct authz *a, const struct authz_env *env, void (*done)(void *ctx), void *ctx);
/* Only once the decision is made. */
const struct authz_decision *authz_decision(const struct authz *a);

/* The policy that the input names; NULL: no policy has that name. */
const struct policy *authz_policy(const struct authz_input *input, const struct config *config);

#endif
