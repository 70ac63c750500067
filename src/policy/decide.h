/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DECIDE_H
#define DW_POLICY_DECIDE_H

#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/rule.h"

#include <stdbool.h>
#include <stddef.h>

enum policy_outcome { POLICY_ALLOW, POLICY_DENY, POLICY_ERROR, POLICY_NEED_NAMES };

struct policy_verdict {
	enum policy_outcome outcome;
	enum policy_reason reason;      /* REASON_RULE, _DEFAULT, _DNS_ERROR or _REGEX_LIMIT */
	const struct policy_rule *rule; /* that decided, or whose term is unknown; NULL: default */
	size_t name;                    /* index of the name the rule matched; SIZE_MAX: none */
	unsigned claims_used;           /* bit 1 << enum policy_claim: every claim that was read */
	bool names_used;                /* a `host` term was evaluated */
	bool cert_used;                 /* a `cert` or `cert.*` term was evaluated */
};

/* What became of a term or rule, for explanations. */
enum policy_truth {
	POLICY_FALSE,
	POLICY_TRUE,
	POLICY_UNKNOWN,
	POLICY_UNFETCHED,
	POLICY_NOT_EVALUATED
};

/*
 * Told of each rule as it is evaluated, in order; terms[i] goes with policy_rule_term_text(rule,
 * i). A later call of policy_decide with more facts begins anew.
 */
struct policy_trace {
	void (*rule)(void *ctx, const struct policy_rule *rule, enum policy_truth truth,
		const enum policy_truth *terms);
	void *ctx;
};

/*
 * Decides by the policy's rules alone: pure, no clock, no I/O. Rules in order, the first that is
 * true decides, then the default. Terms that cost nothing are evaluated before those that need a
 * look-up, so a rule that is false anyway costs none. POLICY_NEED_NAMES asks the caller to fetch
 * the names and call again. A rule that is unknown ends the evaluation: by on_dns_error, or, for a
 * regex that ran into its limits, as a denial. `trace` may be NULL. Thread-safe.
 */
void policy_decide(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_trace *trace, struct policy_verdict *out);

#endif
