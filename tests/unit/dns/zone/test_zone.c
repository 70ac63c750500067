/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/zone/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/doorward-zone-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(path);
}

static struct dns_zone *load(const char *text, struct diag *diag)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	diag_init(diag);
	return dns_zone_load(path, diag);
}

static struct dns_zone *load_good(const char *text)
{
	struct diag diag;
	struct dns_zone *zone = load(text, &diag);

	assert_non_null(zone);
	assert_int_equal(diag.errors, 0);
	assert_int_equal(diag.text.len, 0);
	diag_clear(&diag);
	return zone;
}

/* Loads, and wants exactly these findings, each without the file's name before it. */
static void assert_errors(const char *text, const char *const *expected, size_t count)
{
	struct diag diag;

	assert_null(load(text, &diag));
	assert_int_equal(diag.errors, count);
	struct str rest = bytes_view(&diag.text);
	struct str line;

	for (size_t i = 0; i < count; i++) {
		assert_true(str_split_next(&rest, '\n', &line));
		assert_true(str_starts_with(line, path));
		assert_true(str_starts_with(str_from(line, strlen(path)), expected[i]));
	}
	diag_clear(&diag);
}

static void assert_error(const char *text, const char *expected)
{
	assert_errors(text, &expected, 1);
}

static const struct dns_answer *ask(
	const struct dns_zone *zone, const char *text, enum dns_type type)
{
	static struct dns_answer answer;
	struct dns_name name;

	memset(&answer, 0xee, sizeof(answer));
	assert_true(dns_name_from_text(str_view(text), &name));
	return dns_zone_answer(zone, &name, type, &answer) ? &answer : NULL;
}

static void assert_addr(const struct dns_answer *answer, size_t i, const char *text)
{
	char addr[ADDR_TEXT_MAX];

	assert_non_null(answer);
	assert_int_equal(answer->kind, DNS_ANSWER_DATA);
	assert_true(i < answer->count);
	addr_format(&answer->addrs[i], addr);
	assert_string_equal(addr, text);
}

static void assert_name(const struct dns_name *name, const char *text)
{
	char spelt[DNS_NAME_TEXT_MAX];

	dns_name_to_text(name, spelt);
	assert_string_equal(spelt, text);
}

static void assert_negative(const struct dns_answer *answer, enum dns_answer_kind kind, int ttl)
{
	assert_non_null(answer);
	assert_int_equal(answer->kind, kind);
	assert_int_equal(answer->count, 0);
	assert_int_equal(answer->has_ttl, ttl >= 0);
	if (ttl >= 0) {
		assert_int_equal(answer->ttl, ttl);
	}
}

static const char example[] = "; all kinds of things\n"
			      "$ORIGIN example.com.\n"
			      "$TTL 300\n"
			      "@ 1h IN SOA ns hostmaster ( 1 2 3 4 60 )\n"
			      "  NS ns\n"
			      "www A 192.0.2.2\n"
			      "WWW 60 A 192.0.2.1\n"
			      "    AAAA 2001:db8::1\n"
			      "alias IN CNAME www\n"
			      "alias2 30 CNAME Alias.example.com.\n"
			      "out CNAME Www.Example.NET.\n"
			      "gone CNAME nothing\n"
			      "loop CNAME pool\n"
			      "pool CNAME loop\n"
			      "deep.er.down TXT \"a;b\" (\n"
			      " \"c\" )\n"
			      "dot\\.ted 0 A 192.0.2.3\n"
			      "$ORIGIN sub\n"
			      "host A 192.0.2.4\n"
			      "$ORIGIN 2.0.192.in-addr.arpa.\n"
			      "1 PTR www.example.com.\n"
			      "1 PTR MAIL.example.com.\n"
			      "2 TYPE65280 \\# 3 010203\n"
			      "3.2.0.192.in-addr.arpa. IN 5 PTR @\n";

