/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

static void assert_addr(const struct addr *a, const char *expected)
{
	char text[ADDR_TEXT_MAX];

	addr_format(a, text);
	assert_string_equal(text, expected);
}

static void reads_addresses(void **state)
{
	static const struct {
		const char *text;
		const char *addr; /* NULL: refused */
	} cases[] = {
		{"0.0.0.0", "0.0.0.0"},
		{"192.0.2.1", "192.0.2.1"},
		{"255.255.255.255", "255.255.255.255"},
		{"::", "::"},
		{"::1", "::1"},
		{"2001:DB8::A", "2001:db8::a"},
		{"2001:0db8:0000:0000:0000:0000:0000:000a", "2001:db8::a"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"::FFFF:c000:201", "192.0.2.1"},
		{"0000:0000:0000:0000:0000:ffff:255.255.255.255", "255.255.255.255"},
		{"::fffe:192.0.2.1", "::fffe:c000:201"},
		{"::192.0.2.1", "::192.0.2.1"},
		{"", NULL},
		{" ", NULL},
		{" 192.0.2.1", NULL},
		{"192.0.2.1 ", NULL},
		{"192.0.2.1\n", NULL},
		{"192.0.2", NULL},
		{"192.0.2.1.", NULL},
		{"192.0.2.1.1", NULL},
		{"192.0.2.256", NULL},
		{"192.0.2.01", NULL},
		{"192.0.2.001", NULL},
		{"192.0.2.00", NULL},
		{"0300.0.2.1", NULL},
		{"0xc0.0.2.1", NULL},
		{"3221225985", NULL},
		{"127.1", NULL},
		{"-1.0.0.0", NULL},
		{"+1.0.0.0", NULL},
		{"1..2.3", NULL},
		{"192.0.2.1/32", NULL},
		{"192.0.2.1:80", NULL},
		{"[::1]", NULL},
		{"::1%lo", NULL},
		{"fe80::1%1", NULL},
		{"fe80::1%25eth0", NULL},
		{"192.0.2.1%eth0", NULL},
		{":::", NULL},
		{"1::2::3", NULL},
		{"1:2:3:4:5:6:7", NULL},
		{"1:2:3:4:5:6:7:8:9", NULL},
		{"12345::", NULL},
		{"g::", NULL},
		{"::ffff:192.0.2.01", NULL},
		{"::ffff:192.0.2", NULL},
		{"::/0", NULL},
		{"00000000:0000:0000:0000:0000:ffff:255.255.255.255", NULL},
		{"localhost", NULL},
		{"unknown", NULL},
		{"unix:", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct addr a = {.family = 99};

		assert_int_equal(addr_parse(str_view(cases[i].text), &a), cases[i].addr != NULL);
		if (cases[i].addr != NULL) {
			assert_addr(&a, cases[i].addr);
		} else {
			assert_int_equal(a.family, 99);
		}
	}
	struct addr a;

	assert_false(addr_parse((struct str){NULL, 0}, &a));
	assert_false(addr_parse((struct str){"192.0.2.1\0", 10}, &a));
	assert_false(addr_parse((struct str){"192.0.2.1\0.5", 12}, &a));
	assert_true(addr_parse((struct str){"192.0.2.10", 9}, &a));
	assert_addr(&a, "192.0.2.1");
}

static void compares_and_measures(void **state)
{
	struct addr v4;
	struct addr mapped;
	struct addr v6;
	struct addr none = {0};

	assert_true(addr_parse(str_view("192.0.2.1"), &v4));
	assert_true(addr_parse(str_view("::ffff:c000:201"), &mapped));
	assert_true(addr_parse(str_view("c000:201::"), &v6));
	assert_true(addr_eq(&v4, &mapped));
	assert_false(addr_eq(&v4, &v6));
	assert_int_equal(addr_bits(&v4), 32);
	assert_int_equal(addr_len(&v4), 4);
	assert_int_equal(addr_bits(&v6), 128);
	assert_int_equal(addr_len(&v6), 16);
	assert_addr(&none, "");
}

static void takes_bytes(void **state)
{
	static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	static const uint8_t mapped[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
	struct addr a;

	assert_true(addr_from_bytes(v6, 16, &a));
	assert_addr(&a, "2001:db8::1");
	assert_true(addr_from_bytes(v6, 4, &a));
	assert_addr(&a, "32.1.13.184");
	assert_true(addr_from_bytes(mapped, 16, &a));
	assert_addr(&a, "192.0.2.1");
	for (size_t len = 0; len < 40; len++) {
		if (len != 4 && len != 16) {
			assert_false(addr_from_bytes(NULL, len, &a));
		}
	}
}

static void takes_socket_addresses(void **state)
{
	static const char *const texts[] = {"192.0.2.1", "2001:db8::1"};
	struct sockaddr_storage ss;
	struct addr a;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct endpoint e = {.port = 8443};

		assert_true(addr_parse(str_view(texts[i]), &e.addr));
		socklen_t len = endpoint_to_sockaddr(&e, &ss);

		assert_int_equal(
			len, i == 0 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		assert_int_equal(ss.ss_family, i == 0 ? AF_INET : AF_INET6);
		assert_true(addr_from_sockaddr((struct sockaddr *)&ss, &a));
		assert_true(addr_eq(&a, &e.addr));
	}
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	memcpy(&in6.sin6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
	assert_true(addr_from_sockaddr((struct sockaddr *)&in6, &a));
	assert_addr(&a, "192.0.2.1");
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	assert_false(addr_from_sockaddr((struct sockaddr *)&un, &a));
}

static void reads_prefixes(void **state)
{
	static const struct {
		const char *text;
		const char *addr; /* NULL: refused */
		unsigned len;
	} cases[] = {
		{"192.0.2.0/24", "192.0.2.0", 24},
		{"192.0.2.1", "192.0.2.1", 32},
		{"192.0.2.1/32", "192.0.2.1", 32},
		{"192.0.2.128/25", "192.0.2.128", 25},
		{"0.0.0.0/0", "0.0.0.0", 0},
		{"128.0.0.0/1", "128.0.0.0", 1},
		{"2001:db8::/32", "2001:db8::", 32},
		{"2001:db8:8000::/33", "2001:db8:8000::", 33},
		{"2001:db8::1", "2001:db8::1", 128},
		{"::/0", "::", 0},
		{"::/96", "::", 96},
		{"::ffff:192.0.2.0/120", "192.0.2.0", 24},
		{"::ffff:192.0.2.1", "192.0.2.1", 32},
		{"::ffff:0.0.0.0/96", "0.0.0.0", 0},
		{"::ffff:0:0/95", NULL, 0},
		{"::fffe:0:0/95", "::fffe:0:0", 95},
		{"192.0.2.1/24", NULL, 0},
		{"192.0.2.128/24", NULL, 0},
		{"0.0.0.1/0", NULL, 0},
		{"2001:db8::1/64", NULL, 0},
		{"2001:db8:8000::/32", NULL, 0},
		{"::ffff:192.0.2.1/120", NULL, 0},
		{"::ffff:192.0.2.0/24", NULL, 0},
		{"192.0.2.0/33", NULL, 0},
		{"192.0.2.0/120", NULL, 0},
		{"2001:db8::/129", NULL, 0},
		{"192.0.2.0/", NULL, 0},
		{"192.0.2.0/-1", NULL, 0},
		{"192.0.2.0/+24", NULL, 0},
		{"192.0.2.0/ 24", NULL, 0},
		{"192.0.2.0/24 ", NULL, 0},
		{"192.0.2.0/24/24", NULL, 0},
		{"192.0.2.0/255.255.255.0", NULL, 0},
		{"192.0.2.0/4294967320", NULL, 0},
		{"192.0.2.0/18446744073709551640", NULL, 0},
		{"192.0.2/24", NULL, 0},
		{"/24", NULL, 0},
		{"/", NULL, 0},
		{"", NULL, 0},
		{"fe80::%eth0/64", NULL, 0},
		{"[2001:db8::]/32", NULL, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct prefix p = {.len = 99};

		assert_int_equal(prefix_parse(str_view(cases[i].text), &p), cases[i].addr != NULL);
		if (cases[i].addr != NULL) {
			assert_addr(&p.addr, cases[i].addr);
			assert_int_equal(p.len, cases[i].len);
		} else {
			assert_int_equal(p.len, 99);
		}
	}
}

static void prefixes_contain(void **state)
{
	static const struct {
		const char *prefix;
		const char *addr;
		bool in;
	} cases[] = {
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.0/24", "192.0.1.255", false},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.4/30", "192.0.2.7", true},
		{"192.0.2.4/30", "192.0.2.8", false},
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.0", false},
		{"0.0.0.0/0", "255.255.255.255", true},
		{"0.0.0.0/0", "::ffff:1.2.3.4", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "2001:db8::1", true},
		{"::/0", "192.0.2.1", false},
		{"::/0", "::ffff:192.0.2.1", false},
		{"::ffff:192.0.2.0/120", "192.0.2.77", true},
		{"2001:db8::/32", "2001:db8:ffff::1", true},
		{"2001:db8::/32", "2001:db9::", false},
		{"2001:db8::/127", "2001:db8::1", true},
		{"2001:db8::/127", "2001:db8::2", false},
		{"c000:200::/24", "192.0.2.1", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct prefix p;
		struct addr a;

		assert_true(prefix_parse(str_view(cases[i].prefix), &p));
		assert_true(addr_parse(str_view(cases[i].addr), &a));
		assert_int_equal(prefix_contains(&p, &a), cases[i].in);
	}
}

static void every_prefix_of_an_address_contains_it(void **state)
{
	static const char *const texts[] = {
		"255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct addr a;

		assert_true(addr_parse(str_view(texts[i]), &a));
		for (unsigned bits = 0; bits <= addr_bits(&a); bits++) {
			struct prefix p = prefix_of(&a, bits);
			unsigned set = 0;

			for (size_t at = 0; at < sizeof(p.addr.bytes); at++) {
				set += (unsigned)__builtin_popcount(p.addr.bytes[at]);
			}
			assert_int_equal(set, bits);
			assert_int_equal(p.len, bits);
			assert_true(prefix_contains(&p, &a));
			struct addr outside = p.addr;

			if (bits > 0) {
				outside.bytes[(bits - 1) / 8] ^=
					(uint8_t)(0x80 >> ((bits - 1) % 8));
				assert_false(prefix_contains(&p, &outside));
			}
		}
	}
}

static void reads_endpoints(void **state)
{
	static const struct {
		const char *text;
		const char *endpoint; /* NULL: refused */
	} cases[] = {
		{"127.0.0.1", "127.0.0.1:53"},
		{"127.0.0.1:5353", "127.0.0.1:5353"},
		{"127.0.0.1:1", "127.0.0.1:1"},
		{"127.0.0.1:65535", "127.0.0.1:65535"},
		{"::1", "[::1]:53"},
		{"[::1]", "[::1]:53"},
		{"[::1]:5353", "[::1]:5353"},
		{"[::ffff:192.0.2.1]:80", "192.0.2.1:80"},
		{"2001:db8::1:5353", "[2001:db8::1:5353]:53"},
		{"[1.2.3.4]:80", NULL},
		{"[1.2.3.4]", NULL},
		{"127.0.0.1:0", NULL},
		{"[::1]:0", NULL},
		{"127.0.0.1:", NULL},
		{"[::1]:", NULL},
		{"127.0.0.1:65536", NULL},
		{"127.0.0.1:-1", NULL},
		{"127.0.0.1: 53", NULL},
		{"127.0.0.1:53 ", NULL},
		{"127.0.0.1:53:53", NULL},
		{"127.0.0.1:domain", NULL},
		{"[::1", NULL},
		{"::1]", NULL},
		{"[]", NULL},
		{"[]:53", NULL},
		{"[", NULL},
		{"[[::1]]:53", NULL},
		{"[::1]53", NULL},
		{"[::1]]:53", NULL},
		{"[::1%lo]:53", NULL},
		{"[::1]x:53", NULL},
		{":53", NULL},
		{"", NULL},
		{"localhost:53", NULL},
		{"*:53", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct endpoint e = {.port = 4711};
		char text[ENDPOINT_TEXT_MAX];

		assert_int_equal(
			endpoint_parse(str_view(cases[i].text), 53, &e), cases[i].endpoint != NULL);
		if (cases[i].endpoint != NULL) {
			endpoint_format(&e, text);
			assert_string_equal(text, cases[i].endpoint);
		} else {
			assert_int_equal(e.port, 4711);
		}
	}
	struct endpoint e;

	assert_false(endpoint_parse(str_view("127.0.0.1"), 0, &e));
	assert_false(endpoint_parse(str_view("[::1]"), 0, &e));
	assert_true(endpoint_parse(str_view("127.0.0.1:80"), 0, &e));
}

static void longest_texts_fit(void **state)
{
	struct endpoint e;
	char text[ENDPOINT_TEXT_MAX];

	assert_true(
		endpoint_parse(str_view("[2001:db88:1111:2222:3333:4444:5555:6666]:65535"), 1, &e));
	endpoint_format(&e, text);
	assert_string_equal(text, "[2001:db88:1111:2222:3333:4444:5555:6666]:65535");
}

/* Every text of up to nine of these characters, as the library reads it. */
static void reads_quads_as_the_library_does(void **state)
{
	static const char letters[] = "0125.";
	unsigned accepted = 0;
	char text[10];

	for (unsigned long n = 0; n < 5UL * 5 * 5 * 5 * 5 * 5 * 5 * 5; n++) {
		unsigned long left = n;
		uint8_t bytes[4];
		struct addr a;

		for (size_t i = 0; i < 8; i++, left /= 5) {
			text[i] = letters[left % 5];
		}
		for (size_t len = 8; len <= 9; len++) {
			text[8] = '5';
			text[len] = '\0';
			bool reads = inet_pton(AF_INET, text, bytes) == 1;

			assert_int_equal(addr_parse((struct str){text, len}, &a), reads);
			if (reads) {
				assert_memory_equal(a.bytes, bytes, sizeof(bytes));
				accepted++;
			}
		}
	}
	assert_in_range(accepted, 1000, 300000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(compares_and_measures),
		cmocka_unit_test(takes_bytes),
		cmocka_unit_test(takes_socket_addresses),
		cmocka_unit_test(reads_prefixes),
		cmocka_unit_test(prefixes_contain),
		cmocka_unit_test(every_prefix_of_an_address_contains_it),
		cmocka_unit_test(reads_endpoints),
		cmocka_unit_test(longest_texts_fit),
		cmocka_unit_test(reads_quads_as_the_library_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
