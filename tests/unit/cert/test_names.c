/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include "cert/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build.h"
#include "read.h"

#define LABEL_63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
#define NAME_253                                                                                   \
	LABEL_63 "." LABEL_63 "." LABEL_63 ".abcdefghijklmnopqrstuvwxyz0123456789"                 \
		 "abcdefghijklmnopqrstuvwxy"

struct fixture {
	struct arena arena;
	struct bytes der;
	struct bytes part;
	struct cert_identity id;
};

static int setup(void **state)
{
	static struct fixture f;

	arena_init(&f.arena, 4096);
	bytes_init(&f.der, 0);
	bytes_init(&f.part, 0);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	bytes_clear(&f->part);
	bytes_clear(&f->der);
	arena_clear(&f->arena);
	return 0;
}

static const char *read_recipe(struct fixture *f, bool cn_fallback, const struct recipe *recipe)
{
	return read_certificate(build(&f->der, recipe), cn_fallback, &f->arena, &f->id);
}

/* Reads a certificate with the one SAN. */
static void read_san(struct fixture *f, uint8_t tag, struct str value)
{
	bytes_reset(&f->part, SIZE_MAX);
	put_value(&f->part, tag, value);
	struct recipe recipe = {.general_names = bytes_view(&f->part)};

	assert_null(read_recipe(f, false, &recipe));
}