static void answers_with_data(void **state)
{
	struct dns_zone *zone = load_good(example);
	const struct dns_answer *answer = ask(zone, "wWw.example.com", DNS_TYPE_A);

	assert_addr(answer, 0, "192.0.2.1");
	assert_addr(answer, 1, "192.0.2.2");
	assert_int_equal(answer->count, 2);
	assert_true(answer->has_ttl);
	assert_int_equal(answer->ttl, 60);
	assert_int_equal(answer->type, DNS_TYPE_A);
	assert_int_equal(answer->cnames, 0);
	assert_false(answer->authentic);
	assert_name(&answer->target, "www.example.com");
	answer = ask(zone, "www.example.com", DNS_TYPE_AAAA);
	assert_addr(answer, 0, "2001:db8::1");
	assert_int_equal(answer->ttl, 300);
	assert_addr(ask(zone, "host.sub.example.com", DNS_TYPE_A), 0, "192.0.2.4");
	answer = ask(zone, "dot\\.ted.example.com", DNS_TYPE_A);
	assert_addr(answer, 0, "192.0.2.3");
	assert_int_equal(answer->ttl, 0);
	answer = ask(zone, "1.2.0.192.in-addr.arpa", DNS_TYPE_PTR);
	assert_int_equal(answer->kind, DNS_ANSWER_DATA);
	assert_int_equal(answer->count, 2);
	assert_name(&answer->names[0], "mail.example.com");
	assert_name(&answer->names[1], "www.example.com");
	answer = ask(zone, "3.2.0.192.in-addr.arpa", DNS_TYPE_PTR);
	assert_name(&answer->names[0], "2.0.192.in-addr.arpa");
	assert_int_equal(answer->ttl, 5);
	answer = ask(zone, "example.com", DNS_TYPE_NS);
	assert_int_equal(answer->kind, DNS_ANSWER_DATA);
	assert_int_equal(answer->count, 1);
	assert_name(&answer->names[0], "ns.example.com");
	answer = ask(zone, "example.com", DNS_TYPE_SOA);
	assert_int_equal(answer->count, 1);
	assert_name(&answer->names[0], "ns.example.com");
	dns_zone_unref(zone);
}

static void follows_cnames(void **state)
{
	struct dns_zone *zone = load_good(example);
	const struct dns_answer *answer = ask(zone, "alias2.example.com", DNS_TYPE_AAAA);

	assert_addr(answer, 0, "2001:db8::1");
	assert_int_equal(answer->cnames, 2);
	assert_int_equal(answer->ttl, 30);
	assert_name(&answer->target, "www.example.com");
	answer = ask(zone, "out.example.com", DNS_TYPE_A);
	assert_non_null(answer);
	assert_int_equal(answer->kind, DNS_ANSWER_CNAME);
	assert_int_equal(answer->ttl, 300);
	assert_name(&answer->target, "www.example.net");
	assert_negative(ask(zone, "gone.example.com", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 60);
	answer = ask(zone, "loop.example.com", DNS_TYPE_A);
	assert_non_null(answer);
	assert_int_equal(answer->kind, DNS_ANSWER_CNAME_LOOP);
	answer = ask(zone, "loop.example.com", DNS_TYPE_CNAME);
	assert_non_null(answer);
	assert_int_equal(answer->kind, DNS_ANSWER_DATA);
	dns_zone_unref(zone);
}

static void bounds_chains(void **state)
{
	char text[1024] = "";
	size_t len = 0;

	for (unsigned i = 0; i < 9; i++) {
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "c%u CNAME c%u\n", i, i + 1);
	}
	snprintf(text + len, sizeof(text) - len, "c9 A 192.0.2.1\n");
	struct dns_zone *zone = load_good(text);
	const struct dns_answer *answer = ask(zone, "c1", DNS_TYPE_A);

	assert_addr(answer, 0, "192.0.2.1");
	assert_int_equal(answer->cnames, DNS_CNAME_MAX);
	answer = ask(zone, "c0", DNS_TYPE_A);
	assert_non_null(answer);
	assert_int_equal(answer->kind, DNS_ANSWER_CNAME_TOO_LONG);
	assert_int_equal(answer->count, 0);
	dns_zone_unref(zone);
}

