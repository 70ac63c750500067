/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Many machines and one store, with simulated time, random load and a store that goes away and
 * comes back: what is let in stays within the bounds that shared/leases.h states.
 */

#include "policy/token_buckets.h"
#include "shared/leases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
#define MS UINT64_C(1000000)
#define START (UINT64_C(1000000) * SECOND)
#define MACHINES_MAX 16
#define FLIGHTS_MAX 64

/* A bucket of `capacity` tokens that never lacks one has let in no more in any time. */
struct meter {
	double capacity;
	double rate; /* tokens a nanosecond */
	double level;
	uint64_t at_ns;
	double least;
};

static void meter_init(struct meter *m, double capacity, double rate)
{
	*m = (struct meter){.capacity = capacity,
		.rate = rate,
		.level = capacity,
		.least = capacity,
		.at_ns = START};
}

static void meter_take(struct meter *m, uint64_t now_ns)
{
	m->level += (double)(now_ns - m->at_ns) * m->rate;
	m->level = (m->level < m->capacity ? m->level : m->capacity) - 1;
	m->least = m->level < m->least ? m->level : m->least;
	m->at_ns = now_ns;
}

/* The script of the store, for one bucket; its clock differs from those of the machines. */
struct store {
	uint64_t full_ns;
	uint64_t questions;
};

struct flight {
	uint64_t arrives_ns;
	unsigned machine;
	unsigned waiting; /* requests that wait for it */
	struct shared_lease_ask ask;
	uint64_t granted;
	uint64_t wait_ns;
	bool lost;
};

struct world {
	struct shared_bucket bucket;
	unsigned machines;
	unsigned partitioned; /* machines that never reach the store */
	unsigned chance;      /* of 1,000: that one loses the store or has it again, in each turn */
	bool forgets;         /* the store, in the same way */
	uint64_t outage_ns;   /* all lose the store for so long, in the middle */
	uint32_t burst;       /* requests of a client in one moment at most */
	uint64_t between_ns;  /* between two moments with requests, on average */
	uint64_t random;

	struct store store;
	struct policy_token_buckets *one; /* as if one machine got all requests */
	struct policy_token_buckets *local[MACHINES_MAX];
	struct shared_leases *leases[MACHINES_MAX];
	bool away[MACHINES_MAX];
	bool asking[MACHINES_MAX];
	struct flight flights[FLIGHTS_MAX];
	size_t flight_count;
	uint64_t now_ns;
	struct meter meter;
	uint64_t requests;
	uint64_t in;
	uint64_t in_by_one;
	uint64_t in_by_share;
	uint64_t waited;
};

static uint64_t draw(struct world *w)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random;
}

/* Each machine has a clock of its own, 100 ms from the next one's; the store has another. */
static uint64_t clock_of(const struct world *w, unsigned machine)
{
	return w->now_ns + machine * 100 * MS;
}

static void run_script(
	struct world *w, const struct shared_lease_ask *ask, uint64_t *granted, uint64_t *wait_ns)
{
	uint64_t between = w->bucket.unit_ns / w->bucket.tokens;
	int64_t now = (int64_t)w->now_ns;
	int64_t empty = now + (int64_t)(between * w->bucket.tokens);
	int64_t full = (int64_t)w->store.full_ns > now ? (int64_t)w->store.full_ns : now;

	full += ((int64_t)ask->owed - ask->back) * (int64_t)between;
	full = full < now ? now : full > empty ? empty : full;
	int64_t free = (empty - full) / (int64_t)between;

	*granted = (uint64_t)(free < ask->want ? free : ask->want);
	full += (int64_t)(*granted * between);
	*wait_ns =
		full + (int64_t)between > empty ? (uint64_t)(full + (int64_t)between - empty) : 0;
	w->store.full_ns = (uint64_t)full;
	w->store.questions++;
}

static void let_in(struct world *w)
{
	w->in++;
	meter_take(&w->meter, w->now_ns);
}

static void fly(
	struct world *w, unsigned machine, unsigned waiting, const struct shared_lease_ask *ask)
{
	assert_true(w->flight_count < FLIGHTS_MAX);
	struct flight *f = &w->flights[w->flight_count++];

