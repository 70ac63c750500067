/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_AGENT_FACT_H
#define DW_AUTHZ_AGENT_FACT_H

#include "authz/authz_private.h"
#include "base/util.h"

/*
 * The agent that signed the request (Web Bot Auth), as a fact for rules: verifies its signature,
 * unless that is done already. Sets the decision's agent, and the facts. Nothing is fetched: an
 * agent whose keys are not here cannot be verified. AUTHZ_WAIT: until its signature is checked, the
 * agent is not known; agent_wait.done will be called.
 */
NODISCARD enum authz_step authz_agent_take(struct authz *a);
/* Whether it is unknown only because of a limit of doorward's. */
bool authz_agent_is_overload(const struct authz *a);
/* Sets the decision's detail to why the agent could not be verified. */
void authz_agent_explain(struct authz *a);
/* How long the decision holds: that about a signed request is about no other one. */
void authz_agent_bound(struct authz *a);

#endif
