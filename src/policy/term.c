/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/term.h"

#include "policy/claim.h"
#include "policy/netset.h"
#include "policy/regex.h"
#include "policy/textset.h"

static enum policy_truth truth_of_addrs(const struct policy_term *t, struct policy_addrs addrs)
{
	for (size_t i = 0; i < addrs.count; i++) {
		const struct addr *addr = &addrs.items[i];

		if (t->op == POLICY_OPERATOR_IN ? policy_netset_contains(t->nets, addr)
						: prefix_contains(&t->prefix, addr)) {
			return POLICY_TRUE;
		}
	}
	return POLICY_FALSE;
}

static enum policy_truth truth_of_text(
	const struct policy_term *t, const struct policy_facts *facts, struct str fact)
{
	if (t->op == POLICY_OPERATOR_EQUALS) {
		return t->field->kind->covers(t->value, fact) ? POLICY_TRUE : POLICY_FALSE;
	}
	if (t->op == POLICY_OPERATOR_IN) {
		return policy_textset_covers(t->texts, fact) ? POLICY_TRUE : POLICY_FALSE;
	}
	switch (policy_regex_match(t->regex, fact, facts->regex_steps)) {
	case POLICY_REGEX_MATCH:
		return POLICY_TRUE;
	case POLICY_REGEX_NO_MATCH:
		return POLICY_FALSE;
	case POLICY_REGEX_LIMIT:
		break;
	}
	return POLICY_UNKNOWN;
}

/* True if any value is, else unknown if any value is; *index: the true one. */
static enum policy_truth truth_of_texts(const struct policy_term *t,
	const struct policy_facts *facts, struct str_list texts, size_t *index)
{
	enum policy_truth whole = POLICY_FALSE;

	for (size_t i = 0; i < texts.count; i++) {
		enum policy_truth truth = truth_of_text(t, facts, texts.items[i]);

		if (truth == POLICY_TRUE) {
			*index = i;
			return truth;
		}
		if (truth == POLICY_UNKNOWN) {
			whole = truth;
		}
	}
	return whole;
}

static enum policy_truth truth_of_lookup(
	const struct policy_term *t, const struct policy_facts *facts, size_t lookup)
{
	enum policy_truth truth =
		facts->lookup_truths != NULL ? facts->lookup_truths[lookup] : POLICY_UNFETCHED;

	if (truth != POLICY_TRUE || t->lookups.codes == NULL) {
		return truth;
	}
	return facts->lookup_codes != NULL
		       ? policy_dnsbl_codes_truth(t->lookups.codes, &facts->lookup_codes[lookup])
		       : POLICY_UNKNOWN;
}

/* True if any lookup is; else unfetched if any is, and else unknown if any is. */
static enum policy_truth truth_of_lookups(
	const struct policy_term *t, const struct policy_facts *facts)
{
	enum policy_truth whole = POLICY_FALSE;

	for (size_t i = 0; i < t->lookups.count && whole != POLICY_TRUE; i++) {
		enum policy_truth truth = truth_of_lookup(t, facts, t->lookups.items[i]);

		if (truth == POLICY_TRUE || truth == POLICY_UNFETCHED ||
			(truth == POLICY_UNKNOWN && whole == POLICY_FALSE)) {
			whole = truth;
		}
	}
	return whole;
}

void policy_term_add_lookups(const struct policy_term *term, const struct policy_facts *facts,
	enum policy_truth truth, struct policy_lookup_set *set)
{
	if (term->field->shape != POLICY_SHAPE_LOOKUP) {
		return;
	}
	for (size_t i = 0; i < term->lookups.count; i++) {
		if (truth_of_lookup(term, facts, term->lookups.items[i]) == truth) {
			policy_lookup_set_add(set, term->lookups.items[i]);
			if (truth == POLICY_TRUE) {
				return;
			}
		}
	}
}

static enum policy_truth truth_of_rate(
	const struct policy_rate *rate, const struct policy_facts *facts)
{
	if (policy_rate_is_unknown(rate, facts)) {
		return POLICY_UNKNOWN;
	}
	if ((facts->rates_asked >> rate->number & 1) == 0) {
		return POLICY_UNFETCHED;
	}
	return (facts->rates_over >> rate->number & 1) != 0 ? POLICY_TRUE : POLICY_FALSE;
}

/* For fields whose values may be unknown, or known in part. */
static enum policy_fact_state state_of(
	const struct policy_field *field, const struct policy_facts *facts)
{
	switch (field->source) {
	case POLICY_SOURCE_NAMES:
		return facts->names_state;
	case POLICY_SOURCE_AGENT:
		return facts->agents_state;
	case POLICY_SOURCE_ASN:
		return facts->asn.data != NULL ? POLICY_FACT_KNOWN : POLICY_FACT_UNKNOWN;
	case POLICY_SOURCE_COUNTRY:
		return facts->country.data != NULL ? POLICY_FACT_KNOWN : POLICY_FACT_UNKNOWN;
	default:
		return POLICY_FACT_KNOWN;
	}
}