	*f = (struct flight){.machine = machine, .waiting = waiting, .ask = *ask};
	f->lost = w->away[machine];
	f->arrives_ns = w->now_ns + (f->lost ? 20 * MS : draw(w) % (2 * MS));
	if (!f->lost) {
		run_script(w, ask, &f->granted, &f->wait_ns);
	}
	w->asking[machine] = true;
}

static void decide(struct world *w, unsigned m, enum shared_lease_taken taken)
{
	switch (taken) {
	case SHARED_LEASE_SPENT:
		let_in(w);
		break;
	case SHARED_LEASE_IN_SHARE:
		let_in(w);
		w->in_by_share++;
		break;
	case SHARED_LEASE_REFUSED:
	case SHARED_LEASE_OVER_SHARE:
		policy_token_buckets_give(
			w->local[m], w->bucket.key, w->bucket.tokens, w->bucket.unit_ns);
		break;
	case SHARED_LEASE_NONE:
		fail();
	}
}

static void request(struct world *w, unsigned m)
{
	struct shared_lease_ask ask;

	w->requests++;
	w->in_by_one += policy_token_buckets_take(
		w->one, w->bucket.key, w->bucket.tokens, w->bucket.unit_ns, w->now_ns, NULL);
	if (!policy_token_buckets_take(w->local[m], w->bucket.key, w->bucket.tokens,
		    w->bucket.unit_ns, clock_of(w, m), NULL)) {
		return;
	}
	/* A machine learns by its first questions that the store is away. */
	bool knows = w->away[m] && draw(w) % 4 != 0;
	enum shared_lease_by by = w->asking[m] ? SHARED_LEASE_WAIT
				  : knows      ? SHARED_LEASE_ALONE
					       : SHARED_LEASE_ASK;
	enum shared_lease_taken taken =
		shared_leases_take(w->leases[m], &w->bucket, w->machines, by, clock_of(w, m), &ask);

	if (taken == SHARED_LEASE_NONE) {
		w->waited++;
		for (size_t i = 0; i < w->flight_count; i++) {
			w->flights[i].waiting += w->flights[i].machine == m;
		}
	}
	if (ask.want > 0) {
		fly(w, m, taken == SHARED_LEASE_NONE, &ask);
	}
	if (taken != SHARED_LEASE_NONE) {
		decide(w, m, taken);
	}
}

static void land(struct world *w, struct flight f)
{
	struct shared_lease_ask ask;
	unsigned left = 0;

	w->asking[f.machine] = false;
	if (f.lost) {
		shared_leases_unanswered(w->leases[f.machine], &w->bucket, &f.ask);
	} else {
		shared_leases_answer(w->leases[f.machine], &w->bucket, &f.ask, f.granted, f.wait_ns,
			clock_of(w, f.machine));
	}
	for (unsigned i = 0; i < f.waiting; i++) {
		enum shared_lease_taken taken = shared_leases_take(w->leases[f.machine], &w->bucket,
			w->machines, f.lost ? SHARED_LEASE_ALONE : SHARED_LEASE_WAIT,
			clock_of(w, f.machine), &ask);

		if (taken == SHARED_LEASE_NONE && f.granted == 0) {
			taken = SHARED_LEASE_REFUSED;
		}
		if (taken == SHARED_LEASE_NONE) {
			left++;
		} else {
			decide(w, f.machine, taken);
		}
	}
	if (left > 0) {
		shared_leases_ask(w->leases[f.machine], &w->bucket, w->machines, left,
			clock_of(w, f.machine), &ask);
		fly(w, f.machine, left, &ask);
	}
}

static void land_due(struct world *w, uint64_t until_ns)
{
	for (;;) {
		size_t first = w->flight_count;

		for (size_t i = 0; i < w->flight_count; i++) {
			if (w->flights[i].arrives_ns <= until_ns &&
				(first == w->flight_count ||
					w->flights[i].arrives_ns < w->flights[first].arrives_ns)) {
				first = i;
			}
		}
		if (first == w->flight_count) {
			return;
		}
		struct flight f = w->flights[first];

		w->flights[first] = w->flights[--w->flight_count];
		w->now_ns = f.arrives_ns > w->now_ns ? f.arrives_ns : w->now_ns;
		land(w, f);
	}
}

