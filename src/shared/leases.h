/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_LEASES_H
#define DW_SHARED_LEASES_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a process knows of the buckets that all machines have together: tokens that the store gave
 * in advance (a lease), refusals of the store, and a bucket of the machine's share, by which it
 * decides alone. All workers share the table; its memory is fixed, 64 bytes an entry, and entries
 * that refuse the longest are replaced last. Does no I/O and reads no clock.
 *
 * The bound: `tokens` and the rate over all machines, and one lease for each machine, at most
 * tokens / 8 or 1. A machine that has no answer uses its share besides, at most tokens / members
 * and the rate / members; once it reaches the store again, it tells what that was.
 */
struct shared_leases;

#define SHARED_LEASE_NS                                                                            \
	UINT64_C(1000000000) /* a lease is spent within this time, or not at all                   \
			      */
#define SHARED_LEASE_PART 8  /* of a bucket: a lease at most */

/* A bucket, by its key in this process. */
struct shared_bucket {
	uint64_t key;
	uint64_t unit_ns;
	uint32_t tokens; /* at least 1 */
};

/* A question to the store. */
struct shared_lease_ask {
	uint32_t want;     /* tokens; 0: nothing is to be asked */
	uint32_t owed;     /* tokens that were used without having been given */
	uint32_t back;     /* tokens that were given and not used in time */
	uint64_t asked_ns; /* when */
};

enum shared_lease_by {
	SHARED_LEASE_ASK,  /* may ask; without a lease nothing is decided */
	SHARED_LEASE_WAIT, /* a question is under way already: does not ask */
	SHARED_LEASE_ALONE /* the store is away: without a lease the share decides */
};

enum shared_lease_taken {
	SHARED_LEASE_SPENT,   /* let in, by a lease */
	SHARED_LEASE_REFUSED, /* the store has said so, until a time that has not come */
	SHARED_LEASE_IN_SHARE,
	SHARED_LEASE_OVER_SHARE,
	SHARED_LEASE_NONE /* the store must be asked */
};

/* NULL when out of memory. `count` entries, rounded up to a multiple of 8. */
struct shared_leases *shared_leases_new(uint32_t count);
void shared_leases_free(struct shared_leases *leases);

/*
 * Decides about one request. Only with SHARED_LEASE_ASK is *ask filled in; if ask->want > 0, the
 * question must be asked, and shared_leases_answer or shared_leases_unanswered be called once.
 * `members` is at least 1. Thread-safe, as the others.
 */
enum shared_lease_taken shared_leases_take(struct shared_leases *leases,
	const struct shared_bucket *bucket, uint32_t members, enum shared_lease_by by,
	uint64_t now_ns, struct shared_lease_ask *ask);
/* A question for `want` requests that wait already; otherwise as shared_leases_take. */
void shared_leases_ask(struct shared_leases *leases, const struct shared_bucket *bucket,
	uint32_t members, uint32_t want, uint64_t now_ns, struct shared_lease_ask *ask);
/*
 * The store gave `granted` tokens, of which no more count than were asked for; if it gave none, it
 * will have one in `wait_ns`, or in the time between two tokens if that is less.
 */
void shared_leases_answer(struct shared_leases *leases, const struct shared_bucket *bucket,
	const struct shared_lease_ask *ask, uint64_t granted, uint64_t wait_ns, uint64_t now_ns);
void shared_leases_unanswered(struct shared_leases *leases, const struct shared_bucket *bucket,
	const struct shared_lease_ask *ask);

#endif
