/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void goes_forward(void **state)
{
	uint64_t before = clock_us();

	assert_true(clock_us() >= before);
	assert_true(clock_ms() >= before / 1000);
	assert_true(clock_wall_s() > 1700000000);
}

static void formats_utc(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59Z"},
		{1795277754, "2026-11-21T16:15:54Z"},
		{1709208000, "2024-02-29T12:00:00Z"},
		{2147483648, "2038-01-19T03:14:08Z"},
		{4294967296, "2106-02-07T06:28:16Z"},
		{253402300799, "9999-12-31T23:59:59Z"},
	};
	char text[CLOCK_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t back = 0;

		clock_format(cases[i].seconds, text);
		assert_string_equal(text, cases[i].text);
		assert_true(clock_parse(str_view(text), &back));
		assert_true(back == cases[i].seconds);
	}
	clock_format(INT64_MAX, text);
	assert_string_equal(text, "");
}

static void reads_rfc_3339(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{"2026-11-21T17:12:00Z", 1795281120},
		{"2026-11-21t17:12:00z", 1795281120},
		{"2026-11-21T17:12:00+00:00", 1795281120},
		{"2026-11-21T17:12:00-00:00", 1795281120},
		{"2026-11-21T19:12:00+02:00", 1795281120},
		{"2026-11-21T11:42:00-05:30", 1795281120},
		{"2026-11-22T17:11:00+23:59", 1795281120},
		{"2026-11-21T17:12:00.9Z", 1795281120},
		{"2026-11-21T17:12:00.123456789012+00:00", 1795281120},
		{"2024-02-29T00:00:00Z", 1709164800},
		{"2000-02-29T00:00:00Z", 951782400},
		{"1969-12-31T23:59:59Z", -1},
		{"1970-01-01T00:00:00+01:00", -3600},
		{"9999-12-31T23:59:59Z", 253402300799},
		{"0001-01-01T00:00:00Z", -62135596800},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t seconds = 4711;

		assert_true(clock_parse(str_view(cases[i].text), &seconds));
		assert_true(seconds == cases[i].seconds);
	}
}

static void refuses_other_dates(void **state)
{
	static const char *const cases[] = {
		"",
		"2026",
		"2026-11-21",
		"2026-11-21T17:12",
		"2026-11-21T17:12Z",
		"2026-11-21 17:12:00Z",
		"2026-11-21T17:12:00",
		"2026-11-21T17:12:00 Z",
		"2026-11-21T17:12:00ZZ",
		" 2026-11-21T17:12:00Z",
		"2026-11-21T17:12:00Z ",
		"2026-11-21T17:12:00.Z",
		"2026-11-21T17:12:00.",
		"2026-11-21T17:12:00.5",
		"2026-11-21T17:12:00,5Z",
		"2026-11-21T17:12:60Z",
		"2016-12-31T23:59:60Z",
		"2026-11-21T17:60:00Z",
		"2026-11-21T24:00:00Z",
		"2026-11-00T17:12:00Z",
		"2026-11-31T17:12:00Z",
		"2026-02-29T17:12:00Z",
		"1900-02-29T00:00:00Z",
		"2026-00-21T17:12:00Z",
		"2026-13-21T17:12:00Z",
		"26-11-21T17:12:00Z",
		"12026-11-21T17:12:00Z",
		"2026-1-21T17:12:00Z",
		"2026-11-21T7:12:00Z",
		"2026/11/21T17:12:00Z",
		"+026-11-21T17:12:00Z",
		"-026-11-21T17:12:00Z",
		"2026-+1-21T17:12:00Z",
		"2026-11-21T17:12:00+0000",
		"2026-11-21T17:12:00+00",
		"2026-11-21T17:12:00+00:0",
		"2026-11-21T17:12:00+00:000",
		"2026-11-21T17:12:00+24:00",
		"2026-11-21T17:12:00+00:60",
		"2026-11-21T17:12:00+-1:00",
		"2026-11-21T17:12:00*00:00",
		"2026-11-21T17:12:00UTC",
	};
	int64_t seconds = 4711;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_false(clock_parse(str_view(cases[i]), &seconds));
	}
	static const char whole[] = "2026-11-21T17:12:00.25+01:00";

	for (size_t cut = 0; cut < sizeof(whole) - 1; cut++) {
		assert_false(clock_parse((struct str){whole, cut}, &seconds));
	}
	assert_false(clock_parse((struct str){"2026-11-21T17:12:00Z", 21}, &seconds));
	assert_false(clock_parse((struct str){NULL, 0}, &seconds));
	assert_true(seconds == 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_forward),
		cmocka_unit_test(formats_utc),
		cmocka_unit_test(reads_rfc_3339),
		cmocka_unit_test(refuses_other_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