static void change_store(struct world *w, uint64_t for_ns)
{
	uint64_t at_ns = w->now_ns - START;
	bool outage = at_ns > for_ns / 2 && at_ns < for_ns / 2 + w->outage_ns;

	for (unsigned m = 0; m < w->machines; m++) {
		if (w->chance == 0) {
			w->away[m] = outage || m < w->partitioned;
		} else if (draw(w) % 1000 < w->chance) {
			w->away[m] = !w->away[m];
		}
	}
	if (w->forgets && draw(w) % 1000 < w->chance) {
		w->store.full_ns = 0;
	}
}

/* `capacity` is what the bound says that may be let in at once, beyond the rate. */
static void run(struct world *w, double capacity, double rate_times, uint64_t for_ns)
{
	double rate = (double)w->bucket.tokens / (double)w->bucket.unit_ns;

	w->now_ns = START;
	meter_init(&w->meter, capacity, rate * rate_times);
	w->one = policy_token_buckets_new(8);
	assert_non_null(w->one);
	for (unsigned m = 0; m < w->machines; m++) {
		w->local[m] = policy_token_buckets_new(8);
		w->leases[m] = shared_leases_new(8);
		assert_non_null(w->local[m]);
		assert_non_null(w->leases[m]);
	}
	while (w->now_ns < START + for_ns) {
		uint64_t next_ns = w->now_ns + 1 + draw(w) % (2 * w->between_ns);

		land_due(w, next_ns);
		w->now_ns = next_ns;
		change_store(w, for_ns);
		for (uint64_t i = draw(w) % w->burst + 1; i > 0; i--) {
			request(w, (unsigned)(draw(w) % w->machines));
		}
	}
	policy_token_buckets_unref(w->one);
	for (unsigned m = 0; m < w->machines; m++) {
		policy_token_buckets_unref(w->local[m]);
		shared_leases_free(w->leases[m]);
	}
}

static const struct {
	uint32_t tokens;
	uint64_t unit_ns;
} rates[] = {{1, SECOND}, {3, SECOND}, {8, SECOND}, {10, SECOND}, {100, SECOND}, {1000, SECOND},
	{5, 60 * SECOND}, {60, 60 * SECOND}, {600, 60 * SECOND}, {100, 3600 * SECOND}};

static const unsigned counts[] = {1, 2, 4, 16};
static const double loads[] = {0.5, 0.9, 1.5, 10};

static uint32_t lease_of(uint32_t tokens)
{
	return tokens / SHARED_LEASE_PART > 0 ? tokens / SHARED_LEASE_PART : 1;
}

/* Load at about `load` times the rate, in bursts. */
static struct world world_of(size_t rate, unsigned machines, double load, uint32_t burst)
{
	struct world w = {
		.bucket = {.key = 1, .unit_ns = rates[rate].unit_ns, .tokens = rates[rate].tokens},
		.machines = machines,
		.burst = burst,
		.random = UINT64_C(88172645463325252) + rate};
	double per_ns = (double)rates[rate].tokens / (double)rates[rate].unit_ns;

	w.between_ns = (uint64_t)((burst + 1) / 2.0 / (per_ns * load)) + 1;
	return w;
}

/* With LEASE_BOUNDS in the environment, prints what it measures. */
static void show(const struct world *w, const char *what, double load)
{
	if (getenv("LEASE_BOUNDS") != NULL) {
		printf("%s: %u/%us, %u machines, load %g, bursts of %u: let in %.3f of what one "
		       "machine would, unused %.1f of %.0f, questions %.3f and waits %.3f a "
		       "request\n",
			what, w->bucket.tokens, (unsigned)(w->bucket.unit_ns / SECOND), w->machines,
			load, w->burst, (double)w->in / (double)w->in_by_one, w->meter.least,
			w->meter.capacity, (double)w->store.questions / (double)w->requests,
			(double)w->waited / (double)w->requests);
	}
}

