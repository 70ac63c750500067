/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_reads_the_words_of_front_ends(void **state)
{
	static const struct {
		const char *text;
		enum cert_word word;
	} cases[] = {
		{"SUCCESS", CERT_WORD_VERIFIED},
		{"", CERT_WORD_NONE},
		{"NONE", CERT_WORD_NONE},
		{"FAILED:self-signed certificate", CERT_WORD_FAILED},
		{"FAILED:error:00000015:lib(0)::reason(21)", CERT_WORD_FAILED},
		{"FAILED", CERT_WORD_FAILED},
		{"GENEROUS", CERT_WORD_FAILED},
		{"success", CERT_WORD_FAILED},
		{"SUCCESS ", CERT_WORD_FAILED},
		{" SUCCESS", CERT_WORD_FAILED},
		{"SUCCESS,SUCCESS", CERT_WORD_FAILED},
		{"SUCCES", CERT_WORD_FAILED},
		{"none", CERT_WORD_FAILED},
		{"0", CERT_WORD_FAILED},
		{"true", CERT_WORD_FAILED},
		{"(null)", CERT_WORD_FAILED},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(cert_word_read(str_view(cases[i].text)), cases[i].word);
	}
	assert_int_equal(cert_word_read((struct str){NULL, 0}), CERT_WORD_ABSENT);
	assert_int_equal(cert_word_read((struct str){"SUCCESS", 8}), CERT_WORD_FAILED);
	assert_int_equal(cert_word_read((struct str){"SUCCESS\nX", 7}), CERT_WORD_VERIFIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_the_words_of_front_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
