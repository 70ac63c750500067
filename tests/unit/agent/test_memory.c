/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Without memory for OpenSSL no request is verified, and none is taken for a forged one for long.
 */

#include "agent/results.h"
#include "agent/verify.h"

#include "kit.h"

#include <openssl/crypto.h>

enum failing { FAILING_ONE, FAILING_ALL_FROM };

static size_t allocations;
static size_t first_to_fail = SIZE_MAX;
static enum failing failing;

static bool fails(void)
{
	size_t number = allocations++;

	return failing == FAILING_ONE ? number == first_to_fail : number >= first_to_fail;
}

static void *count_malloc(size_t size, const char *file, int line)
{
	return fails() ? NULL : malloc(size);
}

static void *count_realloc(void *old, size_t size, const char *file, int line)
{
	return fails() ? NULL : realloc(old, size);
}

static void count_free(void *memory, const char *file, int line)
{
	free(memory);
}

/* Verifies with the n-th allocation failing, and then again; false: there was no n-th. */
static bool verify_without(
	const struct agent_keys *keys, const struct agent_request *request, size_t n)
{
	struct agent_verifier *verifier = agent_verifier_new(NULL);
	struct agent_result result;

	assert_non_null(verifier);
	allocations = 0;
	first_to_fail = n;
	agent_verify(verifier, keys, request, KIT_NOW, 1000, &result);
	first_to_fail = SIZE_MAX;
	bool failed = allocations > n;

	if (result.reason != AGENT_GOOD) {
		assert_true(failed);
		/* OpenSSL does not always say why a signature does not match. */
		assert_true(result.reason == AGENT_NO_MEMORY || result.reason == AGENT_MISMATCH);
		assert_int_equal(result.until_s, result.reason == AGENT_NO_MEMORY
							 ? INT64_MIN
							 : KIT_NOW + AGENT_MISMATCH_HOLDS_S);
	}
	agent_verify(verifier, keys, request, KIT_NOW + AGENT_MISMATCH_HOLDS_S, 1000, &result);
	assert_int_equal(result.reason, AGENT_GOOD);
	agent_verifier_free(verifier);
	return failed;
}

static void openssl_without_memory(void **state)
{
	for (size_t kind = 0; kind < 3; kind++) {
		struct kit_sample sample = kit_sample();
		struct agent_keys *keys;
		struct kit_signed s;
		struct kit_key key;

		sample.parameters = ";created=1799999990;expires=1800003590;keyid=\"" KIT_KEYID
				    "\";tag=\"web-bot-auth\"";
		if (kind == 0) {
			kit_ed25519(&key, NULL, 7);
		} else if (kind == 1) {
			kit_p256(&key);
		} else {
			kit_rsa(&key, 2048);
		}
		keys = kit_keys(KIT_AGENT, &key);
		kit_make(&s, &sample, &key);
		for (failing = FAILING_ONE; failing <= FAILING_ALL_FROM; failing++) {
			size_t n = 0;

			while (verify_without(keys, &s.request, n)) {
				n++;
			}
			assert_true(n > 3);
		}
		kit_signed_clear(&s);
		agent_keys_unref(keys);
		kit_key_clear(&key);
	}
}

/* A key set is read whole, or not at all, or without keys. */
static void key_sets_without_memory(void **state)
{
	struct bytes text;
	struct kit_key keys[3];
	size_t n = 0;
	bool failed = true;

	kit_ed25519(&keys[0], NULL, 7);
	kit_p256(&keys[1]);
	kit_rsa(&keys[2], 2048);
	bytes_init(&text, 0);
	bytes_appendf(&text, "{\"keys\":[%s,%s,%s]}", keys[0].jwk, keys[1].jwk, keys[2].jwk);
	failing = FAILING_ONE;
	for (; failed; n++) {
		struct agent_keys *read = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
		struct diag diag;

		diag_init(&diag);
		allocations = 0;
		first_to_fail = n;
		bool good = agent_keys_add_text(
			read, str_view(KIT_AGENT), bytes_view(&text), "keys.json", &diag);

		first_to_fail = SIZE_MAX;
		failed = allocations > n;
		assert_int_equal(good, diag.errors == 0);
		assert_int_equal(agent_keys_key_count(read) + diag.warnings, 3);
		diag_clear(&diag);
		agent_keys_unref(read);
	}
	assert_true(n > 10);
	bytes_clear(&text);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		kit_key_clear(&keys[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_without_memory),
		cmocka_unit_test(key_sets_without_memory),
	};

	if (CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free) != 1) {
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
