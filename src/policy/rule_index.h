/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RULE_INDEX_H
#define DW_POLICY_RULE_INDEX_H

#include "base/util.h"
#include "policy/anchor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_rule;

/* The rules with one kind of anchor, in the order of the list. */
struct policy_group {
	uint32_t *rules;
	size_t count;
	size_t capacity;
	size_t cost; /* of evaluating each anchor; in units of one comparison */
};

/* A list of rules by their anchors; zeroed before its first use. */
struct policy_rule_index {
	struct policy_group groups[POLICY_ANCHOR_COUNT];
	size_t count;
	size_t names_from; /* the first rule with a `host` term; `count` without one */
	size_t cert_from;  /* the first rule with a `cert` or `cert.*` term */
};

/* Finds the rule's anchor, and appends the rule. False when out of memory. */
NODISCARD bool policy_rule_index_add(struct policy_rule_index *index, struct policy_rule *rule);
void policy_rule_index_clear(struct policy_rule_index *index);

#endif
