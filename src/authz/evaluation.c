/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/evaluation.h"

#include "authz/agent_fact.h"
#include "authz/bans.h"
#include "authz/cert_facts.h"
#include "authz/claims.h"
#include "authz/decision_cert.h"
#include "base/clock.h"
#include "policy/regex.h"

/* What follows after a part of the evaluation. */
enum stage {
	STAGE_PASSED, /* the next part */
	STAGE_FETCH,  /* a lookup is needed first */
	STAGE_WAIT,   /* for the check of a signature */
	STAGE_ENDED   /* the decision is made */
};

static void end(struct authz *a, enum authz_verdict verdict, enum policy_reason reason)
{
	authz_fetch_cancel(&a->fetch);
	authz_agent_cancel(&a->agent_wait);
	shared_nonces_cancel(&a->nonce_wait);
	authz_fetch_tell(&a->fetch, &a->decision.names);
	authz_decision_end(&a->decision, verdict, reason);
}

/* How long the verdict of the rules holds, beyond what the certificate has bounded already. */
static void bound_by_inputs(struct authz *a)
{
	struct authz_decision *d = &a->decision;
	uint64_t expires_ms = authz_fetch_expires_ms(&a->fetch, &a->verdict.lookups_used);
	uint64_t now_ms = clock_ms();

	if (expires_ms != UINT64_MAX) {
		uint64_t left_ms = expires_ms > now_ms ? expires_ms - now_ms : 0;

		authz_decision_hold_until(
			d, a->request.wall_s + (int64_t)(left_ms / 1000), AUTHZ_BOUND_DNS);
	}
	if (a->verdict.ban_used) {
		authz_bans_bound(a);
	}
	authz_agent_bound(a);
	if (a->verdict.rates_used) {
		authz_decision_hold_until(d, a->request.wall_s, AUTHZ_BOUND_RATE);
	}
}

static void take_hostname(struct authz *a, size_t matched)
{
	struct str_list names = a->facts.names;

	if (names.count > 0) {
		a->decision.hostname = names.items[matched < names.count ? matched : 0];
	}
}

/* Whether a limit kept the decision from what it needs. */
static bool is_overload(const struct authz *a)
{
	const struct policy_costly names = {.names = true};

	if (a->decision.policy->lookup) {
		/* A client could otherwise hide its name by many requests. */
		return a->facts.names_state == POLICY_FACT_UNKNOWN &&
		       authz_fetch_is_overload(&a->fetch, &names);
	}
	if (a->verdict.reason == POLICY_REASON_AGENT_UNVERIFIED) {
		return authz_agent_is_overload(a);
	}
	return a->verdict.reason == POLICY_REASON_DNS_ERROR &&
	       authz_fetch_is_overload(&a->fetch, &a->verdict.lacks);
}

static void end_by_rules(struct authz *a)
{
	static const enum authz_verdict verdicts[] = {
		[POLICY_ALLOW] = AUTHZ_ALLOW,
		[POLICY_DENY] = AUTHZ_DENY,
		[POLICY_ERROR] = AUTHZ_ERROR,
	};
	const struct policy_verdict *verdict = &a->verdict;
	struct authz_decision *d = &a->decision;

	d->rule = verdict->rule;
	d->claims_used = verdict->claims_used;
	d->claims_unclear = verdict->claims_unclear;
	take_hostname(a, verdict->name);
	bound_by_inputs(a);
	if (verdict->claims_unclear != 0) {
		authz_claims_explain(a);
	}
	if (is_overload(a)) {
		end(a, AUTHZ_ERROR, POLICY_REASON_OVERLOAD);
		return;
	}
	if (verdict->reason == POLICY_REASON_DNS_ERROR) {
		d->detail = authz_fetch_unknown_why(&a->fetch, &verdict->lacks);
	}
	if (verdict->reason == POLICY_REASON_CERT_UNTRUSTED) {
		d->detail = authz_cert_unknown_why(d);
	}
	if (verdict->reason == POLICY_REASON_AGENT_UNVERIFIED) {
		authz_agent_explain(a);
	}
	if (verdict->reason == POLICY_REASON_NETWORK_UNKNOWN) {
		d->detail = authz_networks_unknown_why(&d->network);
	}
	end(a, verdicts[verdict->outcome], verdict->reason);
}

