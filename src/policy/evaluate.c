/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/evaluate.h"

#include "policy/claim.h"
#include "policy/rule_iter.h"
#include "policy/rule_private.h"

#include <assert.h>
#include <stdint.h>

/* The result of evaluating one rule. */
struct finding {
	enum policy_truth truth;
	/* index of the name that its first positive `host` term matched; SIZE_MAX: none */
	size_t name;
	size_t name_term; /* that term */
	bool regex_limit;
	bool no_chain;
	bool no_network;
	unsigned claims_unclear; /* bit 1 << enum policy_claim */
	bool rate;               /* the client is above a rate */
	struct policy_costly unfetched;
	struct policy_costly unknown;
};

/*
 * Adds the lookups on which the term's truth rests: of a true term the one that is true, else all.
 */
static void note_lookups(const struct policy_term *term, const struct policy_facts *facts,
	enum policy_truth truth, struct policy_lookup_set *used)
{
	if (truth == (term->negated ? POLICY_FALSE : POLICY_TRUE)) {
		policy_term_add_lookups(term, facts, POLICY_TRUE, used);
	} else {
		policy_term_add_lookups(term, facts, POLICY_FALSE, used);
		policy_term_add_lookups(term, facts, POLICY_UNKNOWN, used);
	}
}

static void note_use(const struct policy_term *term, const struct policy_facts *facts,
	enum policy_truth truth, struct policy_verdict *used)
{
	switch (term->field->source) {
	case POLICY_SOURCE_CERT:
		used->cert_used = true;
		break;
	case POLICY_SOURCE_CLAIM:
		used->claims_used |= policy_claims_read(term->field, facts);
		break;
	case POLICY_SOURCE_AGENT:
		used->agent_used = true;
		break;
	case POLICY_SOURCE_FORWARD:
	case POLICY_SOURCE_DNSBL:
		note_lookups(term, facts, truth, &used->lookups_used);
		break;
	case POLICY_SOURCE_NAMES:
		used->names_used = true;
		break;
	case POLICY_SOURCE_BAN:
		used->ban_used = true;
		break;
	case POLICY_SOURCE_RATE:
		used->rates_used = true;
		break;
	case POLICY_SOURCE_NONE:
	case POLICY_SOURCE_ADDRESS:
	case POLICY_SOURCE_ASN:
	case POLICY_SOURCE_COUNTRY:
		break;
	}
}

static void note_lack(const struct policy_term *term, const struct policy_facts *facts,
	enum policy_truth truth, struct policy_costly *lack)
{
	if (term->field->source == POLICY_SOURCE_RATE && truth == POLICY_UNFETCHED) {
		lack->rates |= UINT64_C(1) << term->rate->number;
		return;
	}
	if (term->field->source == POLICY_SOURCE_AGENT) {
		lack->agent = true;
		return;
	}
	/* The only unknown facts of a rate or a ban are the names. */
	lack->names = lack->names || term->field->source >= POLICY_SOURCE_NAMES;
	policy_term_add_lookups(term, facts, truth, &lack->lookups);
}

/*
 * A rule is the conjunction of its terms; a fact that is not fetched could still make an unknown
 * rule false.
 */
static void join(const struct policy_term *term, const struct policy_facts *facts,
	enum policy_truth truth, struct finding *finding)
{
	switch (truth) {
	case POLICY_FALSE:
		finding->truth = truth;
		break;
	case POLICY_UNFETCHED:
		finding->truth = truth;
		note_lack(term, facts, truth, &finding->unfetched);
		break;
	case POLICY_UNKNOWN:
		if (finding->truth == POLICY_TRUE) {
			finding->truth = truth;
		}
		note_lack(term, facts, truth, &finding->unknown);
		break;
	case POLICY_TRUE:
	case POLICY_NOT_EVALUATED:
		break;
	}
}

/*
 * Evaluates those terms of order[from] to order[to - 1] whose facts are fetched, or those whose are
 * not, into *finding, which holds the truth of earlier terms. Stops at a false term: later terms
 * cannot change the result.
 */
