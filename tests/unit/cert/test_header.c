/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"

#define BEGIN_LINE "-----BEGIN CERTIFICATE-----"
#define END_LINE "-----END CERTIFICATE-----"
#define ARMORED(body) BEGIN_LINE "\n" body "\n" END_LINE "\n"

static const char no_begin[] = "no BEGIN CERTIFICATE line where one must begin";
static const char no_line[] = "a byte that is neither base64 nor a blank";
static const char no_end[] = "no END CERTIFICATE line";
static const char padding[] = "base64 with padding at a wrong place";
static const char bits[] = "base64 whose last digit has bits that count for nothing";
static const char cut_short[] = "base64 that is cut short, or lacks its padding";
static const char empty[] = "no bytes of a certificate";
static const char behind[] = "something behind the END CERTIFICATE line";
static const char too_many[] =
	"more than one certificate, where the client's alone is read; profile = aws-alb reads a "
	"chain in PEM, and ca_file can have the intermediates";
static const char bad_escape[] = "a malformed percent escape";
static const char mixed[] = "blanks as they are beside percent escapes";
static const char too_large[] = "a certificate of more than 16 KiB";
static const char too_long[] = "a text of more than 64 KiB";

/* Decodes a copy of exactly the input's size; *der is a copy that the caller clears. */
static const char *decode(struct str text, struct bytes *der)
{
	char *copy = malloc(text.len > 0 ? text.len : 1);
	struct arena arena;
	struct str out = {NULL, 0};
	const char *why = NULL;

	assert_non_null(copy);
	if (text.len > 0) {
		memcpy(copy, text.data, text.len);
	}
	arena_init(&arena, 1024);
	enum cert_status status =
		cert_decode(CERT_CODEC_PEM, (struct str){copy, text.len}, &arena, &out, &why);

	free(copy);
	bytes_reset(der, SIZE_MAX);
	if (status == CERT_OK) {
		assert_null(why);
		assert_in_range(out.len, 1, CERT_MAX_DER);
		bytes_append_str(der, out);
	} else {
		assert_int_equal(status, CERT_MALFORMED);
		assert_non_null(why);
		assert_null(out.data);
	}
	arena_clear(&arena);
	return why;
}

static void takes_every_form_that_front_ends_sent(void **state)
{
	struct bytes der;
	size_t forged = 0;

	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(golden_texts); i++) {
		const struct golden_text *t = &golden_texts[i];
		const char *why = decode(str_view(t->text), &der);

		if (t->certificate >= 0) {
			assert_null(why);
			assert_true(
				str_eq(bytes_view(&der), golden_certificates[t->certificate].der));
		} else {
			assert_string_equal(why, t->text[0] == '\0' ? "no text" : no_begin);
			forged++;
		}
	}
	assert_true(forged > 0 && forged < ARRAY_LEN(golden_texts));
	bytes_clear(&der);
}

