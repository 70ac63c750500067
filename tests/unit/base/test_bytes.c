/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(literal) ((struct str){literal, sizeof(literal) - 1})

static void assert_holds(const struct bytes *b, struct str expected)
{
	assert_int_equal(b->len, expected.len);
	assert_true(str_eq(bytes_view(b), expected));
}

static void memory_grows_with_its_content(void **state)
{
	struct bytes b;

	bytes_init(&b, 0);
	for (size_t i = 0; i < 10000; i++) {
		assert_true(bytes_append_u8(&b, (uint8_t)i));
	}
	assert_int_equal(b.len, 10000);
	for (size_t i = 0; i < 10000; i++) {
		assert_int_equal(b.data[i], (uint8_t)i);
	}
	bytes_clear(&b);
	assert_int_equal(b.len, 0);
	assert_null(b.data);
	bytes_clear(&b);
}

static void appends_of_each_kind(void **state)
{
	struct bytes b;

	bytes_init(&b, 0);
	assert_true(bytes_append(&b, NULL, 0));
	assert_true(bytes_append(&b, "a\0", 2));
	assert_true(bytes_append_str(&b, (struct str){NULL, 0}));
	assert_true(bytes_append_str(&b, BYTES("b\0")));
	assert_true(bytes_append_text(&b, "text"));
	assert_true(bytes_append_u8(&b, 0xff));
	assert_true(bytes_appendf(&b, "%s", ""));
	assert_true(bytes_appendf(&b, "%d|%5s", -7, "x"));
	assert_true(bytes_append_hex(&b, "\x00\x9f\xff", 3));
	assert_true(bytes_append_hex(&b, NULL, 0));
	assert_true(bytes_append_u64(&b, 0));
	assert_true(bytes_append_u64(&b, UINT64_MAX));
	assert_holds(&b, BYTES("a\0b\0text\xff-7|    x009fff018446744073709551615"));
	bytes_clear(&b);
}

static void takes_exactly_the_maximum(void **state)
{
	struct bytes b;

	bytes_init(&b, 5);
	assert_true(bytes_appendf(&b, "%s", "hello"));
	assert_true(bytes_append(&b, NULL, 0));
	assert_false(b.failed);
	assert_false(bytes_append_u8(&b, '!'));
	assert_true(b.failed);
	assert_holds(&b, BYTES("hello"));
	bytes_clear(&b);
	assert_true(bytes_append_text(&b, "world"));
	assert_false(bytes_append_text(&b, "!"));
	bytes_clear(&b);
	assert_int_equal(b.max, 5);
	assert_false(bytes_appendf(&b, "%s", "hello!"));
	assert_int_equal(b.len, 0);
	bytes_clear(&b);
}

static void failure_lasts_and_changes_nothing(void **state)
{
	struct bytes b;

	bytes_init(&b, 4);
	assert_true(bytes_append_text(&b, "abc"));
	assert_false(bytes_append_text(&b, "de"));
	assert_false(bytes_append_u8(&b, 'd'));
	assert_false(bytes_append(&b, NULL, 0));
	assert_false(bytes_appendf(&b, "%s", ""));
	assert_false(bytes_append_json(&b, BYTES("")));
	assert_false(bytes_append_hex(&b, "", 0));
	assert_null(bytes_reserve(&b, 0));
	assert_holds(&b, BYTES("abc"));
	bytes_reset(&b, SIZE_MAX);
	assert_true(bytes_append_text(&b, "abcd"));
	bytes_clear(&b);
}

static void pieces_are_whole_or_absent(void **state)
{
	for (size_t max = 1; max < 16; max++) {
		struct bytes b;

		bytes_init(&b, max);
		bytes_append_text(&b, "x");
		bool json = bytes_append_json(&b, BYTES("\n\xff"));

		assert_int_equal(json, max >= 1 + 14);
		assert_int_equal(b.len, json ? 15 : 1);
		bytes_clear(&b);
		bytes_append_text(&b, "x");
		bool hex = bytes_append_hex(&b, "\x12\x34", 2);

		assert_int_equal(hex, max >= 1 + 4);
		assert_int_equal(b.len, hex ? 5 : 1);
		bytes_clear(&b);
	}
}

