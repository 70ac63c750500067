/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/claims.h"

#include "authz/forward_auth.h"
#include "policy/claim.h"

static const enum authz_input_name inputs[POLICY_CLAIM_COUNT] = {
	[POLICY_CLAIM_USER_AGENT] = AUTHZ_INPUT_USER_AGENT,
	[POLICY_CLAIM_URI] = AUTHZ_INPUT_REQUEST_URI,
	[POLICY_CLAIM_METHOD] = AUTHZ_INPUT_REQUEST_METHOD,
	[POLICY_CLAIM_HTTP_HOST] = AUTHZ_INPUT_HOST,
};

void authz_claims_take(struct authz *a)
{
	a->facts.claims_disputed = 0;
	for (unsigned i = 0; i < POLICY_CLAIM_COUNT; i++) {
		a->facts.claims[i] = a->request.input.values[inputs[i]];
		a->facts.claims_disputed |= (a->request.input.duplicates >> inputs[i] & 1) << i;
	}
}

/* The unclear claim: one with two different values, else the first. */
static enum policy_claim unclear(const struct authz *a)
{
	unsigned disputed = a->verdict.claims_unclear & a->facts.claims_disputed;

	return (enum policy_claim)__builtin_ctz(
		disputed != 0 ? disputed : a->verdict.claims_unclear);
}

void authz_claims_explain(struct authz *a)
{
	enum policy_claim claim = unclear(a);
	enum authz_input_name name = inputs[claim];
	struct str word = authz_input_word(&a->env->config->frontend.cert, name);
	bool disputed = (a->facts.claims_disputed >> claim & 1) != 0;
	char why[POLICY_CLAIM_WHY_MAX];
	struct bytes text;

	bytes_init(&text, 0);
	if (disputed || a->facts.claims[claim].len == 0) {
		if (!authz_forward_words(&a->request.input, a->env->config, name, &text)) {
			bytes_append_str(&text, word);
		}
		if (!disputed) {
			bytes_appendf(&text, " did not come, and a rule reads %s",
				policy_claim_word(claim));
		}
	} else {
		bytes_append_text(&text, policy_claim_explain(claim, &a->facts, why));
	}
	authz_decision_detail_take(&a->decision, &a->arena, &text);
}