static void takes_base64_strictly(void **state)
{
	static const struct {
		const char *body;
		const char *why;
		const char *der;
	} cases[] = {
		{"TQ==", NULL, "M"},
		{"TWE=", NULL, "Ma"},
		{"TWFu", NULL, "Man"},
		{"TWFuTQ==", NULL, "ManM"},
		{"TWFu\nTWFu", NULL, "ManMan"},
		{"T\nW\r\nF\n\tu", NULL, "Man"},
		{"T W F u", NULL, "Man"},
		{"++//", NULL, "\xfb\xef\xff"},
		{"", empty, NULL},
		{"TQ=", cut_short, NULL},
		{"TQ", cut_short, NULL},
		{"TWE", cut_short, NULL},
		{"T", cut_short, NULL},
		{"TWFuT", cut_short, NULL},
		{"T===", padding, NULL},
		{"====", padding, NULL},
		{"=", padding, NULL},
		{"AA=A", padding, NULL},
		{"TQ==TQ==", padding, NULL},
		{"TQ==\nTQ==", padding, NULL},
		{"TWFu=", padding, NULL},
		{"TQ===", padding, NULL},
		{"TWE==", padding, NULL},
		{"TR==", bits, NULL},
		{"Tf==", bits, NULL},
		{"TWF=", bits, NULL},
		{"TWG=", bits, NULL},
		{"TW-_", no_line, NULL},
		{"TWF*", no_line, NULL},
		{"TWF\xc0", no_line, NULL},
		{"-TWF", no_line, NULL},
		{"TWFu\n\nTWFu", NULL, "ManMan"},
		{"TWFu  TWFu", NULL, "ManMan"},
		{"TWFu\tTWFu", NULL, "ManMan"},
		{"TWFu\rTWFu", NULL, "ManMan"},
		{"TWFu\r\n\tTWFu", NULL, "ManMan"},
		{"TWFu\n\t\tTWFu", NULL, "ManMan"},
		{"TWFu\n TWFu", NULL, "ManMan"},
		{"TWFu\vTWFu", no_line, NULL},
		{"Proc-Type: 4,ENCRYPTED\n\nTWFu", no_line, NULL},
		{"Name: value\nTWFu", no_line, NULL},
	};
	struct bytes der;
	struct bytes text;

	bytes_init(&der, 0);
	bytes_init(&text, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bytes_reset(&text, SIZE_MAX);
		bytes_appendf(&text, "%s\n%s\n%s\n", BEGIN_LINE, cases[i].body, END_LINE);
		const char *why = decode(bytes_view(&text), &der);

		if (cases[i].why == NULL) {
			assert_null(why);
			assert_true(str_eq_text(bytes_view(&der), cases[i].der));
		} else {
			assert_non_null(why);
			assert_string_equal(why, cases[i].why);
		}
	}
	bytes_clear(&text);
	bytes_clear(&der);
}

static void takes_one_armored_certificate(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{ARMORED("TWFu"), NULL},
		{BEGIN_LINE "\nTWFu\n" END_LINE, NULL},
		{BEGIN_LINE " TWFu " END_LINE, NULL},
		{BEGIN_LINE "\r\nTWFu\r\n" END_LINE "\r\n", NULL},
		{BEGIN_LINE "\n\tTWFu\n\t" END_LINE, NULL},
		{BEGIN_LINE "TWFu" END_LINE, NULL},
		{BEGIN_LINE "  TWFu\t\t" END_LINE, NULL},
		{BEGIN_LINE "\n\nTWFu" END_LINE, NULL},
		{" \t\r\n" ARMORED("TWFu") " \t\r\n\n", NULL},
		{"", "no text"},
		{" \n", "no text"},
		{"(null)", no_begin},
		{"spoofed", no_begin},
		{"TWFu", no_begin},
		{"junk\n" ARMORED("TWFu"), no_begin},
		{"-" ARMORED("TWFu"), no_begin},
		{"\v" ARMORED("TWFu"), no_begin},
		{"-----BEGIN X509 CERTIFICATE-----\nTWFu\n-----END X509 CERTIFICATE-----\n",
			no_begin},
		{"-----BEGIN TRUSTED CERTIFICATE-----\nTWFu\n-----END TRUSTED CERTIFICATE-----\n",
			no_begin},
		{"-----begin certificate-----\nTWFu\n-----end certificate-----\n", no_begin},
		{"-----BEGIN+CERTIFICATE-----\nTWFu\n-----END+CERTIFICATE-----\n", no_begin},
		{"-----BEGIN  CERTIFICATE-----\nTWFu\n" END_LINE, no_begin},
		{"----BEGIN CERTIFICATE----\nTWFu\n----END CERTIFICATE----", no_begin},
		{"-----BEGIN CERTIFICATE", no_begin},
		{BEGIN_LINE, no_end},
		{BEGIN_LINE "\n", no_end},
		{BEGIN_LINE "\n" END_LINE, empty},
		{BEGIN_LINE " " END_LINE, empty},
		{BEGIN_LINE "\n\n" END_LINE, empty},
		{BEGIN_LINE END_LINE, empty},
		{BEGIN_LINE "-\nTWFu\n" END_LINE, no_line},
		{BEGIN_LINE "\nTWFu\n", no_end},
		{BEGIN_LINE "\nTWFu", no_end},
		{BEGIN_LINE "\nTWFu\n-----END CERTIFICATE----", no_line},
		{BEGIN_LINE "\nTWFu\n-----END X509 CERTIFICATE-----", no_line},
		{BEGIN_LINE "\nTWFu\n-----END PRIVATE KEY-----", no_line},
		{BEGIN_LINE "\nTWFu\n-----END+CERTIFICATE-----", no_line},
		{BEGIN_LINE "\nTWFu\n" END_LINE "-", behind},
		{ARMORED("TWFu") "junk", behind},
		{ARMORED("TWFu") ARMORED("TWFu"), too_many},
		{ARMORED("TWFu") "\n" BEGIN_LINE, too_many},
		{ARMORED("TWFu") ",", behind},
		{BEGIN_LINE "\nTWFu\n" BEGIN_LINE "\nTWFu\n" END_LINE "\n" END_LINE, no_line},
	};
	struct bytes der;

	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *why = decode(str_view(cases[i].text), &der);

		if (cases[i].why == NULL) {
			assert_null(why);
			assert_true(str_eq_text(bytes_view(&der), "Man"));
		} else {
			assert_non_null(why);
			assert_string_equal(why, cases[i].why);
		}
	}
	bytes_clear(&der);
}

