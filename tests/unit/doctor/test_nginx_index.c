/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* What is found by the index is what a look at all directives finds. */

#include "doctor/nginx_index.h"

#include "config/config_private.h"

#include "doctor/nginx.h"
#include "doctor/nginx_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAIN "/etc/nginx/nginx.conf"

static const char doorward[] = "[server]\nlisten = unix:/d.sock\nlisten = http:127.0.0.1:9182\n"
			       "[policy default]\nallow = *\n[policy one]\nallow = *\n";

static const char main_text[] =
	"user www-data;\n"
	"http {\n"
	"upstream back { server 127.0.0.1:8080; }\n"
	"upstream two { server 127.0.0.1:1; server 127.0.0.1:2; }\n"
	"upstream back { server 127.0.0.1:8081; }\n"
	"map $host $policy { default one; a lost; }\n"
	"error_page 502 =200 /sorry;\n"
	"server {\n"
	"  auth_request /doorward;\n"
	"  include inner.conf;\n"
	"  location /a { return 200 x; }\n"
	"  location /a/b { auth_request off; proxy_pass http://back; }\n"
	"  location = /a { auth_request /lost; client_max_body_size 8m; proxy_pass http://back;\n"
	"    proxy_set_header X-Client-Name $name; }\n"
	"  location ^~ /a { proxy_pass http://back; proxy_set_header x-client-name $name; }\n"
	"  location / { rewrite ^ /b last; location /c { proxy_pass http://two; } }\n"
	"}\n"
	"server {\n"
	"  location ~ x { auth_request /none; }\n"
	"  location /p { auth_request /doorward/lost; }\n"
	"  location ~ \"^/doorward/(?<p>.*)$\" { fastcgi_pass unix:/d.sock;\n"
	"    fastcgi_param DOORWARD_POLICY $p; fastcgi_param REMOTE_ADDR $remote_addr; }\n"
	"  location /v { internal; fastcgi_pass unix:/d.sock; fastcgi_param DOORWARD_POLICY "
	"$policy; }\n"
	"  location /w { proxy_pass http://127.0.0.1:9182/auth; }\n"
	"}\n"
	"}\n";
static const char inner_text[] = "location = /doorward { internal; fastcgi_pass unix:/d.sock; }\n"
				 "location /doorward { proxy_pass http://back; }\n"
				 "client_max_body_size 1m;\n";

static bool read_file(const void *ctx, const char *path, struct bytes *text, const char **why)
{
	*why = "there is no such file";
	return strcmp(path, MAIN) == 0                      ? bytes_append_text(text, main_text)
	       : strcmp(path, "/etc/nginx/inner.conf") == 0 ? bytes_append_text(text, inner_text)
							    : false;
}

static bool glob_files(
	const void *ctx, const char *pattern, struct arena *arena, struct str_list *out)
{
	*out = (struct str_list){NULL, 0};
	return true;
}

static struct import_node *parse(struct arena *arena)
{
	const struct import_source source = {NULL, read_file, glob_files};
	struct import_node *root;
	struct diag diag;
	bool unreadable;

	diag_init(&diag);
	assert_true(import_nginx_parse(MAIN, &source, arena, &diag, &root, &unreadable));
	diag_clear(&diag);
	return root;
}

static void findings_are_the_same(void **state)
{
	struct diag loading, all, indexed;
	struct arena arena;

	arena_init(&arena, 4096);
	diag_init(&loading);
	diag_init(&all);
	diag_init(&indexed);
	struct config *config =
		config_load_text("/etc/doorward.conf", str_view(doorward), &loading);
	struct import_node *root = parse(&arena);

	assert_non_null(config);
	size_t asked = doctor_look_at_nginx(root, config, &all);

	assert_true(nginx_index(root, &arena));
	assert_int_equal(doctor_look_at_nginx(root, config, &indexed), asked);
	assert_true(asked > 3);
	assert_true(all.errors > 5 && all.warnings > 2);
	assert_int_equal(indexed.text.len, all.text.len);
	assert_memory_equal(indexed.text.data, all.text.data, all.text.len);
	config_unref(config);
	diag_clear(&loading);
	diag_clear(&all);
	diag_clear(&indexed);
	arena_clear(&arena);
}

struct locations {
	const struct import_node *found[64];
	size_t count;
};

static void find_all(const struct import_node *root, struct locations *out)
{
	static const char *const uris[] = {"/", "/a", "/a/", "/a/b", "/a/bc", "/doorward",
		"/doorward/x", "/c", "/none", "", "x"};
	const struct import_node *server = NULL;
	const struct import_node *http = nginx_find(root, NULL, "http");

	out->count = 0;
	while ((server = nginx_find(http, server, "server")) != NULL) {
		for (size_t i = 0; i < 2 * ARRAY_LEN(uris); i++) {
			assert_true(out->count < ARRAY_LEN(out->found));
			out->found[out->count++] =
				nginx_location_of(server, str_view(uris[i / 2]), i % 2 == 0);
		}
	}
}

static void locations_are_the_same(void **state)
{
	struct locations all, indexed;
	struct arena arena;

	arena_init(&arena, 4096);
	struct import_node *root = parse(&arena);

	find_all(root, &all);
	assert_true(nginx_index(root, &arena));
	find_all(root, &indexed);
	assert_int_equal(all.count, indexed.count);
	assert_memory_equal(all.found, indexed.found, all.count * sizeof(*all.found));
	assert_non_null(all.found[0]);
	arena_clear(&arena);
}

static void next(void **state)
{
	struct arena arena;

	arena_init(&arena, 4096);
	struct import_node *root = parse(&arena);
	const struct import_node *http = nginx_find(root, NULL, "http");
	const struct import_node *all[8] = {NULL};
	const struct import_node *node = NULL;
	size_t count = 0;

	while ((node = nginx_find(http, node, "upstream")) != NULL) {
		all[count++] = node;
	}
	assert_int_equal(count, 3);
	assert_true(nginx_index(root, &arena));
	for (size_t i = 0; i <= count; i++) {
		node = nginx_find(http, node, "upstream");
		assert_ptr_equal(node, i < count ? all[i] : NULL);
	}
	assert_ptr_equal(nginx_find(http, all[2], "server"), nginx_find(http, NULL, "server"));
	assert_null(nginx_find(http, NULL, "listen"));
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_are_the_same),
		cmocka_unit_test(locations_are_the_same),
		cmocka_unit_test(next),
	};

	return cmocka_run_group_tests_name("doctor/nginx_index", tests, NULL, NULL);
}
