/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/admin_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "0123456789abcdef0123456789ABCDEF"

static void only_the_token_itself_is_it(void **state)
{
	struct str token = str_view(TOKEN);
	char twice[2 * sizeof(TOKEN)];

	assert_true(config_admin_token_is(token, token));
	assert_false(config_admin_token_is(str_view(""), token));
	assert_false(config_admin_token_is((struct str){NULL, 0}, token));
	memcpy(twice, TOKEN TOKEN, sizeof(TOKEN TOKEN));
	for (size_t len = 0; len <= 2 * token.len; len++) {
		assert_int_equal(
			config_admin_token_is((struct str){twice, len}, token), len == token.len);
	}
	for (size_t i = 0; i < token.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			char other[sizeof(TOKEN)] = TOKEN;

			other[i] = (char)(other[i] ^ (1 << bit));
			assert_false(config_admin_token_is((struct str){other, token.len}, token));
		}
	}
}

static void nothing_is_an_empty_token(void **state)
{
	assert_false(config_admin_token_is(str_view(""), str_view("")));
	assert_false(config_admin_token_is(str_view("a"), str_view("")));
	assert_false(config_admin_token_is(str_view("a"), (struct str){NULL, 0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_token_itself_is_it),
		cmocka_unit_test(nothing_is_an_empty_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
