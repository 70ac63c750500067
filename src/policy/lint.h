/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_LINT_H
#define DW_POLICY_LINT_H

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
/* Whether a positive `host` term of it keeps somebody out. */
bool policy_rule_denies_by_name(const struct policy_rule *rule);
/*
 * Tries each regex of it for time, see regex_trial.h: names and what stands in certificates as long
 * as a name can be, claims up to 2,000 bytes. The length at which a text takes too long, and the
 * regex; 0: none does.
 */
size_t policy_rule_try_regexes(const struct policy_rule *rule, uint64_t *steps, struct str *regex);
/* Whether it counts requests. */
bool policy_rule_counts(const struct policy_rule *rule);
/* Whether all that it asks of a client is a certificate, whatever stands in that. */
bool policy_rule_admits_any_certificate(const struct policy_rule *rule);
/*
 * Calls `each` for every NAME of `host .NAME` and `cert.dns .NAME` in the rule, also in lists and
 * where a regex says the same, whose names help to be let in.
 */
void policy_rule_each_domain(const struct policy_rule *rule,
	void (*each)(void *ctx, const char *field, struct str name), void *ctx);
/* Whether the rule is `*`. */
bool policy_rule_holds_always(const struct policy_rule *rule);

/*
 * An earlier rule that holds whenever the rule of that number does, so that the latter never
 * decides; NULL if there is none, or none that can be told from the terms. Only the first 1,000
 * rules are looked at.
 */
const struct policy_rule *policy_rules_shadow(const struct policy_rules *rules, size_t index);

/* For rule.c: warns of what is legal and unwise in one rule, where it stands. */
void policy_rule_lint(const struct policy_rule *rule, const struct policy_script *script);

#endif
