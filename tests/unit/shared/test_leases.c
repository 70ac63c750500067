/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Leases of rates: one machine, step by step. Many machines: test_lease_bounds.c. */

#include "shared/leases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
#define MS UINT64_C(1000000)
#define NOW (UINT64_C(123456789) * SECOND)

static const struct shared_bucket eighty = {.key = 1, .unit_ns = SECOND, .tokens = 80};
static const struct shared_bucket five = {.key = 2, .unit_ns = 60 * SECOND, .tokens = 5};

static struct shared_leases *leases;
static struct shared_lease_ask ask;

static int setup(void **state)
{
	leases = shared_leases_new(64);
	return leases == NULL;
}

static int teardown(void **state)
{
	shared_leases_free(leases);
	return 0;
}

static enum shared_lease_taken take(
	const struct shared_bucket *bucket, enum shared_lease_by by, uint64_t now_ns)
{
	return shared_leases_take(leases, bucket, 4, by, now_ns, &ask);
}

static void answer(
	const struct shared_bucket *bucket, uint64_t granted, uint64_t wait_ns, uint64_t now_ns)
{
	struct shared_lease_ask asked = ask;

	shared_leases_answer(leases, bucket, &asked, granted, wait_ns, now_ns);
}

/* As a steady client makes it grow, up to a lease of 80 / 8. */
static uint64_t grow(void)
{
	uint64_t now_ns = NOW;

	for (int i = 0; i < 200; i++, now_ns += 10 * MS) {
		enum shared_lease_taken taken = take(&eighty, SHARED_LEASE_ASK, now_ns);

		if (ask.want > 0) {
			answer(&eighty, ask.want, 0, now_ns);
		}
		if (taken == SHARED_LEASE_NONE) {
			taken = take(&eighty, SHARED_LEASE_WAIT, now_ns);
		}
		assert_int_equal(taken, SHARED_LEASE_SPENT);
	}
	return now_ns;
}

static uint32_t spend_all(const struct shared_bucket *bucket, uint64_t now_ns)
{
	uint32_t spent = 0;

	while (take(bucket, SHARED_LEASE_WAIT, now_ns) == SHARED_LEASE_SPENT) {
		spent++;
	}
	return spent;
}

static void the_first_request_asks_for_one(void **state)
{
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW), SHARED_LEASE_NONE);
	assert_int_equal(ask.want, 1);
	assert_int_equal(ask.owed, 0);
	assert_int_equal(ask.back, 0);
	answer(&eighty, 1, 0, NOW + MS);
	assert_int_equal(spend_all(&eighty, NOW + MS), 1);
}

static void a_lease_grows_with_its_use(void **state)
{
	static const uint32_t wants[] = {1, 2, 4, 8, 10, 10};

	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		uint64_t now_ns = NOW + i * MS;

		assert_int_equal(take(&eighty, SHARED_LEASE_ASK, now_ns), SHARED_LEASE_NONE);
		assert_int_equal(ask.want, wants[i]);
		answer(&eighty, ask.want, 0, now_ns);
		assert_int_equal(spend_all(&eighty, now_ns), wants[i]);
	}
	/* And shrinks when its use has become slow. */
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW + 2 * SECOND), SHARED_LEASE_NONE);
	assert_int_equal(ask.want, 2);
	answer(&eighty, 2, 0, NOW + 2 * SECOND);
	assert_int_equal(spend_all(&eighty, NOW + 2 * SECOND), 2);
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW + 9 * SECOND), SHARED_LEASE_NONE);
	assert_int_equal(ask.want, 1);
}

static void it_is_renewed_before_it_is_spent(void **state)
{
	uint64_t now_ns = grow();
	uint32_t asked = 0;

	for (int i = 0; i < 100; i++, now_ns += 10 * MS) {
		assert_int_equal(take(&eighty, SHARED_LEASE_ASK, now_ns), SHARED_LEASE_SPENT);
		if (ask.want > 0) {
			asked++;
			answer(&eighty, ask.want, 0, now_ns);
		}
	}
	assert_in_range(asked, 10, 16);
}

