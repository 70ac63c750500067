/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/decision_cert.h"

#include "authz/cert_match.h"
#include "authz/trusted_input_text.h"

#include <assert.h>

#define FAILURE_HOLDS_S (CERT_CACHE_BAD_MS / 1000)

/* What the front end says of the certificate that does not hold for the one that came, if any. */
static enum cert_input mismatch_of(const struct authz *a)
{
	if (a->checked == NULL || a->checked->status != CERT_OK) {
		return CERT_INPUT_COUNT;
	}
	return authz_cert_mismatch(&a->sent, &a->env->config->frontend.cert, a->decision.identity);
}

/* Sets the detail to what came in place of a verified certificate. */
static void explain(struct authz *a)
{
	const struct config_frontend *frontend = &a->env->config->frontend;
	struct authz_decision *d = &a->decision;
	struct bytes text;

	bytes_init(&text, 0);
	if (a->request.given_cert != NULL) {
		authz_trusted_given_cert_text(
			a->request.given_cert->status, a->verify_status, frontend, &text);
		authz_decision_detail_take(d, &a->arena, &text);
		return;
	}
	enum cert_input mismatch = mismatch_of(a);

	if (mismatch != CERT_INPUT_COUNT) {
		authz_trusted_other_cert_text(
			&a->sent, &a->request.input, frontend, mismatch, d->identity, &text);
	} else {
		authz_trusted_cert_text(&a->sent, &a->request.input, frontend, &d->trusted, &text);
	}
	authz_decision_detail_take(d, &a->arena, &text);
}

enum authz_cert_step authz_cert_take(struct authz *a, enum policy_reason *reason)
{
	const struct config_frontend *frontend = &a->env->config->frontend;
	const struct authz_given_cert *given = a->request.given_cert;
	const struct authz_trusted_cert *sent = &a->sent;
	struct authz_decision *d = &a->decision;

	authz_client_certificate(&a->request.input, frontend, d->trusted.honoured, &a->sent);
	d->cert_present = sent->text.len > 0 || given != NULL;
	a->verify_status = given != NULL ? cert_sources_suppose(&frontend->cert, given->status)
					 : sent->verify_status;
	if (!d->cert_present && a->verify_status != CERT_VERIFY_FAILED &&
		a->verify_status != CERT_VERIFY_SUCCESS &&
		d->policy->client_cert != POLICY_CERT_REQUIRED) {
		return AUTHZ_CERT_PASSED;
	}
	if (!d->cert_present) {
		*reason = a->verify_status == CERT_VERIFY_FAILED ? POLICY_REASON_CERT_UNVERIFIED
								 : POLICY_REASON_CERT_MISSING;
		explain(a);
		return AUTHZ_CERT_DENIED;
	}
	a->check = (struct cert_check_request){
		.text = sent->text,
		.codec = sent->codec,
		.list = sent->list,
		.intermediates = sent->intermediates,
		.given = given != NULL ? &given->chain : NULL,
		.cn_fallback = d->policy->cn_fallback,
		.trust = authz_trust_stores_of(
			authz_cert_verifier_trusts(a->env->verifier), d->policy),
	};
	/* Otherwise nothing would be verified: authz_trust_stores_load ensures it. */
	assert(d->policy->verify == POLICY_VERIFY_FRONTEND || a->check.trust != NULL);
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

/* Whether the front end did not verify the certificate, or did not send it. */
static bool is_unverified(const struct authz *a)
{
	return (a->decision.policy->verify != POLICY_VERIFY_LOCAL &&
		       a->verify_status != CERT_VERIFY_SUCCESS) ||
	       a->verify_status == CERT_VERIFY_NONE || mismatch_of(a) != CERT_INPUT_COUNT;
}

enum authz_cert_step authz_cert_judge(struct authz *a, enum policy_reason *reason)
{
	const struct cert_check_result *checked = a->checked;
	const struct cert_verdict *verdict = &checked->verdict;
	const struct cert_identity *identity = &checked->identity;
	struct authz_decision *d = &a->decision;
	int64_t now_s = a->request.wall_s;

	if (checked->status != CERT_OK) {
		d->detail = checked->why;
		*reason = checked->status == CERT_NO_MEMORY ? POLICY_REASON_INTERNAL
							    : POLICY_REASON_CERT_MALFORMED;
		return AUTHZ_CERT_DENIED;
	}
	d->identity = identity;
	d->detail = verdict->text.data;
	/* The result may be some minutes old: the time is checked now. */
	if (now_s < identity->not_before) {
		authz_decision_hold_until(d, identity->not_before, AUTHZ_BOUND_CERT);
		*reason = POLICY_REASON_CERT_NOT_YET_VALID;
		return AUTHZ_CERT_DENIED;
	}
	if (now_s >= identity->not_after) {
		*reason = POLICY_REASON_CERT_EXPIRED;
		return AUTHZ_CERT_DENIED;
	}
	authz_decision_hold_until(d, identity->not_after, AUTHZ_BOUND_CERT);
	if (is_unverified(a)) {
		*reason = POLICY_REASON_CERT_UNVERIFIED;
		explain(a);
		return AUTHZ_CERT_DENIED;
	}
	if (verdict->finding != CERT_TRUSTED) {
		authz_decision_hold_until(d, now_s + FAILURE_HOLDS_S, AUTHZ_BOUND_CERT_CHECK);
		*reason = reason_of(verdict->finding);
		return AUTHZ_CERT_DENIED;
	}
	authz_decision_hold_until(d, verdict->until_s, AUTHZ_BOUND_CERT_CHECK);
	d->chain_keys = verdict->keys;
	d->cert_verified = true;
	return AUTHZ_CERT_PASSED;
}

const char *authz_cert_unknown_why(const struct authz_decision *d)
{
	if (d->policy->verify == POLICY_VERIFY_FRONTEND) {
		return "the chain is unknown, as the front end alone verified the certificate; see "
		       "verify";
	}
	if (d->chain_keys.anchor.data == NULL) {
		return "the chain is unknown, as the certificate passed by cert_pins; a rule about "
		       "cert.sha256 or cert.spki before this one could decide";
	}
	return "the key of the issuer is unknown, as the certificate itself is in ca_file or "
	       "ca_dir; see cert.anchor";
}

bool authz_cert_binds_name(const struct authz *a)
{
	return a->decision.policy->cert_host != POLICY_CERT_HOST_OFF && a->decision.cert_verified;
}

bool authz_cert_agrees(const struct authz *a)
{
	struct str_list dns = a->decision.identity->dns;
	struct str_list names = a->facts.names;

	if (a->decision.policy->cert_host == POLICY_CERT_HOST_EXACT) {
		return cert_host_is_named(dns, names);
	}
	return cert_host_shares_domain(
		authz_trust_stores_suffixes(authz_cert_verifier_trusts(a->env->verifier)), dns,
		names);
}
