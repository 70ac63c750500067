/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/rule_index.h"

#include "base/array.h"
#include "policy/netset.h"
#include "policy/rule_private.h"
#include "policy/rule_terms.h"
#include "policy/textset.h"

#include <stdlib.h>

#define COST_OF_REGEX 16
#define COST_OF_NET_STEP 1 /* in a binary search */
#define COST_OF_TEXT_STEP 4

static size_t steps(size_t count)
{
	size_t steps = 1;

	for (; count > 1; count /= 2) {
		steps++;
	}
	return steps;
}

static size_t cost_of(const struct policy_term *term)
{
	if (term->op == POLICY_OPERATOR_MATCHES) {
		return COST_OF_REGEX;
	}
	if (term->op != POLICY_OPERATOR_IN) {
		return 1;
	}
	return term->field->shape == POLICY_SHAPE_ADDRESS
		       ? COST_OF_NET_STEP * steps(policy_netset_count(term->nets))
		       : COST_OF_TEXT_STEP * steps(policy_textset_count(term->texts));
}

/*
 * Chooses a term's anchor. Names may anchor only what is evaluated from them on: a term that is
 * evaluated before them (a lookup with a known result) limits how long the answer is valid, and
 * must not be skipped.
 */
static enum policy_anchor anchor_of(const struct policy_rule *rule, const struct policy_term *term)
{
	bool compares = term->op == POLICY_OPERATOR_EQUALS || term->op == POLICY_OPERATOR_IN ||
			term->op == POLICY_OPERATOR_MATCHES;

	if (term->negated || !compares) {
		return POLICY_ANCHOR_NONE;
	}
	switch (term->field->source) {
	case POLICY_SOURCE_ADDRESS:
		return POLICY_ANCHOR_ADDRESS;
	case POLICY_SOURCE_CERT:
		return POLICY_ANCHOR_CERT;
	case POLICY_SOURCE_NAMES:
		for (size_t i = rule->lookups_at; i < rule->rates_at; i++) {
			if (rule->terms[rule->order[i]].field->source != POLICY_SOURCE_NAMES) {
				return POLICY_ANCHOR_NONE;
			}
		}
		return POLICY_ANCHOR_NAMES;
	default:
		return POLICY_ANCHOR_NONE;
	}
}

/*
 * Of several, names before certificates before addresses: the fewer the values, the more clients
 * share an entry.
 */
static void find_anchor(struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		enum policy_anchor anchor = anchor_of(rule, &rule->terms[i]);

		if (anchor > rule->anchor) {
			rule->anchor = anchor;
			rule->anchor_term = (uint8_t)i;
		}
	}
}

static bool append(struct policy_group *group, size_t number)
{
	uint32_t *rules =
		array_reserve(group->rules, group->count, &group->capacity, sizeof(*rules));

	if (rules == NULL) {
		return false;
	}
	group->rules = rules;
	group->rules[group->count++] = (uint32_t)number;
	return true;
}

bool policy_rule_index_add(struct policy_rule_index *index, struct policy_rule *rule)
{
	size_t number = index->count;

	find_anchor(rule);
	struct policy_group *group = &index->groups[rule->anchor];

	if (number == UINT32_MAX || !append(group, number)) {
		return false;
	}
	if (rule->anchor != POLICY_ANCHOR_NONE) {
		group->cost += cost_of(&rule->terms[rule->anchor_term]);
	}
	index->count++;
	if (index->names_from == number && !policy_rule_asks_for(rule, POLICY_SOURCE_NAMES)) {
		index->names_from = index->count;
	}
	if (index->cert_from == number && !policy_rule_asks_for(rule, POLICY_SOURCE_CERT)) {
		index->cert_from = index->count;
	}
	return true;
}

void policy_rule_index_clear(struct policy_rule_index *index)
{
	for (size_t i = 0; i < POLICY_ANCHOR_COUNT; i++) {
		free(index->groups[i].rules);
	}
	*index = (struct policy_rule_index){.count = 0};
}
