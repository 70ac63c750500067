/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RULE_LIST_PRIVATE_H
#define DW_POLICY_RULE_LIST_PRIVATE_H

#include "base/arena.h"
#include "policy/rule_index.h"
#include "policy/rule_private.h"

/* A list of compiled rules, for rule.c and rule_compile.c alone. */
struct policy_rules {
	struct arena arena;
	const struct policy_rule **items;
	size_t count;
	size_t capacity;
	bool need_names;
	bool need_agent;
	bool need_asn;
	bool need_country;
	unsigned claims;
	struct policy_lookup_table lookups;
	struct policy_rule_index index;
	struct policy_list_files lists;
	struct policy_rate_table rates;
};

void policy_terms_clear(struct policy_term *terms, size_t count);

#endif
