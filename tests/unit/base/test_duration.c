/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(void (*append)(struct bytes *, uint64_t), uint64_t value, const char *text)
{
	struct bytes out;

	bytes_init(&out, 0);
	append(&out, value);
	bytes_append_u8(&out, '\0');
	assert_string_equal((const char *)out.data, text);
	bytes_clear(&out);
}

static void long_ones_have_their_two_largest_units(void **state)
{
	expect(duration_append, 0, "0 s");
	expect(duration_append, 59, "59 s");
	expect(duration_append, 3599, "59 min 59 s");
	expect(duration_append, 3900, "1 h 5 min");
	expect(duration_append, 12 * 86400 + 59, "12 d");
}

static void short_ones_have_decimals(void **state)
{
	expect(duration_append_ms, 0, "0.00");
	expect(duration_append_ms, 5, "0.01");
	expect(duration_append_ms, 340, "0.34");
	expect(duration_append_ms, 9994, "9.99");
	expect(duration_append_ms, 9995, "10.0");
	expect(duration_append_ms, 998000, "998.0");
	expect(duration_append_ms, 12345678, "12345.7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_ones_have_their_two_largest_units),
		cmocka_unit_test(short_ones_have_decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