/* `each` gets a world for each rate, number of machines, load and kind of bursts. */
static void for_each_world(void (*each)(struct world *w, double load))
{
	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
			for (size_t l = 0; l < ARRAY_LEN(loads); l++) {
				for (uint32_t burst = 1; burst <= 9; burst += 8) {
					struct world w = world_of(r, counts[c], loads[l], burst);

					each(&w, loads[l]);
				}
			}
		}
	}
}

#define ROUNDING 0.01
#define TURNS 3000

static double leases_of(const struct world *w)
{
	return w->machines * lease_of(w->bucket.tokens);
}

static double shares_of(const struct world *w, unsigned machines)
{
	uint32_t share = w->bucket.tokens / w->machines;

	return machines * (share > 0 ? share : 1);
}

static void there(struct world *w, double load)
{
	double tokens = w->bucket.tokens;

	run(w, tokens + leases_of(w) + ROUNDING, 1, TURNS * w->between_ns);
	show(w, "there", load);
	assert_true(w->meter.least >= 0);
	assert_int_equal(w->in_by_share, 0);
	/* And the client gets what one machine would give it. */
	assert_true((double)w->in + leases_of(w) + tokens >= 0.97 * (double)w->in_by_one);
}

static void with_the_store(void **state)
{
	for_each_world(there);
}

static void partitioned(struct world *w, double load)
{
	double part = 1.0 / w->machines;

	w->partitioned = 1;
	run(w, w->bucket.tokens + leases_of(w) + shares_of(w, 1) + ROUNDING, 1 + part,
		TURNS * w->between_ns);
	show(w, "one of them alone", load);
	assert_true(w->meter.least >= 0);
}

static void with_one_that_does_not_reach_it(void **state)
{
	for_each_world(partitioned);
}

static void alone(struct world *w, double load)
{
	w->partitioned = w->machines;
	run(w, shares_of(w, w->machines) + ROUNDING, 1, TURNS * w->between_ns);
	show(w, "all alone", load);
	assert_true(w->meter.least >= 0);
}

static void without_the_store(void **state)
{
	for_each_world(alone);
}

static void outage(struct world *w, double load)
{
	w->outage_ns = TURNS / 4 * w->between_ns;
	run(w, w->bucket.tokens + leases_of(w) + shares_of(w, w->machines) + ROUNDING, 1,
		TURNS * w->between_ns);
	show(w, "an outage", load);
	assert_true(w->meter.least >= 0);
}

/* What changes with the store's going and coming is one bucket of shares, once. */
static void when_it_goes_and_comes_back(void **state)
{
	for_each_world(outage);
}

static void flapping(struct world *w, double load)
{
	w->chance = 50;
	run(w, w->bucket.tokens + leases_of(w) + shares_of(w, w->machines) + ROUNDING, 2,
		TURNS * w->between_ns);
	show(w, "going and coming", load);
	assert_true(w->meter.least >= 0);
}

static void when_it_goes_and_comes_all_the_time(void **state)
{
	for_each_world(flapping);
}

static void forgetful(struct world *w, double load)
{
	w->chance = 50;
	w->forgets = true;
	/* The bucket of each machine is what is left, by which a request is counted as it comes. */
	double waits = 30.0 * (double)MS / (double)w->bucket.unit_ns;

	run(w, w->machines * w->bucket.tokens * (1 + waits) + ROUNDING, w->machines,
		TURNS * w->between_ns);
	show(w, "forgetful", load);
	assert_true(w->meter.least >= 0);
}

static void when_it_forgets_all_the_time(void **state)
{
	for_each_world(forgetful);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_the_store),
		cmocka_unit_test(with_one_that_does_not_reach_it),
		cmocka_unit_test(without_the_store),
		cmocka_unit_test(when_it_goes_and_comes_back),
		cmocka_unit_test(when_it_goes_and_comes_all_the_time),
		cmocka_unit_test(when_it_forgets_all_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
