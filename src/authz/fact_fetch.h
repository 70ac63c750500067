/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_FACT_FETCH_H
#define DW_AUTHZ_FACT_FETCH_H

#include "authz/decision.h"
#include "authz/fact_rates.h"
#include "base/arena.h"
#include "dns/fcrdns.h"
#include "dns/membership.h"
#include "policy/evaluate.h"
#include "policy/pin.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The lookups for one request's rules: the client's names, `forward` and `dnsbl` terms, and whether
 * the client is above a rate, which counts the request. Each is made once, when it is needed, and
 * kept until the request ends. The policy's pins apply here: a name whose pin excludes the client's
 * address does not count, and is not looked up for `forward`.
 */

struct authz_fetch_lookup;

/* The caller's memory; zeroed, then the first part filled in, before the first authz_fetch_begin.
 */
struct authz_fetch {
	struct dns_engine *dns;
	const struct policy *policy;
	const struct addr *ip;
	const struct dns_fcrdns_trace *trace; /* may be NULL */
	struct arena *arena;
	void (*fetched)(void *ctx); /* called from the engine's loop, after each lookup */
	void *ctx;

	const struct dns_fcrdns_result *rdns; /* NULL: not looked up */
	bool names_sought;                    /* the names were looked up in the cache */
	struct str_list pinned;               /* the names of rdns->names that their pins accept */
	const struct policy_pin *pin;         /* the first that excluded a name; NULL: none did */
	struct str kept_out;                  /* that name */
	bool starved;                         /* no memory to list them: they are unknown */
	struct dns_fcrdns *names;             /* in flight; NULL: not */
	struct authz_fetch_lookup *lookups;   /* by number; NULL: none was needed */
	enum policy_truth *lookup_truths;     /* as in struct policy_facts */
	struct policy_lookup_codes *lookup_codes;
	struct authz_rates rates;
};

enum authz_fetch_begun {
	AUTHZ_FETCH_WAIT,   /* `fetched` will be called */
	AUTHZ_FETCH_AGAIN,  /* something is known already */
	AUTHZ_FETCH_FAILED, /* out of memory */
};

/*
 * Takes from the cache what is wanted; if nothing is cached, looks up all of it at once. Lookups in
 * flight go on, also if others are wanted now.
 */
NODISCARD enum authz_fetch_begun authz_fetch_begin(
	struct authz_fetch *f, const struct policy_costly *wanted);
/* Takes the names if they are cached; for a policy that needs them whatever the rules say. */
void authz_fetch_cached_names(struct authz_fetch *f);
/* Cancels lookups in flight; results stay. */
void authz_fetch_cancel(struct authz_fetch *f);
void authz_fetch_clear(struct authz_fetch *f);

/* The result about the names; borrowed until authz_fetch_clear. */
void authz_fetch_tell(const struct authz_fetch *f, struct authz_names *out);
/*
 * Writes the results into names_state, names, lookup_truths, lookup_codes, rates_asked and
 * rates_over.
 */
void authz_fetch_facts(const struct authz_fetch *f, struct policy_facts *facts);
/* Whether any of them is unknown because of a limit of doorward's. */
bool authz_fetch_is_overload(const struct authz_fetch *f, const struct policy_costly *unknown);
/*
 * Why some of them is unknown, if the reason is not only that DNS failed; else NULL. In the arena.
 */
const char *authz_fetch_unknown_why(
	const struct authz_fetch *f, const struct policy_costly *unknown);
/*
 * When the first of the names, if they are fetched at all, and of `used` expires; UINT64_MAX:
 * never.
 */
uint64_t authz_fetch_expires_ms(const struct authz_fetch *f, const struct policy_lookup_set *used);

#endif