/* What follows where a name is needed before the rules, and the look-up of the names failed. */
static enum stage settle_unknown_names(struct authz *a)
{
	const struct policy_costly names = {.names = true};
	enum policy_on_error on_error = a->decision.policy->on_dns_error;
	bool overload = authz_fetch_is_overload(&a->fetch, &names);

	if (!overload && on_error == POLICY_ON_ERROR_ALLOW) {
		/*
		 * The names passed, but the lookups for the rules could still give another result.
		 */
		authz_decision_hold_until(&a->decision, a->request.wall_s, AUTHZ_BOUND_ERROR);
		return STAGE_PASSED;
	}
	take_hostname(a, 0);
	if (overload) {
		end(a, AUTHZ_ERROR, POLICY_REASON_OVERLOAD);
	} else {
		end(a, on_error == POLICY_ON_ERROR_ERROR ? AUTHZ_ERROR : AUTHZ_DENY,
			POLICY_REASON_DNS_ERROR);
	}
	return STAGE_ENDED;
}

/* Applies cert_host: denies if no confirmed name matches the certificate, or if the look-up of the
 * names failed. */
static enum stage apply_cert_host(struct authz *a, struct policy_costly *wanted)
{
	const struct policy_costly names = {.names = true};
	bool known = a->facts.names_state == POLICY_FACT_KNOWN;

	if (!authz_cert_binds_name(a)) {
		return STAGE_PASSED;
	}
	if (a->facts.names_state == POLICY_FACT_UNFETCHED) {
		*wanted = names;
		return STAGE_FETCH;
	}
	if (authz_cert_agrees(a)) {
		return STAGE_PASSED;
	}
	if (!known) {
		return settle_unknown_names(a);
	}
	take_hostname(a, 0);
	a->decision.detail = "no confirmed name agrees with one of the certificate";
	bound_by_inputs(a);
	end(a, AUTHZ_DENY, POLICY_REASON_CERT_HOST_MISMATCH);
	return STAGE_ENDED;
}

/* Denies who is banned: the address was compared before, a name is compared once it is known. */
static enum stage apply_bans(struct authz *a, struct policy_costly *wanted)
{
	authz_bans_take_fact(a);
	if (!a->decision.policy->bans || a->facts.ban == POLICY_FALSE) {
		return STAGE_PASSED;
	}
	if (a->facts.ban == POLICY_UNFETCHED) {
		*wanted = (struct policy_costly){.names = true};
		return STAGE_FETCH;
	}
	if (a->facts.ban == POLICY_UNKNOWN) {
		return settle_unknown_names(a);
	}
	take_hostname(a, 0);
	authz_bans_explain(a);
	bound_by_inputs(a);
	authz_bans_bound(a);
	end(a, AUTHZ_DENY, POLICY_REASON_BANNED);
	return STAGE_ENDED;
}

/* Whether the names are looked up even if no rule needs them. */
static bool wants_names(const struct authz *a)
{
	const struct policy *policy = a->decision.policy;

	return policy->rdns != POLICY_RDNS_OFF && policy->rdns_when == POLICY_WHEN_ALWAYS;
}

static enum stage apply_rules(struct authz *a, struct policy_costly *wanted)
{
	const struct authz_trace *trace = a->request.trace;

	policy_evaluate(
		a->decision.policy, &a->facts, trace != NULL ? trace->policy : NULL, &a->verdict);
	bool need = a->verdict.outcome == POLICY_NEED;

	*wanted = need ? a->verdict.lacks : (struct policy_costly){.names = false};
	if (wants_names(a) && a->fetch.rdns == NULL) {
		wanted->names = true;
	}
	if (need || wanted->names) {
		return STAGE_FETCH;
	}
	/* For the response: the application may ask who it is where no rule did. */
	if (a->verdict.outcome == POLICY_ALLOW &&
		policy_rules_need_agent(a->decision.policy->rules) &&
		authz_agent_take(a) == AUTHZ_WAIT) {
		return STAGE_WAIT;
	}
	end_by_rules(a);
	return STAGE_ENDED;
}