static void knows_what_is_not_there(void **state)
{
	struct dns_zone *zone = load_good(example);

	assert_negative(ask(zone, "www.example.com", DNS_TYPE_PTR), DNS_ANSWER_NODATA, 60);
	assert_negative(ask(zone, "no.example.com", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 60);
	assert_negative(ask(zone, "a.www.example.com", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 60);
	/* Empty non-terminals; "own" only ends like one. */
	assert_negative(ask(zone, "er.down.example.com", DNS_TYPE_A), DNS_ANSWER_NODATA, 60);
	assert_negative(ask(zone, "down.example.com", DNS_TYPE_A), DNS_ANSWER_NODATA, 60);
	assert_negative(ask(zone, "sub.example.com", DNS_TYPE_A), DNS_ANSWER_NODATA, 60);
	assert_negative(ask(zone, "own.example.com", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 60);
	assert_negative(ask(zone, "ww.example.com", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 60);
	assert_negative(ask(zone, "ted.example.com", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 60);
	/* Without an SOA above: what the file has, and nothing else. */
	assert_negative(ask(zone, "1.2.0.192.in-addr.arpa", DNS_TYPE_A), DNS_ANSWER_NODATA, -1);
	assert_negative(ask(zone, "2.2.0.192.in-addr.arpa", DNS_TYPE_PTR), DNS_ANSWER_NODATA, -1);
	assert_null(ask(zone, "4.2.0.192.in-addr.arpa", DNS_TYPE_PTR));
	assert_null(ask(zone, "2.0.192.in-addr.arpa", DNS_TYPE_PTR));
	assert_null(ask(zone, "com", DNS_TYPE_A));
	assert_null(ask(zone, ".", DNS_TYPE_A));
	assert_null(ask(zone, "notexample.com", DNS_TYPE_A));
	assert_null(ask(zone, "www.example.net", DNS_TYPE_A));
	dns_zone_unref(zone);
}

static void nearest_soa_has_the_say(void **state)
{
	struct dns_zone *zone = load_good("example. SOA a b 1 2 3 4 10\n"
					  "sub.example. SOA a b 1 2 3 4 20\n"
					  "x.sub.example. A 192.0.2.1\n"
					  "zzz. A 192.0.2.1\n");

	assert_negative(ask(zone, "a.example", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 10);
	assert_negative(ask(zone, "a.sub.example", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 20);
	assert_negative(ask(zone, "sub.example", DNS_TYPE_A), DNS_ANSWER_NODATA, 20);
	assert_negative(ask(zone, "x.sub.example", DNS_TYPE_AAAA), DNS_ANSWER_NODATA, 20);
	assert_negative(ask(zone, "a.asub.example", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 10);
	dns_zone_unref(zone);
	zone = load_good(". SOA a b 1 2 3 4 10\nexample. A 192.0.2.1\n");
	assert_negative(ask(zone, "anything.else", DNS_TYPE_A), DNS_ANSWER_NXDOMAIN, 10);
	assert_negative(ask(zone, ".", DNS_TYPE_A), DNS_ANSWER_NODATA, 10);
	dns_zone_unref(zone);
}

static void has_defaults(void **state)
{
	struct dns_zone *zone = load_good("host.example A 192.0.2.1\n"
					  "$TTL 0\n"
					  "other.example. A 192.0.2.1\n"
					  "@ A 192.0.2.2");

	assert_int_equal(ask(zone, "host.example", DNS_TYPE_A)->ttl, 3600);
	assert_int_equal(ask(zone, "other.example", DNS_TYPE_A)->ttl, 0);
	assert_addr(ask(zone, ".", DNS_TYPE_A), 0, "192.0.2.2");
	dns_zone_unref(zone);
	zone = load_good("; nothing\n");
	assert_null(ask(zone, "host.example", DNS_TYPE_A));
	dns_zone_unref(zone);
}

static void finds_every_name_of_many(void **state)
{
	size_t size = 3000 * 64;
	char *text = malloc(size);
	size_t len = 0;

	for (unsigned i = 0; i < 3000; i++) {
		unsigned n = i * 7 % 3000;

		len += (size_t)snprintf(text + len, size - len, "n%u.d%u.example A 10.0.%u.%u\n", n,
			n % 13, n >> 8, n & 255);
	}
	struct dns_zone *zone = load_good(text);

	for (unsigned n = 0; n < 3000; n++) {
		char name[64];
		char addr[32];

		snprintf(name, sizeof(name), "n%u.d%u.example", n, n % 13);
		snprintf(addr, sizeof(addr), "10.0.%u.%u", n >> 8, n & 255);
		assert_addr(ask(zone, name, DNS_TYPE_A), 0, addr);
		assert_int_equal(ask(zone, name, DNS_TYPE_A)->count, 1);
	}
	dns_zone_unref(zone);
	free(text);
}

static void says_what_is_wrong(void **state)
{
	static const char *const all[] = {":1: error: a record without an owner",
		":3: error: \"y FOO 1.2.3.4\" is not a record", ":4: error: expected a TTL",
		":5: error: @ is not part", ":6: error: a wildcard", ":7: error: a wildcard",
		":8: error: \"w A 1.2.3.4 5\"", ":9: error: \"w A 1.2.3\"",
		":10: error: \"w PTR a b\"", ":11: error: \"w A\"", ":12: error: a DNAME",
		":13: error: expected a TTL", ":14: error: expected a TTL",
		":15: error: $INCLUDE; expected", ":16: error: $GENERATE; expected",
		":17: error: expected a TTL", ":18: error: expected $ORIGIN NAME",
		":19: error: a class other than IN", ":22: error: an unknown type"};

	assert_errors("  A 192.0.2.1\n\n"
		      "y FOO 1.2.3.4\n"
		      "z in 3x A 1.2.3.4\n"
		      "@x A 1.2.3.4\n"
		      "*.q A 1.2.3.4\n"
		      "x.*.q A 1.2.3.4 ; comment\n"
		      "w A 1.2.3.4 5\n"
		      "w A 1.2.3\n"
		      "w PTR a b\n"
		      "w A\n"
		      "d DNAME x\n"
		      "t 2147483648 A 1.2.3.4\n"
		      "t 1x A 1.2.3.4\n"
		      "$INCLUDE x\n"
		      "$GENERATE 1-2 $ A 1.2.3.$\n"
		      "$TTL 1 2\n"
		      "$ORIGIN a..b\n"
		      "c CH TXT a\n"
		      "good (\n"
		      ") A 192.0.2.1\n"
		      "u TYPE99999 \\# 1 00\n",
		all, ARRAY_LEN(all));
	assert_error("a A 1.2.3.4\nb (A 1.2.3.4\n", ":2: error: a ( without its )");
	assert_error("a A \\# 0\n", ":1: error: data that do not belong to the type");
}

static void wants_cnames_alone(void **state)
{
	assert_error("c CNAME d\n\nC A 192.0.2.1\n", ":3: error: the CNAME in line 1 must be");
	assert_error("c A 192.0.2.1\nc CNAME d\n", ":1: error: the CNAME in line 2 must be");
	assert_error("c CNAME d\nc CNAME e\n", ":2: error: the CNAME in line 1 must be");
	assert_error("c TXT d\nc.c A 192.0.2.1\nc CNAME d\n", ":1: error: the CNAME in line 3");
	dns_zone_unref(
		load_good("c CNAME d\nc NSEC e CNAME NSEC\nc.c A 192.0.2.1\nd A 192.0.2.1\n"));
}

static void stops_after_many_errors(void **state)
{
	char text[1024] = "";
	struct diag diag;

	for (size_t i = 0; i < 100; i++) {
		memcpy(text + 4 * i, "a B\n", 4);
	}
	assert_null(load(text, &diag));
	assert_int_equal(diag.errors, 20);
	diag_clear(&diag);
}

static void says_what_it_cannot_read(void **state)
{
	struct diag diag;

	diag_init(&diag);
	assert_null(dns_zone_load("/nonexistent/zone", &diag));
	assert_true(str_eq_text(bytes_view(&diag.text),
		"/nonexistent/zone: error: cannot read: No such file or directory\n"));
	diag_clear(&diag);
	assert_null(dns_zone_load("/tmp", &diag));
	assert_int_equal(diag.errors, 1);
	diag_clear(&diag);
}

static uint64_t digest_of(const char *text)
{
	struct dns_zone *zone = load_good(text);
	uint64_t digest = dns_zone_digest(zone);

	dns_zone_unref(zone);
	return digest;
}

static void digests_its_content(void **state)
{
	static const char *const others[] = {"", "a 60 A 192.0.2.1\n",
		"a 60 A 192.0.2.1\nb 60 A 192.0.2.3\n", "a 60 A 192.0.2.1\nb 61 A 192.0.2.2\n",
		"a 60 A 192.0.2.1\nc 60 A 192.0.2.2\n", "a 60 A 192.0.2.1\nb 60 TXT x\n",
		"a 60 A 192.0.2.2\nb 60 A 192.0.2.1\n"};
	uint64_t digest = digest_of("a 60 A 192.0.2.1\nb 60 A 192.0.2.2\n");

	assert_true(digest == digest_of("a 60 A 192.0.2.1\nb 60 A 192.0.2.2\n"));
	assert_true(
		digest == digest_of("; comment\n$TTL 1m\nA A 192.0.2.1\n\nB. 60 IN A 192.0.2.2"));
	assert_true(digest_of(example) == digest_of(example));
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_false(digest == digest_of(others[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_with_data),
		cmocka_unit_test(follows_cnames),
		cmocka_unit_test(bounds_chains),
		cmocka_unit_test(knows_what_is_not_there),
		cmocka_unit_test(nearest_soa_has_the_say),
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(finds_every_name_of_many),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(wants_cnames_alone),
		cmocka_unit_test(stops_after_many_errors),
		cmocka_unit_test(says_what_it_cannot_read),
		cmocka_unit_test(digests_its_content),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
