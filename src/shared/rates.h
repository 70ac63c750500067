/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_RATES_H
#define DW_SHARED_RATES_H

#include "base/list.h"
#include "base/util.h"
#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/rate.h"
#include "shared/leases.h"
#include "shared/worker.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Rates that all machines count together. A request is let in by tokens that the store gave in
 * advance (shared/leases.h). Only without any it waits for an answer, at most until its deadline;
 * without an answer the machine's share decides.
 */

/* What is asked about; all of it is borrowed until shared_rates_take returns. */
struct shared_rate {
	struct shared_bucket bucket;
	const struct policy *policy;
	const struct policy_rate *rate;
	const struct policy_facts *facts;
};

enum shared_rate_answer { SHARED_RATE_WITHIN, SHARED_RATE_OVER, SHARED_RATE_WAIT };

/* A request that waits: the caller's memory, until `done` or shared_rates_cancel. */
struct shared_rate_wait {
	struct list entry;
	uint64_t deadline_ms;
	bool over;
	void (*done)(void *ctx, bool over);
	void *ctx;
};

/*
 * Decides whether the client is above the rate; the bucket of this machine has let it pass already.
 * SHARED_RATE_WAIT: `done` of *wait, which the caller has filled in, is called once, from the loop.
 * `deadline_ms` is on clock_ms().
 */
enum shared_rate_answer shared_rates_take(struct shared_worker *worker,
	const struct shared_rate *rate, struct shared_rate_wait *wait);
/* `done` is not called any more. */
void shared_rates_cancel(struct shared_rate_wait *wait);

#endif
