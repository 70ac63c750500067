/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_ADVICE_H
#define DW_POLICY_ADVICE_H

#include "policy/rule.h"
#include "policy/term.h"

#include <stdbool.h>
#include <stddef.h>

/* Questions about compiled rules, for those who check a policy rather than decide by it. */

/* Whether a term of the rule asks for names (`host`). */
bool policy_rule_asks_for_names(const struct policy_rule *rule);
/* Whether a term of it asks for anything of the client's certificate. */
bool policy_rule_asks_for_certificate(const struct policy_rule *rule);
/* Whether a `rate` term of the rule tells clients apart by that. */
bool policy_rule_counts_by(const struct policy_rule *rule, enum policy_rate_by by);
/* Bit 1 << enum policy_claim for each claim that a term of it asks for. */
unsigned policy_rule_claims(const struct policy_rule *rule);
/* Whether having a certain name helps to be let in: `host` in an allow, `!host` in a deny. */
bool policy_rule_admits_by_name(const struct policy_rule *rule);
/* Whether the rule is `*`. */
bool policy_rule_holds_always(const struct policy_rule *rule);

/*
 * An earlier rule that holds whenever the rule of that number does, so that the latter never
 * decides; NULL if there is none, or none that can be told from the terms. Only the first 1,000
 * rules are looked at.
 */
const struct policy_rule *policy_rules_shadow(const struct policy_rules *rules, size_t index);

/* For rule.c: warns of what is legal and unwise in one rule, where it stands. */
void policy_rule_advise(const struct policy_rule *rule, const struct policy_script *script);

#endif
