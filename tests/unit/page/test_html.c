/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "page/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void shows(struct str text, const char *expected)
{
	struct bytes out = {0};

	html_text(&out, text);
	assert_false(out.failed);
	bytes_append_u8(&out, '\0');
	assert_string_equal((const char *)out.data, expected);
	bytes_clear(&out);
}

static void markup_becomes_text(void **state)
{
	shows(str_view("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
	shows(str_view("\" onload='x' a=\""), "&quot; onload=&#39;x&#39; a=&quot;");
	shows(str_view("&lt;"), "&amp;lt;");
	shows(str_view("plain text, 1 + 1 = 2"), "plain text, 1 + 1 = 2");
	shows(str_view("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
	shows((struct str){NULL, 0}, "");
}

static void what_is_invisible_is_shown(void **state)
{
	shows((struct str){"a\0b", 3}, "a\\x00b");
	shows(str_view("a\r\n\tb\x7f"), "a\\x0d\\x0a\\x09b\\x7f");
	/* a right-to-left override, and a zero-width space */
	shows(str_view("\xe2\x80\xaemoc.elpmaxe"), "\\xe2\\x80\\xaemoc.elpmaxe");
	shows(str_view("a\xe2\x80\x8b"), "a\\xe2\\x80\\x8b");
}

static void what_is_not_utf8_is_shown_byte_by_byte(void **state)
{
	shows(str_view("\xff\xfe"), "\\xff\\xfe");
	/* an overlong <, a surrogate, and sequences that are cut */
	shows(str_view("\xc0\xbc"), "\\xc0\\xbc");
	shows(str_view("\xed\xa0\x80"), "\\xed\\xa0\\x80");
	shows(str_view("\xc3<"), "\\xc3&lt;");
	shows((struct str){"\xe2\x82\xac", 2}, "\\xe2\\x82");
}

static void a_parameter_has_no_byte_that_means_something(void **state)
{
	struct bytes out = {0};

	for (unsigned c = 0; c < 256; c++) {
		char one = (char)c;

		html_parameter(&out, (struct str){&one, 1});
	}
	struct str all = bytes_view(&out);

	/* 66 bytes as they are, 190 as three. */
	assert_int_equal(all.len, 66 + 3 * 190);
	for (size_t i = 0; i < all.len; i++) {
		assert_true(ascii_is_alnum(all.data[i]) || strchr("%-._~", all.data[i]) != NULL);
	}
	bytes_clear(&out);
	html_parameter(&out, str_view("a&b=c/\xc3\xbc"));
	assert_true(str_eq_text(bytes_view(&out), "a%26b%3Dc%2F%C3%BC"));
	bytes_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markup_becomes_text),
		cmocka_unit_test(what_is_invisible_is_shown),
		cmocka_unit_test(what_is_not_utf8_is_shown_byte_by_byte),
		cmocka_unit_test(a_parameter_has_no_byte_that_means_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
