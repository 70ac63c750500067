/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cache.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * What the cache keeps is what cert_check finds; here it finds nothing but a wrong encoding, and
 * what the tests write over that.
 */
static struct cert_check_result *finding(enum cert_finding verdict, int64_t from_s, int64_t until_s)
{
	const struct cert_check_request question = {.text = str_view("x"), .codec = CERT_CODEC_PEM};
	struct cert_check_result *checked =
		(struct cert_check_result *)(uintptr_t)cert_check(&question, 1000);

	assert_non_null(checked);
	assert_int_equal(checked->status, CERT_MALFORMED);
	checked->status = CERT_OK;
	checked->verdict.finding = verdict;
	checked->verdict.from_s = from_s;
	checked->verdict.until_s = until_s;
	return checked;
}

static struct cert_check_request ask(const char *text)
{
	return (struct cert_check_request){.text = str_view(text)};
}

static bool has(struct cert_cache *cache, struct cert_check_request question, int64_t wall_s,
	uint64_t now_ms)
{
	const struct cert_check_result *found = cert_cache_get(cache, &question, wall_s, now_ms);

	cert_check_result_unref(found);
	return found != NULL;
}

static void put(struct cert_cache *cache, struct cert_check_request question,
	enum cert_finding verdict, bool vouched, uint64_t now_ms)
{
	struct cert_check_result *checked = finding(verdict, 100, 200);

	cert_cache_put(cache, &question, checked, vouched, now_ms);
	cert_check_result_unref(checked);
}

static void finds_the_very_same_question_alone(void **state)
{
	static const int one;
	static const int other;
	const struct cert_trust *trust = (const void *)&one;
	const struct cert_check_request question = {.text = str_view("leaf"),
		.intermediates = str_view("middle"),
		.codec = CERT_CODEC_PEM,
		.trust = trust};
	struct cert_cache *cache = cert_cache_new(1024);
	struct cert_check_request q = question;

	put(cache, question, CERT_TRUSTED, true, 0);
	assert_true(has(cache, question, 150, 0));
	for (size_t len = 0; len < question.text.len; len++) {
		q.text.len = len;
		assert_false(has(cache, q, 150, 0));
	}
	q = question;
	q.text = str_view("leaF");
	assert_false(has(cache, q, 150, 0));
	/* The same bytes, cut elsewhere. */
	q.text = str_view("leafm");
	q.intermediates = str_view("iddle");
	assert_false(has(cache, q, 150, 0));
	q = question;
	q.intermediates = (struct str){NULL, 0};
	assert_false(has(cache, q, 150, 0));
	q = question;
	q.codec = CERT_CODEC_DER_B64;
	assert_false(has(cache, q, 150, 0));
	q = question;
	q.list = true;
	assert_false(has(cache, q, 150, 0));
	q = question;
	q.cn_fallback = true;
	assert_false(has(cache, q, 150, 0));
	q = question;
	q.trust = (const void *)&other;
	assert_false(has(cache, q, 150, 0));
	q.trust = NULL;
	assert_false(has(cache, q, 150, 0));
	cert_cache_free(cache);
}

static void keeps_good_ones_while_they_are(void **state)
{
	struct cert_cache *cache = cert_cache_new(1024);

	put(cache, ask("a"), CERT_TRUSTED, true, 5000);
	assert_true(has(cache, ask("a"), 100, 5000));
	assert_true(has(cache, ask("a"), 199, 5000 + CERT_CACHE_GOOD_MS - 1));
	assert_false(has(cache, ask("a"), 199, 5000 + CERT_CACHE_GOOD_MS));
	put(cache, ask("a"), CERT_TRUSTED, true, 5000);
	assert_false(has(cache, ask("a"), 200, 5000));
	put(cache, ask("a"), CERT_TRUSTED, true, 5000);
	assert_false(has(cache, ask("a"), 99, 5000));
	cert_cache_free(cache);
}

static void keeps_bad_ones_for_seconds(void **state)
{
	struct cert_cache *cache = cert_cache_new(1024);

	put(cache, ask("a"), CERT_UNTRUSTED, true, 0);
	put(cache, ask("b"), CERT_TRUSTED, false, 0);
	assert_true(has(cache, ask("a"), 1000, CERT_CACHE_BAD_MS - 1));
	assert_true(has(cache, ask("b"), 150, CERT_CACHE_BAD_MS - 1));
	assert_false(has(cache, ask("a"), 150, CERT_CACHE_BAD_MS));
	assert_false(has(cache, ask("b"), 150, CERT_CACHE_BAD_MS));
	put(cache, ask("c"), CERT_UNDECIDED, true, 0);
	assert_false(has(cache, ask("c"), 150, 0));
	cert_cache_free(cache);
}

