/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "../contrib/nginx-module/ngx_http_doorward_hash.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static ngx_http_doorward_secret_t secret;

static int make_secret(void **state)
{
	uint64_t word = 1;

	for (size_t i = 0; i < sizeof(secret.nh) / sizeof(secret.nh[0]); i++) {
		word = word * 6364136223846793005 + 1442695040888963407;
		secret.nh[i] = word;
	}
	secret.sip[0] = 0x0706050403020100;
	secret.sip[1] = 0x0f0e0d0c0b0a0908;
	return 0;
}

/* From memory of exactly the size of the text. */
static void add(ngx_http_doorward_hash_t *hash, const uint8_t *text, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	if (len > 0) {
		memcpy(copy, text, len);
	}
	ngx_http_doorward_hash_text(hash, copy, len);
	free(copy);
}

static ngx_http_doorward_key_t key_of(
	const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	ngx_http_doorward_hash_t hash;

	ngx_http_doorward_hash_begin(&hash, &secret);
	add(&hash, a, a_len);
	add(&hash, b, b_len);
	return ngx_http_doorward_hash_end(&hash);
}

/* Both words: each of them alone would tell half as many texts apart. */
static int differ(ngx_http_doorward_key_t a, ngx_http_doorward_key_t b)
{
	return a.word[0] != b.word[0] && a.word[1] != b.word[1];
}

static const size_t lengths[] = {
	0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 80, 81, 1023, 1024, 1025, 1040, 2048, 2049};

#define COUNT (sizeof(lengths) / sizeof(lengths[0]))
#define TEXT_MAX 2049

static void test_each_byte_counts(void **state)
{
	uint8_t text[TEXT_MAX];

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < COUNT; i++) {
		ngx_http_doorward_key_t key = key_of(text, lengths[i], NULL, 0);

		assert_false(differ(key, key_of(text, lengths[i], NULL, 0)));
		for (size_t at = 0; at < lengths[i]; at++) {
			text[at] ^= 1;
			assert_true(differ(key, key_of(text, lengths[i], NULL, 0)));
			text[at] ^= 1;
		}
	}
}

/* Also where the bytes of one text are a part of the other, or both are of zeros. */
static void test_each_length_counts(void **state)
{
	static const uint8_t zeros[TEXT_MAX];

	for (size_t i = 0; i < COUNT; i++) {
		for (size_t j = 0; j < i; j++) {
			assert_true(differ(key_of(zeros, lengths[i], NULL, 0),
				key_of(zeros, lengths[j], NULL, 0)));
		}
	}
}

/* The same bytes, divided otherwise. */
static void test_each_division_counts(void **state)
{
	uint8_t text[200];

	memset(text, 'a', sizeof(text));
	for (size_t at = 0; at < sizeof(text); at++) {
		assert_true(differ(key_of(text, at, text, sizeof(text) - at),
			key_of(text, at + 1, text, sizeof(text) - at - 1)));
	}
}

/* NH adds up pairs of words: two of them in another order are another text. */
static void test_the_order_counts(void **state)
{
	uint8_t text[128];
	uint8_t other[128];

	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = (uint8_t)i;
	}
	memcpy(other, text + 64, 64);
	memcpy(other + 64, text, 64);
	assert_true(differ(key_of(text, 128, NULL, 0), key_of(other, 128, NULL, 0)));
}

static void test_the_secret_counts(void **state)
{
	uint8_t text[100] = {0};
	ngx_http_doorward_key_t key = key_of(text, sizeof(text), NULL, 0);

	secret.sip[1] ^= 1;
	assert_true(differ(key, key_of(text, sizeof(text), NULL, 0)));
	secret.sip[1] ^= 1;
	secret.nh[3] ^= 1;
	assert_true(differ(key, key_of(text, sizeof(text), NULL, 0)));
	secret.nh[3] ^= 1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_byte_counts),
		cmocka_unit_test(test_each_length_counts),
		cmocka_unit_test(test_each_division_counts),
		cmocka_unit_test(test_the_order_counts),
		cmocka_unit_test(test_the_secret_counts),
	};

	return cmocka_run_group_tests(tests, make_secret, NULL);
}
