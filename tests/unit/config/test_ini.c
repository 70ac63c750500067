/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/ini.h"

#include "unit/config/support.h"

/* The tree as text: "[section]key=value;" and so on, for comparing. */
static char *tree_text(const struct config_ini *ini)
{
	struct bytes out;

	bytes_init(&out, 0);
	for (const struct config_ini_section *s = ini->sections; s != NULL; s = s->next) {
		bytes_appendf(&out, "[%s]", s->name.data);
		for (const struct config_ini_entry *e = s->entries; e != NULL; e = e->next) {
			bytes_appendf(&out, "%u:%u %s=%s|", e->line, e->column, e->key.data,
				e->value.data);
		}
	}
	bytes_append_u8(&out, '\0');
	assert_false(out.failed);
	return (char *)out.data;
}

static void expect_bytes(struct str text, const char *tree, const char *messages)
{
	struct arena arena;
	struct config_ini ini;
	struct diag diag;

	arena_init(&arena, 1024);
	diag_init(&diag);
	bool good = config_ini_read_text("t", text, &arena, &ini, &diag);
	char *got = tree_text(&ini);

	assert_string_equal(diag_text(&diag), messages);
	assert_string_equal(got, tree);
	assert_int_equal(good, diag.errors == 0);
	free(got);
	diag_clear(&diag);
	arena_clear(&arena);
}

static void expect(const char *text, const char *tree, const char *messages)
{
	expect_bytes(str_view(text), tree, messages);
}

static void good_texts(void **state)
{
	expect("", "", "");
	expect("\n", "", "");
	expect("\n\n; x\n", "", "");
	expect("[a]\nb=c", "[a]2:3 b=c|", "");
	expect("[a]\r\nb = c\r\n\r\n", "[a]2:5 b=c|", "");
	expect("\xef\xbb\xbf[a]\nb=c\n", "[a]2:3 b=c|", "");
	expect("\xef\xbb\xbf; x\n[a]\n", "[a]", "");
	expect("[a]\n[ b\t\tc ] ; d\nx=1\nx=2\n", "[a][b c]3:3 x=1|4:3 x=2|", "");
	expect("[a]\nx = 1 ;2\ny = 1;2\nz = #3\nu = ;\nv =\n",
		"[a]2:5 x=1|3:5 y=1;2|4:5 z=#3|5:5 u=|6:4 v=|", "");
	expect("[a]\nx = = : y\n", "[a]2:5 x== : y|", "");
	expect("[a]\nx = \xc3\xa4\xff\n", "[a]2:5 x=\xc3\xa4\xff|", "");
}

static void continued_values(void **state)
{
	expect("[a]\nx = 1 &\n 2\n", "[a]2:5 x=1 & 2|", "");
	expect("[a]\nx = 1 &   ; one\n\t 2   &\t\n ; between\n\n# between\n  3 ;three\ny=1",
		"[a]2:5 x=1 & 2   & 3|8:3 y=1|", "");
	expect("[a]\nx = &\n 2", "[a]2:5 x=& 2|", "");
	expect("[a]\nx = 1 &\n [b]\n", "[a]2:5 x=1 & [b]|", "");
	expect("[a]\nx = 1 &\n y = 2\n", "[a]2:5 x=1 & y = 2|", "");
	expect("[a]\nx = 1 & 2\n", "[a]2:5 x=1 & 2|", "");
}

#define INDENTED "error: an indented line: expected one only below a value that ends in &\n"
#define UNENDED "error: the value ends in &: expected an indented line that goes on with it\n"
#define GLUED "error: the value ends in &: expected a blank before it\n"
#define NO_KEY "error: expected [SECTION] or KEY = VALUE\n"

static void indented_lines(void **state)
{
	expect("[a]\nx = 1\n 2\n 3\ny = 4\n", "[a]2:5 x=1|5:5 y=4|", "t:3:1: " INDENTED);
	expect(" [a]\nx=1\n", "",
		"t:1:1: " INDENTED "t:2:1: error: x: expected [SECTION] above it\n");
	expect("[a]\n x = 1\n", "[a]", "t:2:1: " INDENTED);
	expect("[a]\nx = 1\n\n 2\n;c\n\n 3\ny = 1\n 4", "[a]2:5 x=1|8:5 y=1|",
		"t:4:1: " INDENTED "t:9:1: " INDENTED);
}

static void ends_in_ampersand(void **state)
{
	expect("[a]\nx = 1 &\n", "[a]", "t:2:5: " UNENDED);
	expect("[a]\nx = 1 &\ny = 2\n", "[a]3:5 y=2|", "t:2:5: " UNENDED);
	expect("[a]\nx = 1 &\n[b]\ny = 2\n", "[a][b]4:5 y=2|", "t:2:5: " UNENDED);
	expect("[a]\nx = 1 &\nnonsense\n 2\n", "[a]", "t:2:5: " UNENDED "t:3:1: " NO_KEY);
	expect("[a]\nx = 1 & ; c\n\n", "[a]", "t:2:5: " UNENDED);
	expect("[a]\nx = 1 &\n 2 &\n", "[a]", "t:2:5: " UNENDED);
	expect("[a]\nx = 1&\n 2\ny = 3\n", "[a]4:5 y=3|", "t:2: " GLUED);
	expect("[a]\nx = 1 &\n 2&\n 3\ny = 3\n", "[a]5:5 y=3|", "t:3: " GLUED);
}

