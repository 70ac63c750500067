/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/authz.h"

#include "authz/claims.h"
#include "authz/decision_cert.h"
#include "authz/trusted_input_text.h"
#include "base/clock.h"
#include "policy/regex.h"

#define ARENA_CHUNK 1024 /* a usual request without a certificate; ten thousand may wait */

#define HOLDS_MAX_S (24 * 3600)

static const unsigned status_of_error = 503;

void authz_init(struct authz *a)
{
	*a = (struct authz){0};
	arena_init(&a->arena, ARENA_CHUNK);
}

void authz_clear(struct authz *a)
{
	authz_cancel(a);
	cert_check_result_unref(a->checked);
	authz_fetch_clear(&a->fetch);
	arena_clear(&a->arena);
	authz_init(a);
}

void authz_reset(struct authz *a)
{
	struct arena arena = a->arena;

	authz_cancel(a);
	cert_check_result_unref(a->checked);
	authz_fetch_clear(&a->fetch);
	arena_reset(&arena);
	*a = (struct authz){.arena = arena};
}

void authz_input(struct authz *a, const struct config *config, struct str name, struct str value)
{
	authz_input_add(&a->input, &config->frontend.cert, name, value);
}

void authz_detail_take(struct authz *a, struct bytes *text)
{
	bytes_append_u8(text, '\0');
	a->detail = text->failed ? NULL : arena_dup(&a->arena, bytes_view(text)).data;
	bytes_clear(text);
}

/* Whether the same request could end otherwise a moment later. */
static bool is_passing(enum policy_reason reason)
{
	return reason == POLICY_REASON_DNS_ERROR || reason == POLICY_REASON_REGEX_LIMIT ||
	       reason == POLICY_REASON_OVERLOAD || reason == POLICY_REASON_INTERNAL;
}

void authz_hold_until(struct authz *a, int64_t wall_s, enum authz_bound bound)
{
	int64_t left = wall_s > a->wall_s ? wall_s - a->wall_s : 0;

	if (left < (int64_t)a->holds_s) {
		a->holds_s = (uint32_t)left;
		a->bound = bound;
	}
}

/* Others keep an answer by less than the input that it came of. */
static void bound_max_age(struct authz *a)
{
	a->max_age_s = a->holds_s;
	if (a->policy->max_cache_s < a->max_age_s) {
		a->max_age_s = a->policy->max_cache_s;
		a->bound = AUTHZ_BOUND_MAX_CACHE;
	}
	if (a->max_age_s > 0 && (a->decided.claims_used & ~a->policy->cached_claims) != 0) {
		a->max_age_s = 0;
		a->bound = AUTHZ_BOUND_CLAIM;
	}
	if (a->decided.claims_unclear != 0) {
		a->max_age_s = 0;
		a->bound = AUTHZ_BOUND_INPUT;
	}
}

