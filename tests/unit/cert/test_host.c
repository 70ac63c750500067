/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/host.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct str_list list(const char *const *texts, struct str room[4])
{
	size_t count = 0;

	for (; texts[count] != NULL; count++) {
		room[count] = str_view(texts[count]);
	}
	return (struct str_list){room, count};
}

struct host_case {
	const char *dns[4];
	const char *names[4];
	bool named;
	bool shares;
};

static const struct host_case cases[] = {
	{{"a.example.com"}, {"a.example.com"}, true, true},
	{{"a.example.com"}, {"b.example.com"}, false, true},
	{{"a.example.com"}, {"example.com"}, false, true},
	{{"*.example.com"}, {"a.example.com"}, true, true},
	{{"*.example.com"}, {"example.com"}, false, true},
	{{"*.example.com"}, {"a.b.example.com"}, false, true},
	{{"*.example.com"}, {".example.com"}, false, false},
	{{"*.example.com"}, {"*.example.com"}, true, true},
	{{"*.com"}, {"example.com"}, true, false},
	{{"*.a.example.com"}, {"b.example.com"}, false, true},
	{{"*"}, {"localhost"}, false, false},
	{{"example.com"}, {"badexample.com"}, false, false},
	{{"example.com"}, {"example.com.evil.org"}, false, false},
	{{"a.co.uk"}, {"b.co.uk"}, false, false},
	{{"x.a.co.uk"}, {"y.a.co.uk"}, false, true},
	{{"co.uk"}, {"co.uk"}, true, false},
	{{"com"}, {"example.com"}, false, false},
	{{"*.co.uk"}, {"a.co.uk"}, true, false},
	{{"one.test", "two.test"}, {"three.test", "two.test"}, true, true},
	{{"one.test", "a.two.test"}, {"three.test", "b.two.test"}, false, true},
	{{NULL}, {"a.example.com"}, false, false},
	{{"a.example.com"}, {NULL}, false, false},
};

static void names_as_rfc_6125_says(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str dns[4];
		struct str names[4];

		print_message("case %zu\n", i);
		assert_int_equal(
			cert_host_is_named(list(cases[i].dns, dns), list(cases[i].names, names)),
			cases[i].named);
	}
}

static void domains_by_the_public_suffix_list(void **state)
{
	struct cert_suffixes *suffixes = cert_suffixes_load();

	assert_int_equal(suffixes != NULL, DW_PSL);
	for (size_t i = 0; i < ARRAY_LEN(cases) && suffixes != NULL; i++) {
		struct str dns[4];
		struct str names[4];

		print_message("case %zu\n", i);
		assert_int_equal(cert_host_shares_domain(suffixes, list(cases[i].dns, dns),
					 list(cases[i].names, names)),
			cases[i].shares);
	}
	cert_suffixes_free(suffixes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_rfc_6125_says),
		cmocka_unit_test(domains_by_the_public_suffix_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