static void bad_lines(void **state)
{
	expect("[a]\nx\ny = 1\n", "[a]3:5 y=1|", "t:2:1: " NO_KEY);
	expect("[a]\nx: 1\n 2\ny = 1\n", "[a]4:5 y=1|", "t:2:1: " NO_KEY);
	expect("x = 1\n", "", "t:1:1: error: x: expected [SECTION] above it\n");
	expect("[a\nx = 1\n[b]\ny = 1\n", "[b]4:5 y=1|",
		"t:1:1: error: expected ] after the name of the section\n");
	expect("[b]\n[a] a\nx = 1\n", "[b]",
		"t:2:4: error: expected nothing after the ] of a section\n");
	expect_bytes(str_from_bytes("[a]\nx = 1\0\n y\ny = 2", 19), "[a]4:5 y=2|",
		"t:2:6: error: byte 0x00: expected text without control characters\n");
	expect("[a]\nx = 1\x1b\n", "[a]",
		"t:2:6: error: byte 0x1b: expected text without control characters\n");
	expect("[a]\n\xef\xbb\xbfx = 1\n", "[a]2:8 \xef\xbb\xbfx=1|", "");
}

static void sections_given_twice(void **state)
{
	expect("[a]\nx = 1\n[b]\n[a]\ny = 2\n", "[a]2:5 x=1|5:5 y=2|[b]",
		"t:4:1: error: [a] is given twice, first in t:1\n");
	expect("[p  x]\n[p\tx]\n[p x]", "[p x]",
		"t:2:1: error: [p x] is given twice, first in t:1\n"
		"t:3:1: error: [p x] is given twice, first in t:1\n");
}

/* A line is read whole at every length that is allowed, and refused past it. */
static void long_lines(void **state)
{
	for (size_t len = 1; len <= 450; len++) {
		struct bytes text;
		struct bytes tree;
		bool fits = len + strlen("key = ") <= CONFIG_INI_MAX_LINE;

		bytes_init(&text, 0);
		bytes_init(&tree, 0);
		bytes_append_text(&text, "[a]\nkey = ");
		bytes_append_text(&tree, fits ? "[a]2:7 key=" : "[a]");
		for (size_t i = 0; i < len; i++) {
			bytes_append_u8(&text, (uint8_t)('a' + i % 26));
			if (fits) {
				bytes_append_u8(&tree, (uint8_t)('a' + i % 26));
			}
		}
		bytes_append_text(&text, "\nz = 1\n");
		bytes_append_text(&tree, fits ? "|3:5 z=1|" : "3:5 z=1|");
		bytes_append_u8(&tree, '\0');
		expect_bytes(bytes_view(&text), (char *)tree.data,
			fits ? "" : "t:2:200: error: expected at most 199 bytes in a line\n");
		bytes_clear(&text);
		bytes_clear(&tree);
	}
}

/* Whatever the text is cut down to, it ends in a tree and messages, never in less than both. */
static void every_cut(void **state)
{
	static const char text[] = "\xef\xbb\xbf; c\r\n[policy  a] ; d\nallow = host .a &\n\tip "
				   "192.0.2.0/24 ; e\n[b\nx\n  y\nz=;\n[policy a]\nq = 1&\n";

	for (size_t len = 0; len < sizeof(text); len++) {
		struct arena arena;
		struct config_ini ini;
		struct diag diag;

		arena_init(&arena, 1024);
		diag_init(&diag);
		/* A copy of just that length lets a sanitizer see a read past it. */
		char *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, text, len);
		bool good = config_ini_read_text("t", (struct str){copy, len}, &arena, &ini, &diag);

		assert_int_equal(good, diag.errors == 0);
		free(copy);
		free(tree_text(&ini));
		diag_clear(&diag);
		arena_clear(&arena);
	}
}

static void too_many_sections(void **state)
{
	struct bytes text;
	struct arena arena;
	struct config_ini ini;
	struct diag diag;

	bytes_init(&text, 0);
	for (unsigned i = 0; i <= CONFIG_INI_MAX_SECTIONS; i++) {
		bytes_appendf(&text, "[%u]\n", i);
	}
	arena_init(&arena, 65536);
	diag_init(&diag);
	assert_false(config_ini_read_text("t", bytes_view(&text), &arena, &ini, &diag));
	assert_string_equal(
		diag_text(&diag), "t:4097:1: error: [4096]: expected at most 4096 sections\n");
	assert_int_equal(ini.section_count, 4096);
	diag_clear(&diag);
	arena_clear(&arena);
	bytes_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_texts),
		cmocka_unit_test(continued_values),
		cmocka_unit_test(indented_lines),
		cmocka_unit_test(ends_in_ampersand),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(sections_given_twice),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(every_cut),
		cmocka_unit_test(too_many_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
