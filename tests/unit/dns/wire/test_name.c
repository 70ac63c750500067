/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/name.h"
#include "unit/assert_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct dns_name name_of(const char *text)
{
	struct dns_name name;

	assert_true(dns_name_from_text(str_view(text), &name));
	return name;
}

/* The name whose wire form is these bytes. */
static struct dns_name name_raw(const void *wire, size_t len)
{
	struct dns_name name = {.len = (uint8_t)len};

	memcpy(name.wire, wire, len);
	return name;
}

static void assert_wire(const char *text, const void *wire, size_t len)
{
	struct dns_name name = name_of(text);

	assert_bytes(name.wire, name.len, wire, len);
}

static void reads_text(void **state)
{
	assert_wire(".", "", 1);
	assert_wire("com", "\3com", 5);
	assert_wire("com.", "\3com", 5);
	assert_wire("Www.Example.COM", "\3Www\7Example\3COM", 17);
	assert_wire("a\\.b.c", "\3a.b\1c", 7);
	assert_wire("a\\\\b", "\3a\\b", 5);
	assert_wire("\\000\\255\\046", "\3\0\377.", 5);
	assert_wire("a\\.", "\2a.", 4);
	assert_wire("*._tcp", "\1*\4_tcp", 8);
}

static void refuses_text(void **state)
{
	static const char *const bad[] = {"", "..", ".a", "a..b", "a..", "a b", "a\tb", "a\nb",
		"\x80", "a\\", "a\\1", "a\\12", "a\\256", "a\\1x2", "a\\999", "a\\ b", "\x7f"};
	struct dns_name name = {.len = 77};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(dns_name_from_text(str_view(bad[i]), &name));
	}
	assert_false(dns_name_from_text(str_from_bytes("a\0b", 3), &name));
	assert_int_equal(name.len, 77);
}

static void bounds_labels_and_names(void **state)
{
	char text[300];
	struct dns_name name;

	memset(text, 'a', sizeof(text));
	assert_true(dns_name_from_text(str_from_bytes(text, 63), &name));
	assert_int_equal(name.len, 65);
	assert_false(dns_name_from_text(str_from_bytes(text, 64), &name));
	text[63] = '.';
	assert_true(dns_name_from_text(str_from_bytes(text, 127), &name));
	text[127] = text[191] = '.';
	/* 3 labels of 63 and one of 61 are 255 octets. */
	assert_true(dns_name_from_text(str_from_bytes(text, 253), &name));
	assert_int_equal(name.len, 255);
	assert_int_equal(name.wire[254], 0);
	assert_false(dns_name_from_text(str_from_bytes(text, 254), &name));
	text[253] = '.';
	assert_true(dns_name_from_text(str_from_bytes(text, 254), &name));
	text[252] = '.';
	text[253] = 'a';
	assert_false(dns_name_from_text(str_from_bytes(text, 254), &name));
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = i % 2 == 0 ? 'a' : '.';
	}
	assert_true(dns_name_from_text(str_from_bytes(text, 253), &name));
	assert_true(dns_name_from_text(str_from_bytes(text, 254), &name));
	assert_int_equal(name.len, 255);
	assert_false(dns_name_from_text(str_from_bytes(text, 255), &name));
}

static void spells_and_reads_back(void **state)
{
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name every = {.len = 0};
	struct dns_name back;

	/* All 256 bytes, in two names. */
	for (unsigned half = 0; half < 2; half++) {
		every.len = 0;
		for (unsigned byte = 0; byte < 128; byte++) {
			if (byte % 32 == 0) {
				every.wire[every.len++] = 32;
			}
			every.wire[every.len++] = (uint8_t)(half * 128 + byte);
		}
		every.wire[every.len++] = 0;
		dns_name_to_text(&every, text);
		assert_true(dns_name_from_text(str_view(text), &back));
		assert_bytes(back.wire, back.len, every.wire, every.len);
	}
	every = name_raw("\6a.b\\ \0\2C-", 11);
	dns_name_to_text(&every, text);
	assert_string_equal(text, "a\\.b\\\\\\032\\000.C-");
	every = name_of(".");
	dns_name_to_text(&every, text);
	assert_string_equal(text, ".");
}

