/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_FACT_FETCH_H
#define DW_AUTHZ_FACT_FETCH_H

#include "authz/decision.h"
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
 * kept until the request ends. The policy's pins have their say here: a name whose pin excludes
 * the client's address does not count, and is not looked up for `forward`.
 */

struct authz_fetch_lookup;

/* The caller's memory; zeroed, then the first part filled in, before the first authz_fetch_begin.
 */
struct authz_fetch {
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
	bool starved;                         /* no memory to list them: they are unknown */
	struct dns_fcrdns *names;             /* under way; NULL: is not */
	struct authz_fetch_lookup *lookups;   /* by number; NULL: none was wanted */
	enum policy_truth *answers;
	uint64_t rates_asked; /* as in struct policy_facts */
	uint64_t rates_over;
};

enum authz_fetch_begun {
	AUTHZ_FETCH_WAIT,   /* `fetched` is going to be called */
	AUTHZ_FETCH_AGAIN,  /* something is there already */
	AUTHZ_FETCH_FAILED, /* out of memory */
};

/*
 * Takes what is cached of what is wanted; if nothing is, looks it up, all at once. What is under
 * way goes on, also when others are wanted now.
 */
NODISCARD enum authz_fetch_begun authz_fetch_begin(
	struct authz_fetch *f, const struct policy_costly *wanted);
/* Takes the names if they are cached; for a policy that wants them whatever the rules say. */
void authz_fetch_cached_names(struct authz_fetch *f);
/* Looks up nothing any more; what is fetched stays. */
void authz_fetch_cancel(struct authz_fetch *f);
void authz_fetch_clear(struct authz_fetch *f);

/* What was found of the names; borrowed until authz_fetch_clear. */
void authz_fetch_tell(const struct authz_fetch *f, struct authz_names *out);
/* Writes what is fetched into names_state, names, answers, rates_asked and rates_over. */
void authz_fetch_facts(const struct authz_fetch *f, struct policy_facts *facts);
/* Whether any of them is unknown because of our own limits. */
bool authz_fetch_is_overload(const struct authz_fetch *f, const struct policy_costly *unknown);
/* Why some of them is unknown, where there is more to say than that DNS failed; else NULL. In the
 * arena. */
const char *authz_fetch_unknown_why(
	const struct authz_fetch *f, const struct policy_costly *unknown);
/* When the first of the names, if they are fetched at all, and of `used` ends; UINT64_MAX: never.
 */
uint64_t authz_fetch_expires_ms(const struct authz_fetch *f, const struct policy_lookup_set *used);

#endif
