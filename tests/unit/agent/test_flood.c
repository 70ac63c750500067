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
	struct agent_request request = {.signature = str_view("s")};
	uint8_t id[AGENT_RESULT_ID_LEN];
	uint8_t other[AGENT_RESULT_ID_LEN];
	uint64_t headers[1000];
	char text[16];
	size_t kept = 0;

	id_of(UINT32_MAX, other);
	for (uint32_t i = 0; i < ARRAY_LEN(headers); i++) {
		snprintf(text, sizeof(text), "%u", i);
		request.signature_input = str_view(text);
		headers[i] = agent_results_headers(results, str_view("a"), &request);
		id_of(i, id);
		assert_false(agent_results_has_headers(results, headers[i], KIT_NOW));
		agent_results_add(results, headers[i], id, KIT_NOW + 10, KIT_NOW);
		assert_true(agent_results_has_headers(results, headers[i], KIT_NOW + 9));
		assert_true(agent_results_has(results, headers[i], id, KIT_NOW + 9));
		assert_false(agent_results_has_headers(results, headers[i], KIT_NOW + 10));
		assert_false(agent_results_has(results, headers[i], id, KIT_NOW + 10));
		assert_false(agent_results_has(results, headers[i], other, KIT_NOW + 9));
	}
	for (uint32_t i = 0; i < ARRAY_LEN(headers); i++) {
		id_of(i, id);
		kept += agent_results_has(results, headers[i], id, KIT_NOW);
	}
	assert_true(kept > 900);
	agent_results_free(results);
}

/* Each header field counts, and the label. */
static void headers_of_results(void **state)
{
	struct agent_results *results = agent_results_new();
	struct agent_request requests[4];
	uint64_t hashes[5];

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		requests[i] = (struct agent_request){.signature_input = str_view("i"),
			.signature = str_view("s"),
			.signature_agent = str_view("a")};
	}
	requests[1].signature_input = str_view("I");
	requests[2].signature = str_view("S");
	requests[3].signature_agent = str_view("A");
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		hashes[i] = agent_results_headers(results, str_view("l"), &requests[i]);
	}
	hashes[4] = agent_results_headers(results, str_view("L"), &requests[0]);
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
		for (size_t j = 0; j < i; j++) {
			assert_true(hashes[i] != hashes[j]);
		}
	}
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
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		kit_signed_clear(&good[i]);
	}
	agent_keys_unref(keys);
	agent_verifier_free(verifier);
	kit_key_clear(&key);
}

/* A request with two signatures, of which the first covers `component`. */
static void make_two(struct kit_signed *s, const struct kit_key *key, const char *component)
{
	struct kit_sample sample = kit_sample();
	struct kit_signed second;

	sample.signature_agent = "a=\"" KIT_AGENT "\", b=\"" KIT_AGENT "\"";
	sample.label = "a";
	sample.components[1].identifier = "\"signature-agent\";key=\"a\"";
	sample.components[2] = (struct kit_component){component, "v"};
	kit_make(s, &sample, key);
	sample.label = "b";
	sample.components[1].identifier = "\"signature-agent\";key=\"b\"";
	sample.components[2].identifier = NULL;
	kit_make(&second, &sample, key);
	bytes_append_text(&s->input, ", ");
	bytes_append_str(&s->input, bytes_view(&second.input));
	bytes_append_text(&s->signature, ", ");
	bytes_append_str(&s->signature, bytes_view(&second.signature));
	s->request.signature_input = bytes_view(&s->input);
	s->request.signature = bytes_view(&s->signature);
	kit_signed_clear(&second);
}

/* Each check has a call of its own, and is done once. */
static void one_check_a_call(void **state)
{
	static const struct {
		const char *component;
		const char *authority;
		enum agent_reason reason;
		uint64_t checks[3]; /* after each call */
	} cases[] = {
		/* The first signature is good. */
		{NULL, "shop.example", AGENT_GOOD, {0, 1}},
		/* Its base cannot be written, as the field was not passed; the second is good. */
		{"\"x-absent\"", "shop.example", AGENT_GOOD, {0, 0, 1}},
		/* Both are of another request. */
		{NULL, "other.example", AGENT_MISMATCH, {0, 1, 2}},
	};
	struct agent_keys *keys;
	struct kit_key key;

	kit_ed25519(&key, NULL, 7);
	keys = kit_keys(KIT_AGENT, &key);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct agent_verifier *verifier = agent_verifier_new(&sizes);
		struct agent_progress progress = {.has_token = false};
		enum agent_step step = AGENT_WAIT;
		struct agent_result result;
		struct kit_signed s;
		size_t calls = 0;

		make_two(&s, &key, cases[i].component);
		s.request.authority = str_view(cases[i].authority);
		while (step == AGENT_WAIT && calls < ARRAY_LEN(cases[i].checks)) {
			step = agent_verify_step(
				verifier, keys, &s.request, KIT_NOW, 1000, &progress, &result);
			assert_int_equal(
				agent_verifier_counts(verifier).checks, cases[i].checks[calls++]);
		}
		assert_int_equal(step, AGENT_DONE);
		assert_int_equal(calls, 2 + (cases[i].checks[2] > 0));
		assert_int_equal(result.reason, cases[i].reason);
		assert_int_equal(agent_verifier_counts(verifier).busy, 0);
		kit_signed_clear(&s);
		agent_verifier_free(verifier);
	}
	agent_keys_unref(keys);
	kit_key_clear(&key);
}