static void spells_the_longest_name(void **state)
{
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name name = {.len = DNS_NAME_MAX};

	/* Labels of 63, 63, 63 and 61 unprintable bytes: 250 escapes and 3 dots. */
	memset(name.wire, 0xff, sizeof(name.wire));
	name.wire[0] = name.wire[64] = name.wire[128] = 63;
	name.wire[192] = 61;
	name.wire[254] = 0;
	dns_name_to_text(&name, text);
	assert_int_equal(strlen(text), 250 * 4 + 3);
}

static void reverses_addresses(void **state)
{
	static const struct {
		const char *addr;
		const char *name;
	} cases[] = {
		{"192.0.2.1", "1.2.0.192.in-addr.arpa"},
		{"255.100.10.0", "0.10.100.255.in-addr.arpa"},
		{"2001:db8::567:89ab",
			"b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[DNS_NAME_TEXT_MAX];
		struct addr addr;
		struct dns_name name;

		assert_true(addr_parse(str_view(cases[i].addr), &addr));
		dns_name_reverse(&addr, &name);
		dns_name_to_text(&name, text);
		assert_string_equal(text, cases[i].name);
		assert_int_equal(name.wire[name.len - 1], 0);
	}
}

static void compares_without_case(void **state)
{
	struct dns_name a = name_of("Www.Example.com");
	struct dns_name b = name_of("wWW.eXAMPLE.COM");
	struct dns_name c = name_of("www.example.con");
	struct dns_name d = name_of("www.example.co");
	struct dns_name at = name_of("a@b");
	struct dns_name backquote = name_of("a`b");

	assert_true(dns_name_eq(&a, &b));
	assert_false(dns_name_eq(&a, &c));
	assert_false(dns_name_eq(&a, &d));
	assert_false(dns_name_eq(&at, &backquote));
	dns_name_lower(&b);
	assert_memory_equal(b.wire, "\3www\7example\3com", 17);
}

static void knows_ancestors(void **state)
{
	struct dns_name root = name_of(".");
	struct dns_name com = name_of("COM");
	struct dns_name www = name_of("www.example.com");
	struct dns_name other = name_of("www.notexample.com");
	struct dns_name example = name_of("example.com");
	/* Ends in the bytes of example.com, but not at a label. */
	struct dns_name inside = name_raw("\15x\7example\3com\0", 15);

	assert_true(dns_name_under(&www, &root));
	assert_true(dns_name_under(&www, &com));
	assert_true(dns_name_under(&www, &example));
	assert_true(dns_name_under(&www, &www));
	assert_true(dns_name_under(&root, &root));
	assert_false(dns_name_under(&other, &example));
	assert_false(dns_name_under(&example, &www));
	assert_false(dns_name_under(&root, &com));
	assert_false(dns_name_under(&inside, &example));
}

static void orders_by_text(void **state)
{
	static const char *const sorted[] = {".", "\\000", "\\.b", "\\\\", "a", "a-b", "a.b",
		"a.b.c", "a\\032", "a\\.b", "aa", "b", "b.a", "ba"};

	for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
		for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
			char text_i[DNS_NAME_TEXT_MAX];
			char text_j[DNS_NAME_TEXT_MAX];
			struct dns_name a = name_of(sorted[i]);
			struct dns_name b = name_of(sorted[j]);
			int order = dns_name_compare_text(&a, &b);

			dns_name_to_text(&a, text_i);
			dns_name_to_text(&b, text_j);
			int expected = strcmp(text_i, text_j);

			assert_int_equal(
				(order > 0) - (order < 0), (expected > 0) - (expected < 0));
		}
	}
	struct dns_name upper = name_of("WWW.Example");
	struct dns_name lower = name_of("www.example");

	assert_int_equal(dns_name_compare_text(&upper, &lower), 0);
}

