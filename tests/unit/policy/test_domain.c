/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/domain.h"

#include "unit/policy/kit.h"

static bool reads(const struct policy_text_kind *kind, const char *written, const char *expected,
	const char *message)
{
	char room[POLICY_TEXT_ROOM];
	struct str out = {NULL, 0};
	struct diag d;

	diag_init(&d);

	bool good = kind->read(str_view(written), NULL, &d, room, &out);
	bool as_expected = good == (expected != NULL) && d.errors == !good;

	if (good && as_expected) {
		as_expected = str_eq_text(out, expected);
	} else if (message != NULL) {
		bytes_append_u8(&d.text, 0);
		as_expected = as_expected && strstr((const char *)d.text.data, message) != NULL;
	}
	if (!as_expected) {
		print_error("%s\n", written);
		print_diag(&d);
	}
	diag_clear(&d);
	return as_expected;
}

static void names_are_read_into_one_form(void **state)
{
	static const char *const cases[][2] = {
		{"host.example", "host.example"},
		{"Host.EXAMPLE.", "host.example"},
		{".example", ".example"},
		{".Example.Com.", ".example.com"},
		{"_dmarc.a-b.example", "_dmarc.a-b.example"},
		{"xn--bcher-kva.example", "xn--bcher-kva.example"},
		{"1.2.3.example", "1.2.3.example"},
		{"a.0x7f", "a.0x7f"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(reads(&policy_domain_host, cases[i][0], cases[i][1], NULL));
		assert_true(reads(&policy_domain_san, cases[i][0], cases[i][1], NULL));
	}
}

static void what_can_never_match_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{"", "expected a name"},
		{".", "expected a name"},
		{"..", "empty"},
		{"..example", "empty"},
		{"a..example", "empty"},
		{"a.example..", "empty"},
		{"*.example.com", "expected \".example.com\""},
		{"*", "letters, digits"},
		{"a*.example", "letters, digits"},
		{"a b.example", "letters, digits"},
		{"a.example:443", "letters, digits"},
		{"http://a.example/", "letters, digits"},
		{"a.example,b.example", "letters, digits"},
		{"-a.example", "hyphen"},
		{"a-.example", "hyphen"},
		{"a.exa.-", "hyphen"},
		{"192.0.2.1", "ip"},
		{"192.0.2.0/24", "ip"},
		{"2001:db8::1", "ip"},
		{".192.0.2.1", "ip"},
		{"a.example.7", "number"},
		{"a.7.", "number"},
		{"b\xc3\xbc"
		 "cher.example",
			"xn--"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(reads(&policy_domain_host, cases[i][0], NULL, cases[i][1]));
		assert_true(reads(&policy_domain_san, cases[i][0], NULL, cases[i][1]));
	}
	assert_true(reads(&policy_domain_host, "localhost", NULL, "two parts"));
	assert_true(reads(&policy_domain_san, "localhost", "localhost", NULL));
}

static void names_are_bounded_in_length(void **state)
{
	char name[300];

	memset(name, 'a', sizeof(name));
	for (size_t at = 63; at < sizeof(name); at += 64) {
		name[at] = '.';
	}
	name[253] = '\0';
	assert_true(reads(&policy_domain_host, name, name, NULL));
	name[253] = 'a';
	name[254] = '\0';
	assert_true(reads(&policy_domain_host, name, NULL, "253"));

	char suffix[300] = ".";

	memcpy(suffix + 1, name, 253);
	assert_true(reads(&policy_domain_host, suffix, suffix, NULL));
	memset(name, 'a', 64);
	snprintf(name + 64, sizeof(name) - 64, ".example");
	assert_true(reads(&policy_domain_host, name, NULL, "63"));
}

static void covers_at_label_boundaries(void **state)
{
	static const struct {
		const char *value;
		const char *name;
		bool covers;
	} cases[] = {
		{"a.example", "a.example", true},
		{"a.example", "b.a.example", false},
		{"a.example", "a.example.org", false},
		{"a.example", "example", false},
		{".example.com", "example.com", true},
		{".example.com", "a.example.com", true},
		{".example.com", "b.a.example.com", true},
		{".example.com", "notexample.com", false},
		{".example.com", "example.com.evil.test", false},
		{".example.com", "a.example.comx", false},
		{".example.com", "com", false},
		{".example.com", "", false},
		{".example.com", ".example.com", false},
		{".example.com", "..example.com", false},
		{"example.com", ".example.com", false},
		{".example.com", "*.example.com", true},
		{".a.example.com", "*.example.com", false},
		{"a.example.com", "*.example.com", false},
		{"example.com", "*.example.com", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str value = str_view(cases[i].value);
		struct str name = str_view(cases[i].name);

		if (policy_domain_host.covers(value, name) != cases[i].covers) {
			print_error("%s %s\n", cases[i].value, cases[i].name);
		}
		assert_int_equal(policy_domain_host.covers(value, name), cases[i].covers);
	}
	assert_false(policy_domain_host.covers(str_view(".example.com"), (struct str){NULL, 0}));
	assert_false(policy_domain_host.covers(
		str_view(".example.com"), (struct str){"a.example.com\0", 14}));
}

static void names_below_come_right_after(void **state)
{
	static const char *const in_order[] = {"example.org", ".com", "com", "a.com",
		".example.com", "example.com", "a.example.com", "b.a.example.com", "z.example.com",
		"-example.com", "1example.com", "zexample.com"};

	for (size_t i = 0; i < ARRAY_LEN(in_order); i++) {
		for (size_t j = 0; j < ARRAY_LEN(in_order); j++) {
			int order = policy_domain_host.order(
				str_view(in_order[i]), str_view(in_order[j]));

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_into_one_form),
		cmocka_unit_test(what_can_never_match_is_refused),
		cmocka_unit_test(names_are_bounded_in_length),
		cmocka_unit_test(covers_at_label_boundaries),
		cmocka_unit_test(names_below_come_right_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
