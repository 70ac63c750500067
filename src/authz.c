/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz.h"

#include "base/clock.h"
#include "believe.h"

#define ARENA_CHUNK 4096

static const unsigned status_of_error = 503;

void authz_init(struct authz *a)
{
	*a = (struct authz){0};
	arena_init(&a->arena, ARENA_CHUNK);
}

void authz_clear(struct authz *a)
{
	authz_cancel(a);
	fcrdns_result_unref(a->rdns);
	arena_clear(&a->arena);
	authz_init(a);
}

void authz_reset(struct authz *a)
{
	struct arena arena = a->arena;

	authz_cancel(a);
	fcrdns_result_unref(a->rdns);
	arena_reset(&arena);
	*a = (struct authz){.arena = arena};
}

void authz_input(struct authz *a, const struct config *config, struct str name, struct str value)
{
	input_add(&a->input, &a->arena, &config->frontend.cert, name, value);
}

/* Whether the same request could end otherwise a moment later. */
static bool is_passing(enum policy_reason reason)
{
	return reason == REASON_DNS_ERROR || reason == REASON_REGEX_LIMIT ||
	       reason == REASON_OVERLOAD || reason == REASON_INTERNAL;
}

/* Always returns true, which ends the decision. */
static bool finish(struct authz *a, enum authz_verdict verdict, enum policy_reason reason)
{
	if (is_passing(reason)) {
		a->max_age_s = 0;
	}
	a->verdict = verdict;
	a->reason = reason;
	switch (verdict) {
	case AUTHZ_ALLOW:
		a->status = 200;
		break;
	case AUTHZ_DENY:
		a->status = a->policy != NULL ? a->policy->deny_status : 403;
		break;
	case AUTHZ_ERROR:
		a->status = status_of_error;
		break;
	}
	return true;
}

static bool deny(struct authz *a, enum policy_reason reason)
{
	return finish(a, AUTHZ_DENY, reason);
}

/* Seconds from now until `wall_s`, at most `max_age_s`. */
static void hold_until(struct authz *a, int64_t wall_s)
{
	int64_t left = wall_s - a->wall_s;

	if (left < 0) {
		left = 0;
	}
	if (left < (int64_t)a->max_age_s) {
		a->max_age_s = (uint32_t)left;
	}
}

/* What the front end sent; or what was given, as if it had. */
static void take_certificate(struct authz *a, const struct config_frontend *frontend, bool honoured,
	struct believe_cert *sent)
{
	believe_certificate(&a->input, frontend, honoured, sent);
	a->cert_present = sent->text.len > 0;
	if (a->given != NULL) {
		sent->word = cert_sources_suppose(&frontend->cert, a->given->status);
		a->cert_present = true;
	}
}

static enum cert_status decode_certificate(struct authz *a, const struct believe_cert *sent)
{
	struct cert_chain chain = {.count = 1};
	enum cert_status status;

	if (a->given != NULL) {
		a->chain = a->given->chain;
		return CERT_OK;
	}
	if (sent->list) {
		status = cert_decode_list(sent->codec, sent->text, &a->arena, &chain, &a->detail);
	} else {
		status = cert_decode(
			sent->codec, sent->text, &a->arena, &chain.certs[0], &a->detail);
	}
	if (status == CERT_OK) {
		status = cert_decode_intermediates(
			sent->intermediates, &a->arena, &chain, &a->detail);
	}
	if (status == CERT_OK) {
		a->chain = chain;
	}
	return status;
}

/* Denies and returns true when the certificate, or its lack, ends the decision. */
static bool certificate_ends_it(
	struct authz *a, const struct config_frontend *frontend, bool honoured)
{
	const struct policy *policy = a->policy;
	struct cert_identity *identity;
	struct believe_cert sent;

	take_certificate(a, frontend, honoured, &sent);
	if (!a->cert_present) {
		if (sent.word == CERT_WORD_FAILED) {
			return deny(a, REASON_CERT_UNVERIFIED);
		}
		return policy->client_cert == POLICY_CERT_REQUIRED && deny(a, REASON_CERT_MISSING);
	}
	identity = arena_alloc(&a->arena, 1, sizeof(*identity));
	if (identity == NULL) {
		return deny(a, REASON_INTERNAL);
	}
	enum cert_status status = decode_certificate(a, &sent);

