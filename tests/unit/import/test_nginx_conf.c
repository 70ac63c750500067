/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/nginx_conf.h"
#include "import/nginx_lexer.h"
#include "unit/import/kit.h"

#define SITE "/etc/nginx/site.conf"

static const char site[] = "# a comment { \"\n"
			   "server {\n"
			   "\tserver_name \"a b\" c\\;d 'it\\'s' ${x}y;\n"
			   "\tinit_by_lua_block { s = \"}\" -- }\n t = [==[ } ]] ]==] u = {} }\n"
			   "\tif ($http_user_agent ~* \"x\\\"y\") { rdns on; }\n"
			   "\tinclude inner/*.conf;\n"
			   "\tmap $a $b { include other; }\n"
			   "}\n";
static const char inner[] = "location = /a { rdns_deny \"\\.a$\"; }\n";

/* The site, cut at `ctx`, and a file that it includes. */
static bool read_file(const void *ctx, const char *path, struct bytes *text, const char **why)
{
	const struct str *cut = ctx;

	*why = "there is no such file";
	return strcmp(path, SITE) == 0 ? bytes_append_str(text, *cut)
				       : strcmp(path, "/etc/nginx/inner/1.conf") == 0 &&
						 bytes_append_text(text, inner);
}

static bool glob_files(
	const void *ctx, const char *pattern, struct arena *arena, struct str_list *out)
{
	struct str *path = arena_alloc(arena, 1, sizeof(*path));

	assert_string_equal(pattern, "/etc/nginx/inner/*.conf");
	*path = str_view("/etc/nginx/inner/1.conf");
	*out = (struct str_list){path, 1};
	return true;
}

/* The tree as text: each directive's words in <>, each block's inside in {}. */
static void draw(const struct import_node *node, struct bytes *out)
{
	for (const struct import_node *n = node->children; n != NULL; n = n->next) {
		for (size_t i = 0; i < n->arg_count; i++) {
			bytes_append_text(out, "<");
			bytes_append_str(out, n->args[i]);
			bytes_append_text(out, ">");
		}
		assert_true(n->begin <= n->finish && n->finish <= n->file->text.len);
		if (n->children != NULL || n->block) {
			bytes_append_text(out, "{");
			draw(n, out);
			bytes_append_text(out, "}");
		}
	}
}

static bool parse(struct str text, struct arena *arena, struct diag *diag, struct bytes *tree)
{
	const struct import_source source = {&text, read_file, glob_files};
	struct import_node *root;
	bool unreadable;
	bool good = import_nginx_parse(SITE, &source, arena, diag, &root, &unreadable);

	assert_false(unreadable);
	if (good) {
		draw(root, tree);
	}
	return good;
}

static void reads_words_as_nginx_does(void **state)
{
	assert_parse(parse, str_view(site), true,
		"<server>{<server_name><a b><c\\;d><it's><${x}y><init_by_lua_block>{}"
		"<if><($http_user_agent><~*><x\"y><)>{<rdns><on>}"
		"<include><inner/*.conf>{{<location><=></a>{<rdns_deny><\\.a$>}}}"
		"<map><$a><$b>{<include><other>}}");
}

static void is_whole_or_refused_at_every_length(void **state)
{
	struct bytes tree;
	size_t whole = strlen(site);

	bytes_init(&tree, 0);
	for (size_t len = 0; len <= whole; len++) {
		bool ends = len <= (size_t)(strchr(site, '\n') - site) + 1 || len + 1 >= whole;

		bytes_reset(&tree, SIZE_MAX);
		assert_int_equal(parses(parse, (struct str){site, len}, &tree), ends);
	}
	bytes_clear(&tree);
}

static void says_what_was_expected(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"a {\n", SITE ":2: error: the file ends: expected \"}\"\n"},
		{"a\n", SITE ":2: error: the file ends: expected \";\" or \"{\"\n"},
		{"}", SITE ":1: error: \"}\": expected a { before it\n"},
		{"a { b }", SITE ":1: error: \"}\": expected \";\" before it\n"},
		{";", SITE ":1: error: \";\": expected a directive before it\n"},
		{"{", SITE ":1: error: \"{\": expected a directive before it\n"},
		{"a \"b\"c;",
			SITE ":1: error: expected a blank, \";\", \"{\" or \")\" after a quote\n"},
		{"a 'b", SITE ":1: error: the file ends in quotes: expected a closing one\n"},
		{"x_by_lua_block { [[ }",
			SITE ":1: error: the file ends in a block of Lua: expected its }\n"},
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
	for (size_t deep = 0; deep <= IMPORT_NGINX_MAX_DEPTH; deep++) {
		bytes_append_text(&text, "a {");
	}
	assert_false(parses(parse, bytes_view(&text), &tree));
	bytes_reset(&text, SIZE_MAX);
	for (size_t words = 0; words <= IMPORT_NGINX_MAX_ARGS; words++) {
		bytes_append_text(&text, "a ");
	}
	bytes_append_text(&text, ";");
	assert_false(parses(parse, bytes_view(&text), &tree));
	bytes_reset(&text, SIZE_MAX);
	for (size_t len = 0; len <= IMPORT_NGINX_MAX_WORD; len++) {
		bytes_append_text(&text, "a");
	}
	bytes_append_text(&text, ";");
	assert_false(parses(parse, bytes_view(&text), &tree));
	assert_true(parses(parse, str_from(bytes_view(&text), 1), &tree));
	bytes_clear(&text);
	/* A file that includes itself. */
	assert_false(parses(parse, str_view("include " SITE ";"), &tree));
	bytes_clear(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_words_as_nginx_does),
		cmocka_unit_test(is_whole_or_refused_at_every_length),
		cmocka_unit_test(says_what_was_expected),
		cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