static void takes_whole_percent_escapes(void **state)
{
#define ESCAPED_BEGIN "-----BEGIN%20CERTIFICATE-----%0A"
#define ESCAPED_END "%0A-----END%20CERTIFICATE-----%0A"
	static const struct {
		const char *text;
		const char *why;
		const char *der;
	} cases[] = {
		{ESCAPED_BEGIN "TWFu" ESCAPED_END, NULL, "Man"},
		{" \n" ESCAPED_BEGIN "TWFu" ESCAPED_END "\n ", NULL, "Man"},
		{"%20%0d%0A%09" ESCAPED_BEGIN "TWFu" ESCAPED_END "%20%0D%0a%09", NULL, "Man"},
		{ESCAPED_BEGIN "%2b%2B%2f%2F" ESCAPED_END, NULL, "\xfb\xef\xff"},
		{ESCAPED_BEGIN "++//" ESCAPED_END, NULL, "\xfb\xef\xff"},
		{ESCAPED_BEGIN "TQ%3D%3D" ESCAPED_END, NULL, "M"},
		{ESCAPED_BEGIN "TQ==" ESCAPED_END, NULL, "M"},
		{ESCAPED_BEGIN "%54%57Fu" ESCAPED_END, NULL, "Man"},
		{ESCAPED_BEGIN "TW%0D%0AFu" ESCAPED_END, NULL, "Man"},
		{ESCAPED_BEGIN "TW%20Fu" ESCAPED_END, NULL, "Man"},
		{ESCAPED_BEGIN "%09TWFu%0A%09-----END%20CERTIFICATE-----", NULL, "Man"},
		{"%2D----BEGIN%20CERTIFICATE-----%0ATWFu" ESCAPED_END, NULL, "Man"},
		{"-----BEGIN+CERTIFICATE-----%0ATWFu%0A-----END+CERTIFICATE-----%0A", NULL, "Man"},
		{"-----BEGIN+CERTIFICATE-----%0ATW%2Fu" ESCAPED_END, NULL, "Mo\xee"},
		{"-----BEGIN%2BCERTIFICATE-----%0ATWFu" ESCAPED_END, no_begin, NULL},
		{ESCAPED_BEGIN "TWFu%0A-----END%2BCERTIFICATE-----", no_line, NULL},
		{"+" ESCAPED_BEGIN "TWFu" ESCAPED_END, no_begin, NULL},
		{ESCAPED_BEGIN "TWFu" ESCAPED_END "+", behind, NULL},
		{"-----BEGIN+CERTIFICATE-----+TWFu" ESCAPED_END, cut_short, NULL},
		{"-----BEGIN%2520CERTIFICATE-----%250ATWFu%250A-----END%2520CERTIFICATE-----",
			no_begin, NULL},
		{ESCAPED_BEGIN "TW%252Bu" ESCAPED_END, no_line, NULL},
		{"-----BEGIN CERTIFICATE-----\nTW%2Fu\n" END_LINE, mixed, NULL},
		{"-----BEGIN CERTIFICATE-----%0ATWFu" ESCAPED_END, mixed, NULL},
		{ESCAPED_BEGIN "TW\nFu" ESCAPED_END, mixed, NULL},
		{ESCAPED_BEGIN "TWFu%0A" END_LINE, mixed, NULL},
		{ESCAPED_BEGIN "TW\rFu" ESCAPED_END, mixed, NULL},
		{ESCAPED_BEGIN "TW\tFu" ESCAPED_END, mixed, NULL},
		{ESCAPED_BEGIN "TWF%" ESCAPED_END, bad_escape, NULL},
		{ESCAPED_BEGIN "TWF%7", bad_escape, NULL},
		{ESCAPED_BEGIN "TWF%", bad_escape, NULL},
		{ESCAPED_BEGIN "TWF%7g" ESCAPED_END, bad_escape, NULL},
		{ESCAPED_BEGIN "TWF%g7" ESCAPED_END, bad_escape, NULL},
		{ESCAPED_BEGIN "TWF%u0075" ESCAPED_END, bad_escape, NULL},
		{ESCAPED_BEGIN "TWF%+5" ESCAPED_END, bad_escape, NULL},
		{ESCAPED_BEGIN "TWF%00u" ESCAPED_END, no_line, NULL},
		{ESCAPED_BEGIN "TWFu" ESCAPED_END "%00", behind, NULL},
		{ESCAPED_BEGIN "TWFu" ESCAPED_END "%", behind, NULL},
		{ESCAPED_BEGIN "TWFu" ESCAPED_END ESCAPED_BEGIN "TWFu" ESCAPED_END, too_many, NULL},
		{"%", no_begin, NULL},
		{"%zz", no_begin, NULL},
	};
	struct bytes der;

	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *why = decode(str_view(cases[i].text), &der);

		if (cases[i].why == NULL) {
			assert_null(why);
			assert_true(str_eq_text(bytes_view(&der), cases[i].der));
		} else {
			assert_non_null(why);
			assert_string_equal(why, cases[i].why);
		}
	}
	bytes_clear(&der);
}

