/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/message.h"
#include "dns/wire/packed.h"

#include <stdio.h>
#include <stdlib.h>

#include "reading.h"

static void reads_addresses(void **state)
{
	ask(RA | AD);
	add_a(ANSWER, "WWW.example.com", 300, 9);
	add_a(ANSWER, "www.example.com", 200, 1);
	add_a(ANSWER, "www.example.com", 250, 9);
	struct dns_answer *answer = read_a();

	assert_last_bytes(answer, "\1\11");
	assert_int_equal(answer->type, DNS_TYPE_A);
	assert_true(answer->has_ttl);
	assert_int_equal(answer->ttl, 200);
	assert_true(answer->authentic);
	assert_int_equal(answer->left_out, 0);
	assert_target(answer, "www.example.com");
	assert_int_equal(dns_answer_size(answer),
		offsetof(struct dns_answer, addrs) + 2 * sizeof(struct addr));

	struct dns_query query = query_of("www.example.com", DNS_TYPE_AAAA);

	start(&p, 0x1234, QR | RA, "www.example.com", 28);
	add(&p, ANSWER, "www.example.com", 28, 60, "0123456789abcdef", 16);
	answer = read_as(&query);
	assert_int_equal(answer->kind, DNS_ANSWER_DATA);
	assert_int_equal(answer->addrs[0].family, ADDR_V6);
	assert_memory_equal(answer->addrs[0].bytes, "0123456789abcdef", 16);
	assert_false(answer->authentic);
}

static void counts_what_it_leaves_out(void **state)
{
	ask(RA);
	for (unsigned i = 0; i < 600; i++) {
		uint8_t data[4] = {10, 0, (uint8_t)((599 - i) >> 8), (uint8_t)(599 - i)};

		add(&p, ANSWER, "www.example.com", 1, 60, data, 4);
	}
	struct dns_answer *answer = read_a();

	/* The smallest ones, whatever the server's order. */
	assert_int_equal(answer->count, DNS_ADDRS_MAX);
	assert_int_equal(answer->left_out, 600 - DNS_ADDRS_MAX);
	for (unsigned i = 0; i < DNS_ADDRS_MAX; i++) {
		const uint8_t expected[4] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i};

		assert_memory_equal(answer->addrs[i].bytes, expected, 4);
	}
}

static void takes_nothing_off_the_chain(void **state)
{
	for (unsigned section = 0; section < 3; section++) {
		ask(RA);
		add_a(section, "example.com", 60, 66);
		add_a(section, "www.example.org", 60, 66);
		add_a(section, "a.www.example.com", 60, 66);
		add_a(section, "", 60, 66);
		add_a(section, "alias.example.com", 60, 66);
		add_name(&p, section, "alias.example.com", 5, 60, "www.example.com");
		assert_int_equal(read_a()->kind, DNS_ANSWER_NODATA);
		assert_int_equal(read_a()->count, 0);
		add_a(ADDITIONAL, "www.example.com", 60, 66);
		assert_int_equal(read_a()->count, 0);
	}
	ask(RA);
	add_a(AUTHORITY, "www.example.com", 60, 66);
	add_name(&p, AUTHORITY, "www.example.com", 5, 60, "evil.example");
	add_a(ADDITIONAL, "www.example.com", 60, 66);
	assert_int_equal(read_a()->kind, DNS_ANSWER_NODATA);
	assert_target(read_a(), "www.example.com");
	/* Other types and classes at the very name. */
	ask(RA);
	add(&p, ANSWER, "www.example.com", 28, 60, "0123456789abcdef", 16);
	add(&p, ANSWER, "www.example.com", 16, 1, "\1x", 2);
	count(&p, ANSWER);
	put_name(&p, "www.example.com");
	size_t rdata = fields(&p, 1, 3, 60);

	put(&p, "\300\0\2\102", 4);
	finish(&p, rdata);
	assert_int_equal(read_a()->kind, DNS_ANSWER_NODATA);
	add_a(ANSWER, "www.example.com", 60, 1);
	assert_last_bytes(read_a(), "\1");
	assert_int_equal(read_a()->ttl, 60);
}

