/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/selection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS UINT64_C(1000)

static const struct dns_settings settings = {
	.timeout_ms = 500, .attempts = 3, .lookup_timeout_ms = 2500};

static void timeouts_follow_the_round_trip(void **state)
{
	struct dns_upstreams u;

	dns_upstreams_init(&u, 2, &settings);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 1), 500);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 2), 833);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 200), 833);
	dns_upstream_answered(&u, 0, 1 * MS);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 1), 250);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 2), 500);
	assert_int_equal(dns_upstream_timeout_ms(&u, 1, 1), 500);
	for (unsigned i = 0; i < 100; i++) {
		dns_upstream_answered(&u, 0, 100 * MS);
	}
	assert_in_range(dns_upstream_timeout_ms(&u, 0, 1), 460, 500);
	for (unsigned i = 0; i < 100; i++) {
		dns_upstream_answered(&u, 0, UINT64_MAX);
	}
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 1), 833);
}

static void short_timeout_is_kept(void **state)
{
	struct dns_settings quick = settings;
	struct dns_upstreams u;

	quick.timeout_ms = 100;
	dns_upstreams_init(&u, 1, &quick);
	dns_upstream_answered(&u, 0, 1 * MS);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 1), 100);
}

static size_t pick(struct dns_upstreams *u, uint32_t avoid, struct random_pool *random)
{
	uint8_t asked[DNS_MAX_UPSTREAMS] = {0};

	u->turn = 0;
	return dns_upstreams_pick(u, asked, avoid, 0, random);
}

static void the_upstream_asked_least_often_is_next(void **state)
{
	struct random_pool random;
	struct dns_upstreams u;
	uint8_t asked[DNS_MAX_UPSTREAMS] = {0};

	random_pool_init(&random);
	dns_upstreams_init(&u, 3, &settings);
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 0, &random), 0);
	asked[0] = 1;
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 0, &random), 1);
	asked[1] = 1;
	assert_int_equal(dns_upstreams_pick(&u, asked, 4, 0, &random), 0);
	asked[2] = 1;
	assert_int_equal(dns_upstreams_pick(&u, asked, 7, 0, &random), 0);
	assert_int_equal(dns_upstreams_pick(&u, asked, 1, 0, &random), 1);
}

static void a_silent_upstream_is_down_and_tried_again(void **state)
{
	struct random_pool random;
	struct dns_upstreams u;
	uint8_t asked[DNS_MAX_UPSTREAMS] = {0};
	unsigned probes = 0;

	random_pool_init(&random);
	dns_upstreams_init(&u, 2, &settings);
	for (unsigned i = 0; i < 3; i++) {
		assert_false(u.list[0].down);
		dns_upstream_timed_out(&u, 0, 1000);
	}
	assert_true(u.list[0].down);
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(dns_upstreams_pick(&u, asked, 0, 5999, &random), 1);
		probes += dns_upstreams_pick(&u, asked, 0, 6000, &random) == 0;
	}
	assert_in_range(probes, 30, 250);
	/* The only one that is left is better than none; then back to the first that answers. */
	asked[1] = 3;
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 1000, &random), 0);
	asked[1] = 0;
	dns_upstream_answered(&u, 0, 5 * MS);
	assert_int_equal(pick(&u, 0, &random), 0);
}

