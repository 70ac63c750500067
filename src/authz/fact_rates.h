/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_FACT_RATES_H
#define DW_AUTHZ_FACT_RATES_H

#include "authz/rates_near.h"
#include "base/arena.h"
#include "base/list.h"
#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/token_buckets.h"
#include "shared/worker.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether one request's client is above the rates of its rules. The request is counted once for
 * each rate, however often the rules are evaluated: by this machine's bucket, and, if that lets it
 * pass and there is a store, by the one that all machines have together.
 */

/* The caller's memory; the first part is filled in, the rest zeroed, before its first use. */
struct authz_rates {
	struct policy_token_buckets *buckets;
	struct shared_worker *shared; /* NULL: this machine counts alone */
	const struct policy *policy;
	const struct policy_facts *facts;    /* by which rates tell clients apart */
	bool is_trial;                       /* no token is taken, and the store is not asked */
	struct authz_rates_near_table *near; /* NULL: who is near to a rate is not noted */
	bool cut_clients;                    /* what is noted of clients is cut */
	struct arena *arena;
	void (*fetched)(void *ctx); /* called from the loop, after each answer of the store */
	void *ctx;

	uint64_t counted; /* bits, by the number of the rate */
	uint64_t asked;   /* as in struct policy_facts: those whose answer is there */
	uint64_t over;
	uint64_t deadline_ms; /* until when the request waits for the store; 0: it has not yet */
	struct authz_rate_wait *first;
};

/*
 * Until when the request waits for the store, on clock_ms(): it waits once, and what else it asks
 * for has the time that is left. `shared` is not NULL.
 */
uint64_t authz_rates_deadline_ms(struct authz_rates *rates);
/* True if one of the rates `wanted` has got its answer; others may come later. */
NODISCARD bool authz_rates_ask(struct authz_rates *rates, uint64_t wanted);
/* Of answers that have not come, none will come. */
void authz_rates_cancel(struct authz_rates *rates);

#endif