static void evaluate(const struct policy_rule *rule, size_t from, size_t to, bool fetched,
	const struct policy_facts *facts, enum policy_truth *truths, struct finding *finding,
	struct policy_verdict *used)
{
	for (size_t i = from; i < to && finding->truth != POLICY_FALSE; i++) {
		size_t index = rule->order[i];
		const struct policy_term *term = &rule->terms[index];
		struct policy_found found = {.name = SIZE_MAX};

		if (policy_term_is_fetched(term, facts) != fetched) {
			continue;
		}
		enum policy_truth truth = policy_term_truth(term, facts, &found);

		note_use(term, facts, truth, used);
		if (truths != NULL) {
			truths[index] = truth;
		}
		finding->regex_limit = finding->regex_limit || found.regex_limit;
		finding->no_chain = finding->no_chain || found.no_chain;
		finding->no_network = finding->no_network || found.no_network;
		finding->claims_unclear |= found.unclear ? 1U << term->field->claim : 0;
		finding->rate = finding->rate || (truth == POLICY_TRUE && !term->negated &&
							 term->field->source == POLICY_SOURCE_RATE);
		if (found.name != SIZE_MAX && index < finding->name_term) {
			finding->name = found.name;
			finding->name_term = index;
		}
		join(term, facts, truth, finding);
	}
}

/*
 * Evaluating a rate counts the request: so all rates of a rule are evaluated or none, only if the
 * rule's truth depends on them alone, and only if it is known which client to count.
 */
static void examine_rates(const struct policy_rule *rule, const struct policy_facts *facts,
	enum policy_truth *truths, struct finding *finding, struct policy_verdict *used)
{
	if (rule->rates_by_host && facts->names_state == POLICY_FACT_UNFETCHED) {
		finding->truth = POLICY_UNFETCHED;
		finding->unfetched.names = true;
		return;
	}
	evaluate(rule, rule->rates_at, rule->count, true, facts, truths, finding, used);
	if (finding->truth == POLICY_TRUE) {
		evaluate(rule, rule->rates_at, rule->count, false, facts, truths, finding, used);
	}
}

/*
 * Claims are evaluated before facts that must be fetched, to fetch as few as possible; but after
 * facts that are fetched, so that as few answers as possible depend on what a client claims.
 */
static struct finding examine(const struct policy_rule *rule, const struct policy_facts *facts,
	enum policy_truth *truths, struct policy_verdict *used)
{
	struct finding finding = {.truth = POLICY_TRUE, .name = SIZE_MAX, .name_term = SIZE_MAX};

	evaluate(rule, 0, rule->claims_at, true, facts, truths, &finding, used);
	evaluate(rule, rule->lookups_at, rule->rates_at, true, facts, truths, &finding, used);
	evaluate(rule, rule->claims_at, rule->lookups_at, true, facts, truths, &finding, used);
	evaluate(rule, rule->lookups_at, rule->rates_at, false, facts, truths, &finding, used);
	if (finding.truth == POLICY_TRUE && rule->rates_at < rule->count) {
		examine_rates(rule, facts, truths, &finding, used);
	}
	return finding;
}

static struct finding examine_and_tell(const struct policy_rule *rule,
	const struct policy_facts *facts, const struct policy_trace *trace,
	struct policy_verdict *used)
{
	enum policy_truth truths[POLICY_RULE_TERMS_MAX];

	if (trace == NULL) {
		return examine(rule, facts, NULL, used);
	}
	for (size_t i = 0; i < rule->count; i++) {
		truths[i] = POLICY_NOT_EVALUATED;
	}
	struct finding finding = examine(rule, facts, truths, used);

	trace->rule(trace->ctx, rule, finding.truth, truths);
	return finding;
}

static enum policy_outcome outcome_of(enum policy_action action)
{
	return action == POLICY_ACTION_ALLOW ? POLICY_ALLOW : POLICY_DENY;
}

static bool is_about_dns(const struct policy_costly *unknown)
{
	bool lookup = false;

	for (size_t i = 0; i < ARRAY_LEN(unknown->lookups.bits); i++) {
		lookup = lookup || unknown->lookups.bits[i] != 0;
	}
	return unknown->names || lookup;
}

