/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_AGENTS_H
#define DW_AUTHZ_AGENTS_H

#include "agent/keys.h"
#include "agent/nonces.h"
#include "base/diag.h"
#include "config/config.h"

/* What signatures of agents (Web Bot Auth) are verified by, for one configuration. */

/* Whether a rule asks for the agent; if none does, no key is read. */
bool authz_agents_are_wanted(const struct config *config);
/* Another number once a file of keys changes; 0: none is read. */
uint64_t authz_agents_stamp(const struct config *config);
/*
 * Reads the keys; NULL in *keys if no rule asks for agents. `before`: what was read earlier, whose
 * keys stay in force for agents whose file is bad now; NULL: nothing, and each agent of a rule that
 * has no keys gets a warning. False after at least one diag_error.
 */
NODISCARD bool authz_agents_load(const struct config *config, const struct agent_keys *before,
	struct agent_keys **keys, struct diag *diag);
/*
 * The memory of nonces: `before`, or a new one; NULL in *nonces if no policy asks for it. False
 * after a diag_error.
 */
NODISCARD bool authz_agents_nonces(const struct config *config, struct agent_nonces *before,
	struct agent_nonces **nonces, struct diag *diag);

#endif
