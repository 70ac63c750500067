/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/str.h"
#include "unit/assert_bytes.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(literal) ((struct str){literal, sizeof(literal) - 1})
#define ABSENT ((struct str){NULL, 0})

static void assert_text(struct str s, const char *expected)
{
	assert_bytes(s.data, s.len, expected, strlen(expected));
}

static void absent_differs_from_empty(void **state)
{
	assert_null(str_view(NULL).data);
	assert_int_equal(str_view(NULL).len, 0);
	assert_non_null(str_view("").data);
	assert_int_equal(str_view("").len, 0);
	assert_true(str_eq(str_view(""), ABSENT));
}

static void compares_bytes(void **state)
{
	assert_true(str_eq(BYTES("a\0b"), BYTES("a\0b")));
	assert_false(str_eq(BYTES("a\0b"), BYTES("a\0c")));
	assert_false(str_eq(BYTES("a"), BYTES("a\0")));
	assert_false(str_eq(BYTES("a"), BYTES("A")));
	assert_true(str_eq_text(BYTES("abc"), "abc"));
	assert_false(str_eq_text(BYTES("abc\0"), "abc"));
	assert_false(str_eq_text(BYTES("ab"), "abc"));
	assert_true(str_eq_text(ABSENT, ""));
}

static void compares_ascii_without_case(void **state)
{
	assert_true(str_eq_nocase(BYTES("AbC-1"), BYTES("aBc-1")));
	assert_false(str_eq_nocase(BYTES("abc"), BYTES("abcd")));
	/* Neither a case bit alone nor a letter past ASCII makes a letter. */
	assert_false(str_eq_nocase(BYTES("@"), BYTES("`")));
	assert_false(str_eq_nocase(BYTES("["), BYTES("{")));
	assert_false(str_eq_nocase(BYTES("\xc4"), BYTES("\xe4")));
	assert_false(str_eq_nocase(BYTES("K"), BYTES("\xe2\x84\xaa")));
	assert_true(str_eq_nocase(ABSENT, str_view("")));
}

static void finds_starts_and_ends(void **state)
{
	assert_true(str_starts_with(BYTES("abc"), "ab"));
	assert_true(str_starts_with(BYTES("abc"), ""));
	assert_true(str_starts_with(ABSENT, ""));
	assert_false(str_starts_with(BYTES("abc"), "b"));
	assert_false(str_starts_with(BYTES("ab"), "abc"));
	assert_true(str_ends_with_nocase(BYTES("a.EXAMPLE"), BYTES(".example")));
	assert_true(str_ends_with_nocase(BYTES("abc"), ABSENT));
	assert_false(str_ends_with_nocase(BYTES("example"), BYTES(".example")));
	assert_false(str_ends_with_nocase(BYTES("a.examplex"), BYTES(".example")));
}

static void trims_blanks(void **state)
{
	assert_text(str_trim(BYTES(" \t\r\na b\n\r\t ")), "a b");
	assert_text(str_trim(BYTES("a")), "a");
	assert_text(str_trim(BYTES(" \n ")), "");
	assert_text(str_trim(ABSENT), "");
	/* Other space is not a blank. */
	assert_int_equal(str_trim(BYTES("\va\f")).len, 3);
	assert_int_equal(str_trim(BYTES("\0a\0")).len, 3);
	assert_int_equal(str_trim(BYTES("\xa0"
					"a"))
				 .len,
		2);
}

static void takes_words(void **state)
{
	struct str rest = BYTES("one\t two\r\nthree  ");

	assert_text(str_take_word(&rest), "one");
	assert_text(rest, "two\r\nthree");
	assert_text(str_take_word(&rest), "two");
	assert_text(str_take_word(&rest), "three");
	assert_text(rest, "");
	assert_text(str_take_word(&rest), "");
	/* White space in front is not a word. */
	rest = BYTES(" one");
	assert_text(str_take_word(&rest), "");
	assert_text(rest, "one");
	rest = ABSENT;
	assert_text(str_take_word(&rest), "");
	assert_text(rest, "");
}

static void cuts_from_a_place(void **state)
{
	struct str s = BYTES("abc");

	assert_text(str_from(s, 0), "abc");
	assert_text(str_from(s, 2), "c");
	assert_text(str_from(s, 3), "");
	assert_text(str_from(s, SIZE_MAX), "");
	assert_ptr_equal(str_from(s, 4).data, s.data + 3);
	assert_null(str_from(ABSENT, 1).data);
}

