/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/message.h"

#include "reading.h"

static void says_where_an_open_chain_leads(void **state)
{
	ask(RA);
	add_cname("www.example.com", 60, "Cdn.Example.NET");
	struct dns_answer *answer = read_a();

	assert_int_equal(answer->kind, DNS_ANSWER_CNAME);
	assert_target(answer, "cdn.example.net");
	assert_true(answer->has_ttl);
	assert_int_equal(answer->ttl, 60);
	/* An SOA of another zone says nothing about the chain's end; nor do its NS. */
	add_soa(&p, AUTHORITY, "example.com", 60, 60);
	add_name(&p, AUTHORITY, "net", 2, 60, "ns.net");
	assert_int_equal(read_a()->kind, DNS_ANSWER_CNAME);
	add_soa(&p, AUTHORITY, "example.net", 60, 20);
	assert_int_equal(read_a()->kind, DNS_ANSWER_NODATA);
	assert_int_equal(read_a()->ttl, 20);
	assert_target(read_a(), "cdn.example.net");
}

static void reads_negative_answers(void **state)
{
	for (unsigned rcode = 0; rcode <= 3; rcode += 3) {
		enum dns_answer_kind kind = rcode == 0 ? DNS_ANSWER_NODATA : DNS_ANSWER_NXDOMAIN;

		ask(RA | rcode);
		add_soa(&p, AUTHORITY, "EXAMPLE.com", 900, 300);
		assert_int_equal(read_a()->kind, kind);
		assert_true(read_a()->has_ttl);
		assert_int_equal(read_a()->ttl, 300);
		ask(AA | rcode);
		add_soa(&p, AUTHORITY, "", 100, 300);
		assert_int_equal(read_a()->kind, kind);
		assert_int_equal(read_a()->ttl, 100);
		/* Without SOA, or with one that is not above the name. */
		ask(RA | rcode);
		assert_int_equal(read_a()->kind, kind);
		assert_false(read_a()->has_ttl);
		add_soa(&p, AUTHORITY, "example.org", 900, 300);
		add_soa(&p, AUTHORITY, "a.www.example.com", 900, 300);
		add_soa(&p, ADDITIONAL, "example.com", 900, 300);
		assert_int_equal(read_a()->kind, kind);
		assert_false(read_a()->has_ttl);
		assert_target(read_a(), "www.example.com");
	}
	/* The rcode is about the chain's end (RFC 6604). */
	ask(RA | 3);
	add_cname("www.example.com", 60, "gone.example.net");
	add_soa(&p, AUTHORITY, "example.net", 900, 300);
	assert_int_equal(read_a()->kind, DNS_ANSWER_NXDOMAIN);
	assert_int_equal(read_a()->ttl, 60);
	assert_target(read_a(), "gone.example.net");
}

static void knows_lame_servers(void **state)
{
	/* A referral. */
	ask(RA);
	add_name(&p, AUTHORITY, "com", 2, 60, "a.gtld-servers.net");
	add_a(ADDITIONAL, "a.gtld-servers.net", 60, 1);
	assert_fails(DNS_ANSWER_LAME);
	/* NS beside the SOA, or in an authoritative reply, is not a referral. */
	ask(RA);
	add_name(&p, AUTHORITY, "example.com", 2, 60, "ns.example.com");
	add_soa(&p, AUTHORITY, "example.com", 60, 60);
	assert_int_equal(read_a()->kind, DNS_ANSWER_NODATA);
	ask(AA);
	add_name(&p, AUTHORITY, "example.com", 2, 60, "ns.example.com");
	assert_int_equal(read_a()->kind, DNS_ANSWER_NODATA);
	/* Neither authority nor recursion. */
	ask(0);
	assert_fails(DNS_ANSWER_LAME);
	ask(3);
	add_soa(&p, AUTHORITY, "example.com", 60, 60);
	assert_fails(DNS_ANSWER_LAME);
	ask(0);
	add_a(ANSWER, "www.example.com", 60, 1);
	assert_last_bytes(read_a(), "\1");
}

