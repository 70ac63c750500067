/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* RFC 4648 10 */
static void vectors(void **state)
{
	static const struct {
		const char *bytes;
		const char *padded;
		const char *url;
	} cases[] = {
		{"", "", ""},
		{"f", "Zg==", "Zg"},
		{"fo", "Zm8=", "Zm8"},
		{"foo", "Zm9v", "Zm9v"},
		{"foob", "Zm9vYg==", "Zm9vYg"},
		{"fooba", "Zm9vYmE=", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
		{"\xfb\xff\xbf", "+/+/", "-_-_"},
	};
	uint8_t bytes[8];
	char text[16];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t count = strlen(cases[i].bytes);

		len = base64_encode(BASE64_PADDED, cases[i].bytes, count, text);
		assert_true(str_eq_text((struct str){text, len}, cases[i].padded));
		assert_int_equal(len, BASE64_DIGITS_MAX(count));
		len = base64_encode(BASE64_URL, cases[i].bytes, count, text);
		assert_true(str_eq_text((struct str){text, len}, cases[i].url));
		assert_true(base64_decode(
			BASE64_PADDED, str_view(cases[i].padded), bytes, count, &len));
		assert_int_equal(len, count);
		assert_memory_equal(bytes, cases[i].bytes, count);
		assert_true(base64_decode(BASE64_URL, str_view(cases[i].url), bytes, count, &len));
		assert_int_equal(len, count);
		assert_memory_equal(bytes, cases[i].bytes, count);
		if (count > 0) {
			assert_false(base64_decode(
				BASE64_URL, str_view(cases[i].url), bytes, count - 1, &len));
		}
	}
}

static void other_spellings(void **state)
{
	static const char *const padded[] = {"Z", "Zg", "Zg=", "Zg===", "Zg====", "Z===", "=",
		"====", "Zh==", "Zm9=", "Zm8", "Zm9v=", "Zm9v====", "Zg==Zg==", "Zm 9", "Zm9v\n",
		"-_-_", "Zg=a", "=Zg=", "Zm9v\xff\xff\xff\xff"};
	static const char *const url[] = {
		"Z", "Zg==", "Zh", "Zm9", "Zm9vY", "+/+/", "Zm 9", "Zm8="};
	uint8_t bytes[16];
	size_t len = 77;

	for (size_t i = 0; i < ARRAY_LEN(padded); i++) {
		assert_false(base64_decode(
			BASE64_PADDED, str_view(padded[i]), bytes, sizeof(bytes), &len));
	}
	for (size_t i = 0; i < ARRAY_LEN(url); i++) {
		assert_false(
			base64_decode(BASE64_URL, str_view(url[i]), bytes, sizeof(bytes), &len));
	}
	assert_int_equal(len, 77);
}

/* Each text of four bytes that can be decoded is what encoding gives. */
static void one_spelling(void **state)
{
	static const char alphabet[] = "AQgw+/-_=z";
	char text[4];
	size_t good = 0;

	for (size_t i = 0; i < 10 * 10 * 10 * 10; i++) {
		size_t rest = i;
		uint8_t bytes[3];
		char again[4];
		size_t len;

		for (size_t j = 0; j < 4; j++, rest /= 10) {
			text[j] = alphabet[rest % 10];
		}
		for (enum base64_form form = BASE64_PADDED; form <= BASE64_URL; form++) {
			if (base64_decode(form, (struct str){text, 4}, bytes, 3, &len)) {
				assert_int_equal(base64_encode(form, bytes, len, again), 4);
				assert_memory_equal(again, text, 4);
				good++;
			}
		}
	}
	assert_true(good > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(other_spellings),
		cmocka_unit_test(one_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
