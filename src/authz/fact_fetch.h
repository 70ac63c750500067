/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_FACT_FETCH_H
#define DW_AUTHZ_FACT_FETCH_H

#include "base/arena.h"
#include "dns/fcrdns.h"
#include "dns/membership.h"
#include "policy/evaluate.h"
#include "policy/pin.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What one request's rules look up: the client's names, what `forward` and `dnsbl` terms ask, and
 * whether the client is above a rate, which counts it. Each is fetched once, when it is wanted, and
 * kept until the request ends. The policy's pins have their say here: a name that does not hold at
 * the client's address is none, and no `forward` asks.
 */

struct fetch_lookup;

/* The caller's memory; zeroed, then the first part filled in, before the first fetch_begin. */
struct fetch {
	struct dns_engine *dns;
	const struct policy *policy;
	const struct addr *ip;
	const struct policy_facts *facts; /* by which rates tell clients apart */
	struct policy_token_buckets *buckets;
	const struct dns_fcrdns_trace *trace; /* may be NULL */
	struct arena *arena;
	void (*fetched)(void *ctx); /* from the engine's loop, each time that something is */
	void *ctx;

	const struct dns_fcrdns_result *rdns; /* NULL: not looked up */
	bool names_sought;                    /* the cache was asked for them */
	struct str_list pinned;               /* of rdns->names those that their pins let pass */
	const struct policy_pin *pin;         /* the first that kept a name out; NULL: none did */
	struct str kept_out;                  /* that name */
	bool starved;                         /* no memory to list them: nobody knows */
	struct dns_fcrdns *names;             /* under way; NULL: is not */
	struct fetch_lookup *lookups;         /* by number; NULL: none was wanted */
	enum policy_truth *answers;
	uint64_t rates_asked; /* as in struct policy_facts */
	uint64_t rates_over;
};

enum fetch_begun {
	FETCH_WAIT,   /* `fetched` is going to be called */
	FETCH_AGAIN,  /* something is there already */
	FETCH_FAILED, /* out of memory */
};

/*
 * Takes what is at hand of what is wanted; if nothing is, looks it up, all at once. What is under
 * way goes on, also when others are wanted now.
 */
NODISCARD enum fetch_begun fetch_begin(struct fetch *f, const struct policy_costly *wanted);
/* Takes the names if they are at hand; for who wants them whatever the rules say. */
void fetch_names_at_hand(struct fetch *f);
/* Looks up nothing any more; what is fetched stays. */
void fetch_cancel(struct fetch *f);
void fetch_clear(struct fetch *f);

/* The word of the names: where their pins let none pass, that none confirms. */
enum dns_fcrdns_status fetch_status(const struct fetch *f);
/* The names that the rules may see; none before they are fetched. */
struct str_list fetch_names(const struct fetch *f);
/* Writes what is fetched into names_state, names, answers, rates_asked and rates_over. */
void fetch_facts(const struct fetch *f, struct policy_facts *facts);
/* Whether any of them is unknown because of our own limits. */
bool fetch_is_overload(const struct fetch *f, const struct policy_costly *unknown);
/* Why some of them is unknown, where there is more to say than that DNS failed; else NULL. In the
 * arena. */
const char *fetch_unknown_why(const struct fetch *f, const struct policy_costly *unknown);
/* When the first of the names, if they are fetched at all, and of `used` ends; UINT64_MAX: never.
 */
uint64_t fetch_expires_ms(const struct fetch *f, const struct policy_lookup_set *used);

#endif
