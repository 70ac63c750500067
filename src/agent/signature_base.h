/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_SIGNATURE_BASE_H
#define DW_AGENT_SIGNATURE_BASE_H

#include "agent/reason.h"
#include "agent/request.h"
#include "agent/structured_field.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/util.h"

#include <stdbool.h>

#define AGENT_BASE_MAX 8192      /* bytes of a signature base */
#define AGENT_QUERY_PARAMS_MAX 4 /* components @query-param of one signature */

/*
 * Checks the components of a signature without looking at the request: AGENT_GOOD, if each is
 * known, is there once, and has only parameters that are understood, and if the host of the request
 * is among them (@authority or @target-uri). Else AGENT_MALFORMED (one is no String, or there
 * twice, or is @signature-params), AGENT_UNKNOWN_COMPONENT, AGENT_TOO_LARGE or AGENT_NOT_COVERED.
 */
NODISCARD enum agent_reason agent_components_check(const struct agent_sf_member *input);

/*
 * Appends the signature base (RFC 9421 2.5) of checked components. `signature`, `signature_input`
 * and `signature_agent` are the three headers as parsed, of which components may cover single
 * members; a header that is no dictionary has none. AGENT_GOOD, or AGENT_UNSEEN_COMPONENT,
 * AGENT_UNKNOWN_COMPONENT (a value that cannot be part of a base), AGENT_TOO_LARGE,
 * AGENT_NO_MEMORY.
 */
struct agent_base_sources {
	const struct agent_request *request;
	const struct agent_sf_list *signature;
	const struct agent_sf_list *signature_input;
	const struct agent_sf_list *signature_agent;
};

NODISCARD enum agent_reason agent_base_write(const struct agent_sf_member *input,
	const struct agent_base_sources *sources, struct arena *arena, struct bytes *out);

#endif
