/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/rule.h"

#include "policy/rule_list_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK 4096

struct policy_rules *policy_rules_new(void)
{
	struct policy_rules *rules = calloc(1, sizeof(*rules));

	if (rules != NULL) {
		arena_init(&rules->arena, ARENA_CHUNK);
	}
	return rules;
}

void policy_terms_clear(struct policy_term *terms, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		policy_term_clear(&terms[i]);
	}
}

void policy_rules_free(struct policy_rules *rules)
{
	if (rules == NULL) {
		return;
	}
	for (size_t i = 0; i < rules->count; i++) {
		policy_terms_clear(rules->items[i]->terms, rules->items[i]->count);
	}
	free(rules->items);
	policy_lookup_table_clear(&rules->lookups);
	policy_rule_index_clear(&rules->index);
	free(rules->lists.items);
	arena_clear(&rules->arena);
	free(rules);
}

size_t policy_rules_count(const struct policy_rules *rules)
{
	return rules != NULL ? rules->count : 0;
}

const struct policy_rule *policy_rules_at(const struct policy_rules *rules, size_t index)
{
	assert(index < rules->count);
	return rules->items[index];
}

unsigned policy_rules_claims(const struct policy_rules *rules)
{
	return rules != NULL ? rules->claims : 0;
}

const struct policy_rule_index *policy_rules_index(const struct policy_rules *rules)
{
	static const struct policy_rule_index none;

	return rules != NULL ? &rules->index : &none;
}

bool policy_rules_need_names(const struct policy_rules *rules)
{
	return rules != NULL && rules->need_names;
}

bool policy_rules_need_asn(const struct policy_rules *rules)
{
	return rules != NULL && rules->need_asn;
}

bool policy_rules_need_country(const struct policy_rules *rules)
{
	return rules != NULL && rules->need_country;
}

bool policy_rules_need_agent(const struct policy_rules *rules)
{
	return rules != NULL && rules->need_agent;
}

size_t policy_rules_lookup_count(const struct policy_rules *rules)
{
	return rules != NULL ? rules->lookups.count : 0;
}

const struct policy_lookup *policy_rules_lookup(const struct policy_rules *rules, size_t index)
{
	assert(index < rules->lookups.count);
	return &rules->lookups.items[index];
}

size_t policy_rules_list_count(const struct policy_rules *rules)
{
	return rules != NULL ? rules->lists.count : 0;
}

const struct policy_list_file *policy_rules_list(const struct policy_rules *rules, size_t index)
{
	assert(index < rules->lists.count);
	return &rules->lists.items[index];
}

size_t policy_rules_rate_count(const struct policy_rules *rules)
{
	return rules != NULL ? rules->rates.count : 0;
}

const struct policy_rate *policy_rules_rate(const struct policy_rules *rules, size_t index)
{
	assert(index < rules->rates.count);
	return &rules->rates.items[index];
}

enum policy_action policy_rule_action(const struct policy_rule *rule)
{
	return rule->action;
}

struct str policy_rule_text(const struct policy_rule *rule)
{
	return rule->text;
}

struct str policy_rule_place(const struct policy_rule *rule)
{
	return rule->place;
}

size_t policy_rule_term_count(const struct policy_rule *rule)
{
	return rule->count;
}

struct str policy_rule_term_text(const struct policy_rule *rule, size_t index)
{
	assert(index < rule->count);
	return rule->terms[index].text;
}
