/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static size_t encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	} else if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	} else if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void decodes_every_code_point(void **state)
{
	for (uint32_t c = 0; c <= 0x110000; c++) {
		bool scalar = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
		char text[4];
		size_t len = encode(c, text);
		uint32_t found = UINT32_MAX;

		assert_int_equal(utf8_decode((struct str){text, len}, &found), scalar ? len : 0);
		assert_int_equal(found, scalar ? c : UINT32_MAX);
		for (size_t cut = 0; cut < len; cut++) {
			assert_int_equal(utf8_decode((struct str){text, cut}, &found), 0);
		}
	}
}

static void knows_what_is_invisible(void **state)
{
	static const uint32_t invisible[] = {0, 0x0a, 0x1b, 0x7f, 0x80, 0x9b, 0xad, 0x34f, 0x61c,
		0x115f, 0x180e, 0x200b, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e,
		0x2060, 0x2066, 0x2069, 0x206f, 0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xfffb,
		0x1d173, 0xe0000, 0xe0001, 0xe007f, 0xe01ef, 0xe0fff};
	static const uint32_t visible[] = {' ', '~', 0xa0, 0xac, 0xae, 0xfc, 0x61b, 0x61d, 0x200a,
		0x2010, 0x2027, 0x202f, 0x205f, 0x2070, 0xfefe, 0xff00, 0xfffc, 0xfffd, 0x1f600,
		0xdffff, 0xe1000, 0x10ffff};

	for (size_t i = 0; i < ARRAY_LEN(invisible); i++) {
		assert_true(utf8_is_invisible(invisible[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(visible); i++) {
		assert_false(utf8_is_invisible(visible[i]));
	}
}

static void knows_what_is_text(void **state)
{
	assert_true(utf8_is_text(str_view("")));
	assert_true(utf8_is_text(str_view("a \xc2\xa0\xe6\xbc\xa2\xf0\x9f\x98\x80~")));
	assert_false(utf8_is_text((struct str){"a\0", 2}));
	assert_false(utf8_is_text(str_view("a\n")));
	assert_false(utf8_is_text(str_view("\x7f")));
	assert_false(utf8_is_text(str_view("\xc2\x9f")));
	assert_false(utf8_is_text(str_view("a\xc3")));
	assert_false(utf8_is_text(str_view("\xfc")));
}

static void cuts_part_no_character(void **state)
{
	struct str s = str_view("a\xf0\x9f\x98\x80z");

	for (size_t at = 0; at <= s.len; at++) {
		size_t inside = at > 1 && at < 5;

		assert_int_equal(utf8_next_start(s, at), inside ? 5 : at);
		assert_int_equal(utf8_last_start(s, at), inside ? 1 : at);
	}
	/* What is no UTF-8 is cut somewhere. */
	assert_int_equal(utf8_next_start(str_view("\x80\x80\x80\x80\x80\x80"), 1), 4);
	assert_int_equal(utf8_last_start(str_view("\x80\x80\x80\x80\x80\x80"), 5), 2);
	assert_int_equal(utf8_last_start(str_view("\x80\x80"), 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_code_point),
		cmocka_unit_test(knows_what_is_invisible),
		cmocka_unit_test(knows_what_is_text),
		cmocka_unit_test(cuts_part_no_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
