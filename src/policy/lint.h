/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_LINT_H
#define DW_POLICY_LINT_H

#include "policy/rule.h"
#include "policy/term.h"

#include <stdbool.h>
#include <stddef.h>

/* Properties of compiled rules, for the check of a policy, not for decisions. */

/*
 * Tries how long each regex of the rule can take, see regex_trial.h: for names and texts of
 * certificates up to the length of a name, for claims up to 2,000 bytes. The length at which a text
 * takes too long, and the regex; 0: no regex does.
 */
size_t policy_rule_try_regexes(const struct policy_rule *rule, uint64_t *steps, struct str *regex);
/* Whether the rule admits every client with a certificate, of any holder. */
bool policy_rule_admits_any_certificate(const struct policy_rule *rule);
/*
 * Calls `each` for every NAME of `host .NAME` and `cert.dns .NAME` in the rule, also in lists and
 * in equivalent regexes, if having such a name can admit a client.
 */
void policy_rule_each_domain(const struct policy_rule *rule,
	void (*each)(void *ctx, const char *field, struct str name), void *ctx);

/*
 * An earlier rule that is true whenever the rule of that number is, so that the later one never
 * decides; NULL: no such rule, or the terms do not show it. Only the first 1,000 rules are
 * compared.
 */
const struct policy_rule *policy_rules_shadow(const struct policy_rules *rules, size_t index);

/* For rule_compile.c: warns of valid but unwise terms in one rule, at their place. */
void policy_rule_lint(const struct policy_rule *rule, const struct policy_script *script);

#endif
