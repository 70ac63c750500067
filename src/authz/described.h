/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DESCRIBED_H
#define DW_AUTHZ_DESCRIBED_H

#include "authz/input.h"
#include "base/util.h"
#include "config/config.h"

/*
 * A request that people describe, on the command line, in a file or by the admin listener, instead
 * of a front end. Sets the values that are there, the address (as REMOTE_ADDR) where the
 * configuration has it taken from. Values are borrowed.
 */
void authz_described_inputs(struct authz_input *input, const struct config_frontend *frontend,
	const struct str values[AUTHZ_INPUT_CERT]);

/*
 * Reads what is supposed about the agent, for given_agent of struct authz_request; the arena keeps
 * it. False: it is not AUTHZ_DESCRIBED_AGENT, or memory is short.
 */
#define AUTHZ_DESCRIBED_AGENT                                                                      \
	"the URL of an agent, such as https://chatgpt.com, or invalid or unverified"
NODISCARD bool authz_described_agent(struct str text, struct arena *arena, struct str *agent);

#endif