/* "Man" in PEM; the Hash is that of these bytes. */
#define MAN "-----BEGIN%20CERTIFICATE-----%0ATWFu%0A-----END%20CERTIFICATE-----%0A"
#define MAN_HASH "Hash=20fe1bd201cd900bdbffeaec0b42e40b51cbf6b37ae5fbeaddd83aab9a221837"
#define MAN_CERT "Cert=\"" MAN "\""
#define OTHER_CERT "Cert=\"-----BEGIN%20CERTIFICATE-----%0ATQ==%0A-----END%20CERTIFICATE-----%0A\""

/* Envoy does not quote the names of certificates, which may have semicolons. */
static void reads_names_that_envoy_did_not_quote(void **state)
{
	static const char no_pair[] = "no key and equals sign where a pair must begin";
	static const char *const cases[][2] = {
		{"By=urn:a(b;None;c);" MAN_HASH ";" MAN_CERT, NULL},
		{"By=http://a;b=c;" MAN_HASH ";" MAN_CERT, NULL},
		{"By=http://a;b=c;d;" MAN_HASH ";" MAN_CERT, NULL},
		{"by=urn:a;By=urn:b;c/d=e;" MAN_HASH ";" MAN_CERT, NULL},
		{MAN_HASH ";" MAN_CERT ";URI=urn:a;b;Cert:c;=;DNS=a;b", NULL},
		{MAN_HASH ";" MAN_CERT ";Subject=\"\";URI=;DNS=b", NULL},
		{MAN_HASH ";" MAN_CERT ";URI=urn:a;b c", "a quote, a blank or a control byte in a "
							 "value without quotes"},
		{MAN_HASH ";" MAN_CERT ";URI=urn:a;b\"c\"", "a quote, a blank or a control byte in "
							    "a value without quotes"},
		{MAN_HASH ";" MAN_CERT ";URI=urn:a;\"b\"", no_pair},
		{MAN_HASH ";" MAN_CERT ";URI=\"urn:a\";b", no_pair},
		{MAN_HASH ";" MAN_CERT ";Subject=\"CN=a\";b", no_pair},
		{MAN_HASH ";" MAN_CERT ";Subject=CN;b", no_pair},
		{MAN_HASH ";b;" MAN_CERT, no_pair},
		{MAN_HASH ";;" MAN_CERT, no_pair},
		{"By=urn:a;", no_pair},
		{"By=urn:a;;" MAN_HASH ";" MAN_CERT, no_pair},
		{MAN_HASH ";" MAN_CERT ";URI=urn:a,b", "more than one element"},
		/* What a client's name says is never taken for Envoy's. */
		{MAN_HASH ";" MAN_CERT ";URI=urn:a;" OTHER_CERT, "more than one Cert"},
		{MAN_HASH ";" MAN_CERT ";URI=urn:a;x;" MAN_HASH, "more than one Hash"},
		{MAN_HASH ";URI=urn:a;" OTHER_CERT, "a Hash that is not the certificate's"},
		{MAN_HASH ";URI=urn:a;x;Chain=\"-----BEGIN%20CERTIFICATE-----%0ATQ==%0A"
			  "-----END%20CERTIFICATE-----%0A\"",
			"a Hash that is not the certificate's"},
		{"URI=urn:a;" MAN_CERT,
			"a Cert, Chain or Hash behind a URI or DNS, without a Hash before it"},
		{"DNS=a;x;" MAN_HASH ";" MAN_CERT,
			"a Cert, Chain or Hash behind a URI or DNS, without a Hash before it"},
		{"[{\"By\":\"urn:a\"}]",
			"it is JSON; expected Envoy's text format (set_client_cert_format)"},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 1024);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str der = {NULL, 0};
		const char *why = NULL;
		enum cert_status status =
			cert_decode(CERT_CODEC_XFCC, str_view(cases[i][0]), &arena, &der, &why);

		print_message("%s\n", cases[i][0]);
		if (cases[i][1] != NULL) {
			assert_int_equal(status, CERT_MALFORMED);
			assert_string_equal(why, cases[i][1]);
		} else {
			assert_int_equal(status, CERT_OK);
			assert_true(str_eq_text(der, "Man"));
		}
	}
	arena_clear(&arena);
}

