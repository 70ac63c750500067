/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_third_failure_opens(void **state)
{
	struct store_breaker b = {.failures = 0};

	assert_false(store_breaker_fail(&b, 100, 20));
	assert_false(store_breaker_fail(&b, 120, 20));
	assert_false(b.open);
	assert_true(store_breaker_fail(&b, 140, 20));
	store_breaker_open(&b, 140);
	assert_true(b.open);
	assert_int_equal(store_breaker_left_ms(&b, 140), 1000);
	assert_int_equal(store_breaker_left_ms(&b, 1139), 1);
	assert_int_equal(store_breaker_left_ms(&b, 5000), 0);
	/* It is open already. */
	assert_false(store_breaker_fail(&b, 200, 20));
}

static void test_a_success_between(void **state)
{
	struct store_breaker b = {.failures = 0};

	for (uint64_t ms = 0; ms < 1000; ms += 100) {
		assert_false(store_breaker_fail(&b, ms, 20));
		assert_false(store_breaker_fail(&b, ms + 50, 20));
		store_breaker_succeed(&b);
	}
}

/* A hundred questions in flight that fail together are one failure. */
static void test_failures_at_once(void **state)
{
	struct store_breaker b = {.failures = 0};

	for (uint64_t ms = 0; ms < 40; ms++) {
		assert_false(store_breaker_fail(&b, 1000 + ms, 20));
	}
	assert_true(store_breaker_fail(&b, 1040, 20));
}

static void test_waits_grow(void **state)
{
	static const uint64_t waits_s[] = {1, 2, 4, 8, 16, 30, 30, 30};
	struct store_breaker b = {.failures = 0};
	uint64_t now_ms = 7;

	for (unsigned round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(waits_s) / sizeof(waits_s[0]); i++) {
			store_breaker_open(&b, now_ms);
			assert_int_equal(store_breaker_left_ms(&b, now_ms), waits_s[i] * 1000);
			now_ms += waits_s[i] * 1000;
			assert_int_equal(store_breaker_left_ms(&b, now_ms), 0);
			/* A probe alone does not make them short again. */
			store_breaker_close(&b);
			assert_false(b.open);
		}
		store_breaker_succeed(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_third_failure_opens),
		cmocka_unit_test(test_a_success_between),
		cmocka_unit_test(test_failures_at_once),
		cmocka_unit_test(test_waits_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
