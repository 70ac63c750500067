/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct dns_settings settings = {
	.timeout_ms = 500, .attempts = 3, .lookup_timeout_ms = 2500};

static void test_timeouts(void **state)
{
	struct dns_upstreams u;

	dns_upstreams_init(&u, 2, &settings);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 1), 500);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 2), 833);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 200), 833);
	dns_upstream_answered(&u, 0, 1);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 1), 250);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 2), 500);
	assert_int_equal(dns_upstream_timeout_ms(&u, 1, 1), 500);
	for (unsigned i = 0; i < 100; i++) {
		dns_upstream_answered(&u, 0, 100);
	}
	assert_in_range(dns_upstream_timeout_ms(&u, 0, 1), 460, 500);
	for (unsigned i = 0; i < 100; i++) {
		dns_upstream_answered(&u, 0, UINT64_MAX);
	}
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 1), 833);
}

static void test_short_timeout_is_kept(void **state)
{
	struct dns_settings quick = settings;
	struct dns_upstreams u;

	quick.timeout_ms = 100;
	dns_upstreams_init(&u, 1, &quick);
	dns_upstream_answered(&u, 0, 1);
	assert_int_equal(dns_upstream_timeout_ms(&u, 0, 1), 100);
}

static void test_pick(void **state)
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

static void test_down(void **state)
{
	struct random_pool random;
	struct dns_upstreams u;
	uint8_t asked[DNS_MAX_UPSTREAMS] = {0};
	unsigned probes = 0;

	random_pool_init(&random);
	dns_upstreams_init(&u, 2, &settings);
	dns_upstream_timed_out(&u, 0, 1000);
	dns_upstream_timed_out(&u, 0, 1000);
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 1000, &random), 0);
	dns_upstream_timed_out(&u, 0, 1000);
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(dns_upstreams_pick(&u, asked, 0, 5999, &random), 1);
		probes += dns_upstreams_pick(&u, asked, 0, 6000, &random) == 0;
	}
	assert_in_range(probes, 30, 250);
	/* The only one that is left is better than none; then back to the first that answers. */
	asked[1] = 3;
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 1000, &random), 0);
	asked[1] = 0;
	dns_upstream_answered(&u, 0, 5);
	assert_int_equal(dns_upstreams_pick(&u, asked, 0, 1000, &random), 0);
}

static void test_rest(void **state)
{
	struct dns_upstreams u;

	dns_upstreams_init(&u, 1, &settings);
	assert_false(dns_upstream_rests(&u, 0, 1000));
	dns_upstream_unreachable(&u, 0, 1000);
	assert_true(dns_upstream_rests(&u, 0, 1049));
	assert_false(dns_upstream_rests(&u, 0, 1050));
	dns_upstream_unreachable(&u, 0, 1050);
	dns_upstream_answered(&u, 0, 1);
	assert_false(dns_upstream_rests(&u, 0, 1051));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_short_timeout_is_kept),
		cmocka_unit_test(test_pick),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