/* CNAMEs c0 … c<links - 1>, the first at the question, and an address at the end. */
static void ask_chain(unsigned links)
{
	ask(RA);
	for (unsigned i = links; i-- > 0;) {
		char owner[32] = "www.example.com";
		char target[32];

		if (i > 0) {
			snprintf(owner, sizeof(owner), "c%u.example.com", i);
		}
		snprintf(target, sizeof(target), "c%u.example.com", i + 1);
		add_cname(owner, 100 + i, target);
		if (i + 1 == links) {
			add_a(ANSWER, target, 500, 1);
		}
	}
}

static void follows_cnames(void **state)
{
	ask_chain(1);
	struct dns_answer *answer = read_a();

	assert_last_bytes(answer, "\1");
	assert_int_equal(answer->cnames, 1);
	assert_int_equal(answer->ttl, 100);
	assert_target(answer, "c1.example.com");
	ask_chain(8);
	answer = read_a();
	assert_last_bytes(answer, "\1");
	assert_int_equal(answer->cnames, 8);
	assert_target(answer, "c8.example.com");
	ask_chain(9);
	answer = read_a();
	assert_int_equal(answer->kind, DNS_ANSWER_CNAME_TOO_LONG);
	assert_int_equal(answer->count, 0);
	/* The address's TTL counts, too. */
	ask(RA);
	add_cname("www.example.com", 100, "a.example");
	add_a(ANSWER, "A.EXAMPLE", 50, 1);
	assert_int_equal(read_a()->ttl, 50);
	/* Said twice, in another case. */
	add_cname("Www.Example.Com", 40, "A.example");
	answer = read_a();
	assert_last_bytes(answer, "\1");
	assert_int_equal(answer->ttl, 40);
	assert_int_equal(answer->cnames, 1);
}

static void follows_synthesised_cnames(void **state)
{
	ask(RA);
	add_name(&p, ANSWER, "example.com", 39, 60, "example.net");
	add_cname("www.example.com", 0, "www.example.net");
	add_a(ANSWER, "www.example.net", 60, 1);
	assert_last_bytes(read_a(), "\1");
	/* DNAME alone redirects no name. */
	ask(RA);
	add_name(&p, ANSWER, "example.com", 39, 60, "example.net");
	add_a(ANSWER, "www.example.net", 60, 1);
	assert_int_equal(read_a()->kind, DNS_ANSWER_NODATA);
}

static void ends_loops(void **state)
{
	ask(RA);
	add_cname("www.example.com", 60, "WWW.example.com");
	assert_int_equal(read_a()->kind, DNS_ANSWER_CNAME_LOOP);
	assert_true(read_a()->has_ttl);
	ask(RA);
	add_cname("www.example.com", 60, "a.example");
	add_cname("a.example", 60, "b.example");
	add_cname("b.example", 60, "a.example");
	assert_int_equal(read_a()->kind, DNS_ANSWER_CNAME_LOOP);
}

static void refuses_contradictions(void **state)
{
	ask(RA);
	add_cname("www.example.com", 60, "a.example");
	add_cname("www.example.com", 60, "b.example");
	add_a(ANSWER, "a.example", 60, 1);
	assert_fails(DNS_ANSWER_MALFORMED);
	ask(RA);
	add_cname("www.example.com", 60, "a.example");
	add_a(ANSWER, "www.example.com", 60, 1);
	assert_fails(DNS_ANSWER_MALFORMED);
	ask(RA);
	add_a(ANSWER, "www.example.com", 60, 1);
	add_cname("www.example.com", 60, "a.example");
	assert_fails(DNS_ANSWER_MALFORMED);
	ask(RA | 3);
	add_a(ANSWER, "www.example.com", 60, 1);
	assert_fails(DNS_ANSWER_MALFORMED);
}

#define REVERSE "1.2.0.192.in-addr.arpa"

static struct dns_answer *read_ptr(void)
{
	struct dns_query query = query_of(REVERSE, DNS_TYPE_PTR);

	return read_as(&query);
}

static void assert_name(const struct dns_answer *answer, size_t i, const char *text)
{
	char name[DNS_NAME_TEXT_MAX];

	assert_true(i < answer->count);
	dns_name_to_text(&answer->names[i], name);
	assert_string_equal(name, text);
}

