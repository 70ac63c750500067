/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

static void is_what_the_decoder_takes(void **state)
{
	struct arena arena;

	arena_init(&arena, 4096);
	for (size_t i = 0; i < ARRAY_LEN(golden_certificates); i++) {
		for (size_t len = 1; len <= golden_certificates[i].der.len; len++) {
			struct str der = {golden_certificates[i].der.data, len};
			struct str text = cert_armor(der, &arena);
			struct str again;
			const char *why;

			assert_non_null(text.data);
			assert_int_equal(
				cert_decode(CERT_CODEC_PEM, text, &arena, &again, &why), CERT_OK);
			assert_true(str_eq(again, der));
			arena_reset(&arena);
		}
	}
	arena_clear(&arena);
}

static void refuses_sizes_that_overflow(void **state)
{
	struct arena arena;

	arena_init(&arena, 4096);
	assert_null(cert_armor((struct str){"", SIZE_MAX}, &arena).data);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_the_decoder_takes),
		cmocka_unit_test(refuses_sizes_that_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
