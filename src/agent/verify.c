/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/verify.h"

#include <stdlib.h>

struct agent_verifier {
	struct agent_counts counts;
};

struct agent_verifier *agent_verifier_new(const struct agent_budget *budget)
{
	return calloc(1, sizeof(struct agent_verifier));
}

void agent_verifier_free(struct agent_verifier *verifier)
{
	free(verifier);
}

struct agent_counts agent_verifier_counts(const struct agent_verifier *verifier)
{
	return verifier->counts;
}

void agent_verify(struct agent_verifier *verifier, const struct agent_keys *keys,
	const struct agent_request *request, int64_t wall_s, uint64_t now_ms,
	struct agent_result *result)
{
	enum agent_reason reason =
		request->signature_input.len == 0 ? AGENT_NO_SIGNATURE : AGENT_UNKNOWN_AGENT;

	*result = (struct agent_result){
		.state = agent_reason_state(reason), .reason = reason, .until_s = INT64_MAX};
}