static void reads_names(void **state)
{
	start(&p, 0x1234, QR | RA, REVERSE, 12);
	add_name(&p, ANSWER, REVERSE, 5, 60, "1.0-25.2.0.192.in-addr.arpa");
	add_name(&p, ANSWER, "1.0-25.2.0.192.in-addr.arpa", 12, 60, "www.b.example");
	add_name(&p, ANSWER, "1.0-25.2.0.192.in-addr.arpa", 12, 30, "Mail.A.example");
	add_name(&p, ANSWER, "1.0-25.2.0.192.in-addr.arpa", 12, 90, "mail.a.EXAMPLE");
	add_name(&p, ANSWER, "1.0-25.2.0.192.in-addr.arpa", 12, 90, "");
	add_name(&p, ANSWER, "2.2.0.192.in-addr.arpa", 12, 1, "evil.example");
	struct dns_answer *answer = read_ptr();

	assert_int_equal(answer->kind, DNS_ANSWER_DATA);
	assert_int_equal(answer->count, 3);
	assert_name(answer, 0, ".");
	assert_name(answer, 1, "mail.a.example");
	assert_name(answer, 2, "www.b.example");
	assert_int_equal(answer->ttl, 30);
	assert_int_equal(dns_answer_size(answer),
		offsetof(struct dns_answer, names) + 3 * sizeof(struct dns_name));
}

static void reads_names_with_any_byte(void **state)
{
	static const uint8_t odd[] = {3, 'a', 0, 'b', 2, '.', '\\', 1, 0xff, 3, '1', 'X', '"', 0};
	uint8_t longest[255];

	for (size_t i = 0; i < 254; i += 2) {
		longest[i] = 1;
		longest[i + 1] = 'b';
	}
	longest[254] = 0;
	start(&p, 0x1234, QR | RA, REVERSE, 12);
	add(&p, ANSWER, REVERSE, 12, 60, odd, sizeof(odd));
	add(&p, ANSWER, REVERSE, 12, 60, longest, sizeof(longest));
	struct dns_answer *answer = read_ptr();

	assert_int_equal(answer->count, 2);
	assert_name(answer, 0, "a\\000b.\\.\\\\.\\255.1x\"");
	assert_int_equal(answer->names[1].len, 255);
	assert_memory_equal(answer->names[1].wire, longest, 255);
}

/* 2,000 PTRs, most of them compressed, from `first` on in the order of their numbers. */
static void ask_crowd(unsigned first)
{
	start(&p, 0x1234, QR | RA, REVERSE, 12);
	for (unsigned i = 0; i < 2000; i++) {
		char label[16];
		unsigned number = (i * 7 + first) % 2000;

		count(&p, ANSWER);
		put_pointer(&p, 12);
		size_t rdata = fields(&p, 12, 1, 60);

		snprintf(label, sizeof(label), "h%04u", number);
		put8(&p, (unsigned)strlen(label));
		put(&p, label, strlen(label));
		put_pointer(&p, 12 + 10);
		finish(&p, rdata);
	}
}

static void chooses_names_whatever_the_order(void **state)
{
	for (unsigned first = 0; first < 2000; first += 333) {
		ask_crowd(first);
		struct dns_answer *answer = read_ptr();

		assert_int_equal(answer->kind, DNS_ANSWER_DATA);
		assert_int_equal(answer->count, DNS_ANSWER_MAX);
		assert_int_equal(answer->left_out, 2000 - DNS_ANSWER_MAX);
		for (unsigned i = 0; i < DNS_ANSWER_MAX; i++) {
			char expected[32];

			snprintf(expected, sizeof(expected), "h%04u.in-addr.arpa", i);
			assert_name(answer, i, expected);
		}
	}
}

static void assert_text(const struct dns_answer *answer, size_t i, const char *text)
{
	assert_true(i < answer->count);
	assert_int_equal(answer->texts[i].len, strlen(text));
	assert_memory_equal(answer->texts[i].octets, text, strlen(text));
}

