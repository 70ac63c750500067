/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/ini_line.h"

#include "config/ini.h"

#include "unit/assert_bytes.h"
#include "unit/config/support.h"

static struct config_ini_line read_line(const char *text)
{
	return config_ini_line_read(str_view(text));
}

static void assert_bad(const char *text, unsigned column, const char *why)
{
	struct config_ini_line line = read_line(text);

	assert_int_equal(line.kind, CONFIG_INI_BAD);
	assert_int_equal(line.column, column);
	assert_string_equal(line.why, why);
}

static void assert_str(struct str got, const char *expected)
{
	assert_bytes(got.data, got.len, expected, strlen(expected));
}

static void nothing(void **state)
{
	const char *lines[] = {"", " ", "\t\t ", "\r", "; x = y", "# [x]", "  ;", "\t# x", ";\r"};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(read_line(lines[i]).kind, CONFIG_INI_NOTHING);
	}
}

static void sections(void **state)
{
	static const struct {
		const char *line;
		const char *name;
	} cases[] = {{"[server]", "server"}, {"[ policy  x ]\r", "policy  x"}, {"[a] ; b", "a"},
		{"[a]\t;", "a"}, {"[]", ""}, {"[a;b]", "a;b"},
		{"[1234567890123456789012345678901234567890123456789]",
			"1234567890123456789012345678901234567890123456789"}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct config_ini_line line = read_line(cases[i].line);

		assert_int_equal(line.kind, CONFIG_INI_SECTION);
		assert_str(line.name, cases[i].name);
	}
	assert_bad("[server", 1, "expected ] after the name of the section");
	assert_bad("[a ;b]", 1, "expected ] after the name of the section");
	assert_bad("[a] b", 4, "expected nothing after the ] of a section");
	assert_bad("[a];b", 4, "expected nothing after the ] of a section");
	assert_bad("[a] # b", 4, "expected nothing after the ] of a section");
	assert_bad("[a]]", 4, "expected nothing after the ] of a section");
	assert_bad("[12345678901234567890123456789012345678901234567890]", 2,
		"expected at most 49 bytes in the name of a section");
}

static void keys(void **state)
{
	static const struct {
		const char *line;
		const char *name;
		unsigned column;
	} cases[] = {{"a=b", "a", 3}, {"a = b", "a", 5}, {"a\t=\t\tb\r", "a", 6}, {"a =", "a", 4},
		{"a == b", "a", 4}, {"a b = c", "a b", 7}, {"a = ;b", "a", 5},
		{"a;b = c", "a;b", 7}, {"a = [b]", "a", 5}, {"a = b: c", "a", 5},
		{"1234567890123456789012345678901234567890123456789=",
			"1234567890123456789012345678901234567890123456789", 51}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct config_ini_line line = read_line(cases[i].line);

		assert_int_equal(line.kind, CONFIG_INI_KEY);
		assert_str(line.name, cases[i].name);
		assert_int_equal(line.column, cases[i].column);
	}
	assert_bad("a", 1, "expected [SECTION] or KEY = VALUE");
	assert_bad("= a", 1, "expected [SECTION] or KEY = VALUE");
	assert_bad("a: b", 1, "expected [SECTION] or KEY = VALUE");
	assert_bad("a:b = c", 1, "expected [SECTION] or KEY = VALUE");
	assert_bad("a ; = b", 1, "expected [SECTION] or KEY = VALUE");
	assert_bad("a=;b", 3, "expected a value, or a blank before the ; of a comment");
	assert_bad("12345678901234567890123456789012345678901234567890=", 1,
		"expected at most 49 bytes in a key");
}

static void indented_lines(void **state)
{
	struct config_ini_line line = read_line("  a b &  ; c");

	assert_int_equal(line.kind, CONFIG_INI_INDENTED);
	assert_str(line.text, "  a b &  ");
	assert_int_equal(read_line("\t[server]").kind, CONFIG_INI_INDENTED);
	assert_int_equal(read_line(" a = b").kind, CONFIG_INI_INDENTED);
}

static void control_bytes(void **state)
{
	for (int c = 0; c < 256; c++) {
		char text[] = "key = a?b";
		bool refused = (c < 0x20 && c != '\t') || c == 0x7f;

		text[7] = (char)c;
		struct config_ini_line line =
			config_ini_line_read(str_from_bytes(text, sizeof(text) - 1));

		assert_int_equal(line.kind, refused ? CONFIG_INI_BAD : CONFIG_INI_KEY);
		if (refused) {
			assert_int_equal(line.wrong, c);
			assert_int_equal(line.column, 8);
		}
	}
	assert_int_equal(config_ini_line_read(str_from_bytes(";\0", 2)).kind, CONFIG_INI_BAD);
	assert_int_equal(read_line("a = b\rc").kind, CONFIG_INI_BAD);
	assert_int_equal(read_line("a = b\r\r").kind, CONFIG_INI_BAD);
}

static void lengths(void **state)
{
	char text[CONFIG_INI_MAX_LINE + 8];

	memset(text, 'x', sizeof(text));
	memcpy(text, "a=", 2);
	assert_int_equal(
		config_ini_line_read((struct str){text, CONFIG_INI_MAX_LINE}).kind, CONFIG_INI_KEY);
	struct config_ini_line line =
		config_ini_line_read((struct str){text, CONFIG_INI_MAX_LINE + 1});

	assert_int_equal(line.kind, CONFIG_INI_BAD);
	assert_int_equal(line.column, 200);
	assert_string_equal(line.why, "expected at most 199 bytes in a line");
	/* Blanks at the end say nothing, a comment line neither. */
	memset(text + CONFIG_INI_MAX_LINE, ' ', 8);
	assert_int_equal(
		config_ini_line_read(str_from_bytes(text, sizeof(text))).kind, CONFIG_INI_KEY);
	memset(text, 'x', sizeof(text));
	text[0] = '#';
	assert_int_equal(
		config_ini_line_read(str_from_bytes(text, sizeof(text))).kind, CONFIG_INI_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(sections),
		cmocka_unit_test(keys),
		cmocka_unit_test(indented_lines),
		cmocka_unit_test(control_bytes),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
