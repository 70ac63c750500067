/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/nonces.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1800000000
#define THREADS 4
#define NONCES 2000

static struct agent_result verified(const char *nonce, uint8_t key, int64_t expires_s)
{
	struct agent_result result = {.state = AGENT_VERIFIED,
		.reason = AGENT_GOOD,
		.nonce = str_view(nonce),
		.expires_s = expires_s,
		.until_s = expires_s};

	memset(result.thumbprint, key, sizeof(result.thumbprint));
	return result;
}

static enum agent_reason take(struct agent_nonces *nonces, const char *nonce, uint8_t key,
	int64_t expires_s, int64_t now_s)
{
	struct agent_result result = verified(nonce, key, expires_s);

	agent_nonces_take(nonces, &result, now_s);
	assert_int_equal(result.state, agent_reason_state(result.reason));
	assert_int_equal(result.until_s, INT64_MIN);
	return result.reason;
}

static void each_counts_once(void **state)
{
	struct agent_nonces *nonces = agent_nonces_new(100);

	assert_int_equal(take(nonces, "a", 1, NOW + 10, NOW), AGENT_GOOD);
	assert_int_equal(take(nonces, "a", 1, NOW + 10, NOW), AGENT_REPLAYED);
	assert_int_equal(take(nonces, "a", 1, NOW + 20, NOW), AGENT_REPLAYED);
	assert_int_equal(take(nonces, "b", 1, NOW + 10, NOW), AGENT_GOOD);
	/* The same nonce of another key is another one. */
	assert_int_equal(take(nonces, "a", 2, NOW + 10, NOW), AGENT_GOOD);
	assert_int_equal(take(nonces, "a", 2, NOW + 10, NOW + 9), AGENT_REPLAYED);
	assert_int_equal(take(nonces, NULL, 1, NOW + 10, NOW), AGENT_NO_NONCE);
	assert_int_equal(take(nonces, "", 1, NOW + 10, NOW), AGENT_NO_NONCE);
	agent_nonces_unref(nonces);
}

static void other_results_stay(void **state)
{
	struct agent_nonces *nonces = agent_nonces_new(100);
	struct agent_result result = {.state = AGENT_UNVERIFIED,
		.reason = AGENT_UNKNOWN_KEY,
		.nonce = str_view("a"),
		.until_s = 5};

	agent_nonces_take(nonces, &result, NOW);
	assert_int_equal(result.state, AGENT_UNVERIFIED);
	assert_int_equal(result.reason, AGENT_UNKNOWN_KEY);
	assert_int_equal(result.until_s, 5);
	assert_int_equal(take(nonces, "a", 0, NOW + 10, NOW), AGENT_GOOD);
	agent_nonces_unref(nonces);
}

/* A full table forgets none before it expires, and accepts no other. */
static void a_full_table(void **state)
{
	struct agent_nonces *nonces = agent_nonces_new(64);
	size_t taken = 0;
	size_t full = 0;
	char nonce[16];

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(nonce, sizeof(nonce), "%u", i);
		enum agent_reason reason = take(nonces, nonce, 1, NOW + 10 + i % 2, NOW);

		taken += reason == AGENT_GOOD;
		full += reason == AGENT_NONCES_FULL;
	}
	assert_int_equal(taken, 64);
	assert_int_equal(full, 1000 - 64);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(nonce, sizeof(nonce), "%u", i);
		assert_int_not_equal(take(nonces, nonce, 1, NOW + 10, NOW + 9), AGENT_GOOD);
	}
	taken = 0;
	for (unsigned i = 2000; i < 3000; i++) {
		snprintf(nonce, sizeof(nonce), "%u", i);
		taken += take(nonces, nonce, 1, NOW + 100, NOW + 11) == AGENT_GOOD;
	}
	assert_int_equal(taken, 64);
	agent_nonces_unref(nonces);
}

static void identifiers(void **state)
{
	struct agent_result a = verified("a", 1, NOW);
	struct agent_result b = verified("a", 2, NOW);
	struct agent_result none = verified(NULL, 1, NOW);
	uint8_t first[AGENT_NONCE_ID_LEN];
	uint8_t second[AGENT_NONCE_ID_LEN];

	assert_true(agent_nonce_id(&a, first));
	assert_true(agent_nonce_id(&b, second));
	assert_memory_not_equal(first, second, sizeof(first));
	assert_true(agent_nonce_id(&a, second));
	assert_memory_equal(first, second, sizeof(first));
	assert_false(agent_nonce_id(&none, first));
}

static void *take_all(void *ctx)
{
	size_t good = 0;
	char nonce[16];

	for (unsigned i = 0; i < NONCES; i++) {
		snprintf(nonce, sizeof(nonce), "%u", i);
		struct agent_result result = verified(nonce, 1, NOW + 10);

		agent_nonces_take(ctx, &result, NOW);
		good += result.reason == AGENT_GOOD;
	}
	agent_nonces_unref(ctx);
	return (void *)(uintptr_t)good;
}

/* Of several threads with the same nonces, each nonce is good for one. */
static void threads(void **state)
{
	struct agent_nonces *nonces = agent_nonces_new(NONCES * 2);
	pthread_t ids[THREADS];
	size_t good = 0;
	void *part;

	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(
			pthread_create(&ids[i], NULL, take_all, agent_nonces_ref(nonces)), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(ids[i], &part), 0);
		good += (size_t)(uintptr_t)part;
	}
	assert_int_equal(good, NONCES);
	agent_nonces_unref(nonces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_counts_once),
		cmocka_unit_test(other_results_stay),
		cmocka_unit_test(a_full_table),
		cmocka_unit_test(identifiers),
		cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
