/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/oid.h"
#include "base/oid_names.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void dotted_identifiers(void **state)
{
	static const char *const good[] = {"0.0", "1.39", "2.40", "2.999", "1.2.3",
		"2.25.340282366920938463463374607431768211455", "2.5.29.32.0"};
	static const char *const bad[] = {"", "1", ".", "1.", ".1", "1..2", "1.2.", "3.1", "1.40",
		"0.40", "10.1", "01.2", "1.02", "1.2.00", "1.2.x", "1.2 3", " 1.2", "1.2 ", "1,2",
		"-1.2", "OID.1.2", "urn:oid:1.2", "2.18446744073709551616.x",
		"0.18446744073709551616"};
	char text[OID_MAX_LEN + 2];

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(oid_is_valid(str_view(good[i])));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(oid_is_valid(str_view(bad[i])));
	}
	memset(text, '1', sizeof(text));
	text[1] = '.';
	assert_false(oid_is_valid((struct str){text, OID_MAX_LEN}));
	text[0] = '2';
	assert_true(oid_is_valid((struct str){text, OID_MAX_LEN}));
	assert_false(oid_is_valid((struct str){text, OID_MAX_LEN + 1}));
}

/* Each row is found by all that it has, no text means two rows, and each identifier is valid. */
static void check_table(const struct oid_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct oid_name *row = &names->items[i];
		struct str rest = str_view(row->others);
		struct str other;

		assert_true(oid_is_valid(str_view(row->oid)));
		assert_ptr_equal(oid_find(names, str_view(row->oid)), row);
		assert_ptr_equal(oid_find(names, str_view(row->name)), row);
		while (str_split_next(&rest, '|', &other)) {
			assert_true(other.len == 0 || oid_find(names, other) == row);
		}
	}
}

static void tables(void **state)
{
	check_table(&oid_keys);
	check_table(&oid_usages);
	check_table(&oid_policies);
	assert_null(oid_find(&oid_usages, str_view("")));
	assert_null(oid_find(&oid_usages, str_view("client")));
	assert_null(oid_find(&oid_usages, str_view("clientAuth|")));
	assert_string_equal(oid_find(&oid_usages, str_view("tls web client authentication"))->name,
		"clientAuth");
	assert_string_equal(oid_suggest(&oid_usages, str_view("clientAut")), "clientAuth");
	assert_null(oid_suggest(&oid_usages, str_view("zzz")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dotted_identifiers),
		cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