/* Every encoding of a certificate, read by every codec: one reads it, each other names that one. */
static void names_the_codec_that_reads_a_text(void **state)
{
	static const char digits[] = "MIIBAzAB";
	static const struct {
		const char *text;
		enum cert_codec codec; /* CERT_CODEC_COUNT: none reads it */
		const char *found;
	} texts[] = {
		{ARMORED("MIIBAzAB"), CERT_CODEC_PEM, "it is PEM"},
		{BEGIN_LINE " MIIB AzAB " END_LINE, CERT_CODEC_PEM, "it is PEM"},
		{"-----BEGIN%20CERTIFICATE-----%0AMIIBAzAB%0A-----END%20CERTIFICATE-----%0A",
			CERT_CODEC_PEM, "it is PEM"},
		{"-----BEGIN+CERTIFICATE-----%0AMIIBAzAB%0A-----END+CERTIFICATE-----%0A",
			CERT_CODEC_PEM, "it is PEM"},
		{"%2D%2D%2D%2D%2DBEGIN%20CERTIFICATE-----%0AMIIBAzAB%0A-----END%20CERTIFICATE-----",
			CERT_CODEC_PEM, "it is PEM"},
		{digits, CERT_CODEC_DER_B64, "it is base64 of DER"},
		{" MIIB\r\nAzAB\n", CERT_CODEC_DER_B64, "it is base64 of DER"},
		{"MIIBAz%41B", CERT_CODEC_DER_B64, "it is base64 of DER"},
		{"308201033001", CERT_CODEC_DER_HEX, "it is hexadecimal DER"},
		{"308201AB3001", CERT_CODEC_DER_HEX, "it is hexadecimal DER"},
		{":MIIBAzAB:", CERT_CODEC_RFC9440, "it is a byte sequence of RFC 9440"},
		{"Cert=\"-----BEGIN%20CERTIFICATE-----%0AMIIBAzAB%0A-----END%20CERTIFICATE-----%0A"
		 "\"",
			CERT_CODEC_XFCC, "it is an X-Forwarded-Client-Cert"},
		{"By=urn:a;Cert=\"-----BEGIN%20CERTIFICATE-----%0AMIIBAzAB%0A"
		 "-----END%20CERTIFICATE-----%0A\"",
			CERT_CODEC_XFCC, "it is an X-Forwarded-Client-Cert"},
		{"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIK", CERT_CODEC_COUNT,
			"it is base64 of PEM"},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 1024);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		for (int codec = 0; codec < CERT_CODEC_COUNT; codec++) {
			struct str der = {NULL, 0};
			const char *why = NULL;
			enum cert_status status = cert_decode((enum cert_codec)codec,
				str_view(texts[i].text), &arena, &der, &why);

			print_message("%s by %s: %s\n", texts[i].text,
				cert_codec_word((enum cert_codec)codec), why != NULL ? why : "");
			if (codec == (int)texts[i].codec) {
				assert_int_equal(status, CERT_OK);
				continue;
			}
			assert_int_equal(status, CERT_MALFORMED);
			assert_true(str_starts_with(str_view(why), texts[i].found));
			if (texts[i].codec != CERT_CODEC_COUNT) {
				char reads[64];

				snprintf(reads, sizeof(reads),
					"which the codec %s of cert_source reads",
					cert_codec_word(texts[i].codec));
				assert_non_null(strstr(why, reads));
			}
		}
	}
	arena_clear(&arena);
}