static void finds_bytes(void **state)
{
	assert_int_equal(str_find(BYTES("abcb"), 'b'), 1);
	assert_int_equal(str_find(BYTES("abc"), 'x'), 3);
	assert_int_equal(str_find(BYTES("a\0b"), '\0'), 1);
	assert_int_equal(str_find((struct str){"abc", 2}, 'c'), 2);
	assert_int_equal(str_find(BYTES("a\xff"), '\xff'), 1);
	assert_int_equal(str_find(ABSENT, 'a'), 0);
}

static void splits_at_each_separator(void **state)
{
	static const struct {
		const char *text;
		const char *parts[5];
	} cases[] = {
		{"a,b,c", {"a", "b", "c", NULL}},
		{"a,,b", {"a", "", "b", NULL}},
		{",a,", {"", "a", "", NULL}},
		{",", {"", "", NULL}},
		{"a", {"a", NULL}},
		{"", {"", NULL}},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str rest = str_view(cases[i].text);
		struct str part;
		size_t count = 0;

		while (str_split_next(&rest, ',', &part)) {
			assert_non_null(cases[i].parts[count]);
			assert_text(part, cases[i].parts[count++]);
		}
		assert_null(cases[i].parts[count]);
		assert_null(rest.data);
		assert_false(str_split_next(&rest, ',', &part));
	}
	struct str rest = ABSENT;
	struct str part;

	assert_false(str_split_next(&rest, ',', &part));
}

static void splits_within_its_bounds(void **state)
{
	struct str rest = {"ab,cd", 2};
	struct str part;

	assert_true(str_split_next(&rest, ',', &part));
	assert_text(part, "ab");
	assert_false(str_split_next(&rest, ',', &part));
}

static void reads_whole_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool good;
		uint64_t value;
	} cases[] = {
		{"0", 0, true, 0},
		{"1", 0, false, 0},
		{"7", 9, true, 7},
		{"007", 9, true, 7},
		{"9", 9, true, 9},
		{"10", 9, false, 0},
		{"5", 4, false, 0},
		{"65535", 65535, true, 65535},
		{"65536", 65535, false, 0},
		{"655350", 65535, false, 0},
		{"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, false, 0},
		{"18446744073709551620", UINT64_MAX, false, 0},
		{"28446744073709551615", UINT64_MAX, false, 0},
		{"184467440737095516150", UINT64_MAX, false, 0},
		{"99999999999999999999999999", UINT64_MAX, false, 0},
		{"18446744073709551615", UINT64_MAX - 1, false, 0},
		{"18446744073709551614", UINT64_MAX - 1, true, UINT64_MAX - 1},
		{"", 9, false, 0},
		{"-1", 9, false, 0},
		{"+1", 9, false, 0},
		{" 1", 9, false, 0},
		{"1 ", 9, false, 0},
		{"1x", 9, false, 0},
		{"0x1", 9, false, 0},
		{"1e1", 99, false, 0},
		{"1.0", 99, false, 0},
		{"\xd9\xa1", 9, false, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t value = 4711;

		assert_int_equal(
			str_to_u64(str_view(cases[i].text), cases[i].max, &value), cases[i].good);
		assert_true(value == (cases[i].good ? cases[i].value : 4711));
	}
	uint64_t value;

	assert_false(str_to_u64(BYTES("1\0"), 9, &value));
	assert_false(str_to_u64(ABSENT, 9, &value));
	assert_true(str_to_u64((struct str){"123", 2}, 99, &value));
	assert_true(value == 12);
}

static void knows_ascii_alone(void **state)
{
	for (int c = CHAR_MIN; c <= CHAR_MAX; c++) {
		bool upper = c >= 'A' && c <= 'Z';
		bool lower = c >= 'a' && c <= 'z';
		bool digit = c >= '0' && c <= '9';

		assert_int_equal(ascii_lower((char)c), upper ? c + 32 : c);
		assert_int_equal(ascii_is_alpha((char)c), upper || lower);
		assert_int_equal(ascii_is_digit((char)c), digit);
		assert_int_equal(ascii_is_alnum((char)c), upper || lower || digit);
		assert_int_equal(ascii_hex_value((char)c), digit                  ? c - '0'
							   : c >= 'a' && c <= 'f' ? c - 'a' + 10
							   : c >= 'A' && c <= 'F' ? c - 'A' + 10
										  : -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_differs_from_empty),
		cmocka_unit_test(compares_bytes),
		cmocka_unit_test(compares_ascii_without_case),
		cmocka_unit_test(finds_starts_and_ends),
		cmocka_unit_test(trims_blanks),
		cmocka_unit_test(takes_words),
		cmocka_unit_test(cuts_from_a_place),
		cmocka_unit_test(finds_bytes),
		cmocka_unit_test(splits_at_each_separator),
		cmocka_unit_test(splits_within_its_bounds),
		cmocka_unit_test(reads_whole_numbers),
		cmocka_unit_test(knows_ascii_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
