/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* What is asked about an address, and what the answers mean. */

#include "dns/resolver/membership_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct addr address(const char *text)
{
	struct addr a;

	assert_true(addr_parse(str_view(text), &a));
	return a;
}

static void assert_asks(enum dns_membership_kind kind, const char *name, const char *addr,
	const char *expected, enum dns_type expected_type)
{
	struct addr a = address(addr);
	struct dns_membership_query question = {kind, str_view(name), &a};
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name got;
	enum dns_type type;

	assert_true(dns_membership_ask(&question, &got, &type));
	dns_name_to_text(&got, text);
	assert_string_equal(text, expected);
	assert_int_equal(type, expected_type);
}

static void forward_asks_in_the_clients_family(void **state)
{
	assert_asks(DNS_MEMBERSHIP_FORWARD, "home.dyn.example", "192.0.2.1", "home.dyn.example",
		DNS_TYPE_A);
	assert_asks(DNS_MEMBERSHIP_FORWARD, "home.dyn.example", "2001:db8::1", "home.dyn.example",
		DNS_TYPE_AAAA);
	assert_asks(DNS_MEMBERSHIP_FORWARD, "home.dyn.example", "::ffff:192.0.2.1",
		"home.dyn.example", DNS_TYPE_A);
}

/* The examples of RFC 5782 sections 2.1 and 2.4. */
static void lists_are_asked_in_reverse(void **state)
{
	assert_asks(DNS_MEMBERSHIP_DNSBL, "bad.example.com", "192.0.2.99",
		"99.2.0.192.bad.example.com", DNS_TYPE_A);
	assert_asks(DNS_MEMBERSHIP_DNSBL, "ugly.example.com", "2001:db8:1:2:3:4:567:89ab",
		"b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com",
		DNS_TYPE_A);
	assert_asks(DNS_MEMBERSHIP_DNSBL, "zen.example", "255.10.0.1", "1.0.10.255.zen.example",
		DNS_TYPE_A);
	assert_asks(DNS_MEMBERSHIP_DNSBL, "zen.example", "::ffff:127.0.0.2",
		"2.0.0.127.zen.example", DNS_TYPE_A);
}

static void the_longest_zone(void **state)
{
	struct addr six = address("2001:db8::1");
	struct addr four = address("255.255.255.255");
	char zone[256];
	struct dns_name name;
	enum dns_type type;

	for (size_t i = 0; i < sizeof(zone); i++) {
		zone[i] = i % 50 == 49 ? '.' : 'z';
	}
	for (size_t len = DNS_ZONE_MAX - 1; len <= 254; len++) {
		struct dns_membership_query question = {DNS_MEMBERSHIP_DNSBL, {zone, len}, &six};

		if (zone[len - 1] == '.') {
			continue;
		}
		assert_int_equal(dns_membership_ask(&question, &name, &type), len <= DNS_ZONE_MAX);
		if (len == DNS_ZONE_MAX) {
			assert_int_equal(name.len, DNS_NAME_MAX);
		}
		question.addr = &four;
		assert_int_equal(dns_membership_ask(&question, &name, &type), len + 2 + 16 <= 255);
	}
}

static void no_names(void **state)
{
	static const char *const bad[] = {"", "a..b", ".", " a.example"};
	struct addr six = address("2001:db8::1");
	struct dns_name name;
	enum dns_type type;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct dns_membership_query question = {
			DNS_MEMBERSHIP_FORWARD, str_view(bad[i]), &six};

		assert_int_equal(dns_membership_ask(&question, &name, &type), bad[i][0] == '.');
	}
}