static void maps_rcodes(void **state)
{
	for (unsigned rcode = 1; rcode < 16; rcode++) {
		struct dns_query query = query_of("www.example.com", DNS_TYPE_A);
		enum dns_answer_kind kind = rcode == 5 ? DNS_ANSWER_REFUSED : DNS_ANSWER_SERVFAIL;

		if (rcode == 3) {
			continue;
		}
		ask(RA | AD | rcode);
		add_a(ANSWER, "www.example.com", 60, 1);
		query.edns_size = 0;
		assert_int_equal(read_as(&query)->kind, kind);
		assert_fails(rcode == 1 || rcode == 4 ? DNS_ANSWER_NO_EDNS : kind);
		p.len = 12;
		set16(&p, 4, 0);
		set16(&p, 6, 0);
		if (rcode <= 5) {
			assert_fails(rcode == 1 || rcode == 4 ? DNS_ANSWER_NO_EDNS : kind);
		}
	}
	/* Extended: BADVERS, and what looks like NXDOMAIN, FORMERR or success in its lower bits. */
	for (unsigned rcode = 0; rcode < 6; rcode++) {
		ask(RA | rcode);
		add_a(ANSWER, "www.example.com", 60, 1);
		add_opt(&p, ADDITIONAL, "", 1);
		assert_fails(DNS_ANSWER_EXTENDED);
	}
}

static void asks_again_when_truncated(void **state)
{
	ask(TC | RA);
	add_a(ANSWER, "www.example.com", 60, 1);
	assert_fails(DNS_ANSWER_TRUNCATED);
	p.len -= 2;
	assert_fails(DNS_ANSWER_TRUNCATED);
}

static void fails_closed_behind_the_gate(void **state)
{
	ask(RA);
	add_a(ANSWER, "www.example.com", 60, 1);
	put8(&p, 0);
	assert_fails(DNS_ANSWER_MALFORMED);
	ask(RA | 3);
	add(&p, ADDITIONAL, "key", 250, 0, "", 0);
	assert_fails(DNS_ANSWER_MALFORMED);
	ask(RA);
	add_a(ANSWER, "www.example.com", 60, 1);
	set16(&p, 0, 0x4321);
	assert_fails(DNS_ANSWER_MALFORMED);
}

static void clamps_ttls(void **state)
{
	static const struct {
		uint32_t sent;
		uint32_t read;
	} cases[] = {{0, 0}, {1, 1}, {INT32_MAX, INT32_MAX}, {(uint32_t)INT32_MAX + 1, 0},
		{UINT32_MAX, 0}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ask(RA);
		add_a(ANSWER, "www.example.com", cases[i].sent, 1);
		assert_true(read_a()->has_ttl);
		assert_int_equal(read_a()->ttl, cases[i].read);
		ask(RA | 3);
		add_soa(&p, AUTHORITY, "", cases[i].sent, INT32_MAX);
		assert_int_equal(read_a()->ttl, cases[i].read);
		ask(RA | 3);
		add_soa(&p, AUTHORITY, "", INT32_MAX, cases[i].sent);
		assert_int_equal(read_a()->ttl, cases[i].read);
	}
}

/* A reply with a bit of everything; its one good address ends in 77. */
static size_t ask_everything(void)
{
	ask(RA);
	add_cname("www.example.com", 60, "a.example");
	count(&p, ANSWER);
	put_name(&p, "a.example");
	size_t address = fields(&p, 1, 1, 60);

	put(&p, "\300\0\2\115", 4);
	finish(&p, address);
	add_a(ANSWER, "off.example", 60, 66);
	add_soa(&p, AUTHORITY, "example", 60, 60);
	add_a(ADDITIONAL, "a.example", 60, 66);
	add_opt(&p, ADDITIONAL, "", 0);
	return address;
}

static void survives_cuts(void **state)
{
	ask_everything();
	assert_last_bytes(read_a(), "\115");
	for (size_t len = 0, whole = p.len; len < whole; len++) {
		p.len = len;
		assert_fails(DNS_ANSWER_MALFORMED);
	}
}

static void survives_flips(void **state)
{
	size_t address = ask_everything();

	for (size_t at = 0; at < p.len; at++) {
		uint8_t good = p.bytes[at];

		for (unsigned value = 0; value < 256; value++) {
			p.bytes[at] = (uint8_t)value;
			struct dns_answer *answer = read_a();

			if (answer->kind == DNS_ANSWER_DATA &&
				(at < address || at >= address + 4)) {
				assert_last_bytes(answer, "\115");
			}
		}
		p.bytes[at] = good;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_where_an_open_chain_leads),
		cmocka_unit_test(reads_negative_answers),
		cmocka_unit_test(knows_lame_servers),
		cmocka_unit_test(maps_rcodes),
		cmocka_unit_test(asks_again_when_truncated),
		cmocka_unit_test(fails_closed_behind_the_gate),
		cmocka_unit_test(clamps_ttls),
		cmocka_unit_test(survives_cuts),
		cmocka_unit_test(survives_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
