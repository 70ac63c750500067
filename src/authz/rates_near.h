/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_RATES_NEAR_H
#define DW_AUTHZ_RATES_NEAR_H

#include "authz/snapshot.h"
#include "base/bytes.h"
#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/rate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The clients that are nearest to a rate, or above it, in a fixed amount of memory for each worker.
 * A worker notes a client once half of its bucket is used up; one that is in the table already
 * costs no lock and no write. The levels are those of the buckets when the table is read.
 */
struct authz_rates_near;
/* The table of one worker, which alone notes clients in it. */
struct authz_rates_near_table;

/* NULL when out of memory. */
struct authz_rates_near *authz_rates_near_new(size_t workers);
/* After the last worker has ended. NULL is ignored. */
void authz_rates_near_free(struct authz_rates_near *near);
struct authz_rates_near_table *authz_rates_near_table(struct authz_rates_near *near, size_t worker);

/* A client whose request was counted. */
struct authz_rates_near_client {
	const struct policy_token_buckets *buckets;
	const struct policy *policy;
	const struct policy_rate *rate;
	const struct policy_facts *facts;
	uint64_t key;        /* of its bucket */
	uint64_t missing_ns; /* how long the bucket takes to be full */
	uint64_t now_ns;
	bool refused;
	bool cut; /* keep only what authz/cut.h leaves of it */
};

void authz_rates_near_note(
	struct authz_rates_near_table *table, const struct authz_rates_near_client *client);

/*
 * Appends a JSON array, of the rates of the snapshot that have such a client (at most
 * AUTHZ_RATES_NEAR_RATES), each with at most AUTHZ_RATES_NEAR_CLIENTS, the nearest first; null
 * without tables.
 */
#define AUTHZ_RATES_NEAR_RATES 64
#define AUTHZ_RATES_NEAR_CLIENTS 8
void authz_rates_near_write(
	struct authz_rates_near *near, const struct authz_snapshot *snapshot, struct bytes *out);

#endif
