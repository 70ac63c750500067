/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/token_buckets.h"

#include "unit/policy/kit.h"

#include <pthread.h>

#define SECOND UINT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (3600 * SECOND)
#define NOW (UINT64_C(123456789) * SECOND + 987654321)

static uint32_t take_all(struct policy_token_buckets *b, uint64_t key, uint32_t tokens,
	uint64_t unit_ns, uint64_t now_ns)
{
	uint32_t taken = 0;

	while (taken <= tokens &&
		policy_token_buckets_take(b, key, tokens, unit_ns, now_ns, NULL)) {
		taken++;
	}
	return taken;
}

static const struct {
	uint32_t tokens;
	uint64_t unit_ns;
} rates[] = {{1, SECOND}, {2, SECOND}, {3, SECOND}, {7, MINUTE}, {10, SECOND}, {60, MINUTE},
	{999, HOUR}, {1, HOUR}, {1000, SECOND}, {999999, SECOND}, {1000000, SECOND},
	{1000000, HOUR}};

static void a_full_bucket_gives_what_it_holds(void **state)
{
	static const uint64_t nows[] = {0, 1, NOW};

	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		for (size_t n = 0; n < ARRAY_LEN(nows); n++) {
			struct policy_token_buckets *b = policy_token_buckets_new(8);

			assert_non_null(b);
			assert_int_equal(take_all(b, 1, rates[i].tokens, rates[i].unit_ns, nows[n]),
				rates[i].tokens);
			policy_token_buckets_unref(b);
		}
	}
}

static void asking_takes_nothing(void **state)
{
	struct policy_token_buckets *b = policy_token_buckets_new(8);

	for (int i = 0; i < 10; i++) {
		assert_true(policy_token_buckets_has(b, 1, 2, SECOND, NOW));
	}
	assert_int_equal(take_all(b, 1, 2, SECOND, NOW), 2);
	assert_false(policy_token_buckets_has(b, 1, 2, SECOND, NOW));
	assert_true(policy_token_buckets_has(b, 2, 2, SECOND, NOW));
	assert_false(policy_token_buckets_has(b, 1, 2, SECOND, NOW + SECOND / 2 - 1));
	assert_true(policy_token_buckets_has(b, 1, 2, SECOND, NOW + SECOND / 2));
	/* Asking has replaced no bucket. */
	for (uint64_t key = 10; key < 1000; key++) {
		assert_true(policy_token_buckets_has(b, key, 2, SECOND, NOW));
	}
	assert_false(policy_token_buckets_has(b, 1, 2, SECOND, NOW));
	policy_token_buckets_unref(b);
}

/* One after the other, each when its share of the unit is over and not a nanosecond before. */
static void tokens_come_back_evenly(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		struct policy_token_buckets *b = policy_token_buckets_new(8);
		uint64_t between_ns = rates[i].unit_ns / rates[i].tokens;
		uint32_t tokens = rates[i].tokens;
		uint64_t unit_ns = rates[i].unit_ns;

		take_all(b, 1, tokens, unit_ns, NOW);
		for (uint64_t k = 1; k <= 5; k++) {
			assert_false(policy_token_buckets_take(
				b, 1, tokens, unit_ns, NOW + k * between_ns - 1, NULL));
			assert_true(policy_token_buckets_take(
				b, 1, tokens, unit_ns, NOW + k * between_ns, NULL));
			assert_false(policy_token_buckets_take(
				b, 1, tokens, unit_ns, NOW + k * between_ns, NULL));
		}
		policy_token_buckets_unref(b);
	}
}

static void an_idle_bucket_is_full_after_a_unit_and_not_fuller(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		struct policy_token_buckets *b = policy_token_buckets_new(8);
		uint32_t tokens = rates[i].tokens;
		uint64_t unit_ns = rates[i].unit_ns;
		uint64_t between_ns = unit_ns / tokens;

		take_all(b, 1, tokens, unit_ns, NOW);
		assert_int_equal(
			take_all(b, 1, tokens, unit_ns, NOW + tokens * between_ns - 1), tokens - 1);
		assert_int_equal(take_all(b, 1, tokens, unit_ns, NOW + 3 * unit_ns), tokens);
		assert_int_equal(take_all(b, 1, tokens, unit_ns, NOW + 1000 * unit_ns), tokens);
		policy_token_buckets_unref(b);
	}
}