/* One signed request, whose key is known. */
struct one {
	struct agent_verifier *verifier;
	struct agent_keys *keys;
	struct kit_signed s;
	struct kit_key key;
};

static void one_open(
	struct one *one, const struct agent_budget_sizes *budget, const struct kit_sample *sample)
{
	one->verifier = agent_verifier_new(budget);
	kit_ed25519(&one->key, NULL, 7);
	one->keys = kit_keys(KIT_AGENT, &one->key);
	kit_make(&one->s, sample, &one->key);
}

static void one_close(struct one *one)
{
	kit_signed_clear(&one->s);
	agent_keys_unref(one->keys);
	agent_verifier_free(one->verifier);
	kit_key_clear(&one->key);
}

/* No more requests wait than the budget has tokens. */
static void a_bounded_queue(void **state)
{
	struct kit_sample sample = kit_sample();
	struct agent_result result;
	struct one one;
	size_t waiting = 0;

	one_open(&one, &sizes, &sample);
	for (unsigned i = 0; i < 100; i++) {
		struct agent_progress progress = {.has_token = false};

		waiting += agent_verify_step(one.verifier, one.keys, &one.s.request, KIT_NOW, 1000,
				   &progress, &result) == AGENT_WAIT;
	}
	assert_int_equal(waiting, sizes.burst);
	assert_int_equal(agent_verifier_counts(one.verifier).busy, 100 - sizes.burst);
	assert_int_equal(agent_verifier_counts(one.verifier).checks, 0);
	one_close(&one);
}

static size_t fields_read;

static bool count_field(void *ctx, struct str name, struct str *value)
{
	*value = str_view("v");
	fields_read++;
	return true;
}

/* Without a token no base is written, however long it would be. */
static void no_base_without_a_token(void **state)
{
	struct kit_sample sample = kit_sample();
	struct agent_result result;
	struct one one;

	sample.components[2] = (struct kit_component){"\"x-field\"", "v"};
	sample.header = count_field;
	one_open(&one, &sizes, &sample);
	agent_verify(one.verifier, one.keys, &one.s.request, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_GOOD);
	assert_int_equal(fields_read, 1);

	struct agent_request good = one.s.request;
	struct agent_request forged = one.s.request;

	/* Another signature; the reserved part of the budget is not that client's. */
	forged.signature = str_view("sig1=:AAAA:");
	forged.client = str_view("198.51.100.1");
	for (unsigned i = 0; i < 100; i++) {
		agent_verify(one.verifier, one.keys, &forged, KIT_NOW, 1000, &result);
	}
	assert_int_equal(result.reason, AGENT_BUSY);
	assert_int_equal(fields_read, sizes.burst);
	/* The headers of a signature that matched, with another request. */
	forged = good;
	forged.authority = str_view("other.example");
	forged.client = str_view("198.51.100.1");
	agent_verify(one.verifier, one.keys, &forged, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_BUSY);
	agent_verify(one.verifier, one.keys, &good, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_GOOD);
	one_close(&one);
}

/* Where no check is left, the other signatures of the request are unknown, too. */
static void two_signatures_without_a_check(void **state)
{
	static const struct agent_budget_sizes none = {0, 0, 0, 0};
	struct kit_sample sample = kit_sample();
	struct agent_result result;
	struct one one;

	one_open(&one, &none, &sample);
	agent_verify(one.verifier, one.keys, &one.s.request, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_BUSY);
	assert_true(result.is_only_claim);
	assert_true(str_eq_text(result.url, KIT_AGENT));
	bytes_append_text(&one.s.input, ", b=(\"@authority\");tag=\"web-bot-auth\"");
	one.s.request.signature_input = bytes_view(&one.s.input);
	agent_verify(one.verifier, one.keys, &one.s.request, KIT_NOW, 1000, &result);
	assert_int_equal(result.reason, AGENT_BUSY);
	assert_int_equal(result.until_s, INT64_MIN);
	assert_false(result.is_only_claim);
	assert_int_equal(agent_verifier_counts(one.verifier).checks, 0);
	one_close(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(no_tokens),
		cmocka_unit_test(remembered_results),
		cmocka_unit_test(headers_of_results),
		cmocka_unit_test(a_flood),
		cmocka_unit_test(one_check_a_call),
		cmocka_unit_test(a_bounded_queue),
		cmocka_unit_test(no_base_without_a_token),
		cmocka_unit_test(two_signatures_without_a_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