static void one_question_at_a_time_renews_it(void **state)
{
	uint64_t now_ns = grow();

	do {
		assert_int_equal(take(&eighty, SHARED_LEASE_ASK, now_ns), SHARED_LEASE_SPENT);
	} while (ask.want == 0);
	while (take(&eighty, SHARED_LEASE_WAIT, now_ns) == SHARED_LEASE_SPENT) {
		assert_int_equal(ask.want, 0);
	}
	/* It is spent, and another worker needs a token: it asks for no second lease. */
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, now_ns), SHARED_LEASE_NONE);
	assert_in_range(ask.want, 1, 2);
}

static void what_is_not_spent_in_time_goes_back(void **state)
{
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW), SHARED_LEASE_NONE);
	shared_leases_ask(leases, &eighty, 4, 7, NOW, &ask);
	assert_int_equal(ask.want, 7);
	answer(&eighty, 7, 0, NOW + 5 * MS);
	assert_int_equal(take(&eighty, SHARED_LEASE_WAIT, NOW + SECOND - 1), SHARED_LEASE_SPENT);
	/* The second is counted from the question, not from the answer. */
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW + SECOND), SHARED_LEASE_NONE);
	assert_int_equal(ask.back, 6);
	assert_int_equal(ask.want, 1);
	shared_leases_unanswered(leases, &eighty, &ask);
	/* Whether the store has got them back is unknown: they are not told twice. */
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW + SECOND), SHARED_LEASE_NONE);
	assert_int_equal(ask.back, 0);
}

static void a_clock_that_goes_back_ends_a_lease(void **state)
{
	shared_leases_ask(leases, &eighty, 4, 7, NOW, &ask);
	answer(&eighty, 7, 0, NOW);
	assert_int_equal(take(&eighty, SHARED_LEASE_WAIT, NOW - 1), SHARED_LEASE_NONE);
}

static void a_refusal_is_remembered(void **state)
{
	assert_int_equal(take(&five, SHARED_LEASE_ASK, NOW), SHARED_LEASE_NONE);
	answer(&five, 0, 3 * SECOND, NOW);
	assert_int_equal(take(&five, SHARED_LEASE_ASK, NOW + 1), SHARED_LEASE_REFUSED);
	assert_int_equal(ask.want, 0);
	/* Also while the store is away. */
	assert_int_equal(
		take(&five, SHARED_LEASE_ALONE, NOW + 3 * SECOND - 1), SHARED_LEASE_REFUSED);
	assert_int_equal(take(&five, SHARED_LEASE_ASK, NOW + 3 * SECOND), SHARED_LEASE_NONE);
	assert_int_equal(ask.want, 1);
	/* Not for longer than one token takes. */
	answer(&five, 0, UINT64_MAX, NOW);
	assert_int_equal(
		take(&five, SHARED_LEASE_ASK, NOW + 12 * SECOND - 1), SHARED_LEASE_REFUSED);
	assert_int_equal(take(&five, SHARED_LEASE_ASK, NOW + 12 * SECOND), SHARED_LEASE_NONE);
}

static void more_than_was_asked_for_does_not_count(void **state)
{
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW), SHARED_LEASE_NONE);
	answer(&eighty, UINT64_MAX, 0, NOW);
	assert_int_equal(spend_all(&eighty, NOW), 1);
}

static uint32_t alone(const struct shared_bucket *bucket, uint32_t members, uint64_t now_ns)
{
	uint32_t in = 0;

	while (shared_leases_take(leases, bucket, members, SHARED_LEASE_ALONE, now_ns, &ask) ==
		SHARED_LEASE_IN_SHARE) {
		in++;
	}
	return in;
}

