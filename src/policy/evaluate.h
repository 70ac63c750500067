/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_EVALUATE_H
#define DW_POLICY_EVALUATE_H

#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/rule.h"

#include <stdbool.h>
#include <stddef.h>

enum policy_outcome { POLICY_ALLOW, POLICY_DENY, POLICY_ERROR, POLICY_NEED };

/* Facts that cost a look-up, or a token. */
struct policy_costly {
	bool names;
	struct policy_lookup_set lookups;
	uint64_t rates; /* bits, by their numbers; to be asked all at once */
};

struct policy_verdict {
	enum policy_outcome outcome;
	/* POLICY_REASON_RULE, _RATE, _DEFAULT, _DNS_ERROR, _REGEX_LIMIT, _BAD_INPUT,
	 * _DUPLICATE_INPUT */
	enum policy_reason reason;
	const struct policy_rule *rule; /* that decided, or whose term is unknown; NULL: default */
	/* Index of the name that the rule's first `host` term without ! matched; SIZE_MAX: none. */
	size_t name;
	/* POLICY_NEED: what is to be fetched. POLICY_REASON_DNS_ERROR: what nobody knows. */
	struct policy_costly lacks;
	unsigned claims_used; /* bit 1 << enum policy_claim: every claim that was read */
	/* Likewise: POLICY_REASON_BAD_INPUT, POLICY_REASON_DUPLICATE_INPUT: those that nobody can
	 * know. */
	unsigned claims_unclear;
	/*
	 * A `host` term, a `cert` or `cert.*` term was evaluated; also where a memory spared that.
	 */
	bool names_used;
	bool cert_used;
	struct policy_lookup_set lookups_used; /* whose answers had a say */
	bool rates_used;                       /* a `rate` term was evaluated */
};

/*
 * Told of each rule as it is evaluated, in order; terms[i] goes with policy_rule_term_text(rule,
 * i). A later call of policy_evaluate with more facts begins anew.
 */
struct policy_trace {
	void (*rule)(void *ctx, const struct policy_rule *rule, enum policy_truth truth,
		const enum policy_truth *terms);
	void *ctx;
};

/*
 * Decides by the policy's rules alone: pure, no clock, no I/O, no memory from the heap as long as
 * regexes run as machine code. Rules in order, the first that is true decides, then the default.
 *
 * In one rule, the address and the certificate are looked at first, what costs less before what
 * costs more; then claims, then what is to be looked up and is not fetched yet; but what is fetched
 * before claims, so that the answer depends on as few claims as can be. A rule with a false term is
 * false, whatever its other terms are, and costs no look-up. Rates are asked last, all of a rule
 * at once, and only if its other terms are all true. Else POLICY_NEED asks the caller to
 * fetch what `lacks` says, all or any of it, and call again (`rule` is then the one that asks,
 * `reason` means nothing). Else
 * an unknown term ends the evaluation: by on_dns_error, or, for a regex that ran into its limits
 * and for a claim that is not clear, as a denial whatever on_dns_error says. `trace` may be NULL.
 * Thread-safe.
 *
 * With facts->memory, and without a trace, rules that cannot be true for this client's names,
 * certificate or address are passed over once that was found out for the same value before: the
 * verdict is the same, but names_used and cert_used may be set where they need not. What it finds
 * out it remembers, which takes memory from the heap.
 */
void policy_evaluate(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_trace *trace, struct policy_verdict *out);

#endif
