/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/plan.h"

#include "base/array.h"
#include "policy/dependencies.h"
#include "policy/text.h"

#include <string.h>

/* The iteration over a policy's rules. */
struct walk {
	struct audit_plan *plan;
	const struct policy *policy;
	bool listed; /* add the values of files; false: those of rules */
};

static int compare(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.data, b.data, len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* The index of the first target whose key is not before `key`. */
static size_t place_of(const struct audit_plan *plan, struct str key)
{
	size_t low = 0;
	size_t high = plan->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(plan->targets[middle].key, key) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

const struct audit_target *audit_plan_find(const struct audit_plan *plan, struct str key)
{
	size_t at = place_of(plan, key);

	return at < plan->count && str_eq(plan->targets[at].key, key) ? &plan->targets[at] : NULL;
}

bool audit_target_is_zone(const struct audit_target *target)
{
	return str_starts_with(target->key, ".");
}

struct str audit_target_name(const struct audit_target *target)
{
	return str_from(target->key, audit_target_is_zone(target) ? 1 : 0);
}

static bool make_room(struct audit_plan *plan)
{
	struct audit_target *targets = array_reserve_in(
		plan->arena, plan->targets, plan->count, &plan->capacity, sizeof(*targets));

	if (targets == NULL) {
		return false;
	}
	plan->targets = targets;
	return true;
}

static bool add_pins(
	struct audit_plan *plan, struct audit_target *target, const struct policy_pins *pins)
{
	struct audit_pins *item = target->pins;

	while (item != NULL && item->pins != pins) {
		item = item->next;
	}
	if (item != NULL || pins == NULL || audit_target_is_zone(target)) {
		return true;
	}
	item = arena_alloc(plan->arena, 1, sizeof(*item));
	if (item == NULL) {
		return false;
	}
	*item = (struct audit_pins){target->pins, pins};
	target->pins = item;
	return true;
}

static void add(
	struct audit_plan *plan, struct str key, const struct policy_pins *pins, bool listed)
{
	size_t at = place_of(plan, key);

	if (at == plan->count || !str_eq(plan->targets[at].key, key)) {
		if (listed && plan->listed == AUDIT_LISTED_MAX) {
			plan->left_out++;
			return;
		}
		struct str kept = arena_dup(plan->arena, key);

		if (kept.data == NULL || !make_room(plan)) {
			plan->failed = true;
			return;
		}
		memmove(&plan->targets[at + 1], &plan->targets[at],
			(plan->count - at) * sizeof(plan->targets[0]));
		plan->targets[at] = (struct audit_target){.key = kept};
		plan->count++;
		plan->listed += listed;
	}
	plan->failed = plan->failed || !add_pins(plan, &plan->targets[at], pins);
}

/* Adds the name as a zone: with a dot in front. */
static void add_zone(struct audit_plan *plan, struct str name, bool listed)
{
	char key[POLICY_TEXT_ROOM];

	if (name.len + 1 > sizeof(key)) {
		return;
	}
	key[0] = '.';
	memcpy(key + 1, name.data, name.len);
	add(plan, (struct str){key, name.len + 1}, NULL, listed);
}

/* Policies that have the same rules list a regex once. */
static void add_regex(struct audit_plan *plan, const struct policy_dependency *asked)
{
	struct str place = policy_rule_place(asked->rule);
	struct audit_regex *regex = plan->regexes;

	while (regex != NULL &&
		!(str_eq(regex->place, place) && str_eq(regex->term, asked->value))) {
		regex = regex->next;
	}
	if (regex != NULL) {
		return;
	}
	regex = arena_alloc(plan->arena, 1, sizeof(*regex));
	if (regex == NULL) {
		plan->failed = true;
		return;
	}
	*regex = (struct audit_regex){.term = asked->value, .place = place};
	*plan->last_regex = regex;
	plan->last_regex = &regex->next;
}

static bool on_asked(void *ctx, const struct policy_dependency *asked)
{
	const struct walk *walk = ctx;

	if (asked->listed != walk->listed) {
		return true;
	}
	switch (asked->kind) {
	case POLICY_DEPENDENCY_HOST:
	case POLICY_DEPENDENCY_FORWARD:
		add(walk->plan, asked->value, walk->policy->pins, asked->listed);
		break;
	case POLICY_DEPENDENCY_DNSBL:
		add_zone(walk->plan, asked->value, asked->listed);
		break;
	case POLICY_DEPENDENCY_HOST_REGEX:
		add_regex(walk->plan, asked);
		break;
	}
	return !walk->plan->failed;
}

static void add_pinned(struct audit_plan *plan, const struct policy_pins *pins)
{
	for (size_t i = 0; i < policy_pins_count(pins); i++) {
		const struct policy_pin *pin = policy_pins_at(pins, i);

		if (pin->suffix) {
			add_zone(plan, pin->name, false);
		} else {
			add(plan, pin->name, pins, false);
		}
	}
}

void audit_plan_make(struct audit_plan *plan, const struct config *config,
	const struct policy *policy, struct arena *arena)
{
	*plan = (struct audit_plan){.arena = arena};
	plan->last_regex = &plan->regexes;
	for (int listed = 0; listed <= 1; listed++) {
		for (size_t i = 0; i < config->policy_count; i++) {
			struct walk walk = {plan, &config->policies[i], listed == 1};

			if (policy != NULL && policy != walk.policy) {
				continue;
			}
			if (!walk.listed) {
				add_pinned(plan, walk.policy->pins);
			}
			if (!policy_rules_each_dependency(walk.policy->rules, on_asked, &walk)) {
				return;
			}
		}
	}
}
