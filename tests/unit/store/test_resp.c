/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/resp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/assert_bytes.h"
#include "unit/store/kit.h"

/* Whole, byte by byte, and cut once at every place: the same is read. */
static void assert_read(const char *text, size_t len, const char *expected)
{
	struct str input = {text, len};

	for (size_t cut = 0; cut <= len; cut++) {
		struct bytes out;

		bytes_init(&out, 0);
		assert_false(kit_read(input, cut, cut == 0 ? 1 : len, &out));
		assert_bytes(out.data, out.len, expected, strlen(expected));
		bytes_clear(&out);
	}
}

#define ASSERT_READ(text, expected) assert_read((text), sizeof(text) - 1, (expected))

static void test_values(void **state)
{
	ASSERT_READ("+OK\r\n", "+OK\n");
	ASSERT_READ("+\r\n", "+\n");
	ASSERT_READ("-ERR no such\r\n", "-ERR no such\n");
	ASSERT_READ(":0\r\n:-1\r\n:9223372036854775807\r\n:-9223372036854775808\r\n",
		":0\n:-1\n:9223372036854775807\n:-9223372036854775808\n");
	ASSERT_READ("$0\r\n\r\n", "\"\"\n");
	ASSERT_READ("$4\r\n\r\n\0:\r\n", "\"\\u000d\\u000a\\u0000:\"\n");
	ASSERT_READ("$-1\r\n*-1\r\n", "nil\nnil\n");
}

static void test_arrays(void **state)
{
	ASSERT_READ("*0\r\n", "[]\n");
	ASSERT_READ("*3\r\n:1\r\n$1\r\na\r\n*-1\r\n", "[:1 \"a\" nil]\n");
	ASSERT_READ("*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n+b\r\n:7\r\n", "[[:1 []] [+b]]\n:7\n");
	ASSERT_READ("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "[[[[:1]]]]\n");
}

static void test_bad_streams(void **state)
{
	ASSERT_READ("OK\r\n", "bad: it does not speak RESP2\n");
	ASSERT_READ("\r\n", "bad: it does not speak RESP2\n");
	ASSERT_READ("%1\r\n", "bad: it does not speak RESP2\n"); /* a map of RESP3 */
	ASSERT_READ("HTTP/1.1 400 Bad Request\r\n", "bad: it does not speak RESP2\n");
	ASSERT_READ("+OK\n", "bad: a line does not end in CR LF\n");
	ASSERT_READ("+O\rK\r\n", "bad: a line does not end in CR LF\n");
	ASSERT_READ("\n", "bad: a line does not end in CR LF\n");
	ASSERT_READ(":1a\r\n", "bad: an integer is not a number\n");
	ASSERT_READ(":\r\n", "bad: an integer is not a number\n");
	ASSERT_READ(":+1\r\n", "bad: an integer is not a number\n");
	ASSERT_READ(":9223372036854775808\r\n", "bad: an integer is not a number\n");
	ASSERT_READ("$-2\r\n", "bad: the length of a string is not a number\n");
	ASSERT_READ("$1 \r\n", "bad: the length of a string is not a number\n");
	ASSERT_READ("$1\r\nab\r\n", "bad: a string is longer than its length\n");
	ASSERT_READ("*-2\r\n", "bad: the length of an array is not a number\n");
	ASSERT_READ("*1\r\n%\r\n", "bad: it does not speak RESP2\n");
}

static void test_hostile_lengths(void **state)
{
	ASSERT_READ("$1048577\r\n", "bad: a reply is larger than one megabyte\n");
	ASSERT_READ("$9223372036854775807\r\n", "bad: a reply is larger than one megabyte\n");
	ASSERT_READ("$99999999999999999999\r\n", "bad: the length of a string is not a number\n");
	ASSERT_READ("*16385\r\n", "bad: a reply has too many values\n");
	ASSERT_READ("*2\r\n*16384\r\n", "bad: a reply has too many values\n");
	ASSERT_READ("*9223372036854775807\r\n", "bad: a reply has too many values\n");
	ASSERT_READ("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
		"bad: a reply has too many arrays in each other\n");
}

static void test_long_lines(void **state)
{
	struct bytes input;

	for (unsigned longer = 0; longer < 2; longer++) {
		struct bytes out;

		bytes_init(&input, 0);
		bytes_init(&out, 0);
		bytes_append_u8(&input, '-');
		while (input.len < STORE_REPLY_LINE_MAX - 2 + longer) {
			bytes_append_u8(&input, 'x');
		}
		bytes_append_text(&input, "\r\n");
		kit_read(bytes_view(&input), 1, 1000, &out);
		assert_int_equal(out.data[0], longer == 0 ? '-' : 'b');
		bytes_clear(&out);
		bytes_clear(&input);
	}
}

/* The largest reply, and one byte more than that. */
static void test_large_replies(void **state)
{
	for (unsigned longer = 0; longer < 2; longer++) {
		size_t len = STORE_REPLY_BYTES_MAX - strlen("$1048564\r\n\r\n") + longer;
		struct bytes input;
		struct bytes out;

		bytes_init(&input, 0);
		bytes_init(&out, 0);
		bytes_appendf(&input, "$%zu\r\n", len);
		for (size_t i = 0; i < len; i++) {
			bytes_append_u8(&input, 'x');
		}
		bytes_append_text(&input, "\r\n");
		kit_read(bytes_view(&input), 16384, 16384, &out);
		assert_int_equal(out.data[0], longer == 0 ? '"' : 'b');
		bytes_clear(&out);
		bytes_clear(&input);
	}
}

static void test_incomplete(void **state)
{
	static const char *const parts[] = {
		"+", "+OK\r", "$3\r\nab", "$3\r\nabc\r", "*2\r\n:1\r\n"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct bytes out;

		bytes_init(&out, 0);
		assert_true(kit_read(str_view(parts[i]), 1, 1, &out));
		assert_int_equal(out.len, 0);
		bytes_clear(&out);
	}
}

static void test_commands(void **state)
{
	struct bytes out;

	bytes_init(&out, 0);
	store_command_begin(&out, 3);
	store_command_add(&out, str_view("SET"));
	store_command_add(&out, (struct str){"a\0\r\n", 4});
	store_command_add(&out, str_view(""));
	static const char expected[] = "*3\r\n$3\r\nSET\r\n$4\r\na\0\r\n\r\n$0\r\n\r\n";

	assert_bytes(out.data, out.len, expected, sizeof(expected) - 1);
	bytes_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_bad_streams),
		cmocka_unit_test(test_hostile_lengths),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_large_replies),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
