/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/http_host.h"

#include "unit/policy/kit.h"

static void one_form(void **state)
{
	static const char *const cases[][2] = {
		{"a.example", "a.example"},
		{"A.Example", "a.example"},
		{"a.example.", "a.example"},
		{"a.example:443", "a.example"},
		{"a.example.:443", "a.example"},
		{"a.example:", "a.example"},
		{"a.example:00443", "a.example"},
		{"a_b-c", "a_b-c"},
		{"192.0.2.1:80", "192.0.2.1"},
		{"[2001:DB8::1]:443", "[2001:db8::1]"},
		{"[::1]", "[::1]"},
		{"[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]"},
		{"", NULL},
		{".", NULL},
		{":443", NULL},
		{".example", NULL},
		{"a..example", NULL},
		{"a.example..", NULL},
		{"a.example:443:443", NULL},
		{"a.example:x", NULL},
		{"a.example: 443", NULL},
		{"a.example:-1", NULL},
		{" a.example", NULL},
		{"a.example ", NULL},
		{"u@a.example", NULL},
		{"a.example, b.example", NULL},
		{"a.example/x", NULL},
		{"a.example%2e", NULL},
		{"a\\b", NULL},
		{"b\xc3\xbc.example", NULL},
		{"[::1", NULL},
		{"[]", NULL},
		{"[::1]x", NULL},
		{"[::1].", NULL},
		{"[a.example]", NULL},
		{"::1", NULL},
		{"2001:db8::1", NULL},
		{"[fe80::1%25eth0]", NULL},
	};
	char room[64];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str host = {NULL, 0};
		bool good = policy_http_host_read(str_view(cases[i][0]), room, sizeof(room), &host);

		if (good != (cases[i][1] != NULL)) {
			print_error("%s\n", cases[i][0]);
		}
		assert_int_equal(good, cases[i][1] != NULL);
		if (good) {
			assert_str(host, cases[i][1]);
		}
	}
	struct str host = {NULL, 0};

	assert_false(policy_http_host_read((struct str){"a\0b", 3}, room, sizeof(room), &host));
	assert_false(policy_http_host_read((struct str){NULL, 0}, room, sizeof(room), &host));
}

static void a_host_is_never_written_past_its_room(void **state)
{
	char text[80];
	struct str host;

	memset(text, 'a', sizeof(text));
	for (size_t len = 1; len <= sizeof(text); len++) {
		for (size_t max = 0; max <= sizeof(text); max++) {
			char *room = malloc(max > 0 ? max : 1);

			assert_non_null(room);
			assert_int_equal(
				policy_http_host_read((struct str){text, len}, room, max, &host),
				len <= max);
			free(room);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_form),
		cmocka_unit_test(a_host_is_never_written_past_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