static void settle_unknown(const struct policy *policy, const struct policy_facts *facts,
	const struct finding *finding, struct policy_verdict *verdict)
{
	if (finding->regex_limit) {
		verdict->outcome = POLICY_DENY;
		verdict->reason = POLICY_REASON_REGEX_LIMIT;
		return;
	}
	if (finding->no_network) {
		verdict->outcome = POLICY_DENY;
		verdict->reason = POLICY_REASON_NETWORK_UNKNOWN;
		return;
	}
	if (finding->no_chain) {
		verdict->outcome = POLICY_DENY;
		verdict->reason = POLICY_REASON_CERT_UNTRUSTED;
		return;
	}
	if (finding->claims_unclear != 0) {
		bool disputed = (finding->claims_unclear & facts->claims_disputed) != 0;

		verdict->outcome = POLICY_DENY;
		verdict->reason =
			disputed ? POLICY_REASON_DUPLICATE_INPUT : POLICY_REASON_BAD_INPUT;
		verdict->claims_unclear = finding->claims_unclear;
		return;
	}
	verdict->lacks = finding->unknown;
	/* What on_dns_error lets in is let in without DNS, and not without a signature. */
	if (finding->unknown.agent && (!is_about_dns(&finding->unknown) ||
					      policy->on_dns_error == POLICY_ON_ERROR_ALLOW)) {
		verdict->outcome = POLICY_DENY;
		verdict->reason = POLICY_REASON_AGENT_UNVERIFIED;
		return;
	}
	verdict->reason = POLICY_REASON_DNS_ERROR;
	switch (policy->on_dns_error) {
	case POLICY_ON_ERROR_ALLOW:
		verdict->outcome = POLICY_ALLOW;
		return;
	case POLICY_ON_ERROR_ERROR:
		verdict->outcome = POLICY_ERROR;
		return;
	case POLICY_ON_ERROR_DENY:
		break;
	}
	verdict->outcome = POLICY_DENY;
}

static void settle(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_rule *rule, const struct finding *finding,
	struct policy_verdict *verdict)
{
	verdict->rule = rule;
	if (finding->truth == POLICY_TRUE) {
		verdict->outcome = outcome_of(rule->action);
		verdict->reason = finding->rate ? POLICY_REASON_RATE : POLICY_REASON_RULE;
		verdict->name = finding->name;
	} else if (finding->truth == POLICY_UNFETCHED) {
		verdict->outcome = POLICY_NEED;
		verdict->reason = POLICY_REASON_RULE;
		verdict->lacks = finding->unfetched;
	} else {
		settle_unknown(policy, facts, finding, verdict);
	}
}

/* Rules that the iterator left out, before the one that decided, would have been evaluated, too. */
static void note_left_out(
	const struct policy_rule_iter *iter, size_t last, struct policy_verdict *used)
{
	const struct policy_rule_index *index = iter->index;

	if (!iter->whole) {
		used->names_used = used->names_used || index->names_from < last;
		used->cert_used = used->cert_used || index->cert_from < last;
	}
}

void policy_evaluate(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_trace *trace, struct policy_verdict *out)
{
	struct policy_verdict verdict = {.outcome = outcome_of(policy->default_action),
		.reason = POLICY_REASON_DEFAULT,
		.name = SIZE_MAX};
	struct finding finding = {.truth = POLICY_FALSE};
	struct policy_rule_iter iter;
	size_t i;

	assert(facts->ip != NULL);
	policy_rule_iter_begin(&iter, policy, facts, trace != NULL);
	while (finding.truth == POLICY_FALSE && policy_rule_iter_next(&iter, &i)) {
		const struct policy_rule *rule = policy_rules_at(policy->rules, i);

		finding = examine_and_tell(rule, facts, trace, &verdict);
		if (finding.truth != POLICY_FALSE) {
			settle(policy, facts, rule, &finding, &verdict);
		}
	}
	note_left_out(&iter, i, &verdict);
	policy_rule_iter_end(&iter);
	*out = verdict;
}