bool policy_term_is_fetched(const struct policy_term *term, const struct policy_facts *facts)
{
	if (term->field->shape == POLICY_SHAPE_LOOKUP) {
		return truth_of_lookups(term, facts) != POLICY_UNFETCHED;
	}
	if (term->field->shape == POLICY_SHAPE_RATE) {
		return truth_of_rate(term->rate, facts) != POLICY_UNFETCHED;
	}
	if (term->field->source == POLICY_SOURCE_BAN) {
		return facts->ban != POLICY_UNFETCHED;
	}
	return state_of(term->field, facts) != POLICY_FACT_UNFETCHED;
}

/* None of the known values matches: whether none of the possible ones does, either. */
static enum policy_truth truth_of_possible(
	const struct policy_term *t, const struct policy_facts *facts)
{
	struct str_list possible = t->field->source == POLICY_SOURCE_AGENT ? facts->possible_agents
									   : facts->possible_names;
	size_t index;

	return possible.count > 0 && truth_of_texts(t, facts, possible, &index) == POLICY_FALSE
		       ? POLICY_FALSE
		       : POLICY_UNKNOWN;
}

/* The result for all texts that the claim can mean, if it is the same; else unknown. */
static enum policy_truth truth_of_claim(
	const struct policy_term *t, const struct policy_facts *facts, struct policy_found *found)
{
	struct policy_claim_reader reader;
	enum policy_truth whole = POLICY_NOT_EVALUATED;
	struct str text;

	if (!policy_claim_begin(&reader, t->field, facts)) {
		found->unclear = true;
		return POLICY_UNKNOWN;
	}
	while (policy_claim_next(&reader, &text)) {
		enum policy_truth truth = truth_of_text(t, facts, text);

		if (truth == POLICY_UNKNOWN) {
			found->regex_limit = true;
			return truth;
		}
		if (whole != POLICY_NOT_EVALUATED && truth != whole) {
			found->unclear = true;
			return POLICY_UNKNOWN;
		}
		whole = truth;
	}
	return whole;
}

static enum policy_truth unnegated_truth(const struct policy_term *t,
	const struct policy_facts *facts, struct policy_found *found, size_t *index)
{
	switch (t->op) {
	case POLICY_OPERATOR_ANY:
		return POLICY_TRUE;
	case POLICY_OPERATOR_PRESENT:
		return facts->cert_present ? POLICY_TRUE : POLICY_FALSE;
	case POLICY_OPERATOR_VERIFIED:
		return facts->cert != NULL ? POLICY_TRUE : POLICY_FALSE;
	case POLICY_OPERATOR_FLAG:
		if (t->field->source == POLICY_SOURCE_BAN) {
			return facts->ban;
		}
		return policy_field_flag(t->field, facts) ? POLICY_TRUE : POLICY_FALSE;
	case POLICY_OPERATOR_KNOWN:
		return state_of(t->field, facts) == POLICY_FACT_KNOWN ? POLICY_TRUE : POLICY_FALSE;
	case POLICY_OPERATOR_EQUALS:
	case POLICY_OPERATOR_IN:
	case POLICY_OPERATOR_MATCHES:
		break;
	}
	if (t->field->shape == POLICY_SHAPE_ADDRESS) {
		return truth_of_addrs(t, policy_field_addrs(t->field, facts));
	}
	if (t->field->shape == POLICY_SHAPE_LOOKUP) {
		return truth_of_lookups(t, facts);
	}
	if (t->field->shape == POLICY_SHAPE_RATE) {
		return truth_of_rate(t->rate, facts);
	}
	if (t->field->source == POLICY_SOURCE_CLAIM) {
		return truth_of_claim(t, facts, found);
	}
	enum policy_fact_state state = state_of(t->field, facts);

	if (state == POLICY_FACT_UNFETCHED) {
		return POLICY_UNFETCHED;
	}
	if (state == POLICY_FACT_UNKNOWN) {
		found->no_network = policy_field_is_of_network(t->field);
		return POLICY_UNKNOWN;
	}
	struct str_list texts = policy_field_texts(t->field, facts);

	if (t->field->of_chain && facts->cert != NULL && texts.count == 0) {
		found->no_chain = true;
		return POLICY_UNKNOWN;
	}
	enum policy_truth truth = truth_of_texts(t, facts, texts, index);

	if (truth == POLICY_UNKNOWN) {
		found->regex_limit = true;
	}
	return truth == POLICY_FALSE && state == POLICY_FACT_KNOWN_IN_PART
		       ? truth_of_possible(t, facts)
		       : truth;
}

enum policy_truth policy_term_truth(const struct policy_term *term,
	const struct policy_facts *facts, struct policy_found *found)
{
	size_t index = SIZE_MAX;
	enum policy_truth truth = unnegated_truth(term, facts, found, &index);

	if (term->negated) {
		if (truth == POLICY_TRUE) {
			return POLICY_FALSE;
		}
		return truth == POLICY_FALSE ? POLICY_TRUE : truth;
	}
	if (truth == POLICY_TRUE && term->field->source == POLICY_SOURCE_NAMES) {
		found->name = index;
	}
	return truth;
}