static void test_takes_host_names_as_dns_names(void **state)
{
	static const struct {
		struct str value;
		const char *dns; /* NULL: unusable */
	} cases[] = {
		{BYTES("a.example"), "a.example\n"},
		{BYTES("A.eXaMPLE"), "a.example\n"},
		{BYTES("a.example."), "a.example\n"},
		{BYTES("localhost"), "localhost\n"},
		{BYTES("under_score.example"), "under_score.example\n"},
		{BYTES("_sip.example"), "_sip.example\n"},
		{BYTES("xn--bcher-kva.example"), "xn--bcher-kva.example\n"},
		{BYTES("1.2.3.4.example"), "1.2.3.4.example\n"},
		{BYTES("0xab.example"), "0xab.example\n"},
		{BYTES("*.Example.com"), "*.example.com\n"},
		{BYTES("*.com"), "*.com\n"},
		{BYTES(LABEL_63 ".example"), LABEL_63 ".example\n"},
		{BYTES(NAME_253), NAME_253 "\n"},
		{BYTES(NAME_253 "."), NAME_253 "\n"},
		{BYTES(NAME_253 "z"), NULL},
		{BYTES("*." NAME_253), NULL},
		{BYTES(LABEL_63 "x.example"), NULL},
		{BYTES(""), NULL},
		{BYTES("."), NULL},
		{BYTES(".."), NULL},
		{BYTES("a.example.."), NULL},
		{BYTES("a..example"), NULL},
		{BYTES(".example"), NULL},
		{BYTES(" "), NULL},
		{BYTES("*"), NULL},
		{BYTES("*."), NULL},
		{BYTES("*.."), NULL},
		{BYTES("*.*.example"), NULL},
		{BYTES("a.*.example"), NULL},
		{BYTES("*a.example"), NULL},
		{BYTES("a*.example"), NULL},
		{BYTES("-a.example"), NULL},
		{BYTES("a-.example"), NULL},
		{BYTES("a.example-"), NULL},
		{BYTES("a b.example"), NULL},
		{BYTES(" a.example"), NULL},
		{BYTES("a.example "), NULL},
		{BYTES("a.example/"), NULL},
		{BYTES("a,b.example"), NULL},
		{BYTES("a:443"), NULL},
		{BYTES("192.0.2.1"), NULL},
		{BYTES("192.0.2.1."), NULL},
		{BYTES("*.192.0.2.1"), NULL},
		{BYTES("3221225985"), NULL},
		{BYTES("0xc0000201"), NULL},
		{BYTES("1.0x2"), NULL},
		{BYTES("1.0X"), NULL},
		{BYTES("a.1"), NULL},
		{BYTES("::1"), NULL},
		{BYTES("admin.example\0.evil.example"), NULL},
		{BYTES("admin.example\0"), NULL},
		{BYTES("\0"), NULL},
		{BYTES("a\n.example"), NULL},
		{BYTES("a\r\nX-Client-Hostname: b"), NULL},
		{BYTES("a\x7f.example"), NULL},
		{BYTES("b\xc3\xbc"
		       "cher.example"),
			NULL},
		{BYTES("b\xfc"
		       "cher.example"),
			NULL},
		{BYTES("\xef\xbc\x8e.example"), NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		read_san(f, SAN_DNS, cases[i].value);
		assert_list(f->id.dns, cases[i].dns != NULL ? cases[i].dns : "");
		assert_int_equal(f->id.unusable_names, cases[i].dns == NULL);
	}
}

static void takes_mailboxes_and_uris_as_they_are(void **state)
{
	static const struct {
		struct str value;
		const char *text; /* NULL: unusable */
		bool mailbox;
	} cases[] = {
		{BYTES("Someone@Example.COM"), "Someone@Example.COM\n", true},
		{BYTES("\"a b\"@b.example"), "\"a b\"@b.example\n", true},
		{BYTES("spiffe://acme.example/ns/x"), "spiffe://acme.example/ns/x\n", false},
		{BYTES("a, \"b\" <c>;\\%00"), "a, \"b\" <c>;\\%00\n", false},
		{BYTES("~"), "~\n", false},
		/* As many bytes as an address has. */
		{BYTES("root"), "root\n", false},
		{BYTES("root@a.example@b"), "root@a.example@b\n", false},
		{BYTES(""), NULL, false},
		{BYTES("a@b.example\0@c.example"), NULL, false},
		{BYTES("a@b.example\0"), NULL, false},
		{BYTES("\0a@b.example"), NULL, false},
		{BYTES("a@b.example\n"), NULL, false},
		{BYTES("a\t@b.example"), NULL, false},
		{BYTES("a\x1f@b.example"), NULL, false},
		{BYTES("a\x7f@b.example"), NULL, false},
		{BYTES("a\x80@b.example"), NULL, false},
		{BYTES("\xc3\xa9@b.example"), NULL, false},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *text = cases[i].text != NULL ? cases[i].text : "";

		read_san(f, SAN_EMAIL, cases[i].value);
		assert_list(f->id.email, cases[i].mailbox ? text : "");
		assert_int_equal(f->id.uri.count + f->id.ip_count, 0);
		assert_int_equal(f->id.unusable_names, !cases[i].mailbox);
		read_san(f, SAN_URI, cases[i].value);
		assert_list(f->id.uri, text);
		assert_int_equal(f->id.email.count, 0);
		assert_int_equal(f->id.unusable_names, cases[i].text == NULL);
	}
}

static void test_takes_addresses_by_their_length(void **state)
{
	static const uint8_t zeros[64];
	struct fixture *f = *state;
	char text[ADDR_TEXT_MAX];

	for (size_t len = 0; len <= sizeof(zeros); len++) {
		read_san(f, SAN_IP, str_from_bytes(zeros, len));
		assert_int_equal(f->id.ip_count, len == 4 || len == 16);
		assert_int_equal(f->id.unusable_names, len != 4 && len != 16);
	}
	read_san(f, SAN_IP, BYTES("\xc0\x00\x02\x01"));
	addr_format(&f->id.ip[0], text);
	assert_string_equal(text, "192.0.2.1");
	read_san(f, SAN_IP, BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01"));
	addr_format(&f->id.ip[0], text);
	assert_string_equal(text, "192.0.2.1");
	read_san(f, SAN_IP, BYTES("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"));
	addr_format(&f->id.ip[0], text);
	assert_string_equal(text, "2001:db8::1");
}

static void test_one_bad_name_spoils_no_other(void **state)
{
	struct fixture *f = *state;

	put_value(&f->part, SAN_DNS, BYTES("a.example"));
	put_value(&f->part, SAN_DNS, BYTES("b\0.example"));
	put_value(&f->part, SAN_DNS, BYTES("c.example"));
	put_value(&f->part, SAN_EMAIL, BYTES("\n"));
	put_value(&f->part, SAN_EMAIL, BYTES("d@e.example"));
	put_value(&f->part, SAN_URI, BYTES("f:\xff"));
	put_value(&f->part, SAN_URI, BYTES("g:"));
	put_value(&f->part, SAN_IP, BYTES("\x01\x02\x03\x04\xff\xff\xff\x00"));
	put_value(&f->part, SAN_IP, BYTES("\x01\x02\x03\x04"));
	put_value(&f->part, 0x88, BYTES("\x2a\x03")); /* registeredID */
	put_value(&f->part, 0xa4, BYTES("\x30\x00")); /* directoryName */
	put_value(&f->part, 0xa0, BYTES("\x06\x02\x2a\x03\xa0\x03\x0c\x01\x00")); /* otherName */
	struct recipe recipe = {.general_names = bytes_view(&f->part)};

	assert_null(read_recipe(f, true, &recipe));
	assert_list(f->id.dns, "a.example\nc.example\n");
	assert_list(f->id.email, "d@e.example\n");
	assert_list(f->id.uri, "g:\n");
	assert_int_equal(f->id.ip_count, 1);
	assert_int_equal(f->id.unusable_names, 4);
}

static void test_bounds_the_names(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 1; i <= CERT_MAX_SAN + 1; i++) {
		put_value(&f->part, i % 2 == 0 ? SAN_DNS : 0x88,
			i % 2 == 0 ? BYTES("a.example") : BYTES("\x2a\x03"));
		struct recipe recipe = {.general_names = bytes_view(&f->part)};
		const char *why = read_recipe(f, false, &recipe);

		if (i <= CERT_MAX_SAN) {
			assert_null(why);
			assert_int_equal(f->id.dns.count, i / 2);
		} else {
			assert_string_equal(why, "more than 256 names in subjectAltName");
		}
	}
}

static void test_reads_the_common_names(void **state)
{
	static const struct {
		uint8_t tag;
		struct str value;
		const char *cn; /* NULL: unusable */
	} cases[] = {
		{UTF8_STRING, BYTES("client-1"), "client-1\n"},
		{UTF8_STRING, BYTES("\xe6\xbc\xa2 \xf0\x9f\x98\x80"),
			"\xe6\xbc\xa2 \xf0\x9f\x98\x80\n"},
		{UTF8_STRING, BYTES("\xc2\xa0"), "\xc2\xa0\n"},
		{PRINTABLE_STRING, BYTES("client 1"), "client 1\n"},
		{TELETEX_STRING, BYTES("\xc4rzte"), "\xc3\x84rzte\n"},
		{BMP_STRING, BYTES("\0a\x6f\x22"), "a\xe6\xbc\xa2\n"},
		{UTF8_STRING, BYTES(""), NULL},
		{UTF8_STRING, BYTES("admin\0"), NULL},
		{UTF8_STRING, BYTES("admin\0evil"), NULL},
		{UTF8_STRING, BYTES("a\nb"), NULL},
		{UTF8_STRING, BYTES("a\x1b[2J"), NULL},
		{UTF8_STRING, BYTES("a\x7f"), NULL},
		{UTF8_STRING,
			BYTES("a\xc2\x85"
			      "b"),
			NULL},
		{BMP_STRING, BYTES("\0a\0\0"), NULL},
		{BMP_STRING, BYTES("\0a\0\n"), NULL},
		{TELETEX_STRING, BYTES("a\x9b"), NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bytes_reset(&f->part, SIZE_MAX);
		put_cn(&f->part, UTF8_STRING, BYTES("first"));
		put_cn(&f->part, cases[i].tag, cases[i].value);
		struct recipe recipe = {.subject = bytes_view(&f->part)};

		assert_null(read_recipe(f, false, &recipe));
		assert_str(f->id.subject_values.of[DN_CN].items[0], "first");
		assert_int_equal(f->id.subject_values.of[DN_CN].count, cases[i].cn != NULL ? 2 : 1);
		assert_int_equal(f->id.unusable_names, cases[i].cn == NULL);
		assert_clean(f->id.subject);
		f->id.subject_values.of[DN_CN].items++;
		f->id.subject_values.of[DN_CN].count--;
		assert_list(f->id.subject_values.of[DN_CN], cases[i].cn != NULL ? cases[i].cn : "");
	}
}

#define PILOT "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01"

static void reads_the_values_of_each_attribute(void **state)
{
	static const struct {
		struct str oid;
		enum dn_attribute attribute;
	} rows[] = {
		{BYTES("\x55\x04\x03"), DN_CN},
		{BYTES("\x55\x04\x0a"), DN_O},
		{BYTES("\x55\x04\x0b"), DN_OU},
		{BYTES("\x55\x04\x06"), DN_C},
		{BYTES("\x55\x04\x08"), DN_ST},
		{BYTES("\x55\x04\x07"), DN_L},
		{BYTES(PILOT "\x19"), DN_DC},
		{BYTES(PILOT "\x01"), DN_UID},
		{BYTES("\x55\x04\x0c"), DN_TITLE},
		{BYTES("\x55\x04\x2a"), DN_GIVEN_NAME},
		{BYTES("\x55\x04\x04"), DN_SURNAME},
		{BYTES("\x55\x04\x05"), DN_SERIAL_NUMBER},
		{BYTES("\x55\x04\x61"), DN_ORGANIZATION_IDENTIFIER},
		{BYTES("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), DN_EMAIL},
	};
	struct fixture *f = *state;

	assert_int_equal(ARRAY_LEN(rows), DN_ATTRIBUTES);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bytes_reset(&f->part, SIZE_MAX);
		put_attribute(&f->part, rows[i].oid, UTF8_STRING, BYTES("one"));
		wrap(&f->part, 0, SET);
		size_t at = f->part.len;

		put_attribute(&f->part, rows[i].oid, UTF8_STRING, BYTES("two"));
		wrap(&f->part, at, SET);
		struct recipe recipe = {.subject = bytes_view(&f->part)};

		assert_null(read_recipe(f, false, &recipe));
		for (size_t k = 0; k < DN_ATTRIBUTES; k++) {
			assert_list(f->id.subject_values.of[k],
				k == (size_t)rows[i].attribute ? "one\ntwo\n" : "");
			assert_list(f->id.issuer_values.of[k], k == DN_CN ? "issuer\n" : "");
		}
	}
}

static void attributes_are_told_apart_by_their_types(void **state)
{
	struct fixture *f = *state;

	bytes_reset(&f->part, SIZE_MAX);
	put_attribute(&f->part, BYTES("\x55\x04\x03"), UTF8_STRING, BYTES("x,OU=Staff"));
	put_attribute(&f->part, BYTES("\x55\x04\x0b"), UTF8_STRING, BYTES("Guests"));
	wrap(&f->part, 0, SET);
	size_t at = f->part.len;

	put_attribute(&f->part, BYTES("\x55\x04\x0b"), UTF8_STRING, BYTES("Sta\nff"));
	put_attribute(&f->part, BYTES("\x55\x04\x0b"), UTF8_STRING, BYTES(""));
	put_attribute(&f->part, BYTES("\x55\x04\x0b"), BIT_STRING, BYTES("\0Staff"));
	put_attribute(&f->part, BYTES("\x55\x04\x2d"), BIT_STRING, BYTES("\0Staff"));
	wrap(&f->part, at, SET);
	struct recipe recipe = {.subject = bytes_view(&f->part)};

	assert_null(read_recipe(f, false, &recipe));
	assert_list(f->id.subject_values.of[DN_CN], "x,OU=Staff\n");
	assert_list(f->id.subject_values.of[DN_OU], "Guests\n");
	assert_int_equal(f->id.unusable_names, 3);
}

static void test_refuses_names_that_are_no_text(void **state)
{
	static const struct {
		uint8_t tag;
		struct str value;
	} cases[] = {
		{UTF8_STRING, BYTES("\xff")},
		{UTF8_STRING, BYTES("a\xc3")},
		{UTF8_STRING, BYTES("\xc0\x80")},
		{BMP_STRING, BYTES("a")},
		{BIT_STRING, BYTES("\0admin")},
		{SEQUENCE, BYTES("\x0c\x05"
				 "admin")},
		{OCTET_STRING, BYTES("admin")},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bytes_reset(&f->part, SIZE_MAX);
		put_cn(&f->part, cases[i].tag, cases[i].value);
		struct recipe recipe = {.subject = bytes_view(&f->part)};

		assert_non_null(read_recipe(f, false, &recipe));
	}
}

static void test_escapes_subjects(void **state)
{
	static const struct {
		uint8_t tag;
		struct str value;
		const char *subject;
	} cases[] = {
		{UTF8_STRING, BYTES("plain = text"), "CN=plain = text"},
		{UTF8_STRING, BYTES("a,b+c\"d\\e<f>g;h"), "CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h"},
		{UTF8_STRING, BYTES("#a#"), "CN=\\#a#"},
		{UTF8_STRING, BYTES(" a "), "CN=\\ a\\ "},
		{UTF8_STRING, BYTES("admin,O=Acme"), "CN=admin\\,O=Acme"},
		{UTF8_STRING, BYTES("a\0b"), "CN=a\\00b"},
		{UTF8_STRING, BYTES("a\r\nb\t\x1b\x7f"), "CN=a\\0D\\0Ab\\09\\1B\\7F"},
		{UTF8_STRING, BYTES("\xc3\xa9"), "CN=\\C3\\A9"},
		{TELETEX_STRING, BYTES("\xe9"), "CN=\\C3\\A9"},
		{BMP_STRING, BYTES("\x6f\x22"), "CN=\\E6\\BC\\A2"},
		{UTF8_STRING, BYTES(""), "CN="},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bytes_reset(&f->part, SIZE_MAX);
		put_cn(&f->part, cases[i].tag, cases[i].value);
		struct recipe recipe = {.subject = bytes_view(&f->part)};

		assert_null(read_recipe(f, false, &recipe));
		assert_str(f->id.subject, cases[i].subject);
	}
	struct recipe unnamed = {.subject = BYTES("")};

	assert_null(read_recipe(f, true, &unnamed));
	assert_non_null(f->id.subject.data);
	assert_int_equal(f->id.subject.len, 0);
	assert_int_equal(
		f->id.subject_values.of[DN_CN].count + f->id.dns.count + f->id.unusable_names, 0);
}

static void test_falls_back_on_common_names(void **state)
{
	static const struct {
		const char *cn;
		struct str general_names;
		const char *dns;
	} cases[] = {
		{"A.Example", {NULL, 0}, "a.example\nsecond.example\n"},
		{"a.example",
			BYTES("\x81\x03"
			      "a@b"),
			"a.example\nsecond.example\n"},
		{"client-1", {NULL, 0}, "second.example\n"},
		{"*.example.com", {NULL, 0}, "second.example\n"},
		{"Jane Doe", {NULL, 0}, "second.example\n"},
		{"192.0.2.1", {NULL, 0}, "second.example\n"},
		{"a.example.", {NULL, 0}, "second.example\n"},
		{"a..example", {NULL, 0}, "second.example\n"},
		{"a.example",
			BYTES("\x82\x03"
			      "b.c"),
			"b.c\n"},
		{"a.example", BYTES("\x82\x01\0"), ""},
		{"a.example", BYTES("\x82\x00"), ""},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bytes_reset(&f->part, SIZE_MAX);
		put_cn(&f->part, UTF8_STRING, str_view(cases[i].cn));
		put_cn(&f->part, UTF8_STRING, BYTES("second.example"));
		struct recipe recipe = {
			.subject = bytes_view(&f->part), .general_names = cases[i].general_names};

		assert_null(read_recipe(f, true, &recipe));
		assert_list(f->id.dns, cases[i].dns);
		assert_int_equal(f->id.subject_values.of[DN_CN].count, 2);
		if (cases[i].general_names.data == NULL) {
			assert_null(read_recipe(f, false, &recipe));
			assert_list(f->id.dns, "");
		}
	}
}

static void host_name_needs_a_name(void **state)
{
	assert_false(cert_is_host_name((struct str){NULL, 0}));
	assert_false(cert_is_host_name(BYTES("a.example.")));
	assert_false(cert_is_host_name(BYTES("*.example")));
	assert_true(cert_is_host_name(BYTES("a.example")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(test_takes_host_names_as_dns_names),
		TEST(takes_mailboxes_and_uris_as_they_are),
		TEST(test_takes_addresses_by_their_length),
		TEST(test_one_bad_name_spoils_no_other),
		TEST(test_bounds_the_names),
		TEST(test_reads_the_common_names),
		TEST(reads_the_values_of_each_attribute),
		TEST(attributes_are_told_apart_by_their_types),
		TEST(test_refuses_names_that_are_no_text),
		TEST(test_escapes_subjects),
		TEST(test_falls_back_on_common_names),
		cmocka_unit_test(host_name_needs_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
