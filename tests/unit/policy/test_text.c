/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/text.h"

#include "policy/domain.h"
#include "policy/fingerprint.h"
#include "policy/key.h"
#include "policy/oid.h"
#include "policy/serial.h"
#include "policy/textset.h"
#include "unit/policy/kit.h"

/* NULL: it is refused. */
static void reads(const struct policy_text_kind *kind, const char *written, const char *expected)
{
	char room[POLICY_TEXT_ROOM];
	struct str out = {NULL, 0};
	struct diag d;

	diag_init(&d);

	bool good = kind->read(str_view(written), NULL, &d, room, &out);

	if (good != (expected != NULL)) {
		print_error("%s\n", written);
		print_diag(&d);
	}
	assert_int_equal(good, expected != NULL);
	assert_int_equal(d.errors, expected == NULL);
	if (expected != NULL) {
		assert_str(out, expected);
	}
	diag_clear(&d);
}

static void serials_in_any_spelling(void **state)
{
	static const char *const cases[][2] = {
		{"a1b2", "a1b2"},
		{"A1B2", "a1b2"},
		{"A1:B2", "a1b2"},
		{"0xA1b2", "a1b2"},
		{"0X00a1b2", "a1b2"},
		{"00:A1:b2", "a1b2"},
		{"0", "0"},
		{"00:00", "0"},
		{"-01", "-1"},
		{"-0x0A", "-a"},
		{"-0", "0"},
		{"0x4096", "4096"},
		{"40:96", "4096"},
		{"40 96", "4096"},
		{"004096", "4096"},
		{"9", "9"},
		{"serial=0A1B", "a1b"},
		{"serial=-0A1B", "-a1b"},
		{"Serial Number: 4660 (0x1234)", "1234"},
		{"4660 (0x1234)", "1234"},
		{"9 (0x9)", "9"},
		{"-4660 (-0x1234)", "-1234"},
		{"Serial Number:0a:1b:2c", "a1b2c"},
		{"18446744073709551615 (0xffffffffffffffff)", "ffffffffffffffff"},
		/* Both numbers must be one. */
		{"4660 (0x1235)", NULL},
		{"4660 (1234)", NULL},
		{"4660 (-0x1234)", NULL},
		{"-4660 (0x1234)", NULL},
		{"0x4660 (0x1234)", NULL},
		{"4660 (0x1234", NULL},
		{"4660 (", NULL},
		{"(0x1234)", NULL},
		{"4660 (0x1234) x", NULL},
		{"serial=", NULL},
		{"serial", NULL},
		{"(Negative)0a:1b", NULL},
		/* These could be decimal. */
		{"10", NULL},
		{"serial=1234", NULL},
		{"Serial Number: 36609", NULL},
		{"04096", NULL},
		{"1 234 567", NULL},
		{"1234 5678", NULL},
		{"4096", NULL},
		{"-36609", NULL},
		{"182906013486842386583027306817265424613", NULL},
		{"", NULL},
		{"-", NULL},
		{"0x", NULL},
		{":a1", NULL},
		{"a1:", NULL},
		{"a1::b2", NULL},
		{"00 A1 b2", "a1b2"},
		{"a1  b2", NULL},
		{"a1 :b2", NULL},
		{" a1", NULL},
		{"g1", NULL},
		{"--1", NULL},
		{"0x-1", NULL},
		{"0x:a1", NULL},
	};
	char long_one[160];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		reads(&policy_text_serial, cases[i][0], cases[i][1]);
	}
	memset(long_one, 'a', sizeof(long_one));
	long_one[128] = '\0';
	reads(&policy_text_serial, long_one, long_one);
	long_one[128] = 'a';
	long_one[129] = '\0';
	reads(&policy_text_serial, long_one, NULL);
}

