/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* The kinds of otherName; test_names.c has the other alternative names. */

#include "cert/san.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build.h"
#include "read.h"

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

#define UPN BYTES("\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03")
#define SRV BYTES("\x2b\x06\x01\x05\x05\x07\x08\x07")
#define SMTP_UTF8 BYTES("\x2b\x06\x01\x05\x05\x07\x08\x09")
#define XMPP BYTES("\x2b\x06\x01\x05\x05\x07\x08\x05")

/* One otherName, and what it is read as; NULL: unusable. */
struct sample {
	uint8_t tag;
	struct str value;
	const char *name;
};

static void read_other_name(struct fixture *f, struct str oid, const struct sample *sample)
{
	bytes_reset(&f->part, SIZE_MAX);
	put_other_name(&f->part, oid, sample->tag, sample->value);
	struct recipe recipe = {.general_names = bytes_view(&f->part)};

	assert_null(read_certificate(build(&f->der, &recipe), false, &f->arena, &f->id));
	assert_int_equal(f->id.unusable_names, sample->name == NULL);
	assert_int_equal(f->id.dns.count + f->id.email.count + f->id.uri.count + f->id.ip_count, 0);
}

static void user_principal_names(void **state)
{
	static const struct sample samples[] = {
		{UTF8_STRING, BYTES("Ann@Corp.Example"), "Ann@Corp.Example\n"},
		{UTF8_STRING, BYTES("1234567890@mil"), "1234567890@mil\n"},
		{UTF8_STRING, BYTES("ann"), "ann\n"},
		/* As many bytes as an address has. */
		{UTF8_STRING, BYTES("a@bc"), "a@bc\n"},
		{UTF8_STRING, BYTES("m\xc3\xbcller@corp.example"), "m\xc3\xbcller@corp.example\n"},
		{UTF8_STRING, BYTES(""), NULL},
		{UTF8_STRING, BYTES("ann@corp.example\0"), NULL},
		{UTF8_STRING, BYTES("ann@corp.example\0@evil.example"), NULL},
		{UTF8_STRING, BYTES("\0"), NULL},
		{UTF8_STRING, BYTES("ann@corp.example\n"), NULL},
		{UTF8_STRING, BYTES("ann\t@corp.example"), NULL},
		{UTF8_STRING, BYTES("ann\x7f@corp.example"), NULL},
		{UTF8_STRING, BYTES("ann\xc2\x85@corp.example"), NULL},
		{UTF8_STRING, BYTES("m\xfcller@corp.example"), NULL},
		{UTF8_STRING, BYTES("ann@corp.example\xc3"), NULL},
		{UTF8_STRING, BYTES("\xc0\x80"), NULL},
		{UTF8_STRING, BYTES("\xed\xa0\x80"), NULL},
		{IA5_STRING, BYTES("ann@corp.example"), NULL},
		{PRINTABLE_STRING, BYTES("ann"), NULL},
		{BMP_STRING, BYTES("\0a\0n"), NULL},
		{OCTET_STRING, BYTES("ann@corp.example"), NULL},
		{SEQUENCE,
			BYTES("\x0c\x03"
			      "ann"),
			NULL},
		{0x05, BYTES(""), NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		read_other_name(f, UPN, &samples[i]);
		assert_list(f->id.upn, samples[i].name != NULL ? samples[i].name : "");
		assert_int_equal(f->id.srv.count + f->id.smtp_utf8.count, 0);
	}
}

static void services(void **state)
{
	static const struct sample samples[] = {
		{IA5_STRING, BYTES("_ldap.example.com"), "_ldap.example.com\n"},
		{IA5_STRING, BYTES("_LDAP.Example.COM."), "_ldap.example.com\n"},
		{IA5_STRING, BYTES("_a-1.localhost"), "_a-1.localhost\n"},
		{IA5_STRING, BYTES(""), NULL},
		{IA5_STRING, BYTES("_"), NULL},
		{IA5_STRING, BYTES("_ldap"), NULL},
		{IA5_STRING, BYTES("_ldap."), NULL},
		{IA5_STRING, BYTES("_.example.com"), NULL},
		{IA5_STRING, BYTES("__ldap.example.com"), NULL},
		{IA5_STRING, BYTES("_-ldap.example.com"), NULL},
		{IA5_STRING, BYTES("_ldap-.example.com"), NULL},
		{IA5_STRING, BYTES("ldap.example.com"), NULL},
		{IA5_STRING, BYTES("_ldap._tcp.example.com"), NULL},
		{IA5_STRING, BYTES("_ldap..example.com"), NULL},
		{IA5_STRING, BYTES("_ldap.example.com.."), NULL},
		{IA5_STRING, BYTES("_ldap.*.example.com"), NULL},
		{IA5_STRING, BYTES("_ldap.192.0.2.1"), NULL},
		{IA5_STRING, BYTES("_ldap.example.com\0.evil.example"), NULL},
		{IA5_STRING, BYTES("_ldap.example.com\n"), NULL},
		{IA5_STRING, BYTES("_ldap.m\xfcller.example"), NULL},
		{UTF8_STRING, BYTES("_ldap.example.com"), NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		read_other_name(f, SRV, &samples[i]);
		assert_list(f->id.srv, samples[i].name != NULL ? samples[i].name : "");
		assert_int_equal(f->id.upn.count + f->id.smtp_utf8.count, 0);
	}
}

static void mailboxes_beyond_ascii(void **state)
{
	static const struct sample samples[] = {
		{UTF8_STRING, BYTES("m\xc3\xbcller@a.example"), "m\xc3\xbcller@a.example\n"},
		{UTF8_STRING, BYTES("\"m \xc3\xbc\"@A.example"), "\"m \xc3\xbc\"@A.example\n"},
		/* An address in ASCII is an rfc822Name. */
		{UTF8_STRING, BYTES("ann@a.example"), NULL},
		{UTF8_STRING, BYTES("m\xc3\xbcller@m\xc3\xbcller.example"), NULL},
		{UTF8_STRING, BYTES("m\xc3\xbcller@xn--mller-kva.example"),
			"m\xc3\xbcller@xn--mller-kva.example\n"},
		{UTF8_STRING, BYTES("m\xc3\xbcller"), NULL},
		{UTF8_STRING, BYTES("m\xc3\xbcller@"), NULL},
		{UTF8_STRING, BYTES("m\xfcller@a.example"), NULL},
		{UTF8_STRING, BYTES("m\xc3\xbc\0@a.example"), NULL},
		{UTF8_STRING, BYTES("m\xc3\xbcller@a.example\0"), NULL},
		{UTF8_STRING, BYTES("m\xc3\xbc\xc2\x85@a.example"), NULL},
		{UTF8_STRING, BYTES(""), NULL},
		{IA5_STRING, BYTES("m\xc3\xbcller@a.example"), NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		read_other_name(f, SMTP_UTF8, &samples[i]);
		assert_list(f->id.smtp_utf8, samples[i].name != NULL ? samples[i].name : "");
		assert_int_equal(f->id.upn.count + f->id.srv.count, 0);
	}
}

static void kinds_are_told_apart(void **state)
{
	struct fixture *f = *state;

	put_other_name(&f->part, UPN, UTF8_STRING, BYTES("a@one.example"));
	put_value(&f->part, SAN_DNS, BYTES("one.example"));
	put_other_name(&f->part, SRV, IA5_STRING, BYTES("_x.one.example"));
	put_other_name(&f->part, XMPP, UTF8_STRING, BYTES("juliet@one.example"));
	put_other_name(&f->part, UPN, UTF8_STRING, BYTES(""));
	put_value(&f->part, SAN_EMAIL, BYTES("root"));
	put_value(&f->part, SAN_IP, BYTES("\xc0\x00\x02\x01"));
	put_other_name(&f->part, UPN, UTF8_STRING, BYTES("a@two.example"));
	put_other_name(&f->part, SMTP_UTF8, UTF8_STRING, BYTES("\xc3\xbc@one.example"));
	put_value(&f->part, SAN_DNS, BYTES("two.example"));
	put_other_name(&f->part, SRV, IA5_STRING, BYTES("_x.two.example"));
	struct recipe recipe = {.general_names = bytes_view(&f->part)};

	assert_null(read_certificate(build(&f->der, &recipe), false, &f->arena, &f->id));
	assert_list(f->id.dns, "one.example\ntwo.example\n");
	assert_list(f->id.email, "");
	assert_list(f->id.upn, "a@one.example\na@two.example\n");
	assert_list(f->id.srv, "_x.one.example\n_x.two.example\n");
	assert_list(f->id.smtp_utf8, "\xc3\xbc@one.example\n");
	assert_int_equal(f->id.ip_count, 1);
	assert_int_equal(f->id.unusable_names, 2);
}

/* The encoding of an otherName cut or extended: the certificate is refused. */
static void malformed_other_names(void **state)
{
	static const struct str values[] = {
		BYTES("\x06\x03\x2a\x03\x04"),
		BYTES("\x06\x03\x2a\x03\x04\xa0\x00"),
		BYTES("\x06\x03\x2a\x03\x04\xa0\x03\x0c\x02\x61"),
		BYTES("\x06\x03\x2a\x03\x04\xa1\x03\x0c\x01\x61"),
		BYTES("\xa0\x03\x0c\x01\x61"),
		BYTES("\x06\x03\x2a\x03\x04\xa0\x03\x0c\x01\x61\x05\x00"),
		BYTES("\x06\x00\xa0\x03\x0c\x01\x61"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		bytes_reset(&f->part, SIZE_MAX);
		put_value(&f->part, SAN_OTHER, values[i]);
		struct recipe recipe = {.general_names = bytes_view(&f->part)};

		assert_string_equal(
			read_certificate(build(&f->der, &recipe), false, &f->arena, &f->id),
			"a subjectAltName that is malformed");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(user_principal_names, setup, teardown),
		cmocka_unit_test_setup_teardown(services, setup, teardown),
		cmocka_unit_test_setup_teardown(mailboxes_beyond_ascii, setup, teardown),
		cmocka_unit_test_setup_teardown(kinds_are_told_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(malformed_other_names, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
