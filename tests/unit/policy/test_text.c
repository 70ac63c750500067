/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/text.h"

#include "policy/fingerprint.h"
#include "policy/serial.h"
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
	static const struct policy_text_kind *const kinds[] = {
		&policy_text_exact, &policy_text_path, &policy_text_email};
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
		cmocka_unit_test(equal_bytes_are_equal),
		cmocka_unit_test(paths_as_they_are_served),
		cmocka_unit_test(hosts_without_ports),
		cmocka_unit_test(orders_are_orders),
		cmocka_unit_test(quotes_are_printable_and_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