static void randomizes_case(void **state)
{
	struct random_pool pool;
	struct dns_name name = name_of("abcdefghijklmnopqrstuvwxyz.ABCDEFGHIJKLM@[`{09-_");
	struct dns_name changed = name;
	bool upper = false;
	bool lower = false;

	random_pool_init(&pool);
	for (unsigned i = 0; i < 100; i++) {
		dns_name_randomize_case(&changed, &pool);
		assert_true(dns_name_eq(&name, &changed));
		upper |= changed.wire[1] == 'A';
		lower |= changed.wire[1] == 'a';
		for (size_t j = 0; j < name.len; j++) {
			if (!ascii_is_alpha((char)name.wire[j])) {
				assert_int_equal(changed.wire[j], name.wire[j]);
			}
		}
	}
	assert_true(upper && lower);
}

static void takes_hosts(void **state)
{
	static const struct {
		const char *name;
		const char *host;
	} cases[] = {
		{"Crawl-1.GoogleBot.COM.", "crawl-1.googlebot.com"},
		{"a.b", "a.b"},
		{"1.2.3.4.in-addr.arpa", "1.2.3.4.in-addr.arpa"},
		{"_dmarc.ex_ample.com", "_dmarc.ex_ample.com"},
		{"1-2-3-4.isp.example", "1-2-3-4.isp.example"},
		{"3com.4x", "3com.4x"},
		{"host.0xyz", "host.0xyz"},
		{"host.x0", "host.x0"},
		{"xn--bcher-kva.example", "xn--bcher-kva.example"},
		{"a--b.c", "a--b.c"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char host[DNS_HOST_MAX + 1];
		struct dns_name name = name_of(cases[i].name);

		assert_true(dns_name_to_host(&name, host));
		assert_string_equal(host, cases[i].host);
	}
}

static void refuses_hosts(void **state)
{
	static const char *const bad[] = {".", "localhost", "1", "1.2.3.4", "127.1", "0x7f.1",
		"0x7f.0x0.0x0.0x1", "0X7F.0X1", "host.0x", "017700000001.0", "host.1", "host.0x1f",
		"1.2.3.4.5", "-a.example", "a-.example", "-.example", "a.-example", "a.example-",
		"a\\.b.example", "a\\000.example", "\\000.example", "a\\\\b.example",
		"a\\032b.example", "a\\010.example", "a\\255.example", "*.example", "a/b.example",
		"a@b.example", "a:b.example", "a\\;b.example", "a\\(.example", "a\\127.example",
		"a.ex\\.ample"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char host[DNS_HOST_MAX + 1] = "untouched";
		struct dns_name name = name_of(bad[i]);

		assert_false(dns_name_to_host(&name, host));
		assert_string_equal(host, "untouched");
	}
}

static void takes_the_longest_host(void **state)
{
	char host[DNS_HOST_MAX + 1];
	struct dns_name name = {.len = 0};

	for (unsigned i = 0; i < 127; i++) {
		name.wire[name.len++] = 1;
		name.wire[name.len++] = 'A';
	}
	name.wire[name.len++] = 0;
	assert_int_equal(name.len, 255);
	assert_true(dns_name_to_host(&name, host));
	assert_int_equal(strlen(host), DNS_HOST_MAX);
	assert_int_equal(host[252], 'a');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_text),
		cmocka_unit_test(refuses_text),
		cmocka_unit_test(bounds_labels_and_names),
		cmocka_unit_test(spells_and_reads_back),
		cmocka_unit_test(spells_the_longest_name),
		cmocka_unit_test(reverses_addresses),
		cmocka_unit_test(compares_without_case),
		cmocka_unit_test(knows_ancestors),
		cmocka_unit_test(orders_by_text),
		cmocka_unit_test(randomizes_case),
		cmocka_unit_test(takes_hosts),
		cmocka_unit_test(refuses_hosts),
		cmocka_unit_test(takes_the_longest_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