static void refuses(const struct policy_text_kind *kind, const char *written, const char *expected)
{
	char room[POLICY_TEXT_ROOM];
	char line[400];
	struct str out;
	struct diag d;

	diag_init(&d);
	assert_false(kind->read(str_view(written), NULL, &d, room, &out));
	snprintf(line, sizeof(line), "error: %s\n", expected);
	assert_str(bytes_view(&d.text), line);
	diag_clear(&d);
}

static void serials_that_may_be_decimal_are_told_in_both_readings(void **state)
{
	const struct policy_text_kind *kind = &policy_text_serial;
	char long_one[130];

	refuses(kind, "36609",
		"\"36609\" may be hexadecimal or decimal: expected 0x36609 if it is hexadecimal, "
		"0x8f01 if it is decimal");
	refuses(kind, "serial=-10",
		"\"serial=-10\" may be hexadecimal or decimal: expected -0x10 if it is "
		"hexadecimal, -0xa if it is decimal");
	refuses(kind, "1 234 567",
		"\"1 234 567\" may be hexadecimal or decimal: expected 0x1234567 if it is "
		"hexadecimal, 0x12d687 if it is decimal");
	refuses(kind, "340282366920938463463374607431768211456",
		"\"340282366920938463463374607431768211456\" may be hexadecimal or decimal: "
		"expected 0x340282366920938463463374607431768211456 if it is hexadecimal, "
		"0x100000000000000000000000000000000 if it is decimal");
	memset(long_one, '9', sizeof(long_one));
	long_one[129] = '\0';
	reads(kind, long_one, NULL);
	long_one[128] = '\0';
	reads(kind, long_one, NULL);
}

