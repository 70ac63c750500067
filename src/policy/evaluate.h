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

/* Facts that cost a lookup, or a token. */
struct policy_costly {
	bool names;
	bool agent;
	struct policy_lookup_set lookups;
	uint64_t rates; /* bits, by the number of the rate; to be counted all at once */
};

struct policy_verdict {
	enum policy_outcome outcome;
	/* POLICY_REASON_RULE, _RATE, _DEFAULT, _DNS_ERROR, _REGEX_LIMIT, _BAD_INPUT,
	 * _DUPLICATE_INPUT, _CERT_UNTRUSTED, _AGENT_UNVERIFIED, _NETWORK_UNKNOWN */
	enum policy_reason reason;
	/* that decided, or that has the unknown term; NULL: default */
	const struct policy_rule *rule;
	/* Index of the name that the rule's first `host` term without ! matched; SIZE_MAX: none. */
	size_t name;
	/*
	 * POLICY_NEED: what must be fetched. POLICY_REASON_DNS_ERROR,
	 * POLICY_REASON_AGENT_UNVERIFIED: what could not be fetched.
	 */
	struct policy_costly lacks;
	unsigned claims_used; /* bit 1 << enum policy_claim: every claim that was read */
	/*
	 * bit 1 << enum policy_claim: for POLICY_REASON_BAD_INPUT and POLICY_REASON_DUPLICATE_INPUT
	 * the claims whose value cannot be known.
	 */
	unsigned claims_unclear;
	/*
	 * A `host` term, a `cert` or `cert.*` term was evaluated, or its result was taken from the
	 * match cache.
	 */
	bool names_used;
	bool cert_used;
	struct policy_lookup_set lookups_used; /* whose results the decision rests on */
	bool agent_used;                       /* an `agent` term was evaluated */
	bool rates_used;                       /* a `rate` term was evaluated */
	bool ban_used;                         /* a `ban` term was evaluated */
};

/*
 * Called for each rule as it is evaluated, in order; terms[i] goes with policy_rule_term_text(rule,
 * i). A later call of policy_evaluate with more facts starts from the first rule again.
 */
struct policy_trace {
	void (*rule)(void *ctx, const struct policy_rule *rule, enum policy_truth truth,
		const enum policy_truth *terms);
	void *ctx;
};

/*
 * Decides by the policy's rules alone: pure, no clock, no I/O, no memory from the heap as long as
 * regexes run as machine code. Rules are evaluated in order; the first true one decides, else the
 * default.
 *
 * In one rule, terms about the address and the certificate are evaluated first, cheap ones before
 * expensive ones; then claims, then facts that must be fetched. Facts that are already fetched come
 * before claims, so that the answer depends on as few claims as possible. A rule with a false term
 * is false, whatever its other terms are, and costs no lookup. Rates are evaluated last, all of a
 * rule at once, and only if its other terms are all true. If facts are missing, the outcome is
 * POLICY_NEED: the caller fetches what `lacks` says, all or part of it, and calls again (`rule` is
 * then the rule that needs them, `reason` has no meaning). Otherwise an unknown term ends the
 * evaluation: by on_dns_error, or, for a regex that ran into its limits, for a claim that is not
 * clear, for a network that is not known, for a certificate whose chain is not known and for a
 * signature that could not be verified, as a denial whatever on_dns_error says.
 * `trace` may be NULL. Thread-safe.
 *
 * With facts->match_cache, and without a trace, rules that an earlier evaluation found false for
 * this client's names, certificate or address are skipped: the verdict is the same, but names_used
 * and cert_used may be set although they need not be. New results are added to the cache, which
 * takes memory from the heap.
 */
void policy_evaluate(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_trace *trace, struct policy_verdict *out);

#endif
