/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/der.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"

#define CASE(literal, why)                                                                         \
	{                                                                                          \
		(literal), sizeof(literal) - 1, (why)                                              \
	}

/* Checks a copy of exactly the input's size, so that sanitizers see a read past it. */
static const char *check(const void *data, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	const char *why = NULL;

	assert_non_null(copy);
	memcpy(copy, data, len);
	bool good = cert_der_check((struct str){copy, len}, &why);

	free(copy);
	assert_int_equal(good, why == NULL);
	return why;
}

static void takes_der_and_nothing_else(void **state)
{
	static const char length[] = "a length that is not the shortest";
	static const char end[] = "a length past the end";
	static const char indefinite[] = "an indefinite length";
	static const char form[] = "a value that is not in the form of DER";
	static const char tag[] = "a tag that no certificate has";
	static const char behind[] = "bytes behind the certificate";
	static const struct {
		const char *data;
		size_t len;
		const char *why;
	} cases[] = {
		CASE("", "no bytes"),
		CASE("\x30\x00", NULL),
		CASE("\x30", end),
		CASE("\x30\x01", end),
		CASE("\x30\x00\x30\x00", behind),
		CASE("\x30\x00\x00", behind),
		CASE("\x30\x81\x00", length),
		CASE("\x30\x81\x02\x05\x00", length),
		CASE("\x30\x82\x00\x02\x05\x00", length),
		CASE("\x04\x81\x7f", length),
		CASE("\x04\x84\x00\x00\x00\x01x", length),
		CASE("\x04\x85\x00\x00\x00\x00\x01x", end),
		CASE("\x04\x84\xff\xff\xff\xff", end),
		CASE("\x04\xff", end),
		CASE("\x30\x80\x00\x00", indefinite),
		CASE("\x30\x80\x05\x00\x00\x00", indefinite),
		CASE("\x30\x04\x30\x80\x00\x00", indefinite),
		CASE("\x00\x00", form),
		CASE("\x1f\x01\x00", tag),
		CASE("\x30\x03\x9f\x1f\x00", tag),
		CASE("\x01\x01\xff", NULL),
		CASE("\x01\x01\x00", NULL),
		CASE("\x01\x01\x01", form),
		CASE("\x01\x00", form),
		CASE("\x01\x02\xff\xff", form),
		CASE("\x02\x01\x00", NULL),
		CASE("\x02\x01\x80", NULL),
		CASE("\x02\x02\x00\x80", NULL),
		CASE("\x02\x02\xff\x7f", NULL),
		CASE("\x02\x00", form),
		CASE("\x02\x02\x00\x7f", form),
		CASE("\x02\x02\xff\x80", form),
		CASE("\x0a\x02\x00\x01", form),
		CASE("\x03\x01\x00", NULL),
		CASE("\x03\x02\x07\x80", NULL),
		CASE("\x03\x02\x00\x01", NULL),
		CASE("\x03\x00", form),
		CASE("\x03\x01\x01", form),
		CASE("\x03\x02\x08\x00", form),
		CASE("\x03\x02\x01\x01", form),
		CASE("\x23\x03\x03\x01\x00", form),
		CASE("\x05\x00", NULL),
		CASE("\x05\x01\x00", form),
		CASE("\x06\x03\x55\x04\x03", NULL),
		CASE("\x06\x00", form),
		CASE("\x06\x02\x55\x84", form),
		CASE("\x06\x03\x55\x80\x03", form),
		CASE("\x06\x01\x80", form),
		CASE("\x04\x00", NULL),
		CASE("\x0c\x01x", NULL),
		CASE("\x2c\x03\x0c\x01x", form),
		CASE("\x24\x03\x04\x01x", form),
		CASE("\x10\x00", form),
		CASE("\x11\x00", form),
		CASE("\x80\x05\x01\x02\x03\x04\x05", NULL),
		CASE("\xa0\x02\x05\x00", NULL),
		CASE("\xa0\x02\x05\x01", end),
		CASE("\xa0\x03\x05\x81\x00", length),
		CASE("\x30\x05\x30\x04\x05\x00\x00", end),
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *why = check(cases[i].data, cases[i].len);

		if (cases[i].why == NULL) {
			assert_null(why);
		} else {
			assert_non_null(why);
			assert_string_equal(why, cases[i].why);
		}
	}
}

static void bounds_the_depth(void **state)
{
	uint8_t nested[2 * CERT_DER_MAX_DEPTH];

	for (size_t depth = 1; depth <= CERT_DER_MAX_DEPTH; depth++) {
		size_t len = 2 * depth;

		for (size_t i = 0; i < depth; i++) {
			nested[2 * i] = 0x30;
			nested[2 * i + 1] = (uint8_t)(len - 2 * i - 2);
		}
		const char *why = check(nested, len);

		if (depth < CERT_DER_MAX_DEPTH) {
			assert_null(why);
		} else {
			assert_string_equal(why, "values nested too deeply");
		}
	}
}

static void takes_certificates_whole_only(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(golden_certificates); i++) {
		struct str der = golden_certificates[i].der;

		assert_null(check(der.data, der.len));
		for (size_t cut = 0; cut < der.len; cut++) {
			assert_non_null(check(der.data, cut));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_der_and_nothing_else),
		cmocka_unit_test(bounds_the_depth),
		cmocka_unit_test(takes_certificates_whole_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
