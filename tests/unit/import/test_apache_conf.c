/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/apache_conf.h"
#include "unit/import/kit.h"

static const char site[] = "# a comment \\\n<and its end>\n"
			   "ServerName\tx\r\n"
			   "<Directory \"/var/www/a b\">\n"
			   "  Require host a.example \\\n\t'b c' \"d\\\"e\" f\\\\g\n"
			   "  <requireAny>\n"
			   "  </RequireAny>\n"
			   "</Directory>\n";

/* The tree as text: name and words in <>, a section's inside in {}. */
static void draw(const struct import_directive *parent, struct bytes *out)
{
	for (const struct import_directive *d = parent->children; d != NULL; d = d->next) {
		bytes_appendf(out, "%u<", d->line);
		bytes_append_str(out, d->name);
		for (size_t i = 0; i < d->count; i++) {
			bytes_append_text(out, "|");
			bytes_append_str(out, d->words[i]);
		}
		bytes_append_text(out, ">");
		if (d->section) {
			bytes_append_text(out, "{");
			draw(d, out);
			bytes_append_text(out, "}");
		}
	}
}

static bool parse(struct str text, struct arena *arena, struct diag *diag, struct bytes *tree)
{
	struct import_directive *root;
	bool good = import_apache_parse("a.conf", text, arena, diag, &root);

	if (good) {
		draw(root, tree);
	}
	return good;
}

static void reads_lines_as_apache_does(void **state)
{
	assert_parse(parse, str_view(site), true,
		"3<ServerName|x>4<Directory|/var/www/a b>{"
		"5<Require|host|a.example|b c|d\"e|f\\g>7<requireAny>{}}");
}

/* A section is read only with its end; lines outside of one stand for themselves. */
static void is_whole_or_refused_at_every_length(void **state)
{
	struct bytes tree;
	size_t section = (size_t)(strstr(site, "<Directory") - site);
	size_t whole = strlen(site);

	bytes_init(&tree, 0);
	for (size_t len = 0; len <= whole; len++) {
		bool good = len <= section || len + 1 >= whole;

		bytes_reset(&tree, SIZE_MAX);
		assert_int_equal(parses(parse, (struct str){site, len}, &tree), good);
	}
	bytes_clear(&tree);
}

static void says_what_was_expected(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"\n<A>\n", "a.conf:2: error: a section that does not end: expected its </...>\n"},
		{"</A>\n", "a.conf:1: error: expected the end of the section that is open\n"},
		{"<A>\n</B>\n", "a.conf:2: error: expected the end of the section that is open\n"},
		{"<A", "a.conf:1: error: expected > at the end of a section's line\n"},
		{"<>", "a.conf:1: error: expected the name of a section, at most 64 deep\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_parse(parse, str_view(cases[i].text), false, cases[i].message);
	}
}

static void is_bounded(void **state)
{
	struct bytes text;
	struct bytes tree;

	bytes_init(&text, 0);
	bytes_init(&tree, 0);
	for (size_t deep = 0; deep <= IMPORT_APACHE_MAX_DEPTH; deep++) {
		bytes_append_text(&text, "<A>\n");
	}
	assert_false(parses(parse, bytes_view(&text), &tree));
	bytes_reset(&text, SIZE_MAX);
	for (size_t len = 0; len <= IMPORT_APACHE_MAX_LINE; len++) {
		bytes_append_text(&text, "a");
	}
	assert_false(parses(parse, bytes_view(&text), &tree));
	assert_true(parses(parse, str_from(bytes_view(&text), 1), &tree));
	bytes_reset(&text, SIZE_MAX);
	for (size_t lines = 0; lines <= IMPORT_APACHE_MAX_LINE; lines++) {
		bytes_append_text(&text, "a\\\n");
	}
	assert_false(parses(parse, bytes_view(&text), &tree));
	bytes_reset(&text, SIZE_MAX);
	bytes_append_text(&text, "a ");
	for (size_t words = 0; words <= IMPORT_APACHE_MAX_WORDS; words++) {
		bytes_append_text(&text, "\"");
	}
	assert_false(parses(parse, bytes_view(&text), &tree));
	bytes_clear(&text);
	bytes_clear(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines_as_apache_does),
		cmocka_unit_test(is_whole_or_refused_at_every_length),
		cmocka_unit_test(says_what_was_expected),
		cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
