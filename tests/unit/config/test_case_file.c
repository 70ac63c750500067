/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/case_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char text[] = "[defaults]\n"
			   "zone = names.zone\n"
			   "policy = shop\n"
			   "user_agent = curl\n"
			   "dns_error = *\n"
			   "[case one]\n"
			   "ip = 192.0.2.1\n"
			   "user_agent =\n"
			   "uri = /a\n"
			   "method = GET\n"
			   "http_host = h\n"
			   "verify_status = NONE\n"
			   "cert = /a.pem\n"
			   "chain = b.pem\n"
			   "at = 1970-01-01T00:01:00Z\n"
			   "dns_error = a.example, 192.0.2.1\n"
			   "expect = deny\n"
			   "reason = rule\n"
			   "rule = a.conf:1\n"
			   "hostname =\n"
			   "status = 403\n"
			   "[case two]\n"
			   "expect = allow\n";

struct file {
	struct arena arena;
	struct diag diag;
	struct config_cases cases;
};

static bool read_text(struct file *f, const char *path, size_t len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
	arena_init(&f->arena, 4096);
	diag_init(&f->diag);
	bool good = config_cases_read(path, &f->arena, &f->cases, &f->diag);

	assert_int_equal(good, f->diag.errors == 0);
	return good;
}

static void clear(struct file *f)
{
	diag_clear(&f->diag);
	arena_clear(&f->arena);
}

static void assert_text(struct str got, const char *expected)
{
	assert_true(str_eq_text(got, expected));
}

static void reads_every_key(void **state)
{
	struct file f;
	struct dns_name name;

	assert_true(read_text(&f, *state, strlen(text)));
	assert_int_equal(f.cases.count, 2);
	assert_string_equal(f.cases.zone.path, "/tmp/names.zone");

	const struct config_case *c = &f.cases.items[0];

	assert_text(c->name, "one");
	assert_int_equal(c->place.line, 6);
	assert_text(c->ip, "192.0.2.1");
	assert_text(c->policy, "shop");
	assert_null(c->user_agent.data);
	assert_text(c->uri, "/a");
	assert_text(c->method, "GET");
	assert_text(c->http_host, "h");
	assert_text(c->verify_status, "NONE");
	assert_string_equal(c->cert.path, "/a.pem");
	assert_string_equal(c->chain.path, "/tmp/b.pem");
	assert_true(c->has_time && c->wall_s == 60);
	assert_false(c->all_fail);
	assert_int_equal(c->failing_count, 2);
	assert_true(dns_name_from_text(str_view("1.2.0.192.in-addr.arpa"), &name));
	assert_true(dns_name_eq(&c->failing[1], &name));
	assert_string_equal(c->verdict, "deny");
	assert_string_equal(c->reason, "rule");
	assert_text(c->rule, "a.conf:1");
	assert_true(c->hostname.data != NULL && c->hostname.len == 0);
	assert_int_equal(c->status, 403);

	c = &f.cases.items[1];
	assert_text(c->user_agent, "curl");
	assert_true(c->all_fail && !c->has_time);
	assert_true(c->cert.path == NULL && c->reason == NULL && c->status == 0);
	assert_true(c->ip.data == NULL && c->rule.data == NULL && c->hostname.data == NULL);
	clear(&f);
}

static void takes_a_file_cut_anywhere_for_what_it_is(void **state)
{
	struct file f;

	for (size_t len = 0; len <= strlen(text); len++) {
		if (read_text(&f, *state, len)) {
			assert_true(f.cases.count > 0);
			for (size_t i = 0; i < f.cases.count; i++) {
				assert_non_null(f.cases.items[i].verdict);
			}
		}
		clear(&f);
	}
}

static int make_file(void **state)
{
	char path[] = "/tmp/doorward-cases-XXXXXX";
	int fd = mkstemp(path);

	*state = strdup(path);
	return fd < 0 || *state == NULL || close(fd) != 0;
}

static int remove_file(void **state)
{
	int failed = unlink(*state);

	free(*state);
	return failed;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(takes_a_file_cut_anywhere_for_what_it_is),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
