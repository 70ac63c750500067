/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* What a flood of forged signatures can take: some checks a second, and nothing from regulars. */

#include "agent/budget.h"
#include "agent/results.h"
#include "agent/verify.h"

#include "kit.h"

static const struct agent_budget_sizes sizes = {
	.per_s = 10, .burst = 5, .reserved_per_s = 20, .reserved_burst = 3};

static void tokens(void **state)
{
	static struct agent_budget budget;
	const uint8_t thumbprint[AGENT_THUMBPRINT_LEN] = {1};
	const uint8_t other[AGENT_THUMBPRINT_LEN] = {2};
	size_t taken = 0;

	agent_budget_init(&budget, &sizes);
	uint64_t regular = agent_budget_client(&budget, str_view("192.0.2.1"), thumbprint);
	uint64_t stranger = agent_budget_client(&budget, str_view("192.0.2.2"), thumbprint);

	assert_true(regular != stranger);
	assert_true(regular != agent_budget_client(&budget, str_view("192.0.2.1"), other));
	assert_true(regular == agent_budget_client(&budget, str_view("192.0.2.1"), thumbprint));
	agent_budget_learn(&budget, regular, true, KIT_NOW);
	for (unsigned i = 0; i < 100; i++) {
		taken += agent_budget_take(&budget, stranger, KIT_NOW, 1000);
	}
	assert_int_equal(taken, 5);
	/* The regular has its own. */
	taken = 0;
	for (unsigned i = 0; i < 100; i++) {
		taken += agent_budget_take(&budget, regular, KIT_NOW, 1000);
	}
	assert_int_equal(taken, 3);
	/* In a second both are filled again, evenly. */
	taken = 0;
	for (unsigned i = 1; i <= 1000; i++) {
		taken += agent_budget_take(&budget, stranger, KIT_NOW, 1000 + i);
	}
	assert_int_equal(taken, 10);
	/* After a forged signature it is a regular no longer. */
	agent_budget_learn(&budget, regular, false, KIT_NOW);
	assert_false(agent_budget_take(&budget, regular, KIT_NOW, 2000));
	agent_budget_learn(&budget, regular, true, KIT_NOW);
	assert_true(agent_budget_take(&budget, regular, KIT_NOW, 2000));
	/* ... and after some time without one that matches. */
	assert_false(agent_budget_take(&budget, regular, KIT_NOW + AGENT_REGULAR_S, 2000));
	/* Many strangers with forged signatures do not displace it. */
	for (uint64_t i = 1; i < 100000; i++) {
		agent_budget_learn(&budget, i * 7919, false, KIT_NOW);
	}
	assert_true(agent_budget_take(&budget, regular, KIT_NOW, 2000));
}

static void no_tokens(void **state)
{
	static const struct agent_budget_sizes none = {0, 0, 0, 0};
	static struct agent_budget budget;

	agent_budget_init(&budget, &none);
	agent_budget_learn(&budget, 1, true, KIT_NOW);
	assert_false(agent_budget_take(&budget, 1, KIT_NOW, 1000));
	assert_false(agent_budget_take(&budget, 2, KIT_NOW, 1000));
}

static void id_of(uint32_t number, uint8_t id[AGENT_RESULT_ID_LEN])
{
	memset(id, 0, AGENT_RESULT_ID_LEN);
	memcpy(id, &number, sizeof(number));
}

static void remembered_results(void **state)
{
	struct agent_results *results = agent_results_new();
	uint8_t id[AGENT_RESULT_ID_LEN];
	size_t kept = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		id_of(i, id);
		assert_int_equal(agent_results_find(results, id, KIT_NOW), AGENT_REMEMBERED_NOT);
		agent_results_add(results, id, true, KIT_NOW + 10, KIT_NOW);
		assert_int_equal(
			agent_results_find(results, id, KIT_NOW + 9), AGENT_REMEMBERED_MATCHES);
		assert_int_equal(
			agent_results_find(results, id, KIT_NOW + 10), AGENT_REMEMBERED_NOT);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		id_of(i, id);
		kept += agent_results_find(results, id, KIT_NOW) == AGENT_REMEMBERED_MATCHES;
	}
	/* Forgeries are forgotten, but displace none of these. */
	for (uint32_t i = 1000; i < 100000; i++) {
		id_of(i, id);
		agent_results_add(results, id, false, KIT_NOW + 86400, KIT_NOW);
		assert_int_equal(
			agent_results_find(results, id, KIT_NOW), AGENT_REMEMBERED_DIFFERS);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		id_of(i, id);
		kept -= agent_results_find(results, id, KIT_NOW) == AGENT_REMEMBERED_MATCHES;
	}
	assert_int_equal(kept, 0);
	agent_results_free(results);
}

