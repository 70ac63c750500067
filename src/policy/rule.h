/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RULE_H
#define DW_POLICY_RULE_H

#include "base/diag.h"
#include "base/str.h"
#include "policy/policy.h"

/*
 * The rule language: terms joined by " & ".
 *
 *   *                      always true
 *   [!]FIELD VALUE         equality; host: a name, or .name for it and all below; ip: a prefix
 *   [!]FIELD ~ REGEX       PCRE2, caseless, unanchored
 *   [!]FIELD in file:PATH  one value a line; # begins a comment
 *
 * Where a client has several values a term holds if any matches; with !, if none does.
 */

struct policy_rule;

struct policy_rules *policy_rules_new(void);
void policy_rules_free(struct policy_rules *rules);

/*
 * Compiles one rule and appends it. `text` is the value of the key, the parts of a continued rule
 * joined by one space; `place` is where it begins, its column that of the value. Relative file:
 * paths are relative to the folder of place->file. False after at least one diag_error; the list
 * is then as it was. Warnings (a claim that allows alone) go to `diag` too.
 */
NODISCARD bool policy_rules_add(struct policy_rules *rules, enum policy_action action,
	struct str text, const struct place *place, struct diag *diag);
/* rdns_allow = REGEX and rdns_deny = REGEX: `host ~ REGEX`. */
NODISCARD bool policy_rules_add_rdns(struct policy_rules *rules, enum policy_action action,
	struct str regex, const struct place *place, struct diag *diag);

size_t policy_rules_count(const struct policy_rules *rules);
const struct policy_rule *policy_rules_at(const struct policy_rules *rules, size_t index);
/* Whether any rule asks for `host`. */
bool policy_rules_need_names(const struct policy_rules *rules);

enum policy_action policy_rule_action(const struct policy_rule *rule);
/* As written: "user_agent ~ googlebot & host .googlebot.com". */
struct str policy_rule_text(const struct policy_rule *rule);
/* "FILE:LINE". */
struct str policy_rule_place(const struct policy_rule *rule);
size_t policy_rule_term_count(const struct policy_rule *rule);
/* The term as written, "!host .google.com", in the order of the text. */
struct str policy_rule_term_text(const struct policy_rule *rule, size_t index);

#endif
