/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const words[] = {"host", "ip", "http_host", "user_agent", "cert.dns", "cert.cn",
	"a_word_that_is_far_too_long_to_be_compared_with_any_other_word_of_a_rule"};

static const char *ask(const char *text)
{
	return suggest(str_view(text), words, ARRAY_LEN(words));
}

static void finds_the_nearest(void **state)
{
	assert_string_equal(ask("hots"), "host");
	assert_string_equal(ask("HOST"), "host");
	assert_string_equal(ask("hst"), "host");
	assert_string_equal(ask("hosts"), "host");
	assert_string_equal(ask("iip"), "ip");
	assert_string_equal(ask("user-agent"), "user_agent");
	assert_string_equal(ask("useragent"), "user_agent");
	assert_string_equal(ask("cert_dns"), "cert.dns");
	assert_string_equal(ask("httphost"), "http_host");
}

static void keeps_silent_when_nothing_is_near(void **state)
{
	assert_null(ask(""));
	assert_null(ask("country"));
	assert_null(ask("xy"));
	assert_null(
		ask("a_word_that_is_far_too_long_to_be_compared_with_any_other_word_of_a_rule"));
	assert_null(suggest(str_view("host"), words, 0));
}

static void takes_a_view_without_a_nul(void **state)
{
	assert_string_equal(suggest((struct str){"ipXX", 2}, words, ARRAY_LEN(words)), "ip");
	assert_null(suggest((struct str){"\0\0\0", 3}, words, ARRAY_LEN(words)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_nearest),
		cmocka_unit_test(keeps_silent_when_nothing_is_near),
		cmocka_unit_test(takes_a_view_without_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
