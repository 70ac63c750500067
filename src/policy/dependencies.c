/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/dependencies.h"

#include "policy/regex.h"
#include "policy/rule_private.h"
#include "policy/textset.h"

#define REGEXES_MAX 16u
#define NAMES_MAX 64 /* that are tried for one client: all share one budget */

struct dependency_visit {
	const struct policy_rules *rules;
	const struct policy_rule *rule;
	bool (*each)(void *ctx, const struct policy_dependency *dependency);
	void *ctx;
};

static bool report(const struct dependency_visit *a, enum policy_dependency_kind kind,
	struct str value, bool listed)
{
	struct policy_dependency dependency = {
		.kind = kind, .rule = a->rule, .listed = listed, .value = value};

	return a->each(a->ctx, &dependency);
}

static bool report_hosts(const struct dependency_visit *a, const struct policy_term *term)
{
	bool more = true;

	switch (term->op) {
	case POLICY_OPERATOR_EQUALS:
		return report(a, POLICY_DEPENDENCY_HOST, term->value, false);
	case POLICY_OPERATOR_MATCHES:
		return report(a, POLICY_DEPENDENCY_HOST_REGEX, term->text, false);
	case POLICY_OPERATOR_IN:
		for (size_t i = 0; more && i < policy_textset_count(term->texts); i++) {
			more = report(
				a, POLICY_DEPENDENCY_HOST, policy_textset_at(term->texts, i), true);
		}
		return more;
	default:
		return true;
	}
}

static bool report_lookups(const struct dependency_visit *a, const struct policy_term *term)
{
	bool more = true;

	for (size_t i = 0; more && i < term->lookups.count; i++) {
		const struct policy_lookup *lookup =
			policy_rules_lookup(a->rules, term->lookups.items[i]);

		more = report(a,
			lookup->kind == POLICY_LOOKUP_DNSBL ? POLICY_DEPENDENCY_DNSBL
							    : POLICY_DEPENDENCY_FORWARD,
			lookup->name, term->op == POLICY_OPERATOR_IN);
	}
	return more;
}

static bool report_term(const struct dependency_visit *a, const struct policy_term *term)
{
	if (term->field->shape == POLICY_SHAPE_LOOKUP) {
		return report_lookups(a, term);
	}
	return term->field->source != POLICY_SOURCE_NAMES || report_hosts(a, term);
}

bool policy_rules_each_dependency(const struct policy_rules *rules,
	bool (*each)(void *ctx, const struct policy_dependency *dependency), void *ctx)
{
	struct dependency_visit a = {.rules = rules, .each = each, .ctx = ctx};

	for (size_t i = 0; i < policy_rules_count(rules); i++) {
		a.rule = policy_rules_at(rules, i);
		for (size_t t = 0; t < a.rule->count; t++) {
			if (!report_term(&a, &a.rule->terms[t])) {
				return false;
			}
		}
	}
	return true;
}

bool policy_rules_could_match_name(const struct policy_rules *rules, struct str name)
{
	struct addr ip = {.family = ADDR_NONE};
	uint64_t steps = POLICY_REGEX_STEPS / NAMES_MAX;
	struct policy_facts facts = {.ip = &ip,
		.regex_steps = &steps,
		.names_state = POLICY_FACT_KNOWN,
		.names = {&name, 1}};
	unsigned regexes = 0;

	for (size_t i = 0; i < policy_rules_count(rules); i++) {
		const struct policy_rule *rule = policy_rules_at(rules, i);

		for (size_t k = 0; k < rule->count; k++) {
			const struct policy_term *term = &rule->terms[k];
			struct policy_found found = {.name = SIZE_MAX};

			if (term->field == NULL || term->field->source != POLICY_SOURCE_NAMES ||
				(term->op == POLICY_OPERATOR_MATCHES && ++regexes > REGEXES_MAX)) {
				continue;
			}
			if (policy_term_truth(term, &facts, &found) !=
				(term->negated ? POLICY_TRUE : POLICY_FALSE)) {
				return true;
			}
		}
	}
	return false;
}