/* The strings of a text are joined, as far as 255 octets, and so are kept the first eight texts. */
static void keeps_the_beginnings_of_texts(void **state)
{
	struct dns_query query = query_of("www.example.com", DNS_TYPE_TXT);
	char data[600];

	data[0] = (char)200;
	memset(data + 1, 'a', 200);
	data[201] = (char)255;
	memset(data + 202, 'b', 255);
	start(&p, 0x1234, QR | RA, "www.example.com", 16);
	add(&p, ANSWER, "www.example.com", 16, 60, data, 457);
	for (char n = '0'; n < '9'; n++) {
		char text[2] = {1, n};

		add(&p, ANSWER, "www.example.com", 16, 60, text, 2);
	}
	const struct dns_answer *answer = read_as(&query);

	assert_int_equal(answer->count, DNS_TEXTS_MAX);
	assert_int_equal(answer->left_out, 2);
	assert_int_equal(answer->texts[0].len, DNS_TEXT_MAX);
	assert_int_equal(answer->texts[0].octets[199], 'a');
	assert_int_equal(answer->texts[0].octets[200], 'b');
	assert_int_equal(answer->texts[0].octets[254], 'b');
	assert_text(answer, 1, "0");
	assert_text(answer, 7, "6");

	struct dns_packed *packed = dns_packed_new(answer, DNS_TYPE_TXT);
	struct dns_answer *copy = calloc(1, sizeof(*copy));

	assert_non_null(packed);
	assert_non_null(copy);
	dns_packed_get(packed, DNS_TYPE_TXT, copy);
	assert_int_equal(copy->count, answer->count);
	assert_int_equal(copy->left_out, 2);
	assert_int_equal(copy->texts[0].len, DNS_TEXT_MAX);
	assert_memory_equal(copy->texts[0].octets, answer->texts[0].octets, DNS_TEXT_MAX);
	assert_text(copy, 7, "6");
	free(packed);
	free(copy);
	/* A text may be empty, and have any octet. */
	start(&p, 0x1234, QR | RA, "www.example.com", 16);
	add(&p, ANSWER, "www.example.com", 16, 60, "\0", 1);
	add(&p, ANSWER, "www.example.com", 16, 60, "\2\x1b\xff", 3);
	assert_text(read_as(&query), 0, "");
	assert_text(read_as(&query), 1, "\x1b\xff");
}

static void counts_other_types(void **state)
{
	struct dns_query query = query_of("www.example.com", DNS_TYPE_TXT);

	start(&p, 0x1234, QR | RA, "www.example.com", 16);
	add(&p, ANSWER, "www.example.com", 16, 60, "\4text", 5);
	add(&p, ANSWER, "www.example.com", 16, 60, "\1a\1b", 4);
	assert_int_equal(read_as(&query)->kind, DNS_ANSWER_DATA);
	assert_int_equal(read_as(&query)->count, 2);
	assert_int_equal(read_as(&query)->left_out, 0);
	assert_text(read_as(&query), 0, "text");
	assert_text(read_as(&query), 1, "ab");
	/* Strings that do not fill RDLENGTH, or run over it. */
	add(&p, ANSWER, "www.example.com", 16, 60, "\4tex", 4);
	assert_int_equal(read_as(&query)->kind, DNS_ANSWER_MALFORMED);
	/* The RDATA of other types is only counted. */
	query = query_of("www.example.com", (enum dns_type)33);
	start(&p, 0x1234, QR | RA, "www.example.com", 33);
	add(&p, ANSWER, "www.example.com", 33, 60, "\0\1\0\2\0\3\1a\0", 9);
	assert_int_equal(read_as(&query)->kind, DNS_ANSWER_DATA);
	assert_int_equal(read_as(&query)->left_out, 1);
	query = query_of("www.example.com", DNS_TYPE_CNAME);
	start(&p, 0x1234, QR | RA, "www.example.com", 5);
	add_cname("www.example.com", 60, "a.example");
	assert_int_equal(read_as(&query)->kind, DNS_ANSWER_DATA);
	assert_target(read_as(&query), "www.example.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(counts_what_it_leaves_out),
		cmocka_unit_test(takes_nothing_off_the_chain),
		cmocka_unit_test(follows_cnames),
		cmocka_unit_test(follows_synthesised_cnames),
		cmocka_unit_test(ends_loops),
		cmocka_unit_test(refuses_contradictions),
		cmocka_unit_test(reads_names),
		cmocka_unit_test(reads_names_with_any_byte),
		cmocka_unit_test(chooses_names_whatever_the_order),
		cmocka_unit_test(keeps_the_beginnings_of_texts),
		cmocka_unit_test(counts_other_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
