/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/packed_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct prefix prefix(const char *text)
{
	struct prefix value;

	assert_true(prefix_parse(str_view(text), &value));
	return value;
}

static void fields_come_back_in_their_order(void **state)
{
	static const char hostile[] = "a\"b\0\n\xff";
	const struct prefix network = prefix("192.0.2.0/24");
	struct authz_packed_field field;
	struct bytes out;

	bytes_init(&out, 0);
	authz_packed_word(&out, "verdict", "deny");
	authz_packed_number(&out, "status", UINT64_MAX);
	authz_packed_text(&out, "hostname", (struct str){hostile, sizeof(hostile) - 1});
	authz_packed_text(&out, "empty", (struct str){NULL, 0});
	authz_packed_prefix(&out, "ip", &network);
	assert_false(out.failed);

	struct str rest = bytes_view(&out);

	assert_true(authz_packed_next(&rest, &field));
	assert_string_equal(field.name, "verdict");
	assert_int_equal(field.kind, AUTHZ_PACKED_WORD);
	assert_true(str_eq_text(field.text, "deny"));
	assert_true(authz_packed_next(&rest, &field));
	assert_string_equal(field.name, "status");
	assert_int_equal(field.kind, AUTHZ_PACKED_NUMBER);
	assert_int_equal(field.number, UINT64_MAX);
	assert_true(authz_packed_next(&rest, &field));
	assert_int_equal(field.kind, AUTHZ_PACKED_TEXT);
	assert_int_equal(field.text.len, sizeof(hostile) - 1);
	assert_memory_equal(field.text.data, hostile, sizeof(hostile) - 1);
	assert_true(authz_packed_next(&rest, &field));
	assert_int_equal(field.text.len, 0);
	assert_true(authz_packed_next(&rest, &field));
	assert_int_equal(field.kind, AUTHZ_PACKED_PREFIX);
	assert_memory_equal(&field.prefix, &network, sizeof(network));
	assert_false(authz_packed_next(&rest, &field));
	bytes_clear(&out);
}

static void a_field_is_found_by_its_name(void **state)
{
	struct authz_packed_field field;
	struct bytes out;

	bytes_init(&out, 0);
	assert_false(authz_packed_find(bytes_view(&out), "reason", &field));
	authz_packed_text(&out, "policy", str_view("reason"));
	authz_packed_word(&out, "reason", "rule");
	assert_true(authz_packed_find(bytes_view(&out), "reason", &field));
	assert_true(str_eq_text(field.text, "rule"));
	assert_false(authz_packed_find(bytes_view(&out), "reaso", &field));
	bytes_clear(&out);
}

static void a_full_buffer_fails(void **state)
{
	struct bytes out;

	bytes_init(&out, 20);
	authz_packed_text(&out, "policy", str_view("too long for it"));
	assert_true(out.failed);
	assert_int_equal(out.len, 0);
	bytes_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_come_back_in_their_order),
		cmocka_unit_test(a_field_is_found_by_its_name),
		cmocka_unit_test(a_full_buffer_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
