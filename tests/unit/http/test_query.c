/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/query.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const names[] = {"a", "bb", NULL};

static bool reads(const char *target, const char *a, const char *bb)
{
	struct http_query query;
	struct arena arena;
	struct bytes why;

	arena_init(&arena, 256);
	bytes_init(&why, 0);
	bool good = http_query_read(str_view(target), names, &arena, &query, &why);

	if (good) {
		assert_true(str_eq(http_query_value(&query, "a"), str_view(a)));
		assert_true(str_eq(http_query_value(&query, "bb"), str_view(bb)));
		assert_int_equal(why.len, 0);
	} else {
		assert_true(why.len > 0);
	}
	bytes_clear(&why);
	arena_clear(&arena);
	return good;
}

static void parameters_are_read(void **state)
{
	assert_true(reads("/x", NULL, NULL));
	assert_true(reads("/x?", NULL, NULL));
	assert_true(reads("/x?&&", NULL, NULL));
	assert_true(reads("/x?a=1", "1", NULL));
	assert_true(reads("/x?bb=2&a=1", "1", "2"));
	assert_true(reads("/x?a=b=c?d/", "b=c?d/", NULL));
	assert_true(reads("/x?a=b+c%2B%26%3d", "b c+&=", NULL));
	assert_true(reads("/x?%61=%c3%A9", "\xc3\xa9", NULL));
	assert_true(reads("/x?a=&bb", NULL, NULL));
}

static void others_are_not(void **state)
{
	static const char *const bad[] = {"/x?c=1", "/x?A=1", "/x?=1", "/x?a=1&a=2", "/x?a=%",
		"/x?a=%4", "/x?a=%4g", "/x?a=%00", "/x?a=1&aa=2"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(reads(bad[i], NULL, NULL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_read),
		cmocka_unit_test(others_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