static void refuses_nul_anywhere(void **state)
{
	static const char good[] = ARMORED("TWFu");
	char text[sizeof(good)];
	struct bytes der;

	bytes_init(&der, 0);
	for (size_t at = 0; at < sizeof(good) - 1; at++) {
		memcpy(text, good, sizeof(good));
		text[at] = '\0';
		assert_non_null(decode((struct str){text, sizeof(good) - 1}, &der));
	}
	assert_non_null(decode((struct str){good, sizeof(good)}, &der));
	bytes_clear(&der);
}

/* `octets` zero octets, in PEM with lines of `width` digits. */
static void put_zeros(struct bytes *text, size_t octets, size_t width)
{
	size_t digits = (octets * 8 + 5) / 6;

	bytes_reset(text, SIZE_MAX);
	bytes_append_text(text, BEGIN_LINE);
	for (size_t i = 0; i < (octets + 2) / 3 * 4; i++) {
		if (i % width == 0) {
			bytes_append_text(text, "\n");
		}
		bytes_append_u8(text, i < digits ? 'A' : '=');
	}
	bytes_append_text(text, "\n" END_LINE "\n");
}

static void bounds_text_and_certificate(void **state)
{
	static const size_t widths[] = {64, 76, SIZE_MAX};
	struct bytes text;
	struct bytes der;

	bytes_init(&text, 0);
	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		for (size_t octets = CERT_MAX_DER - 3; octets <= CERT_MAX_DER; octets++) {
			put_zeros(&text, octets, widths[i]);
			assert_null(decode(bytes_view(&text), &der));
			assert_int_equal(der.len, octets);
		}
		for (size_t octets = CERT_MAX_DER + 1; octets < CERT_MAX_DER + 5; octets++) {
			put_zeros(&text, octets, widths[i]);
			assert_string_equal(decode(bytes_view(&text), &der), too_large);
		}
	}
	put_zeros(&text, 3, 64);
	while (text.len < CERT_MAX_TEXT) {
		bytes_append_u8(&text, ' ');
	}
	assert_null(decode(bytes_view(&text), &der));
	bytes_append_u8(&text, ' ');
	assert_string_equal(decode(bytes_view(&text), &der), too_long);
	bytes_clear(&text);
	bytes_clear(&der);
}

