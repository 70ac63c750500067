/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RULE_PRIVATE_H
#define DW_POLICY_RULE_PRIVATE_H

#include "policy/anchor.h"
#include "policy/policy.h"
#include "policy/term.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A compiled rule, for rule.c, rule_index.c, rule_iter.c, evaluate.c, dependencies.c and lint.c
 * alone.
 */
struct policy_rule {
	enum policy_action action;
	struct str text;
	struct str place;
	struct policy_term *terms; /* as written */
	size_t count;
	/*
	 * Indices of terms in order of evaluation: address and certificate, cheap ones first; from
	 * claims_at on claims; from lookups_at on lookups.
	 */
	uint8_t order[POLICY_RULE_TERMS_MAX];
	size_t claims_at;
	size_t lookups_at;
	enum policy_anchor anchor;
	uint8_t anchor_term; /* index of the term, unless `anchor` is POLICY_ANCHOR_NONE */
	size_t rates_at;     /* the last part: rates */
	bool rates_by_host;
};

struct policy_rule_index;
struct policy_rules;

const struct policy_rule_index *policy_rules_index(const struct policy_rules *rules);

#endif