static void refuses_lengths_that_overflow(void **state)
{
	struct bytes b;

	bytes_init(&b, 0);
	assert_true(bytes_append_u8(&b, 'x'));
	assert_null(bytes_reserve(&b, SIZE_MAX));
	assert_true(b.failed);
	assert_holds(&b, BYTES("x"));
	bytes_clear(&b);
}

static void reserves_room(void **state)
{
	struct bytes b;

	bytes_init(&b, 0);
	assert_non_null(bytes_reserve(&b, 0));
	for (size_t len = 1; len < 500; len += 7) {
		uint8_t *room = bytes_reserve(&b, len);

		assert_ptr_equal(room, b.data + b.len);
		memset(room, 'r', len);
		b.len += len;
	}
	for (size_t i = 0; i < b.len; i++) {
		assert_int_equal(b.data[i], 'r');
	}
	bytes_clear(&b);
}

static void resets_and_consumes(void **state)
{
	struct bytes b;

	bytes_init(&b, 0);
	bytes_consume(&b, 3);
	bytes_append_text(&b, "abcdef");
	bytes_consume(&b, 0);
	bytes_consume(&b, 2);
	assert_holds(&b, BYTES("cdef"));
	bytes_consume(&b, 4);
	assert_holds(&b, BYTES(""));
	bytes_append_text(&b, "x");
	bytes_consume(&b, SIZE_MAX);
	assert_holds(&b, BYTES(""));
	const uint8_t *data = b.data;

	bytes_reset(&b, SIZE_MAX);
	assert_ptr_equal(b.data, data);
	bytes_reset(&b, 1);
	assert_null(b.data);
	bytes_clear(&b);
}