static void answers_decide_the_membership(void **state)
{
	static const struct {
		enum dns_membership_kind kind;
		const char *addrs[4];
		enum dns_membership_status word;
	} cases[] = {
		{DNS_MEMBERSHIP_FORWARD, {"192.0.2.1"}, DNS_MEMBERSHIP_YES},
		{DNS_MEMBERSHIP_FORWARD, {"192.0.2.2"}, DNS_MEMBERSHIP_NO},
		{DNS_MEMBERSHIP_FORWARD, {"127.0.0.2"}, DNS_MEMBERSHIP_NO},
		{DNS_MEMBERSHIP_FORWARD, {"127.255.255.254", "192.0.2.1"}, DNS_MEMBERSHIP_YES},
		{DNS_MEMBERSHIP_FORWARD, {"192.0.2.3", "192.0.2.2", "192.0.2.1"},
			DNS_MEMBERSHIP_YES},
		{DNS_MEMBERSHIP_DNSBL, {"127.0.0.2"}, DNS_MEMBERSHIP_YES},
		{DNS_MEMBERSHIP_DNSBL, {"127.0.0.254"}, DNS_MEMBERSHIP_YES},
		{DNS_MEMBERSHIP_DNSBL, {"127.0.1.1"}, DNS_MEMBERSHIP_YES},
		{DNS_MEMBERSHIP_DNSBL, {"127.0.0.0"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.0.0.1"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.0.0.1", "127.0.0.2"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.0.0.255"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.255.254.255"}, DNS_MEMBERSHIP_YES},
		{DNS_MEMBERSHIP_DNSBL, {"127.1.2.3", "192.0.2.1"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"0.0.0.0"},
			DNS_MEMBERSHIP_UNKNOWN}, /* a resolver that blocks */
		{DNS_MEMBERSHIP_DNSBL, {"126.255.255.255"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"128.0.0.0"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"192.0.2.1"},
			DNS_MEMBERSHIP_UNKNOWN}, /* a wildcard's, of whom buys it */
		{DNS_MEMBERSHIP_DNSBL, {"203.0.113.7", "203.0.113.8"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.255.255.0"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.255.255.254"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.255.255.255"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.0.0.2", "127.255.255.252"}, DNS_MEMBERSHIP_UNKNOWN},
		{DNS_MEMBERSHIP_DNSBL, {"127.255.255.252", "127.0.0.2"}, DNS_MEMBERSHIP_UNKNOWN},
	};
	struct addr client = address("192.0.2.1");
	struct dns_answer *answer = calloc(1, sizeof(*answer));
	struct dns_request_end end = {.status = DNS_STATUS_DATA, .answer = answer};

	assert_non_null(answer);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		answer->left_out = 0;
		for (answer->count = 0; cases[i].addrs[answer->count] != NULL; answer->count++) {
			answer->addrs[answer->count] = address(cases[i].addrs[answer->count]);
		}
		assert_int_equal(dns_membership_judge(cases[i].kind, &client, &end), cases[i].word);
		/* What was left out may say anything; it cannot take the client's address back. */
		answer->left_out = 1;
		assert_int_equal(dns_membership_judge(cases[i].kind, &client, &end),
			cases[i].kind == DNS_MEMBERSHIP_FORWARD &&
					cases[i].word == DNS_MEMBERSHIP_YES
				? DNS_MEMBERSHIP_YES
				: DNS_MEMBERSHIP_UNKNOWN);
	}
	free(answer);
}

static void all_that_is_no_answer(void **state)
{
	struct addr client = address("2001:db8::1");

	for (int i = DNS_STATUS_NODATA; i <= DNS_STATUS_NO_MEMORY; i++) {
		struct dns_request_end end = {.status = (enum dns_status)i};
		bool none = i == DNS_STATUS_NODATA || i == DNS_STATUS_NXDOMAIN;

		assert_int_equal(dns_membership_judge(DNS_MEMBERSHIP_FORWARD, &client, &end),
			none || i == DNS_STATUS_CNAME_LOOP ? DNS_MEMBERSHIP_NO
							   : DNS_MEMBERSHIP_UNKNOWN);
		assert_int_equal(dns_membership_judge(DNS_MEMBERSHIP_DNSBL, &client, &end),
			none ? DNS_MEMBERSHIP_NO : DNS_MEMBERSHIP_UNKNOWN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forward_asks_in_the_clients_family),
		cmocka_unit_test(lists_are_asked_in_reverse),
		cmocka_unit_test(the_longest_zone),
		cmocka_unit_test(no_names),
		cmocka_unit_test(answers_decide_the_membership),
		cmocka_unit_test(all_that_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