static bool only_blanks_from(struct str text, size_t cut)
{
	struct str rest = str_from(text, cut);

	return str_trim(rest).len == 0 || str_eq_text(rest, "%0A");
}

static void takes_no_part_of_a_text(void **state)
{
	struct bytes der;

	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(golden_texts); i++) {
		struct str text = str_view(golden_texts[i].text);

		for (size_t cut = 0; cut < text.len; cut++) {
			const char *why = decode((struct str){text.data, cut}, &der);

			assert_int_equal(why == NULL,
				golden_texts[i].certificate >= 0 && only_blanks_from(text, cut));
		}
	}
	bytes_clear(&der);
}

/* A changed byte may change a digit, and then the certificate; it gives no second reading of it. */
static void survives_each_changed_byte(void **state)
{
	static const uint8_t masks[] = {0x01, 0x20, 0x80, 0xff};
	struct bytes der;
	struct bytes text;
	size_t refused = 0;

	bytes_init(&der, 0);
	bytes_init(&text, 0);
	for (size_t i = 0; i < ARRAY_LEN(golden_texts); i++) {
		if (golden_texts[i].certificate < 0) {
			continue;
		}
		bytes_reset(&text, SIZE_MAX);
		bytes_append_text(&text, golden_texts[i].text);
		struct str whole = golden_certificates[golden_texts[i].certificate].der;

		for (size_t at = 0; at < text.len * ARRAY_LEN(masks); at++) {
			uint8_t mask = masks[at % ARRAY_LEN(masks)];
			uint8_t *byte = &text.data[at / ARRAY_LEN(masks)];
			bool digit = ascii_is_alnum((char)*byte) || *byte == '+' || *byte == '/';

			*byte ^= mask;
			if (decode(bytes_view(&text), &der) != NULL) {
				refused++;
			} else if (digit && str_find(bytes_view(&text), '%') == text.len) {
				assert_false(str_eq(bytes_view(&der), whole));
			}
			*byte ^= mask;
		}
	}
	assert_true(refused > 0);
	bytes_clear(&text);
	bytes_clear(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_form_that_front_ends_sent),
		cmocka_unit_test(takes_base64_strictly),
		cmocka_unit_test(takes_one_armored_certificate),
		cmocka_unit_test(takes_whole_percent_escapes),
		cmocka_unit_test(reads_names_that_envoy_did_not_quote),
		cmocka_unit_test(names_the_codec_that_reads_a_text),
		cmocka_unit_test(refuses_nul_anywhere),
		cmocka_unit_test(bounds_text_and_certificate),
		cmocka_unit_test(takes_no_part_of_a_text),
		cmocka_unit_test(survives_each_changed_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