/* The same through agent_verify. */
static void a_flood(void **state)
{
	struct kit_sample sample = kit_sample();
	struct agent_verifier *verifier = agent_verifier_new(&sizes);
	struct agent_result result;
	struct agent_keys *keys;
	struct kit_signed good[4];
	struct kit_key key;
	char parameters[256];

	kit_ed25519(&key, NULL, 7);
	keys = kit_keys(KIT_AGENT, &key);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		snprintf(parameters, sizeof(parameters),
			";created=1799999990;expires=1800003590;keyid=\"" KIT_KEYID
			"\";nonce=\"%zu\";tag=\"web-bot-auth\"",
			i);
		sample.parameters = parameters;
		kit_make(&good[i], &sample, &key);
		good[i].request.client = str_view("192.0.2.1");
	}
	agent_verify(verifier, keys, &good[0].request, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_GOOD);

	struct agent_request forged = good[0].request;
	size_t reasons[AGENT_REASON_COUNT] = {0};

	forged.client = str_view("198.51.100.1");
	for (unsigned i = 0; i < 1000; i++) {
		char authority[32];

		snprintf(authority, sizeof(authority), "a%u.example", i);
		forged.authority = str_view(authority);
		agent_verify(verifier, keys, &forged, KIT_NOW, 1000, &result);
		reasons[result.reason]++;
		if (result.reason == AGENT_BUSY) {
			assert_int_equal(result.state, AGENT_UNVERIFIED);
			assert_int_equal(result.until_s, INT64_MIN);
		}
	}
	assert_int_equal(reasons[AGENT_MISMATCH], 4);
	assert_int_equal(reasons[AGENT_BUSY], 996);
	assert_int_equal(agent_verifier_counts(verifier).checks, 5);
	assert_int_equal(agent_verifier_counts(verifier).busy, 996);
	/* What was verified before costs nothing; new ones of the same client are checked. */
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		agent_verify(verifier, keys, &good[i].request, KIT_NOW, 1000, &result);
		assert_int_equal(result.reason, AGENT_GOOD);
	}
	assert_int_equal(agent_verifier_counts(verifier).checks, 8);
	/* The same forgery again costs no check, either. */
	uint64_t before = agent_verifier_counts(verifier).remembered;

	forged.authority = str_view("a0.example");
	agent_verify(verifier, keys, &forged, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_MISMATCH);
	assert_int_equal(agent_verifier_counts(verifier).remembered, before + 1);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		kit_signed_clear(&good[i]);
	}
	agent_keys_unref(keys);
	agent_verifier_free(verifier);
	kit_key_clear(&key);
}

/* Where no check is left, the other signatures of the request are unknown, too. */
static void two_signatures_without_a_check(void **state)
{
	static const struct agent_budget_sizes none = {0, 0, 0, 0};
	struct kit_sample sample = kit_sample();
	struct agent_verifier *verifier = agent_verifier_new(&none);
	struct agent_result result;
	struct agent_keys *keys;
	struct kit_signed s;
	struct kit_key key;

	kit_ed25519(&key, NULL, 7);
	keys = kit_keys(KIT_AGENT, &key);
	kit_make(&s, &sample, &key);
	agent_verify(verifier, keys, &s.request, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_BUSY);
	assert_true(result.is_only_claim);
	assert_true(str_eq_text(result.url, KIT_AGENT));
	bytes_append_text(&s.input, ", b=(\"@authority\");tag=\"web-bot-auth\"");
	s.request.signature_input = bytes_view(&s.input);
	agent_verify(verifier, keys, &s.request, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_BUSY);
	assert_int_equal(result.until_s, INT64_MIN);
	assert_false(result.is_only_claim);
	assert_int_equal(agent_verifier_counts(verifier).checks, 0);
	kit_signed_clear(&s);
	agent_keys_unref(keys);
	agent_verifier_free(verifier);
	kit_key_clear(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(no_tokens),
		cmocka_unit_test(remembered_results),
		cmocka_unit_test(a_flood),
		cmocka_unit_test(two_signatures_without_a_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
