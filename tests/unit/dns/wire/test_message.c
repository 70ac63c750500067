/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/message.h"

#include "reading.h"

#include <ctype.h>

static void assert_built(const struct dns_query *query, const void *bytes, size_t len)
{
	uint8_t out[DNS_QUERY_MAX];

	assert_int_equal(dns_query_build(query, out), len);
	assert_memory_equal(out, bytes, len);
}

static void builds_queries(void **state)
{
	struct dns_query query = query_of("wWw.Example.com", DNS_TYPE_AAAA);

	assert_built(&query,
		"\x12\x34\1\0\0\1\0\0\0\0\0\1"
		"\3wWw\7Example\3com\0\0\x1c\0\1"
		"\0\0\x29\4\xd0\0\0\0\0\0",
		12 + 21 + 11);
	query.dnssec_ok = true;
	assert_built(&query,
		"\x12\x34\1\0\0\1\0\0\0\0\0\1"
		"\3wWw\7Example\3com\0\0\x1c\0\1"
		"\0\0\x29\4\xd0\0\0\x80\0\0\0",
		12 + 21 + 11);
	query.edns_size = 0;
	assert_built(&query,
		"\x12\x34\1\0\0\1\0\0\0\0\0\0"
		"\3wWw\7Example\3com\0\0\x1c\0\1",
		12 + 21);
	query = query_of(".", DNS_TYPE_NS);
	query.edns_size = 0;
	query.id = 0;
	assert_built(&query, "\0\0\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1", 17);
}

static void builds_the_longest_query(void **state)
{
	struct dns_query query = query_of(".", DNS_TYPE_PTR);
	uint8_t out[DNS_QUERY_MAX];

	query.name.len = 0;
	for (unsigned i = 0; i < 127; i++) {
		query.name.wire[query.name.len++] = 1;
		query.name.wire[query.name.len++] = (uint8_t)i;
	}
	query.name.wire[query.name.len++] = 0;
	assert_int_equal(dns_query_build(&query, out), 12 + 255 + 4 + 11);
	assert_memory_equal(out + 12, query.name.wire, 255);
}

static void names_types(void **state)
{
	char buffer[16];

	assert_string_equal(dns_type_word(DNS_TYPE_A, buffer), "A");
	assert_string_equal(dns_type_word(DNS_TYPE_AAAA, buffer), "AAAA");
	assert_string_equal(dns_type_word(DNS_TYPE_PTR, buffer), "PTR");
	assert_string_equal(dns_type_word((enum dns_type)65, buffer), "TYPE65");
	assert_string_equal(dns_type_word((enum dns_type)65535, buffer), "TYPE65535");
}

static enum dns_match match(const struct dns_query *query)
{
	uint8_t *copy = malloc(p.len > 0 ? p.len : 1);

	memcpy(copy, p.bytes, p.len);
	enum dns_match result = dns_reply_match(query, copy, p.len);

	free(copy);
	return result;
}

static void matches_its_own_question(void **state)
{
	struct dns_query query = query_of("wWw.example.com", DNS_TYPE_A);

	start(&p, 0x1234, QR | RD | RA, "wWw.example.com", 1);
	assert_int_equal(match(&query), DNS_MATCH_YES);
	for (size_t len = 0, whole = p.len; len < whole; len++) {
		p.len = len;
		assert_int_equal(
			match(&query), len < 12 ? DNS_MATCH_NOT_A_REPLY : DNS_MATCH_WRONG_QUESTION);
	}
	start(&p, 0x1234, RD, "wWw.example.com", 1);
	assert_int_equal(match(&query), DNS_MATCH_NOT_A_REPLY);
	start(&p, 0x1234, QR | 0x2800, "wWw.example.com", 1);
	assert_int_equal(match(&query), DNS_MATCH_NOT_A_REPLY);
	start(&p, 0x1235, QR, "wWw.example.com", 1);
	assert_int_equal(match(&query), DNS_MATCH_WRONG_ID);
}

static void wants_the_question_byte_for_byte(void **state)
{
	struct dns_query query = query_of("wWw.example.com", DNS_TYPE_A);

	/* Every flipped bit of the question makes it another. */
	for (size_t bit = 0; bit < 8 * (size_t)21; bit++) {
		start(&p, 0x1234, QR, "wWw.example.com", 1);
		bool letter = isalpha(p.bytes[12 + bit / 8]) != 0;

		p.bytes[12 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(match(&query),
			letter && bit % 8 == 5 ? DNS_MATCH_WRONG_CASE : DNS_MATCH_WRONG_QUESTION);
	}
	start(&p, 0x1234, QR, "www.example.com", 1);
	assert_int_equal(match(&query), DNS_MATCH_WRONG_CASE);
	start(&p, 0x1234, QR, "wWw.example.com", 28);
	assert_int_equal(match(&query), DNS_MATCH_WRONG_QUESTION);
	for (unsigned questions = 0; questions < 4; questions++) {
		start(&p, 0x1234, QR, "wWw.example.com", 1);
		set16(&p, 4, questions);
		assert_int_equal(
			match(&query), questions == 1 ? DNS_MATCH_YES : DNS_MATCH_WRONG_QUESTION);
	}
}

static void lets_errors_leave_the_question_out(void **state)
{
	struct dns_query query = query_of("www.example.com", DNS_TYPE_A);

	for (unsigned rcode = 0; rcode < 16; rcode++) {
		bool error = rcode == 1 || rcode == 2 || rcode == 4 || rcode == 5;

		start(&p, 0x1234, QR | rcode, "www.example.com", 1);
		p.len = 12;
		set16(&p, 4, 0);
		assert_int_equal(match(&query), error ? DNS_MATCH_YES : DNS_MATCH_WRONG_QUESTION);
		for (unsigned section = 0; section < 3; section++) {
			set16(&p, 6 + 2 * section, 1);
			assert_int_equal(match(&query), DNS_MATCH_WRONG_QUESTION);
			set16(&p, 6 + 2 * section, 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_queries),
		cmocka_unit_test(builds_the_longest_query),
		cmocka_unit_test(names_types),
		cmocka_unit_test(matches_its_own_question),
		cmocka_unit_test(wants_the_question_byte_for_byte),
		cmocka_unit_test(lets_errors_leave_the_question_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
