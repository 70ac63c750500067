/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/decision_cert.h"

#include "authz/trusted_input_text.h"

#include <assert.h>

#define FAILURE_HOLDS_S (CERT_CACHE_BAD_MS / 1000)

static bool differs(struct str said, struct str has)
{
	return said.data != NULL && !str_eq(str_trim(said), str_trim(has));
}

/* Whether the front end names a holder, or an issuer, that the certificate has not. */
static bool is_of_another(const struct authz *a)
{
	return a->identity != NULL && (differs(a->sent.subject, a->identity->subject) ||
					      differs(a->sent.issuer, a->identity->issuer));
}

/* What came instead of a certificate that the front end vouches for. */
static void explain(struct authz *a)
{
	const struct config_frontend *frontend = &a->means.config->frontend;
	struct bytes text;

	if (a->given != NULL) {
		return;
	}
	bytes_init(&text, 0);
	if (is_of_another(a)) {
		authz_trusted_other_cert_text(&a->sent, frontend, &text);
	} else {
		authz_trusted_cert_text(&a->sent, &a->input, frontend, &a->belief, &text);
	}
	authz_detail_take(a, &text);
}

enum authz_cert_step authz_cert_take(struct authz *a, enum policy_reason *reason)
{
	const struct config_frontend *frontend = &a->means.config->frontend;
	const struct authz_trusted_cert *sent = &a->sent;

	authz_client_certificate(&a->input, frontend, a->belief.honoured, &a->sent);
	a->cert_present = sent->text.len > 0 || a->given != NULL;
	a->word = a->given != NULL ? cert_sources_suppose(&frontend->cert, a->given->status)
				   : sent->word;
	if (!a->cert_present && a->word != CERT_WORD_FAILED &&
		a->policy->client_cert != POLICY_CERT_REQUIRED) {
		return AUTHZ_CERT_PASSED;
	}
	if (!a->cert_present) {
		*reason = a->word == CERT_WORD_FAILED ? POLICY_REASON_CERT_UNVERIFIED
						      : POLICY_REASON_CERT_MISSING;
		explain(a);
		return AUTHZ_CERT_DENIED;
	}
	a->question = (struct cert_check_request){
		.text = sent->text,
		.codec = sent->codec,
		.list = sent->list,
		.intermediates = sent->intermediates,
		.given = a->given != NULL ? &a->given->chain : NULL,
		.cn_fallback = a->policy->cn_fallback,
		.trust = authz_trust_stores_of(
			authz_cert_verifier_trusts(a->means.verifier), a->policy),
	};
	/* Without it nothing would be verified: authz_trust_stores_load sees to it. */
	assert(a->policy->verify == POLICY_VERIFY_FRONTEND || a->question.trust != NULL);
	return AUTHZ_CERT_ASK;
}

static enum policy_reason reason_of(enum cert_finding finding)
{
	static const enum policy_reason reasons[] = {
		[CERT_UNTRUSTED] = POLICY_REASON_CERT_UNTRUSTED,
		[CERT_REVOKED] = POLICY_REASON_CERT_REVOKED,
		[CERT_EXPIRED] = POLICY_REASON_CERT_EXPIRED,
		[CERT_NOT_YET_VALID] = POLICY_REASON_CERT_NOT_YET_VALID,
		[CERT_UNDECIDED] = POLICY_REASON_INTERNAL,
	};

	return reasons[finding];
}

enum authz_cert_step authz_cert_judge(struct authz *a, enum policy_reason *reason)
{
	const struct cert_check_result *checked = a->checked;
	const struct cert_verdict *verdict = &checked->verdict;

	if (checked->status != CERT_OK) {
		a->detail = checked->why;
		*reason = checked->status == CERT_NO_MEMORY ? POLICY_REASON_INTERNAL
							    : POLICY_REASON_CERT_MALFORMED;
		return AUTHZ_CERT_DENIED;
	}
	a->identity = &checked->identity;
	a->detail = verdict->text.data;
	/* What was found may be some minutes old: the time is not. */
	if (a->wall_s < a->identity->not_before) {
		authz_hold_until(a, a->identity->not_before, AUTHZ_BOUND_CERT);
		*reason = POLICY_REASON_CERT_NOT_YET_VALID;
		return AUTHZ_CERT_DENIED;
	}
	if (a->wall_s >= a->identity->not_after) {
		*reason = POLICY_REASON_CERT_EXPIRED;
		return AUTHZ_CERT_DENIED;
	}
	authz_hold_until(a, a->identity->not_after, AUTHZ_BOUND_CERT);
	if ((a->policy->verify != POLICY_VERIFY_LOCAL && a->word != CERT_WORD_VERIFIED) ||
		is_of_another(a)) {
		*reason = POLICY_REASON_CERT_UNVERIFIED;
		explain(a);
		return AUTHZ_CERT_DENIED;
	}
	if (verdict->finding != CERT_TRUSTED) {
		authz_hold_until(a, a->wall_s + FAILURE_HOLDS_S, AUTHZ_BOUND_CERT_CHECK);
		*reason = reason_of(verdict->finding);
		return AUTHZ_CERT_DENIED;
	}
	authz_hold_until(a, verdict->until_s, AUTHZ_BOUND_CERT_CHECK);
	a->cert_verified = true;
	return AUTHZ_CERT_PASSED;
}

bool authz_cert_binds_name(const struct authz *a)
{
	return a->policy->cert_host != POLICY_CERT_HOST_OFF && a->cert_verified;
}

bool authz_cert_agrees(const struct authz *a)
{
	struct str_list dns = a->identity->dns;
	struct str_list names = a->facts.names;

	if (a->policy->cert_host == POLICY_CERT_HOST_EXACT) {
		return cert_host_is_named(dns, names);
	}
	return cert_host_shares_domain(
		authz_trust_stores_suffixes(authz_cert_verifier_trusts(a->means.verifier)), dns,
		names);
}