/* Pays no heed to what comes first by rotation or for the sake of measuring. */
static void the_fastest_upstream_is_preferred(void **state)
{
	struct random_pool random;
	struct dns_upstreams u;
	uint8_t asked[DNS_MAX_UPSTREAMS] = {0};

	random_pool_init(&random);
	dns_upstreams_init(&u, 3, &settings);
	for (unsigned i = 0; i < 50; i++) {
		dns_upstream_answered(&u, 0, 40 * MS);
		dns_upstream_answered(&u, 1, 60 * MS);
		dns_upstream_answered(&u, 2, 20 * MS);
	}
	assert_int_equal(pick(&u, 0, &random), 2);
	assert_int_equal(pick(&u, 4, &random), 0);
	asked[2] = 1;
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 0, &random), 0);
	asked[0] = 1;
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 0, &random), 1);
	asked[1] = 1;
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 0, &random), 2);
	/* A time-out counts until the next answer. */
	dns_upstream_timed_out(&u, 2, 0);
	assert_int_equal(pick(&u, 0, &random), 0);
	dns_upstream_answered(&u, 2, 20 * MS);
	assert_int_equal(pick(&u, 0, &random), 2);
	/* Hardly faster is not fast enough to leave the configured order. */
	for (unsigned i = 0; i < 50; i++) {
		dns_upstream_answered(&u, 0, 29 * MS);
	}
	assert_int_equal(pick(&u, 0, &random), 0);
}

static void others_are_measured(void **state)
{
	struct random_pool random;
	struct dns_upstreams u;
	uint8_t asked[DNS_MAX_UPSTREAMS] = {0};
	unsigned counts[3] = {0};

	random_pool_init(&random);
	dns_upstreams_init(&u, 3, &settings);
	dns_upstream_answered(&u, 0, 1 * MS);
	for (unsigned i = 0; i < 9600; i++) {
		counts[dns_upstreams_pick(&u, asked, 0, 0, &random)]++;
	}
	assert_int_equal(counts[0], 9400);
	assert_int_equal(counts[1], 100);
	assert_int_equal(counts[2], 100);
	/* Once a query was sent, this does not make any query wait longer. */
	asked[0] = 1;
	asked[2] = 1;
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(dns_upstreams_pick(&u, asked, 0, 0, &random), 1);
	}
}

static void rotate_takes_each_in_turn(void **state)
{
	struct dns_settings turns = settings;
	struct random_pool random;
	struct dns_upstreams u;
	uint8_t asked[DNS_MAX_UPSTREAMS] = {0};
	unsigned counts[3] = {0};

	turns.rotate = true;
	random_pool_init(&random);
	dns_upstreams_init(&u, 3, &turns);
	dns_upstream_answered(&u, 0, 1 * MS);
	dns_upstream_answered(&u, 1, 400 * MS);
	for (unsigned i = 0; i < 3; i++) {
		dns_upstream_timed_out(&u, 2, 0);
	}
	for (unsigned i = 0; i < 100; i++) {
		size_t first = dns_upstreams_pick(&u, asked, 0, 0, &random);

		counts[first]++;
		asked[first] = 1;
		assert_int_equal(dns_upstreams_pick(&u, asked, 0, 0, &random), 1 - first);
		asked[first] = 0;
	}
	assert_int_equal(counts[0], 50);
	assert_int_equal(counts[1], 50);
}

static void an_unreachable_upstream_rests(void **state)
{
	struct dns_upstreams u;

	dns_upstreams_init(&u, 1, &settings);
	assert_false(dns_upstream_rests(&u, 0, 1000));
	dns_upstream_unreachable(&u, 0, 1000);
	assert_true(dns_upstream_rests(&u, 0, 1049));
	assert_false(dns_upstream_rests(&u, 0, 1050));
	dns_upstream_unreachable(&u, 0, 1050);
	dns_upstream_answered(&u, 0, 1 * MS);
	assert_false(dns_upstream_rests(&u, 0, 1051));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timeouts_follow_the_round_trip),
		cmocka_unit_test(short_timeout_is_kept),
		cmocka_unit_test(the_upstream_asked_least_often_is_next),
		cmocka_unit_test(a_silent_upstream_is_down_and_tried_again),
		cmocka_unit_test(the_fastest_upstream_is_preferred),
		cmocka_unit_test(others_are_measured),
		cmocka_unit_test(rotate_takes_each_in_turn),
		cmocka_unit_test(an_unreachable_upstream_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
