/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/admin_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

/* Whether a request with this target and this Host header names this machine. */
static bool is_local(const char *target, const char *host)
{
	static struct http_head head;
	char text[512];

	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost:%s\r\n\r\n", target, host);
	assert_int_equal(http_head_parse(str_view(text), &head), HTTP_HEAD_GOOD);
	return daemon_admin_host_is_local(&head);
}

static void addresses_and_localhost_name_this_machine(void **state)
{
	static const char *const hosts[] = {"localhost", "LocalHost", "localhost:9180", "127.0.0.1",
		"127.0.0.1:9180", "[::1]", "[::1]:9180", "192.0.2.1:80"};

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		assert_true(is_local("/status.json", hosts[i]));
	}
}

static void names_that_dns_could_answer_do_not(void **state)
{
	static const char *const hosts[] = {"evil.example", "evil.example:9180",
		"localhost.evil.example", "127.0.0.1.evil.example", "localhost:", "localhost:x",
		"localhost:99999", "127.0.0.1:", "[::1", "::1", "[::1]x", "[127.0.0.1]", "127.1",
		"0x7f.0.0.1", "2130706433", "", "localhost.", "[]"};

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		static struct http_head head;
		char text[512];

		/* The parser may refuse it before. */
		snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i]);
		if (http_head_parse(str_view(text), &head) == HTTP_HEAD_GOOD) {
			assert_false(daemon_admin_host_is_local(&head));
		}
	}
}

static void the_target_is_a_path(void **state)
{
	assert_false(is_local("http://evil.example/status.json", "localhost"));
	assert_false(is_local("http://127.0.0.1/status.json", "127.0.0.1"));
	assert_false(is_local("*", "localhost"));
}

static void old_clients_send_no_host(void **state)
{
	static struct http_head head;

	assert_int_equal(
		http_head_parse(str_view("GET / HTTP/1.0\r\n\r\n"), &head), HTTP_HEAD_GOOD);
	assert_true(daemon_admin_host_is_local(&head));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_localhost_name_this_machine),
		cmocka_unit_test(names_that_dns_could_answer_do_not),
		cmocka_unit_test(the_target_is_a_path),
		cmocka_unit_test(old_clients_send_no_host),
	};

	http_head_library_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