/* Always returns true, which ends the decision. */
static bool finish(struct authz *a, enum authz_verdict verdict, enum policy_reason reason)
{
	if (is_passing(reason)) {
		a->holds_s = 0;
		a->bound = AUTHZ_BOUND_ERROR;
	}
	if (a->policy != NULL) {
		bound_max_age(a);
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

/* How long the verdict of the rules holds, beyond what the certificate has bounded already. */
static void bound_by_inputs(struct authz *a)
{
	uint64_t expires_ms = authz_fetch_expires_ms(&a->fetch, &a->decided.lookups_used);
	uint64_t now_ms = clock_ms();

	if (expires_ms != UINT64_MAX) {
		uint64_t left_ms = expires_ms > now_ms ? expires_ms - now_ms : 0;

		authz_hold_until(a, a->wall_s + (int64_t)(left_ms / 1000), AUTHZ_BOUND_DNS);
	}
	if (a->decided.rates_used) {
		authz_hold_until(a, a->wall_s, AUTHZ_BOUND_RATE);
	}
}

static void take_hostname(struct authz *a, size_t matched)
{
	size_t count = a->facts.names.count;

	if (count > 0) {
		a->hostname = a->facts.names.items[matched < count ? matched : 0];
	}
}

static void finish_by_rules(struct authz *a)
{
	const struct policy_verdict *decided = &a->decided;
	enum authz_verdict verdict = decided->outcome == POLICY_ALLOW  ? AUTHZ_ALLOW
				     : decided->outcome == POLICY_DENY ? AUTHZ_DENY
								       : AUTHZ_ERROR;

	a->rule = decided->rule;
	take_hostname(a, decided->name);
	bound_by_inputs(a);
	if (decided->claims_unclear != 0) {
		a->detail = authz_claims_detail(a);
	}
	if (decided->reason == POLICY_REASON_DNS_ERROR &&
		authz_fetch_is_overload(&a->fetch, &decided->lacks)) {
		finish(a, AUTHZ_ERROR, POLICY_REASON_OVERLOAD);
		return;
	}
	if (decided->reason == POLICY_REASON_DNS_ERROR) {
		a->detail = authz_fetch_unknown_why(&a->fetch, &decided->lacks);
	}
	finish(a, verdict, decided->reason);
}

/* What certificate and names must agree about ends it, if they do not or nobody knows. */
static bool names_end_it(struct authz *a)
{
	const struct policy_costly names = {.names = true};
	bool known = a->facts.names_state == POLICY_FACT_KNOWN;
	bool overload = !known && authz_fetch_is_overload(&a->fetch, &names);

	if (authz_cert_agrees(a)) {
		return false;
	}
	if (!known && !overload && a->policy->on_dns_error == POLICY_ON_ERROR_ALLOW) {
		/* Only the names are let pass: the rules may know better. */
		authz_hold_until(a, a->wall_s, AUTHZ_BOUND_ERROR);
		return false;
	}
	authz_fetch_cancel(&a->fetch);
	take_hostname(a, 0);
	if (known) {
		a->detail = "no confirmed name agrees with one of the certificate";
		bound_by_inputs(a);
		return deny(a, POLICY_REASON_CERT_HOST_MISMATCH);
	}
	if (overload) {
		return finish(a, AUTHZ_ERROR, POLICY_REASON_OVERLOAD);
	}
	return finish(a,
		a->policy->on_dns_error == POLICY_ON_ERROR_ERROR ? AUTHZ_ERROR : AUTHZ_DENY,
		POLICY_REASON_DNS_ERROR);
}

/* Whether the names are looked up whatever the rules need. */
static bool wants_names(const struct authz *a)
{
	return a->policy->rdns != POLICY_RDNS_OFF && a->policy->rdns_when == POLICY_WHEN_ALWAYS;
}

/* What is to be looked up before the decision; false: nothing. */
static bool is_wanting(const struct authz *a, struct policy_costly *wanted)
{
	bool need = a->decided.outcome == POLICY_NEED;

	*wanted = need ? a->decided.lacks : (struct policy_costly){.names = false};
	if (wants_names(a) && a->fetch.rdns == NULL) {
		wanted->names = true;
	}
	return need || wanted->names;
}

/* Asks the rules; true if they, or the answer, want something looked up first. */
static bool asks_rules(struct authz *a, struct policy_costly *wanted)
{
	const struct policy_trace *trace = a->trace != NULL ? a->trace->policy : NULL;

	policy_evaluate(a->policy, &a->facts, trace, &a->decided);
	return is_wanting(a, wanted);
}

/*
 * True once decided. Rules are asked first with what is at hand, and anew with each thing that was
 * looked up. Names are looked up when a rule needs them, and also when none does but the answer is
 * to carry the client's name all the same; first of all where they must agree with a certificate.
 */
static bool decide(struct authz *a)
{
	struct policy_costly wanted;

	for (;;) {
		authz_fetch_facts(&a->fetch, &a->facts);
		if (authz_cert_binds_name(a) && a->facts.names_state == POLICY_FACT_UNFETCHED) {
			wanted = (struct policy_costly){.names = true};
		} else if (authz_cert_binds_name(a) && names_end_it(a)) {
			return true;
		} else if (!asks_rules(a, &wanted)) {
			authz_fetch_cancel(&a->fetch);
			finish_by_rules(a);
			return true;
		}
		switch (authz_fetch_begin(&a->fetch, &wanted)) {
		case AUTHZ_FETCH_WAIT:
			return false;
		case AUTHZ_FETCH_AGAIN:
			break;
		case AUTHZ_FETCH_FAILED:
			authz_fetch_cancel(&a->fetch);
			return finish(a, AUTHZ_ERROR, POLICY_REASON_INTERNAL);
		}
	}
}

static void on_fetched(void *ctx)
{
	struct authz *a = ctx;

	if (decide(a)) {
		a->done(a->ctx);
	}
}

/* What is left to do once the certificate, if any, has passed. */
static bool go_on(struct authz *a)
{
	a->facts.ip = &a->ip;
	a->facts.match_cache = a->means.memory;
	a->regex_steps = POLICY_REGEX_STEPS;
	a->facts.regex_steps = &a->regex_steps;
	take_cert_facts(a);
	authz_claims_take(a);
	if (wants_names(a)) {
		authz_fetch_names_at_hand(&a->fetch);
	}
	return decide(a);
}

static bool judge_certificate(struct authz *a)
{
	enum policy_reason reason;

	if (a->checked == NULL) {
		return deny(a, POLICY_REASON_INTERNAL);
	}
	return authz_cert_judge(a, &reason) == AUTHZ_CERT_DENIED ? deny(a, reason) : go_on(a);
}

static void on_checked(void *ctx, const struct cert_check_result *checked)
{
	struct authz *a = ctx;

	a->wait = NULL;
	a->checked = checked;
	if (judge_certificate(a)) {
		a->done(a->ctx);
	}
}

static bool check_certificate(struct authz *a)
{
	struct authz_cert_verifier *verifier = a->means.verifier;
	bool vouched = a->policy->verify == POLICY_VERIFY_LOCAL || a->word == CERT_WORD_VERIFIED;
	bool overload;

	a->checked = authz_cert_verifier_known(verifier, &a->question, a->wall_s);
	if (a->checked != NULL) {
		return judge_certificate(a);
	}
	a->wait = authz_cert_verifier_ask(
		verifier, &a->question, vouched, a->wall_s, on_checked, a, &overload);
	if (a->wait != NULL) {
		return false;
	}
	return overload ? finish(a, AUTHZ_ERROR, POLICY_REASON_OVERLOAD)
			: deny(a, POLICY_REASON_INTERNAL);
}

static bool deny_address(struct authz *a)
{
	static const enum policy_reason reasons[] = {
		[AUTHZ_CLIENT_ADDRESS_NO_ADDRESS] = POLICY_REASON_NO_ADDRESS,
		[AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS] = POLICY_REASON_BAD_ADDRESS,
		[AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES] = POLICY_REASON_DUPLICATE_INPUT,
	};
	struct bytes text;

	bytes_init(&text, 0);
	authz_trusted_address_text(&a->belief, &a->input, &a->means.config->frontend, &text);
	authz_detail_take(a, &text);
	return deny(a, reasons[a->belief.address]);
}

bool authz_start(struct authz *a, const struct authz_means *means, int64_t wall_s,
	const struct authz_trace *trace, void (*done)(void *ctx), void *ctx)
{
	const struct config *config = means->config;

	a->wall_s = wall_s;
	a->means = *means;
	a->trace = trace;
	a->done = done;
	a->ctx = ctx;
	authz_trust_input(&a->input, &config->frontend, &a->belief);
	a->ip = a->belief.ip;
	if (a->input.unusable != NULL) {
		a->detail = a->input.unusable;
		return deny(a, POLICY_REASON_BAD_INPUT);
	}
	/* What only a rule may ask about denies where one does. */
	unsigned duplicates = a->input.duplicates & ~AUTHZ_INPUT_CLAIMS;

	if (duplicates != 0) {
		a->detail = authz_input_word(
			&config->frontend.cert, (enum authz_input_name)__builtin_ctz(duplicates))
				    .data;
		return deny(a, POLICY_REASON_DUPLICATE_INPUT);
	}
	if (a->input.values[AUTHZ_INPUT_DOORWARD_ENDPOINT].data != NULL) {
		a->detail =
			"DOORWARD_ENDPOINT is for a location of its own, not for an authorization";
		return deny(a, POLICY_REASON_BAD_INPUT);
	}
	a->policy = authz_policy(&a->input, config);
	if (a->policy == NULL) {
		return deny(a, POLICY_REASON_UNKNOWN_POLICY);
	}
	if (a->belief.address != AUTHZ_CLIENT_ADDRESS_OK) {
		return deny_address(a);
	}
	a->holds_s = HOLDS_MAX_S;
	a->fetch = (struct authz_fetch){.dns = means->dns,
		.policy = a->policy,
		.ip = &a->ip,
		.facts = &a->facts,
		.buckets = means->buckets,
		.trace = trace != NULL ? trace->dns : NULL,
		.arena = &a->arena,
		.fetched = on_fetched,
		.ctx = a};
	if (a->policy->client_cert != POLICY_CERT_OFF) {
		enum policy_reason reason;
		enum authz_cert_step step = authz_cert_take(a, &reason);

		if (step != AUTHZ_CERT_PASSED) {
			return step == AUTHZ_CERT_ASK ? check_certificate(a) : deny(a, reason);
		}
	}
	return go_on(a);
}

void authz_cancel(struct authz *a)
{
	if (a->wait != NULL) {
		authz_cert_verifier_cancel(a->wait);
		a->wait = NULL;
	}
	authz_fetch_cancel(&a->fetch);
}

const struct policy *authz_policy(const struct authz_input *input, const struct config *config)
{
	struct str name = input->values[AUTHZ_INPUT_DOORWARD_POLICY];

	return config_policy(config, name.data != NULL ? name : str_view("default"));
}

uint64_t authz_until_ms(const struct authz *a)
{
	uint64_t until_ms = clock_ms() + (uint64_t)a->holds_s * 1000;
	uint64_t refresh_ms = a->fetch.rdns != NULL ? a->fetch.rdns->refresh_ms : UINT64_MAX;

	return refresh_ms < until_ms ? refresh_ms : until_ms;
}

const char *authz_verdict_word(enum authz_verdict verdict)
{
	static const char *const words[] = {"allow", "deny", "error"};

	return words[verdict];
}

const char *authz_bound_word(enum authz_bound bound)
{
	static const char *const words[] = {
		[AUTHZ_BOUND_INPUT] = "input",
		[AUTHZ_BOUND_MAX_CACHE] = "max_cache",
		[AUTHZ_BOUND_DNS] = "dns",
		[AUTHZ_BOUND_CERT] = "cert",
		[AUTHZ_BOUND_CERT_CHECK] = "cert_check",
		[AUTHZ_BOUND_CLAIM] = "claim",
		[AUTHZ_BOUND_RATE] = "rate",
		[AUTHZ_BOUND_ERROR] = "error",
	};

	return words[bound];
}

enum dns_fcrdns_status authz_rdns_status(const struct authz *a)
{
	return authz_fetch_status(&a->fetch);
}