	if (status == CERT_OK) {
		status = cert_read(
			a->chain.certs[0], policy->cn_fallback, &a->arena, identity, &a->detail);
	}
	if (status != CERT_OK) {
		return deny(a, status == CERT_NO_MEMORY ? REASON_INTERNAL : REASON_CERT_MALFORMED);
	}
	a->identity = identity;
	if (a->wall_s < identity->not_before) {
		hold_until(a, identity->not_before);
		return deny(a, REASON_CERT_NOT_YET_VALID);
	}
	if (a->wall_s >= identity->not_after) {
		return deny(a, REASON_CERT_EXPIRED);
	}
	hold_until(a, identity->not_after);
	if (sent.word != CERT_WORD_VERIFIED) {
		return deny(a, REASON_CERT_UNVERIFIED);
	}
	a->cert_verified = true;
	return false;
}

static void take_cert_facts(struct authz *a)
{
	const struct cert_identity *identity = a->identity;

	a->facts.cert_present = a->cert_present;
	if (!a->cert_verified) {
		return;
	}
	a->cert_facts = (struct policy_cert){
		.subject = identity->subject,
		.issuer = identity->issuer,
		.serial = identity->serial,
		.sha256 = identity->sha256,
		.spki = identity->spki,
		.cn = identity->cn,
		.dns = identity->dns,
		.email = identity->email,
		.uri = identity->uri,
		.ip = identity->ip,
		.ip_count = identity->ip_count,
	};
	a->facts.cert = &a->cert_facts;
}

static void take_claims(struct authz *a)
{
	const struct str *values = a->input.values;

	a->facts.claims[POLICY_CLAIM_USER_AGENT] = values[INPUT_USER_AGENT];
	a->facts.claims[POLICY_CLAIM_URI] = values[INPUT_REQUEST_URI];
	a->facts.claims[POLICY_CLAIM_METHOD] = values[INPUT_REQUEST_METHOD];
	a->facts.claims[POLICY_CLAIM_HTTP_HOST] = values[INPUT_HOST];
}

static void take_names(struct authz *a)
{
	if (a->rdns == NULL) {
		a->facts.names_state = a->policy->rdns == POLICY_RDNS_OFF ? POLICY_FACT_KNOWN
									  : POLICY_FACT_UNFETCHED;
	} else if (a->rdns->status == FCRDNS_ERROR) {
		a->facts.names_state = POLICY_FACT_UNKNOWN;
	} else {
		a->facts.names_state = POLICY_FACT_KNOWN;
		a->facts.names = a->rdns->names;
	}
}

/* How long the verdict of the rules holds, beyond what the certificate has bounded already. */
static void bound_by_inputs(struct authz *a)
{
	if (a->rdns != NULL) {
		uint64_t now = clock_ms();
		uint64_t left = a->rdns->expires_ms > now ? a->rdns->expires_ms - now : 0;

		hold_until(a, a->wall_s + (int64_t)(left / 1000));
	}
	if ((a->decided.claims_used & ~a->policy->cached_claims) != 0) {
		a->max_age_s = 0;
	}
}

static void finish_by_rules(struct authz *a)
{
	const struct policy_verdict *decided = &a->decided;
	enum authz_verdict verdict = decided->outcome == POLICY_ALLOW  ? AUTHZ_ALLOW
				     : decided->outcome == POLICY_DENY ? AUTHZ_DENY
								       : AUTHZ_ERROR;

	a->rule = decided->rule;
	if (decided->reason == REASON_DNS_ERROR && a->rdns->overload) {
		finish(a, AUTHZ_ERROR, REASON_OVERLOAD);
	} else {
		finish(a, verdict, decided->reason);
	}
	if (a->facts.names.count > 0) {
		a->hostname =
			a->facts.names
				.items[decided->name < a->facts.names.count ? decided->name : 0];
	}
	bound_by_inputs(a);
}

static void rdns_done(void *ctx, const struct fcrdns_result *result);

