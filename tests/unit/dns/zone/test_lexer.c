/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/zone/lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct expected {
	unsigned line;
	const char *text;
};

static void assert_entries(const char *file, const struct expected *expected, size_t count)
{
	struct dns_lexer entries;
	const char *why = NULL;

	dns_lexer_init(&entries, str_view(file));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(dns_lexer_next(&entries, &why), DNS_LEXER_ONE);
		assert_int_equal(entries.text_line, expected[i].line);
		assert_string_equal((const char *)entries.text.data, expected[i].text);
	}
	assert_int_equal(dns_lexer_next(&entries, &why), DNS_LEXER_DONE);
	assert_int_equal(dns_lexer_next(&entries, &why), DNS_LEXER_DONE);
	dns_lexer_clear(&entries);
}

static void assert_bad(const char *file, size_t len, unsigned line, const char *expected)
{
	struct dns_lexer entries;
	const char *why = NULL;
	enum dns_lexer_step step;

	dns_lexer_init(&entries, str_from_bytes(file, len));
	do {
		step = dns_lexer_next(&entries, &why);
	} while (step == DNS_LEXER_ONE);
	assert_int_equal(step, DNS_LEXER_BAD);
	assert_int_equal(entries.text_line, line);
	assert_string_equal(why, expected);
	dns_lexer_clear(&entries);
}

static void splits_lines(void **state)
{
	static const struct expected expected[] = {
		{2, "a A 192.0.2.1 "}, {5, "\tA 192.0.2.2"}, {7, "b A 192.0.2.3 "}, {8, "c"}};

	assert_entries("; comment (\n"
		       "a A 192.0.2.1 ; comment \" (\n"
		       "\n"
		       "  \t; ;\n"
		       "\tA 192.0.2.2\n"
		       "\r\n"
		       "b A 192.0.2.3\r\n"
		       "c",
		expected, ARRAY_LEN(expected));
	assert_entries("", NULL, 0);
	assert_entries(" \n;x", NULL, 0);
}

static void joins_parentheses(void **state)
{
	static const struct expected expected[] = {{1, "a SOA b c   1   2  3   4  5  "}, {6, "z"}};

	assert_entries("a SOA b c ( 1 ;one\n 2\n 3 ( 4\n)5\n)\nz\n", expected, 2);
}

static void keeps_quotes_and_escapes(void **state)
{
	static const struct expected expected[] = {
		{1, "a TXT \"x;(\\\" y\" "}, {2, "b\\;\\( TXT c\\\\ "}};

	assert_entries("a TXT \"x;(\\\" y\" ;\nb\\;\\( TXT c\\\\ ;", expected, 2);
}

static void says_what_is_open(void **state)
{
	assert_bad("a\nb (\n\n", 7, 2, "a ( without its )");
	assert_bad("a\n\nb )", 6, 3, "a ) without its (");
	assert_bad("a \"b\nc\"", 7, 1, "a quote that does not end on its line");
	assert_bad("a \"b", 4, 1, "a quote that does not end");
	assert_bad("a\\", 2, 1, "a backslash with nothing behind it");
	assert_bad("a\\\n", 3, 1, "a backslash with nothing behind it");
	assert_bad("a\n\0", 3, 2, "a NUL byte");
	assert_bad("a\\\0", 3, 1, "a NUL byte");
}

static void bounds_entries(void **state)
{
	static char file[DNS_LEXER_MAX + 2];

	memset(file, 'a', sizeof(file));
	for (size_t len = DNS_LEXER_MAX + 2; len > DNS_LEXER_MAX; len--) {
		assert_bad(file, len, 1, "an entry that is over 16 KiB");
	}
	struct dns_lexer entries;
	const char *why = NULL;

	dns_lexer_init(&entries, str_from_bytes(file, DNS_LEXER_MAX));
	assert_int_equal(dns_lexer_next(&entries, &why), DNS_LEXER_ONE);
	assert_int_equal(strlen((const char *)entries.text.data), DNS_LEXER_MAX);
	assert_int_equal(dns_lexer_next(&entries, &why), DNS_LEXER_DONE);
	dns_lexer_clear(&entries);
}

static void reads_ttls(void **state)
{
	static const struct {
		const char *text;
		uint32_t ttl;
	} good[] = {{"0", 0}, {"300", 300}, {"2147483647", INT32_MAX}, {"1h", 3600},
		{"1H30m", 5400}, {"1w2d3h4m5s", 604800 + 2 * 86400 + 3 * 3600 + 4 * 60 + 5},
		{"1m30", 90}};
	static const char *const bad[] = {"", "x", "1x", "h", "1hh", "-1", "1.2.3.4", "2147483648",
		"99999999999999999999", "3551w", "2147483647s1", " 1", "1 "};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		uint32_t ttl;

		assert_true(dns_lexer_ttl(str_view(good[i].text), &ttl));
		assert_int_equal(ttl, good[i].ttl);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint32_t ttl = 77;

		assert_false(dns_lexer_ttl(str_view(bad[i]), &ttl));
		assert_int_equal(ttl, 77);
	}
}

static void cuts_words(void **state)
{
	struct str rest = str_view("  a\\ b\tc\\");

	assert_true(str_eq_text(dns_lexer_word(&rest), "a\\ b"));
	assert_true(str_eq_text(dns_lexer_word(&rest), "c\\"));
	assert_int_equal(dns_lexer_word(&rest).len, 0);
	assert_int_equal(dns_lexer_word(&rest).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_lines),
		cmocka_unit_test(joins_parentheses),
		cmocka_unit_test(keeps_quotes_and_escapes),
		cmocka_unit_test(says_what_is_open),
		cmocka_unit_test(bounds_entries),
		cmocka_unit_test(reads_ttls),
		cmocka_unit_test(cuts_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