/*
 * Rules are evaluated first with the facts that are known, and again after each lookup. Names are
 * looked up when a rule needs them, and also when none does but the response must have the client's
 * name; first of all if they must match a certificate.
 */
static enum authz_step evaluate(struct authz *a)
{
	for (;;) {
		struct policy_costly wanted;

		authz_fetch_facts(&a->fetch, &a->facts);
		enum stage stage = apply_bans(a, &wanted);

		if (stage == STAGE_PASSED) {
			stage = apply_cert_host(a, &wanted);
		}
		if (stage == STAGE_PASSED) {
			stage = apply_rules(a, &wanted);
		}
		if (stage == STAGE_ENDED) {
			return AUTHZ_DONE;
		}
		if (stage == STAGE_WAIT) {
			return AUTHZ_WAIT;
		}
		if (wanted.agent) {
			if (authz_agent_take(a) == AUTHZ_WAIT) {
				return AUTHZ_WAIT;
			}
			continue;
		}
		switch (authz_fetch_begin(&a->fetch, &wanted)) {
		case AUTHZ_FETCH_WAIT:
			return AUTHZ_WAIT;
		case AUTHZ_FETCH_AGAIN:
			break;
		case AUTHZ_FETCH_FAILED:
			end(a, AUTHZ_ERROR, POLICY_REASON_INTERNAL);
			return AUTHZ_DONE;
		}
	}
}

static void on_fetched(void *ctx)
{
	struct authz *a = ctx;

	if (evaluate(a) == AUTHZ_DONE) {
		a->done(a->ctx);
	}
}

static void take_cert_facts(struct authz *a)
{
	a->facts.cert_present = a->decision.cert_present;
	if (a->decision.cert_verified) {
		a->cert_facts = authz_cert_facts(a->decision.identity, &a->decision.chain_keys);
		a->facts.cert = &a->cert_facts;
	}
}

/* An explanation has the network also where no rule asks for it. */
static void take_network(struct authz *a)
{
	const struct policy_rules *rules = a->decision.policy->rules;
	struct authz_network *network = &a->decision.network;

	if (!policy_rules_need_asn(rules) && !policy_rules_need_country(rules) &&
		(a->request.trace == NULL || a->env->networks == NULL)) {
		return;
	}
	authz_networks_look_up(a->env->networks, &a->decision.trusted.ip, network);
	if (network->asn_known) {
		a->facts.asn = str_view(network->asn_fact);
	}
	if (network->country_known) {
		a->facts.country = str_view(network->country);
	}
}

enum authz_step authz_evaluate(struct authz *a)
{
	const struct authz_trace *trace = a->request.trace;
	const struct addr *ip = &a->decision.trusted.ip;

	a->fetch = (struct authz_fetch){.dns = a->env->dns,
		.policy = a->decision.policy,
		.ip = ip,
		.trace = trace != NULL ? trace->dns : NULL,
		.arena = &a->arena,
		.fetched = on_fetched,
		.ctx = a,
		.rates = {.buckets = a->env->buckets,
			.shared = a->env->shared,
			.policy = a->decision.policy,
			.facts = &a->facts,
			.is_trial = a->request.is_trial,
			.near = a->env->near,
			.cut_clients =
				a->env->config->server.recent_addresses == CONFIG_ADDRESSES_CUT,
			.arena = &a->arena,
			.fetched = on_fetched,
			.ctx = a}};
	a->agent_wait = (struct authz_agent_wait){.done = on_fetched, .ctx = a};
	a->facts.ip = ip;
	a->facts.match_cache = a->env->match_cache;
	a->regex_steps = POLICY_REGEX_STEPS;
	a->facts.regex_steps = &a->regex_steps;
	take_cert_facts(a);
	take_network(a);
	authz_claims_take(a);
	if (wants_names(a)) {
		authz_fetch_cached_names(&a->fetch);
	}
	return evaluate(a);
}