/* Who is above the rate takes nothing: a flood does not make the wait longer. */
static void a_refusal_costs_nothing(void **state)
{
	struct policy_token_buckets *b = policy_token_buckets_new(8);

	take_all(b, 1, 2, MINUTE, NOW);
	for (uint64_t s = 0; s < 30; s++) {
		assert_false(policy_token_buckets_take(b, 1, 2, MINUTE, NOW + s * SECOND, NULL));
	}
	assert_true(policy_token_buckets_take(b, 1, 2, MINUTE, NOW + 30 * SECOND, NULL));
	policy_token_buckets_unref(b);
}

static void a_clock_that_goes_back_gives_and_keeps_nothing(void **state)
{
	static const uint64_t backs[] = {1, SECOND, MINUTE, 2 * MINUTE, HOUR, NOW};

	for (size_t i = 0; i < ARRAY_LEN(backs); i++) {
		struct policy_token_buckets *b = policy_token_buckets_new(8);
		uint64_t then = NOW - backs[i];

		assert_int_equal(take_all(b, 1, 6, MINUTE, NOW), 6);
		assert_int_equal(take_all(b, 1, 6, MINUTE, then), 0);
		/* From a full unit after that on, all is as before. */
		assert_int_equal(take_all(b, 1, 6, MINUTE, then + 2 * MINUTE), 6);
		policy_token_buckets_unref(b);
	}
}

static void keys_have_buckets_of_their_own(void **state)
{
	struct policy_token_buckets *b = policy_token_buckets_new(1024);

	for (uint64_t key = 0; key < 8; key++) {
		assert_int_equal(take_all(b, key << 40 | key, 5, SECOND, NOW), 5);
	}
	for (uint64_t key = 0; key < 8; key++) {
		assert_int_equal(take_all(b, key << 40 | key, 5, SECOND, NOW), 0);
	}
	policy_token_buckets_unref(b);
}

/* In a set of eight, in any order of coming. */
static void the_one_that_is_full_the_soonest_makes_way(void **state)
{
	for (uint64_t shift = 0; shift < 8; shift++) {
		struct policy_token_buckets *b = policy_token_buckets_new(8);

		/* Key k has taken k tokens of ten. */
		for (uint64_t i = 0; i < 8; i++) {
			uint64_t key = (i + shift) % 8 + 1;

			for (uint64_t k = 0; k < key; k++) {
				assert_true(
					policy_token_buckets_take(b, key, 10, SECOND, NOW, NULL));
			}
		}
		assert_true(policy_token_buckets_take(b, 100, 10, SECOND, NOW, NULL));
		/* Asking for a bucket that is there pushes none out. */
		for (uint64_t key = 8; key >= 2; key--) {
			assert_int_equal(take_all(b, key, 10, SECOND, NOW), 10 - key);
		}
		assert_int_equal(take_all(b, 1, 10, SECOND, NOW), 10);
		policy_token_buckets_unref(b);
	}
}

static void a_flood_does_not_free_who_is_limited_most(void **state)
{
	struct policy_token_buckets *b = policy_token_buckets_new(1024);
	const uint64_t limited = UINT64_C(0x123456789abcdef0);

	assert_int_equal(take_all(b, limited, 20, MINUTE, NOW), 20);
	for (uint64_t i = 0; i < 200000; i++) {
		uint64_t key = policy_token_buckets_hash(b, &i, sizeof(i));

		assert_true(policy_token_buckets_take(b, key, 20, MINUTE, NOW + i, NULL));
	}
	assert_false(policy_token_buckets_take(b, limited, 20, MINUTE, NOW + SECOND, NULL));
	policy_token_buckets_unref(b);
}

