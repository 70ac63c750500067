/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RULE_TERMS_H
#define DW_POLICY_RULE_TERMS_H

#include "policy/field.h"
#include "policy/rate.h"

#include <stdbool.h>

/* What the terms of a compiled rule ask for. */

struct policy_rule;
struct policy_term;

/* Whether a term of the rule has a field of that source. */
bool policy_rule_asks_for(const struct policy_rule *rule, enum policy_source source);
/* The name of the first field that needs the certificate's chain; NULL: no term has such a one. */
const char *policy_rule_field_of_chain(const struct policy_rule *rule);
/* Bit 1 << enum policy_claim for each claim that a term of the rule reads. */
unsigned policy_rule_claims(const struct policy_rule *rule);
/* Calls `each` for every agent that a term of the rule names. */
void policy_rule_each_agent(
	const struct policy_rule *rule, void (*each)(void *ctx, struct str url), void *ctx);
/* Whether the rule counts requests. */
bool policy_rule_counts(const struct policy_rule *rule);
/* Whether a `rate` term of the rule tells clients apart by `by`. */
bool policy_rule_counts_by(const struct policy_rule *rule, enum policy_rate_by by);
/* Whether the rule is `*`. */
bool policy_rule_holds_always(const struct policy_rule *rule);
/* Whether a true term makes it more likely that the client is admitted. */
bool policy_rule_term_admits(const struct policy_rule *rule, const struct policy_term *term);
/* Whether a confirmed name can admit a client: `host` in an allow, `!host` in a deny. */
bool policy_rule_admits_by_name(const struct policy_rule *rule);
/* Whether a positive term of that source denies clients. */
bool policy_rule_denies_by(const struct policy_rule *rule, enum policy_source source);

#endif
