/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/rule_terms.h"

#include "policy/rule_private.h"
#include "policy/textset.h"

bool policy_rule_asks_for(const struct policy_rule *rule, enum policy_source source)
{
	for (size_t i = 0; i < rule->count; i++) {
		if (rule->terms[i].field->source == source) {
			return true;
		}
	}
	return false;
}

const char *policy_rule_field_of_chain(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		if (rule->terms[i].field->of_chain) {
			return rule->terms[i].field->name;
		}
	}
	return NULL;
}

unsigned policy_rule_claims(const struct policy_rule *rule)
{
	unsigned claims = 0;

	for (size_t i = 0; i < rule->count; i++) {
		const struct policy_field *field = rule->terms[i].field;

		claims |= field->source == POLICY_SOURCE_CLAIM ? 1U << field->claim : 0;
	}
	return claims;
}

void policy_rule_each_agent(
	const struct policy_rule *rule, void (*each)(void *ctx, struct str url), void *ctx)
{
	for (size_t i = 0; i < rule->count; i++) {
		const struct policy_term *term = &rule->terms[i];

		if (term->field->source != POLICY_SOURCE_AGENT) {
			continue;
		}
		if (term->op == POLICY_OPERATOR_EQUALS) {
			each(ctx, term->value);
		}
		for (size_t k = 0;
			term->op == POLICY_OPERATOR_IN && k < policy_textset_count(term->texts);
			k++) {
			each(ctx, policy_textset_at(term->texts, k));
		}
	}
}

bool policy_rule_counts(const struct policy_rule *rule)
{
	return rule->rates_at < rule->count;
}

bool policy_rule_counts_by(const struct policy_rule *rule, enum policy_rate_by by)
{
	for (size_t i = rule->rates_at; i < rule->count; i++) {
		if (rule->terms[rule->order[i]].rate->by == by) {
			return true;
		}
	}
	return false;
}

bool policy_rule_holds_always(const struct policy_rule *rule)
{
	return rule->terms[0].op == POLICY_OPERATOR_ANY;
}

bool policy_rule_term_admits(const struct policy_rule *rule, const struct policy_term *term)
{
	return term->negated == (rule->action == POLICY_ACTION_DENY);
}

bool policy_rule_admits_by_name(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		if (rule->terms[i].field->source == POLICY_SOURCE_NAMES &&
			policy_rule_term_admits(rule, &rule->terms[i])) {
			return true;
		}
	}
	return false;
}

bool policy_rule_denies_by(const struct policy_rule *rule, enum policy_source source)
{
	for (size_t i = 0; rule->action == POLICY_ACTION_DENY && i < rule->count; i++) {
		if (rule->terms[i].field->source == source && !rule->terms[i].negated) {
			return true;
		}
	}
	return false;
}
