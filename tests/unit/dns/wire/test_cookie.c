/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/cookie.h"

#include "dns/wire/validate.h"
#include "reading.h"
#include "unit/assert_bytes.h"

static const struct dns_cookie ours = {{'o', 'u', 'r', 'c', 'o', 'o', 'k', 'i'}, 8};

/* An OPT with these options. */
static void add_options(const void *options, size_t len)
{
	add_opt(&p, ADDITIONAL, "", 0);
	size_t rdata = p.len;

	put(&p, options, len);
	finish(&p, rdata);
}

/* A reply with one COOKIE option of this length: our part, and then 's'. */
static void reply_with(size_t len)
{
	uint8_t option[4 + 64] = {0, 10, 0, (uint8_t)len};

	memset(option + 4, 's', len);
	memcpy(option + 4, ours.bytes, len < 8 ? len : 8);
	ask(RD | RA);
	add_options(option, 4 + len);
}

static enum dns_cookie_found find(struct dns_cookie *out)
{
	uint8_t *copy = malloc(p.len > 0 ? p.len : 1);

	assert_non_null(copy);
	memcpy(copy, p.bytes, p.len);
	enum dns_cookie_found found = dns_cookie_find(copy, p.len, &ours, out);

	free(copy);
	return found;
}

static void takes_the_legal_lengths_only(void **state)
{
	for (size_t len = 0; len <= 64; len++) {
		bool legal = len == 8 || (len >= 16 && len <= 40);
		struct dns_cookie out = {.len = 0};

		reply_with(len);
		assert_int_equal(find(&out), legal ? DNS_COOKIE_OURS : DNS_COOKIE_OTHER);
		assert_bytes(out.bytes, out.len, p.bytes + p.len - len, legal ? len : 0);
	}
}

static void wants_every_bit_of_ours(void **state)
{
	struct dns_cookie out = {.len = 0};

	for (size_t bit = 0; bit < 64; bit++) {
		reply_with(16);
		p.bytes[p.len - 16 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(find(&out), DNS_COOKIE_OTHER);
		assert_int_equal(out.len, 0);
	}
}

static void finds_it_among_others(void **state)
{
	struct dns_cookie out = {.len = 0};
	unsigned rcode;

	ask(RD | RA);
	assert_int_equal(find(&out), DNS_COOKIE_NONE);
	add_options("", 0);
	assert_int_equal(find(&out), DNS_COOKIE_NONE);
	ask(RD | RA);
	add_options("\0\3\0\2id\0\12\0\10ourcooki\0\17\0\0", 22);
	assert_int_equal(find(&out), DNS_COOKIE_OURS);
	assert_true(dns_validate(p.bytes, p.len, &rcode));
	ask(RD | RA);
	add_options("\0\12\0\10ourcooki\0\12\0\10ourcooki", 24);
	assert_int_equal(find(&out), DNS_COOKIE_OTHER);
}

static void is_strict_about_what_it_reads(void **state)
{
	struct dns_cookie out = {.len = 0};
	unsigned rcode;

	/* Options that do not fill the OPT's RDATA. */
	for (size_t len = 1; len < 12; len++) {
		ask(RD | RA);
		add_options("\0\12\0\10ourcooki", len);
		assert_int_equal(find(&out), DNS_COOKIE_UNREADABLE);
		assert_false(dns_validate(p.bytes, p.len, &rcode));
	}
	ask(RD | RA);
	add_options("\0\12\0\10ourcooki\0", 13);
	assert_int_equal(find(&out), DNS_COOKIE_UNREADABLE);
	reply_with(16);
	add_options("", 0);
	assert_int_equal(find(&out), DNS_COOKIE_UNREADABLE);
	ask(RD | RA);
	add_opt(&p, ANSWER, "", 0);
	assert_int_equal(find(&out), DNS_COOKIE_UNREADABLE);
	ask(RD | RA);
	add_opt(&p, ADDITIONAL, "a", 0);
	assert_int_equal(find(&out), DNS_COOKIE_UNREADABLE);
	reply_with(40);
	for (size_t whole = p.len; p.len > 0; p.len--) {
		assert_int_equal(
			find(&out), p.len == whole ? DNS_COOKIE_OURS : DNS_COOKIE_UNREADABLE);
	}
}

static void differs_by_key_upstream_and_period(void **state)
{
	struct hash_key key = hash_key_new();
	struct hash_key other = hash_key_new();
	struct endpoint a = {{ADDR_V4, {192, 0, 2, 1}}, 53, 0};
	struct endpoint b = {{ADDR_V4, {192, 0, 2, 1}}, 54, 0};
	struct endpoint c = {{ADDR_V6, {192, 0, 2, 1}}, 53, 0};
	struct dns_cookie first = dns_cookie_make(&key, &a, 0);
	const struct dns_cookie others[] = {dns_cookie_make(&other, &a, 0),
		dns_cookie_make(&key, &b, 0), dns_cookie_make(&key, &c, 0),
		dns_cookie_make(&key, &a, 1)};
	struct dns_cookie again = dns_cookie_make(&key, &a, 0);

	assert_bytes(first.bytes, first.len, again.bytes, 8);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_memory_not_equal(first.bytes, others[i].bytes, 8);
	}
}

static void goes_into_the_query(void **state)
{
	struct dns_query query = query_of("www.example.com", DNS_TYPE_A);
	uint8_t out[DNS_QUERY_MAX];

	query.cookie = ours;
	assert_int_equal(dns_query_build(&query, out), 12 + 21 + 11 + 12);
	assert_memory_equal(out + 12 + 21 + 9, "\0\14\0\12\0\10ourcooki", 14);
	query.cookie.len = 40;
	assert_int_equal(dns_query_build(&query, out), 12 + 21 + 11 + 44);
	query.edns_size = 0;
	assert_int_equal(dns_query_build(&query, out), 12 + 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_legal_lengths_only),
		cmocka_unit_test(wants_every_bit_of_ours),
		cmocka_unit_test(finds_it_among_others),
		cmocka_unit_test(is_strict_about_what_it_reads),
		cmocka_unit_test(differs_by_key_upstream_and_period),
		cmocka_unit_test(goes_into_the_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
