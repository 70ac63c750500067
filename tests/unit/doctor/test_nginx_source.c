/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_source.h"

#include "doctor/nginx_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

static const char dump[] =
	"# configuration file /etc/nginx/nginx.conf:\n"
	"http { include conf.d/*.conf; include /etc/nginx/params; }\n"
	"\n"
	"# configuration file /etc/nginx/conf.d/b.conf:\n"
	"server { location / { root /b; } location /x/ { root /x; }\n"
	"location = /doorward { internal; } location ^~ /doorward/ { internal; } }\n"
	"# configuration file /etc/nginx/conf.d/a.conf:\n"
	"server { fastcgi_param A 1; fastcgi_param a 2; location /a { fastcgi_param B 3; if ($x) { "
	"} } }\n"
	"# configuration file /etc/nginx/params:\n"
	"fastcgi_param P 4;\n";

/* The tree of the dump, whose memory is the arena's. */
static struct import_node *parse(struct str text, struct arena *arena, struct nginx_dump *files)
{
	struct import_node *root = NULL;
	struct diag diag;
	bool unreadable;

	diag_init(&diag);
	if (nginx_dump_read(text, arena, files) && !import_nginx_parse(files->first, &files->source,
							   arena, &diag, &root, &unreadable)) {
		root = NULL;
	}
	diag_clear(&diag);
	return root;
}

static void reads_what_nginx_writes(void **state)
{
	struct nginx_dump files;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1024);
	const struct import_node *root = parse(str_view(dump), &arena, &files);

	assert_non_null(root);
	assert_string_equal(files.first, "/etc/nginx/nginx.conf");
	const struct import_node *http = nginx_find(root, NULL, "http");
	const struct import_node *b = nginx_find(http, NULL, "server");
	const struct import_node *a = nginx_find(http, b, "server");

	assert_string_equal(b->file->path, "/etc/nginx/conf.d/b.conf");
	assert_string_equal(a->file->path, "/etc/nginx/conf.d/a.conf");
	assert_null(nginx_find(http, a, "server"));
	assert_ptr_equal(nginx_block_of(a), http);
	assert_ptr_equal(nginx_enclosing(nginx_first(a), "http"), http);
	/* Inherited, unless the level has one of its own. */
	const struct import_node *location = nginx_find(a, NULL, "location");

	assert_true(str_eq_text(nginx_set_value(b, "fastcgi_param", "p"), "4"));
	assert_true(str_eq_text(nginx_set_value(a, "fastcgi_param", "A"), "2"));
	assert_null(nginx_set_value(a, "fastcgi_param", "P").data);
	assert_null(nginx_set_value(location, "fastcgi_param", "A").data);
	assert_true(str_eq_text(
		nginx_set_value(nginx_find(location, NULL, "if"), "fastcgi_param", "B"), "3"));
	arena_clear(&arena);
}

static void finds_locations_as_nginx_does(void **state)
{
	static const struct {
		const char *uri;
		bool whole;
		const char *found; /* the last word of the location */
	} cases[] = {
		{"/doorward", true, "/doorward"},
		{"/doorward/a", true, "/doorward/"},
		{"/doorward/", false, "/doorward/"},
		{"/doorward", false, "/"},
		{"/x/y", true, "/x/"},
		{"/x", true, "/"},
		{"x", true, NULL},
	};
	struct nginx_dump files;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1024);
	const struct import_node *root = parse(str_view(dump), &arena, &files);
	const struct import_node *http = nginx_find(root, NULL, "http");
	const struct import_node *server = nginx_find(http, NULL, "server");

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct import_node *found =
			nginx_location_of(server, str_view(cases[i].uri), cases[i].whole);

		assert_int_equal(found != NULL, cases[i].found != NULL);
		assert_true(found == NULL ||
			    str_eq_text(found->args[found->arg_count - 1], cases[i].found));
	}
	arena_clear(&arena);
}

/* Never read beyond its end: the copy has exactly this size. */
static void takes_every_length(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(dump); len++) {
		char *copy = malloc(len > 0 ? len : 1);
		struct nginx_dump files;
		struct arena arena;

		assert_non_null(copy);
		memcpy(copy, dump, len);
		arena_init(&arena, 1024);
		const struct import_node *root = parse((struct str){copy, len}, &arena, &files);

		assert_true(root == NULL ||
			    len >= strlen("# configuration file /etc/nginx/nginx.conf:"));
		arena_clear(&arena);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_nginx_writes),
		cmocka_unit_test(finds_locations_as_nginx_does),
		cmocka_unit_test(takes_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