static void bad_ones_push_out_no_good_one(void **state)
{
	struct cert_cache *cache = cert_cache_new(256);
	char text[32];
	size_t left = 0;

	put(cache, ask("good"), CERT_TRUSTED, true, 0);
	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "bad %d", i);
		put(cache, ask(text), CERT_UNTRUSTED, true, 0);
		snprintf(text, sizeof(text), "unvouched %d", i);
		put(cache, ask(text), CERT_TRUSTED, false, 0);
	}
	assert_true(has(cache, ask("good"), 150, 0));
	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "bad %d", i);
		left += has(cache, ask(text), 150, 0);
	}
	assert_in_range(left, 1, 256 / CERT_CACHE_BAD_PART);
	cert_cache_free(cache);
}

static void the_least_recently_used_goes_first(void **state)
{
	struct cert_cache *cache = cert_cache_new(64);
	char text[32];
	size_t left = 0;

	put(cache, ask("wanted"), CERT_TRUSTED, true, 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "good %d", i);
		put(cache, ask(text), CERT_TRUSTED, true, 0);
		assert_true(has(cache, ask(text), 150, 0));
		assert_true(has(cache, ask("wanted"), 150, 0));
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "good %d", i);
		left += has(cache, ask(text), 150, 0);
	}
	assert_in_range(left, 32, 64);
	cert_cache_free(cache);
}

static void memory_is_bounded(void **state)
{
	struct cert_cache *cache = cert_cache_new(64);
	char *text = malloc(60001);
	size_t left = 0;

	memset(text, 'x', 60000);
	text[60000] = '\0';
	put(cache, ask(text), CERT_TRUSTED, true, 0);
	assert_false(has(cache, ask(text), 150, 0));
	text[14000] = '\0';
	for (int round = 0; round < 2; round++) {
		for (char c = 'a'; c <= 'z'; c++) {
			for (char d = 'a'; d <= 'z'; d++) {
				text[0] = c;
				text[1] = d;
				if (round == 0) {
					put(cache, ask(text), CERT_TRUSTED, true, 0);
				} else {
					left += has(cache, ask(text), 150, 0);
				}
			}
		}
	}
	assert_in_range(left, 1, 64 * CERT_CACHE_ENTRY_MEAN / 14000);
	free(text);
	cert_cache_free(cache);
}

static void a_new_finding_replaces_the_old(void **state)
{
	struct cert_cache *cache = cert_cache_new(64);
	const struct cert_check_request q = ask("a");

	put(cache, q, CERT_TRUSTED, true, 0);

	const struct cert_check_result *held = cert_cache_get(cache, &q, 150, 0);
	struct cert_check_result *again = finding(CERT_TRUSTED, 100, 300);

	cert_cache_put(cache, &q, again, true, 0);
	assert_true(has(cache, q, 250, 0));
	/* What is held stays as it was. */
	assert_int_equal(held->verdict.until_s, 200);
	cert_check_result_unref(held);
	cert_check_result_unref(again);
	cert_cache_free(cache);
}

/* For the thread sanitizer: a few questions, few places, all threads. */
static void *use(void *ctx)
{
	struct cert_cache *cache = ctx;
	char text[16];

	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "q%d", i * 7 % 40);

		const struct cert_check_request q = ask(text);
		const struct cert_check_result *found = cert_cache_get(cache, &q, 150, (uint64_t)i);

		if (found == NULL) {
			put(cache, q, i % 3 == 0 ? CERT_REVOKED : CERT_TRUSTED, i % 5 != 0,
				(uint64_t)i);
		} else {
			assert_int_equal(found->verdict.until_s, 200);
		}
		cert_check_result_unref(found);
	}
	return NULL;
}

static void threads_share_it(void **state)
{
	struct cert_cache *cache = cert_cache_new(16);
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, use, cache), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], NULL);
	}
	cert_cache_free(cache);
}

/* Certificates that a client makes up, different in one place each: buckets fill as by chance. */
static void a_flood_does_not_make_chains(void **state)
{
	enum { BUCKETS = 8192, CHAIN_MAX = 20 };
	static uint8_t chains[BUCKETS];
	struct hash_key key = hash_key_new();
	char text[1200];

	memset(text, 'A', sizeof(text));
	for (size_t at = 0; at + 2 <= sizeof(text); at += 149) {
		for (int part = 0; part < 2; part++) {
			memset(chains, 0, sizeof(chains));
			for (unsigned i = 0; i < BUCKETS; i++) {
				struct cert_check_request q = ask("x");
				struct str value = {text, sizeof(text)};

				text[at] = (char)i;
				text[at + 1] = (char)(i >> 8);
				*(part == 0 ? &q.text : &q.intermediates) = value;
				uint64_t hash = cert_check_request_hash(&key, &q);

				assert_in_range(++chains[hash / 16 % BUCKETS], 1, CHAIN_MAX);
			}
		}
		text[at] = text[at + 1] = 'A';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_very_same_question_alone),
		cmocka_unit_test(keeps_good_ones_while_they_are),
		cmocka_unit_test(keeps_bad_ones_for_seconds),
		cmocka_unit_test(bad_ones_push_out_no_good_one),
		cmocka_unit_test(the_least_recently_used_goes_first),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(a_new_finding_replaces_the_old),
		cmocka_unit_test(threads_share_it),
		cmocka_unit_test(a_flood_does_not_make_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