static void writes_json_strings(void **state)
{
#define BAD "\\ufffd"
	static const struct {
		struct str in;
		const char *out;
	} cases[] = {
		{BYTES(""), ""},
		{BYTES("plain /text"), "plain /text"},
		{BYTES("\"\\"), "\\\"\\\\"},
		{BYTES("\0\x01\t\n\r\x1f\x7f"),
			"\\u0000\\u0001\\u0009\\u000a\\u000d\\u001f\\u007f"},
		/* Terminals obey the controls past ASCII, too (ECMA-48). */
		{BYTES("\xc2\x80\xc2\x9b\xc2\x9f"), "\\u0080\\u009b\\u009f"},
		{BYTES("\xc2\xa0\xdf\xbf"), "\xc2\xa0\xdf\xbf"},
		/* And readers of lines end them at LINE and PARAGRAPH SEPARATOR. */
		{BYTES("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaf"),
			"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaf"},
		/* Bidirectional controls, zero width, soft hyphen, tags. */
		{BYTES("a\xe2\x80\xae\xe2\x81\xa6\xd8\x9c"), "a\\u202e\\u2066\\u061c"},
		{BYTES("\xef\xbb\xbf\xe2\x80\x8b\xc2\xad"), "\\ufeff\\u200b\\u00ad"},
		{BYTES("\xf3\xa0\x81\xa1\xf3\xa0\x84\x80"), "\\udb40\\udc61\\udb40\\udd00"},
		{BYTES("\xe0\xa0\x80\xef\xbf\xbf"), "\xe0\xa0\x80\xef\xbf\xbf"},
		{BYTES("\xed\x9f\xbf\xee\x80\x80"), "\xed\x9f\xbf\xee\x80\x80"},
		{BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
		/* Continuations alone, overlong forms, surrogates, past U+10FFFF. */
		{BYTES("\x80\xbf"), BAD BAD},
		{BYTES("\xc0\x80"), BAD BAD},
		{BYTES("\xc1\xbf"), BAD BAD},
		{BYTES("\xe0\x80\x80"), BAD BAD BAD},
		{BYTES("\xe0\x9f\xbf"), BAD BAD BAD},
		{BYTES("\xf0\x80\x80\x80"), BAD BAD BAD BAD},
		{BYTES("\xf0\x8f\xbf\xbf"), BAD BAD BAD BAD},
		{BYTES("\xed\xa0\x80"), BAD BAD BAD},
		{BYTES("\xed\xbf\xbf"), BAD BAD BAD},
		{BYTES("\xf4\x90\x80\x80"), BAD BAD BAD BAD},
		{BYTES("\xf5\x80\x80\x80"), BAD BAD BAD BAD},
		{BYTES("\xf8\x88\x80\x80\x80"), BAD BAD BAD BAD BAD},
		{BYTES("\xfe\xff"), BAD BAD},
		/* Cut sequences swallow nothing of what follows. */
		{BYTES("\xc3\"x"), BAD "\\\"x"},
		{BYTES("\xe6\xbc\"x"), BAD BAD "\\\"x"},
		{BYTES("\xf0\x9f\x98\"x"), BAD BAD BAD "\\\"x"},
		{BYTES("\xc3"), BAD},
		{BYTES("\xe6\xbc"), BAD BAD},
		{BYTES("\xf0\x9f\x98"), BAD BAD BAD},
		{BYTES("\xc3\xc3\xa9"), BAD "\xc3\xa9"},
	};
	struct bytes b;

	bytes_init(&b, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* Bounded memory: a read past the end of a cut sequence shows. */
		struct bytes in;

		bytes_init(&in, 0);
		bytes_append_str(&in, cases[i].in);
		bytes_reset(&b, SIZE_MAX);
		assert_true(bytes_append_json(&b, bytes_view(&in)));
		assert_true(b.len >= 2 && b.data[0] == '"' && b.data[b.len - 1] == '"');
		assert_true(str_eq_text(
			(struct str){(const char *)b.data + 1, b.len - 2}, cases[i].out));
		bytes_clear(&in);
	}
	bytes_clear(&b);
}

static void writes_what_is_visible(void **state)
{
	static const struct {
		struct str in;
		const char *out;
	} cases[] = {
		{BYTES(""), ""},
		{BYTES("a \"b\" \\"), "a \"b\" \\"},
		{BYTES("a\nb\0\x7f"), "a\\x0ab\\x00\\x7f"},
		{BYTES("M\xc3\xbcller"), "M\xc3\xbcller"},
		{BYTES("\xe2\x80\xaey"), "\\xe2\\x80\\xaey"},
		{BYTES("\xf3\xa0\x80\x81"), "\\xf3\\xa0\\x80\\x81"},
		{BYTES("\xff\xc3"), "\\xff\\xc3"},
	};
	struct bytes b;

	bytes_init(&b, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bytes_reset(&b, SIZE_MAX);
		assert_true(bytes_append_visible(&b, cases[i].in));
		assert_true(str_eq_text(bytes_view(&b), cases[i].out));
	}
	bytes_clear(&b);
}

static void a_wiped_buffer_is_empty_and_usable(void **state)
{
	struct bytes b;

	bytes_init(&b, 8);
	bytes_wipe(&b);
	assert_true(bytes_append_text(&b, "secret"));
	bytes_wipe(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	assert_false(bytes_append_text(&b, "nine char"));
	bytes_wipe(&b);
	assert_false(b.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_grows_with_its_content),
		cmocka_unit_test(appends_of_each_kind),
		cmocka_unit_test(takes_exactly_the_maximum),
		cmocka_unit_test(failure_lasts_and_changes_nothing),
		cmocka_unit_test(pieces_are_whole_or_absent),
		cmocka_unit_test(refuses_lengths_that_overflow),
		cmocka_unit_test(reserves_room),
		cmocka_unit_test(resets_and_consumes),
		cmocka_unit_test(a_wiped_buffer_is_empty_and_usable),
		cmocka_unit_test(writes_json_strings),
		cmocka_unit_test(writes_what_is_visible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