/* With as many sets as there are, whatever their number, and none outside. */
static void any_number_of_buckets(void **state)
{
	static const uint32_t counts[] = {1, 7, 8, 9, 1024, 1025, 4099, 100000};

	for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
		struct policy_token_buckets *b = policy_token_buckets_new(counts[c]);
		uint32_t kept = 0;

		assert_true(policy_token_buckets_take(b, 0, 1, HOUR, NOW, NULL));
		assert_true(policy_token_buckets_take(b, UINT64_MAX, 1, HOUR, NOW, NULL));
		for (uint64_t i = 0; i < counts[c]; i++) {
			(void)!policy_token_buckets_take(
				b, policy_token_buckets_hash(b, &i, sizeof(i)), 1, HOUR, NOW, NULL);
		}
		for (uint64_t i = counts[c]; i-- > 0;) {
			kept += !policy_token_buckets_take(
				b, policy_token_buckets_hash(b, &i, sizeof(i)), 1, HOUR, NOW, NULL);
		}
		/* Keys spread evenly enough over the sets. */
		assert_true(counts[c] < 100 || kept > counts[c] / 10 * 7);
		policy_token_buckets_unref(b);
	}
}

static void secrets_differ(void **state)
{
	struct policy_token_buckets *a = policy_token_buckets_new(8);
	struct policy_token_buckets *b = policy_token_buckets_new(8);

	assert_true(policy_token_buckets_hash(a, "x", 1) == policy_token_buckets_hash(a, "x", 1));
	assert_true(policy_token_buckets_hash(a, "x", 1) != policy_token_buckets_hash(b, "x", 1));
	policy_token_buckets_unref(a);
	policy_token_buckets_unref(b);
	policy_token_buckets_unref(NULL);
}

#define THREADS 8
#define KEYS 64
#define TOKENS 1000
#define TRIES 4000 /* of each thread for each key */

struct hammer {
	struct policy_token_buckets *buckets;
	uint64_t taken[KEYS];
};

static void *hammer(void *ctx)
{
	struct hammer *h = ctx;

	for (int i = 0; i < TRIES; i++) {
		for (uint64_t k = 0; k < KEYS; k++) {
			h->taken[k] += policy_token_buckets_take(
				h->buckets, k << 58 | k, TOKENS, HOUR, NOW + (uint64_t)i, NULL);
		}
	}
	policy_token_buckets_unref(h->buckets);
	return NULL;
}

static void threads_share_each_token_once(void **state)
{
	struct policy_token_buckets *b = policy_token_buckets_new(1024);
	struct hammer hammers[THREADS] = {{NULL, {0}}};
	pthread_t threads[THREADS];

	for (int t = 0; t < THREADS; t++) {
		hammers[t].buckets = policy_token_buckets_ref(b);
		assert_int_equal(pthread_create(&threads[t], NULL, hammer, &hammers[t]), 0);
	}
	for (int t = 0; t < THREADS; t++) {
		pthread_join(threads[t], NULL);
	}
	for (int k = 0; k < KEYS; k++) {
		uint64_t taken = 0;

		for (int t = 0; t < THREADS; t++) {
			taken += hammers[t].taken[k];
		}
		assert_int_equal(taken, TOKENS);
	}
	policy_token_buckets_unref(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_bucket_gives_what_it_holds),
		cmocka_unit_test(asking_takes_nothing),
		cmocka_unit_test(tokens_come_back_evenly),
		cmocka_unit_test(an_idle_bucket_is_full_after_a_unit_and_not_fuller),
		cmocka_unit_test(a_refusal_costs_nothing),
		cmocka_unit_test(a_clock_that_goes_back_gives_and_keeps_nothing),
		cmocka_unit_test(keys_have_buckets_of_their_own),
		cmocka_unit_test(the_one_that_is_full_the_soonest_makes_way),
		cmocka_unit_test(a_flood_does_not_free_who_is_limited_most),
		cmocka_unit_test(any_number_of_buckets),
		cmocka_unit_test(secrets_differ),
		cmocka_unit_test(threads_share_each_token_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