/* False when there is nothing to wait for. */
static bool wait_for_names(struct authz *a)
{
	enum fcrdns_mode mode =
		a->policy->rdns == POLICY_RDNS_DOUBLE ? FCRDNS_DOUBLE : FCRDNS_SINGLE;
	const struct fcrdns_trace *trace = a->trace != NULL ? a->trace->dns : NULL;

	if (trace == NULL) {
		a->rdns = fcrdns_cached(a->dns, &a->ip, mode);
	}
	if (a->rdns == NULL) {
		a->lookup = fcrdns_start(a->dns, &a->ip, mode, trace, rdns_done, a);
	}
	return a->lookup != NULL;
}

/*
 * True once decided. Rules are asked first with what is at hand; names are looked up when a rule
 * needs them, and after the decision when the answer is to carry the client's name all the same.
 */
static bool decide(struct authz *a)
{
	const struct policy_trace *trace = a->trace != NULL ? a->trace->policy : NULL;

	for (;;) {
		take_names(a);
		policy_decide(a->policy, &a->facts, trace, &a->decided);

		bool wanted = a->policy->rdns != POLICY_RDNS_OFF &&
			      a->policy->rdns_when == POLICY_WHEN_ALWAYS && a->rdns == NULL;

		if (a->decided.outcome != POLICY_NEED_NAMES && !wanted) {
			finish_by_rules(a);
			return true;
		}
		if (wait_for_names(a)) {
			return false;
		}
		if (a->rdns == NULL) {
			return finish(a, AUTHZ_ERROR, REASON_INTERNAL);
		}
	}
}

static void rdns_done(void *ctx, const struct fcrdns_result *result)
{
	struct authz *a = ctx;

	a->lookup = NULL;
	a->rdns = result;
	if (decide(a)) {
		a->done(a->ctx);
	}
}

bool authz_start(struct authz *a, const struct config *config, struct dns_engine *dns,
	int64_t wall_s, const struct authz_trace *trace, void (*done)(void *ctx), void *ctx)
{
	struct str name = a->input.values[INPUT_DOORWARD_POLICY];
	bool honoured = believe_headers(&a->input, &config->frontend);
	enum believe_address address =
		believe_address(&a->input, &config->frontend, honoured, &a->ip);

	a->wall_s = wall_s;
	a->dns = dns;
	a->trace = trace;
	a->done = done;
	a->ctx = ctx;
	enum input_name ignored = believe_ignored(&a->input, &config->frontend, honoured);

	if (ignored != INPUT_COUNT) {
		a->ignored = input_word(&config->frontend.cert, ignored);
	}
	if (a->input.unusable != NULL) {
		a->detail = a->input.unusable;
		return deny(a, REASON_BAD_INPUT);
	}
	if (a->input.duplicates != 0) {
		a->detail = input_word(
			&config->frontend.cert, (enum input_name)__builtin_ctz(a->input.duplicates))
				    .data;
		return deny(a, REASON_DUPLICATE_INPUT);
	}
	a->policy = config_policy(config, name.data != NULL ? name : str_view("default"));
	if (a->policy == NULL) {
		return deny(a, REASON_UNKNOWN_POLICY);
	}
	if (address != BELIEVE_OK) {
		return deny(
			a, address == BELIEVE_NO_ADDRESS ? REASON_NO_ADDRESS : REASON_BAD_ADDRESS);
	}
	a->max_age_s = a->policy->max_cache_s;
	if (a->policy->client_cert != POLICY_CERT_OFF &&
		certificate_ends_it(a, &config->frontend, honoured)) {
		return true;
	}
	a->facts.ip = &a->ip;
	take_cert_facts(a);
	take_claims(a);
	return decide(a);
}

void authz_cancel(struct authz *a)
{
	if (a->lookup != NULL) {
		fcrdns_cancel(a->lookup);
		a->lookup = NULL;
	}
}

const char *authz_verdict_word(enum authz_verdict verdict)
{
	static const char *const words[] = {"allow", "deny", "error"};

	return words[verdict];
}

enum fcrdns_status authz_rdns_status(const struct authz *a)
{
	return a->rdns != NULL ? a->rdns->status : FCRDNS_OFF;
}