static void the_share_decides_alone(void **state)
{
	static const struct shared_bucket hour = {
		.key = 3, .unit_ns = 3600 * SECOND, .tokens = 1000000};

	assert_int_equal(alone(&eighty, 4, NOW), 20);
	assert_int_equal(alone(&eighty, 4, NOW + 50 * MS - 1), 0);
	assert_int_equal(alone(&eighty, 4, NOW + 50 * MS), 1);
	assert_int_equal(alone(&eighty, 4, NOW + 2 * SECOND), 20);
	/* More machines than tokens: one token each, and the rate in sum. */
	assert_int_equal(alone(&five, 10, NOW), 1);
	assert_int_equal(alone(&five, 10, NOW + 120 * SECOND - 1), 0);
	assert_int_equal(alone(&five, 10, NOW + 120 * SECOND), 1);
	/* The largest numbers. */
	assert_int_equal(alone(&hour, 10000, NOW), 100);
	assert_int_equal(alone(&hour, 10000, NOW + 35 * SECOND), 0);
	assert_int_equal(alone(&hour, 10000, NOW + 36 * SECOND), 1);
	/* An empty bucket stays empty when there are fewer machines, a full one full. */
	assert_int_equal(alone(&hour, 1, NOW + 36 * SECOND), 0);
	assert_int_equal(alone(&hour, 1, NOW + 7200 * SECOND), 1000000);
}

static void the_share_is_used_up_by_leases_too(void **state)
{
	shared_leases_ask(leases, &eighty, 4, 15, NOW, &ask);
	answer(&eighty, 15, 0, NOW);
	assert_int_equal(spend_all(&eighty, NOW), 15);
	assert_int_equal(alone(&eighty, 4, NOW), 20 - 15);
}

static void what_the_share_let_in_is_told(void **state)
{
	assert_int_equal(alone(&eighty, 4, NOW), 20);
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW), SHARED_LEASE_NONE);
	assert_int_equal(ask.owed, 20);
	/* Without an answer, again; of what has come back since, nothing. */
	shared_leases_unanswered(leases, &eighty, &ask);
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW + 500 * MS), SHARED_LEASE_NONE);
	assert_int_equal(ask.owed, 10);
	answer(&eighty, 1, 0, NOW + 500 * MS);
	assert_int_equal(spend_all(&eighty, NOW + 500 * MS), 1);
	assert_int_equal(take(&eighty, SHARED_LEASE_ASK, NOW + 500 * MS), SHARED_LEASE_NONE);
	assert_int_equal(ask.owed, 0);
}

/* Those that are refused stay, however many other clients come. */
static void a_flood_replaces_no_refusal(void **state)
{
	for (uint64_t i = 0; i < 8; i++) {
		const struct shared_bucket limited = {
			.key = i << 60, .unit_ns = 3600 * SECOND, .tokens = 60};

		assert_int_equal(take(&limited, SHARED_LEASE_ASK, NOW), SHARED_LEASE_NONE);
		answer(&limited, 0, 60 * SECOND, NOW);
	}
	for (uint64_t i = 0; i < 100000; i++) {
		const struct shared_bucket flood = {.key = i * UINT64_C(0x9e3779b97f4a7c15) | 1,
			.unit_ns = SECOND,
			.tokens = 10};

		(void)take(&flood, SHARED_LEASE_ASK, NOW);
		answer(&flood, ask.want, 0, NOW);
		(void)take(&flood, SHARED_LEASE_WAIT, NOW);
	}
	for (uint64_t i = 0; i < 8; i++) {
		const struct shared_bucket limited = {
			.key = i << 60, .unit_ns = 3600 * SECOND, .tokens = 60};

		assert_int_equal(
			take(&limited, SHARED_LEASE_ASK, NOW + SECOND), SHARED_LEASE_REFUSED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_request_asks_for_one, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lease_grows_with_its_use, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_renewed_before_it_is_spent, setup, teardown),
		cmocka_unit_test_setup_teardown(one_question_at_a_time_renews_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_not_spent_in_time_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_clock_that_goes_back_ends_a_lease, setup, teardown),
		cmocka_unit_test_setup_teardown(a_refusal_is_remembered, setup, teardown),
		cmocka_unit_test_setup_teardown(
			more_than_was_asked_for_does_not_count, setup, teardown),
		cmocka_unit_test_setup_teardown(the_share_decides_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_share_is_used_up_by_leases_too, setup, teardown),
		cmocka_unit_test_setup_teardown(what_the_share_let_in_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_flood_replaces_no_refusal, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