static void fingerprints_with_and_without_colons(void **state)
{
	char colons[96] = "";
	char *at = colons;

	for (int i = 0; i < 32; i++) {
		at += snprintf(at, 4, "%s%02X", i > 0 ? ":" : "", i);
	}
	reads(&policy_text_sha256, colons,
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	for (at = colons; *at != '\0'; at++) {
		*at = *at == ':' ? ' ' : *at;
	}
	reads(&policy_text_sha256, colons,
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	reads(&policy_text_sha256, KIT_SHA256, KIT_SHA256);
	reads(&policy_text_sha256, KIT_SHA256 "00", NULL);
	reads(&policy_text_sha256, KIT_SHA256 "0", NULL);
	reads(&policy_text_sha256, KIT_SHA256 ":", NULL);
	reads(&policy_text_sha256, KIT_SHA256 KIT_SHA256 KIT_SHA256 KIT_SHA256 "0", NULL);
	reads(&policy_text_sha256, "00112233445566778899aabbccddeeff0011223", NULL);
	reads(&policy_text_sha256, "x", NULL);
	reads(&policy_text_sha256, "", NULL);
	reads(&policy_text_sha256, "sha256 Fingerprint=" KIT_SHA256, KIT_SHA256);
	reads(&policy_text_sha256, "SHA256 Fingerprint=" KIT_SHA256, KIT_SHA256);
	reads(&policy_text_sha256, "SHA256:" KIT_SHA256, KIT_SHA256);
	reads(&policy_text_sha256, "spki:" KIT_SHA256, NULL);
	reads(&policy_text_spki, "spki: " KIT_SHA256, KIT_SHA256);
	reads(&policy_text_spki, KIT_SHA256, KIT_SHA256);
	reads(&policy_text_spki, "sha256 Fingerprint=" KIT_SHA256, NULL);
	reads(&policy_text_ca_key, "spki:" KIT_SHA256, KIT_SHA256);
	reads(&policy_text_ca_key, KIT_SHA256, KIT_SHA256);
}

static void what_is_no_sha256_is_named(void **state)
{
#define SHA1 "00112233445566778899aabbccddeeff00112233"
#define BASE64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	static const char *const cases[][2] = {
		{SHA1, "it has 40 digits, as SHA-1 has"},
		{"sha1 Fingerprint=00:11", "it is that of SHA-1"},
		{"SHA1:" SHA1, "it is that of SHA-1"},
		{BASE64, "it is base64"},
		{"sha256/" BASE64, "it is base64"},
		{"pin-sha256=\"" BASE64 "\"", "it is base64"},
		{"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "it is base64"},
		{"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "it is base64"},
		{"00112233445566778899aabbccddeeff", "it does not have 64 hexadecimal digits"},
		{"client", "it does not have 64 hexadecimal digits"},
	};
	char quoted[POLICY_QUOTE_MAX];
	char expected[300];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(expected, sizeof(expected),
			"%s is not a SHA-256 fingerprint, %s: expected 64 hexadecimal digits, as "
			"openssl x509 -noout -fingerprint -sha256 or doorward check --cert shows "
			"them",
			policy_quote(str_view(cases[i][0]), quoted), cases[i][1]);
		refuses(&policy_text_sha256, cases[i][0], expected);
	}
	refuses(&policy_text_ca_key, "sha256 Fingerprint=" KIT_SHA256,
		"that is the fingerprint of a certificate: expected that of the public key of the "
		"CA, as doorward check --cert shows it");
	refuses(&policy_text_spki, "x",
		"\"x\" is not a SHA-256 fingerprint, it does not have 64 hexadecimal digits: "
		"expected 64 hexadecimal digits, as doorward check --cert shows them");
}

static void methods_are_capitals(void **state)
{
	reads(&policy_text_method, "GET", "GET");
	reads(&policy_text_method, "VERSION-CONTROL", "VERSION-CONTROL");
	reads(&policy_text_method, "get", NULL);
	reads(&policy_text_method, "GET POST", NULL);
	reads(&policy_text_method, "GET,", NULL);
}

static void email_addresses(void **state)
{
	const struct policy_text_kind *kind = &policy_text_email;
	struct str a = str_view("Ann@Host.Example");

	reads(kind, "Ann@Host.Example", "Ann@Host.Example");
	reads(kind, "ann", NULL);
	reads(kind, "@host.example", NULL);
	reads(kind, "ann@", NULL);
	reads(kind, "email:ann@host.example", NULL);
	reads(kind, "emailAddress=ann@host.example", NULL);
	reads(kind, "e=ann@host.example", NULL);
	reads(kind, "srs0=ann@host.example", "srs0=ann@host.example");
	reads(kind, "*@host.example", NULL);
	reads(kind, "Ann <ann@host.example>", NULL);
	reads(kind, "\"ann@host.example\"", NULL);
	reads(kind, "\"Ann Other\"@host.example", "\"Ann Other\"@host.example");
	reads(kind,
		"ann@b\xc3\xbc"
		"cher.example",
		NULL);
	assert_true(kind->covers(a, str_view("Ann@host.example")));
	assert_false(kind->covers(a, str_view("ann@host.example")));
	assert_false(kind->covers(a, str_view("Ann@host.example.org")));
	assert_false(kind->covers(a, str_view("x@Ann@host.example")));
	assert_false(kind->covers(a, str_view("")));
	assert_false(kind->covers(a, (struct str){"Ann@host.example\0", 17}));
}

static void email_addresses_beyond_ascii(void **state)
{
	const struct policy_text_kind *kind = &policy_text_smtp_utf8;
	struct str a = str_view("m\xc3\xbcller@Host.Example");

	reads(kind, "m\xc3\xbcller@Host.Example", "m\xc3\xbcller@Host.Example");
	reads(kind, "ann@host.example", NULL);
	reads(kind, "m\xfcller@host.example", NULL);
	reads(kind, "m\xc3\xbcller@m\xc3\xbcller.example", NULL);
	reads(kind, "email:m\xc3\xbcller@host.example", NULL);
	reads(kind, "<m\xc3\xbcller@host.example>", NULL);
	assert_true(kind->covers(a, str_view("m\xc3\xbcller@host.example")));
	assert_false(kind->covers(a, str_view("M\xc3\xbcller@host.example")));
}

static void user_principal_names(void **state)
{
	const struct policy_text_kind *kind = &policy_text_upn;
	static const char *const good[] = {"ann@corp.example", "Ann.Other+x@Corp.Example",
		"1234567890@mil", "o'neil@corp.example", "m\xc3\xbcller@m\xc3\xbcller.example",
		"host/a.example@REALM"};
	static const char *const bad[] = {"", "ann", "@", "ann@", "@corp.example", "CORP\\ann",
		"UPN:ann@corp.example", "UPN::ann@corp.example", "othername:ann@corp.example",
		"upn=ann@corp.example", "\"ann@corp.example\"", "'ann@corp.example'",
		"<ann@corp.example>", "Ann <ann@corp.example>", "ann@corp.example.",
		"ann@corp..example", "ann@corp.example, bob@corp.example", "ann other@corp.example",
		"*@corp.example", "ann@*.example", "ann@corp@example", "ann@-corp.example",
		"ann@corp-.example", "m\xfcller@corp.example", "ann\xc2\x85@corp.example"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		reads(kind, good[i], good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		reads(kind, bad[i], NULL);
	}
	assert_true(kind->covers(str_view("Ann@Corp.example"), str_view("ann@corp.EXAMPLE")));
	assert_false(kind->covers(str_view("anna@corp.example"), str_view("ann@corp.example")));
	assert_int_equal(
		kind->order(str_view("ANN@corp.example"), str_view("ann@Corp.example")), 0);
}

static void services(void **state)
{
	const struct policy_text_kind *kind = &policy_domain_srv;
	static const char *const bad[] = {"", "_", "_ldap", "_ldap.", "ldap.a.example",
		"_.a.example", "__x.a.example", "_-x.a.example", "_x-.a.example",
		"_ldap._tcp.a.example", "_ldap..a.example", "_ldap.a.example..", "_ldap.*.example",
		"_ldap.192.0.2.1", "._ldap.a.example", "_ldap.a.example:636", "SRV:_ldap.a.example",
		"_l dap.a.example", "_ldap.m\xc3\xbcller.example", "_ldap.a.example, _x.a.example"};

	reads(kind, "_ldap.a.example", "_ldap.a.example");
	reads(kind, "_LDAP.A.Example.", "_ldap.a.example");
	reads(kind, "_x.localhost", "_x.localhost");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		reads(kind, bad[i], NULL);
	}
}

static void purposes_and_policies(void **state)
{
	static const char *const words[][2] = {
		{"clientAuth", "1.3.6.1.5.5.7.3.2"},
		{"CLIENTAUTH", "1.3.6.1.5.5.7.3.2"},
		{"id-kp-clientAuth", "1.3.6.1.5.5.7.3.2"},
		{"TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2"},
		{"E-mail Protection", "1.3.6.1.5.5.7.3.4"},
		{"1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.2"},
		{"1.2.3", "1.2.3"},
		{"anyPolicy", NULL},
		{"clientAuth, serverAuth", NULL},
		{"clientAuth serverAuth", NULL},
		{"TLS  Web Client Authentication", NULL},
		{"client", NULL},
		{"\"clientAuth\"", NULL},
		{"OID.1.2.3", NULL},
		{"1.2.3.", NULL},
		{"01.2.3", NULL},
		{"1", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		reads(&policy_text_eku, words[i][0], words[i][1]);
	}
	reads(&policy_text_policy, "anyPolicy", "2.5.29.32.0");
	reads(&policy_text_policy, "X509v3 Any Policy", "2.5.29.32.0");
	reads(&policy_text_policy, "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.1");
	reads(&policy_text_policy, "Policy: 1.2.3", NULL);
	reads(&policy_text_policy, "clientAuth", NULL);
	refuses(&policy_text_eku, "clientAut",
		"\"clientAut\" is not known: expected one purpose, such as clientAuth, or an "
		"object "
		"identifier, such as 1.3.6.1.5.5.7.3.2, did you mean clientAuth?");
}

static void keys(void **state)
{
	static const char *const words[][2] = {
		{"rsa", "rsa 0 65536"},
		{"RSA", "rsa 0 65536"},
		{"rsaEncryption", "rsa 0 65536"},
		{"rsa-pss", "rsa-pss 0 65536"},
		{"rsa 3072", "rsa 3072 3072"},
		{"rsa >= 3072", "rsa 3072 65536"},
		{"rsa  >=  3072", "rsa 3072 65536"},
		{"rsa>=3072", "rsa 3072 65536"},
		{"rsa > 3071", "rsa 3072 65536"},
		{"rsa <= 2048", "rsa 0 2048"},
		{"rsa < 2048", "rsa 0 2047"},
		{"dsa < 2048", "dsa 0 2047"},
		{"rsa <= 65536", "rsa 0 65536"},
		{"ec 256", "ec 256 256"},
		{"prime256v1", "P-256 0 65536"},
		{"secp384r1", "P-384 0 65536"},
		{"ed25519", "ed25519 0 65536"},
		{"ED448", "ed448 0 65536"},
		{"1.3.101.112", "ed25519 0 65536"},
		{"1.2.3", "1.2.3 0 65536"},
		{"", NULL},
		{"rsa2048", NULL},
		{"RSA-2048", NULL},
		{"2048", NULL},
		{">= 2048", NULL},
		{"rsa =", NULL},
		{"rsa = 2048", NULL},
		{"rsa => 2048", NULL},
		{"rsa == 2048", NULL},
		{"rsa >=", NULL},
		{"rsa >= x", NULL},
		{"rsa >= -1", NULL},
		{"rsa >= 2048 bit", NULL},
		{"rsa >= 1024 <= 2048", NULL},
		{"rsa 2048, ec", NULL},
		{"rsa (2048 bit)", NULL},
		{"rsa 0", NULL},
		{"rsa < 1", NULL},
		{"rsa > 65536", NULL},
		{"rsa 65537", NULL},
		{"rsa 99999999999999999999", NULL},
		{"rsa ec", NULL},
		{"ed25519 256", NULL},
		{"ed25519 >= 256", NULL},
		{"P-256 256", NULL},
		{"1.2.3 >= 256", NULL},
		{"P256", NULL},
		{"P-999", NULL},
		{"\"rsa\"", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		reads(&policy_text_key, words[i][0], words[i][1]);
	}
	refuses(&policy_text_key, "P256",
		"\"P256\" is not a key: expected a type, such as rsa, ec or ed25519, also with "
		"bits, "
		"as in rsa >= 3072, or a curve, such as P-256, did you mean P-256?");
	refuses(&policy_text_key, "prime256v1 > 1",
		"\"prime256v1 > 1\": only rsa, rsa-pss, dsa and ec have sizes: expected P-256");
}

/* Values in a file are found by their order: as if each had been compared. */
static void ranges_of_keys_in_a_set(void **state)
{
	static const char *const names[] = {"rsa", "rsa-pss", "ec"};
	uint32_t number = 1;

	for (int round = 0; round < 300; round++) {
		struct policy_textset *set = policy_textset_new(&policy_text_key);
		char values[6][40];

		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
			unsigned low;
			unsigned high;

			number = number * 1103515245u + 12345u;
			low = number >> 16 & 15;
			high = low + (number >> 20 & 7);
			snprintf(values[i], sizeof(values[i]), "%s %u %u",
				names[(number >> 24) % ARRAY_LEN(names)], low, high);
			assert_true(policy_textset_add(set, str_view(values[i])));
		}
		policy_textset_seal(set);
		for (size_t n = 0; n < ARRAY_LEN(names); n++) {
			for (unsigned bits = 0; bits < 25; bits++) {
				bool expected = false;
				char fact[40];

				snprintf(fact, sizeof(fact), "%s %u", names[n], bits);
				for (size_t i = 0; i < ARRAY_LEN(values); i++) {
					expected = expected ||
						   policy_text_key.covers(
							   str_view(values[i]), str_view(fact));
				}
				assert_int_equal(
					policy_textset_covers(set, str_view(fact)), expected);
			}
		}
		policy_textset_free(set);
	}
}

static void equal_bytes_are_equal(void **state)
{
	assert_true(policy_text_exact.covers(str_view("Aa"), str_view("Aa")));
	assert_false(policy_text_exact.covers(str_view("Aa"), str_view("AA")));
	assert_false(policy_text_exact.covers(str_view("Aa"), (struct str){"Aa\0", 3}));
}

static void paths_as_they_are_served(void **state)
{
	reads(&policy_text_path, "/a/b c", "/a/b c");
	reads(&policy_text_path, "/a%20b", NULL);
	reads(&policy_text_path, "/a?x", NULL);
	reads(&policy_text_path, "//a", NULL);
	reads(&policy_text_path, "a", NULL);
}

static void hosts_without_ports(void **state)
{
	reads(&policy_text_http_host, "A.Example.", "a.example");
	reads(&policy_text_http_host, "[2001:DB8::1]", "[2001:db8::1]");
	reads(&policy_text_http_host, "a.example:443", NULL);
	reads(&policy_text_http_host, "a.example:", NULL);
	reads(&policy_text_http_host, "[::1]:80", NULL);
	reads(&policy_text_http_host, "a, b", NULL);
}

static void orders_are_orders(void **state)
{
	static const struct policy_text_kind *const kinds[] = {&policy_text_exact,
		&policy_text_path, &policy_text_email, &policy_text_upn, &policy_text_smtp_utf8,
		&policy_domain_srv, &policy_text_eku, &policy_text_key};
	static const struct str values[] = {{NULL, 0}, {"", 0}, {"a", 1}, {"A", 1}, {"a\0", 2},
		{"ab", 2}, {"a@b", 3}, {"a@B", 3}, {"A@b", 3}, {"\xff", 1}, {"@", 1}, {"a@", 2}};

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
			for (size_t j = 0; j < ARRAY_LEN(values); j++) {
				int one = kinds[k]->order(values[i], values[j]);
				int other = kinds[k]->order(values[j], values[i]);

				assert_int_equal((one > 0) - (one < 0), (other < 0) - (other > 0));
				if (kinds[k]->covers(values[i], values[j])) {
					assert_int_equal(one, 0);
				}
			}
		}
	}
}

static void quotes_are_printable_and_short(void **state)
{
	char out[POLICY_QUOTE_MAX];
	char text[300];

	assert_string_equal(policy_quote(str_view("a b"), out), "\"a b\"");
	assert_string_equal(policy_quote((struct str){"a\0\n\x1b\xff", 5}, out), "\"a????\"");
	assert_string_equal(policy_quote((struct str){NULL, 0}, out), "\"\"");
	memset(text, 'x', sizeof(text));
	for (size_t len = 0; len < sizeof(text); len++) {
		policy_quote((struct str){text, len}, out);
		assert_true(strlen(out) < sizeof(out));
		assert_int_equal(strstr(out, "...\"") != NULL, len > POLICY_QUOTE_MAX - 6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serials_in_any_spelling),
		cmocka_unit_test(serials_that_may_be_decimal_are_told_in_both_readings),
		cmocka_unit_test(what_is_no_sha256_is_named),
		cmocka_unit_test(fingerprints_with_and_without_colons),
		cmocka_unit_test(methods_are_capitals),
		cmocka_unit_test(email_addresses),
		cmocka_unit_test(email_addresses_beyond_ascii),
		cmocka_unit_test(user_principal_names),
		cmocka_unit_test(services),
		cmocka_unit_test(purposes_and_policies),
		cmocka_unit_test(keys),
		cmocka_unit_test(ranges_of_keys_in_a_set),
		cmocka_unit_test(equal_bytes_are_equal),
		cmocka_unit_test(paths_as_they_are_served),
		cmocka_unit_test(hosts_without_ports),
		cmocka_unit_test(orders_are_orders),
		cmocka_unit_test(quotes_are_printable_and_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
