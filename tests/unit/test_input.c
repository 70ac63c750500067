/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void every_name_is_recognised_and_kept(void **state)
{
	(void)state;
	for (int i = 0; i < INPUT_COUNT; i++) {
		struct arena arena;
		struct input input;

		arena_init(&arena, 256);
		input_init(&input);
		char value[] = "value";

		input_add(
			&input, &arena, str_view(input_word((enum input_name)i)), str_view(value));
		value[0] = 'X';
		for (int k = 0; k < INPUT_COUNT; k++) {
			assert_int_equal(input.values[k].data != NULL, k == i);
		}
		assert_true(str_eq_text(input.values[i], "value"));
		assert_int_equal(input.duplicates, 0);
		arena_clear(&arena);
	}
}

static void near_misses_are_passed_over(void **state)
{
	static const char *const names[] = {"", "HTTP_X_REAL_I", "HTTP_X_REAL_IP ",
		"http_x_real_ip", "X_REAL_IP", "HTTP_SSL_CLIENT_CERT", "HTTP_SSL_CLIENT_VERIFY",
		"SSL_CLIENT_CERT_CHAIN", "HTTP_REMOTE_ADDR", "HTTP_DOORWARD_POLICY",
		"HTTP_DOORWARD_TRUST_HEADERS", "CONTENT_LENGTH"};
	struct arena arena;
	struct input input;

	(void)state;
	arena_init(&arena, 256);
	input_init(&input);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		input_add(&input, &arena, str_view(names[i]), str_view("x"));
	}
	input_add(&input, &arena, str_from_bytes("REMOTE_ADDR\0", 12), str_view("x"));
	for (int k = 0; k < INPUT_COUNT; k++) {
		assert_null(input.values[k].data);
	}
	arena_clear(&arena);
}

static void a_second_value_is_a_duplicate_and_changes_nothing(void **state)
{
	static const char *const first[] = {"192.0.2.1", ""};
	struct arena arena;

	(void)state;
	arena_init(&arena, 256);
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		struct input input;

		input_init(&input);
		input_add(&input, &arena, str_view("HTTP_X_REAL_IP"), str_view(first[i]));
		input_add(&input, &arena, str_view("HTTP_X_REAL_IP"), str_view("198.51.100.1"));
		assert_int_equal(input.duplicates, 1U << INPUT_X_REAL_IP);
		assert_true(str_eq_text(input.values[INPUT_X_REAL_IP], first[i]));
	}
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_recognised_and_kept),
		cmocka_unit_test(near_misses_are_passed_over),
		cmocka_unit_test(a_second_value_is_a_duplicate_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
