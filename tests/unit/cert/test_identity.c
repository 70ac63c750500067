/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "build.h"
#include "golden.h"
#include "read.h"

static void assert_addresses(const struct cert_identity *id, const char *expected)
{
	struct bytes text;

	bytes_init(&text, 0);
	for (size_t i = 0; i < id->ip_count; i++) {
		char address[ADDR_TEXT_MAX];

		addr_format(&id->ip[i], address);
		bytes_appendf(&text, "%s\n", address);
	}
	assert_true(str_eq_text(bytes_view(&text), expected));
	bytes_clear(&text);
}

static void reads_what_others_read(void **state)
{
	struct arena arena;

	arena_init(&arena, 4096);
	for (size_t i = 0; i < ARRAY_LEN(golden_certificates); i++) {
		const struct golden_certificate *g = &golden_certificates[i];
		struct cert_identity id;

		assert_null(read_certificate(g->der, false, &arena, &id));
		assert_str(id.subject, g->subject);
		assert_str(id.issuer, g->issuer);
		assert_str(id.serial, g->serial);
		assert_str(id.sha256, g->sha256);
		assert_str(id.spki, g->spki);
		assert_list(id.subject_values.of[DN_CN], g->cn);
		assert_list(id.dns, g->dns);
		assert_list(id.email, g->email);
		assert_list(id.uri, g->uri);
		assert_addresses(&id, g->ip);
		assert_int_equal(id.unusable_names, 0);
		assert_true(id.not_before == g->not_before);
		assert_true(id.not_after == g->not_after);
	}
	arena_clear(&arena);
}

static void reads_what_nginx_reads(void **state)
{
	struct arena arena;

	arena_init(&arena, 4096);
	for (size_t i = 0; i < ARRAY_LEN(golden_nginx); i++) {
		const struct golden_words *g = &golden_nginx[i];
		struct cert_identity id;
		struct tm tm = {0};

		assert_null(read_certificate(
			golden_certificates[g->certificate].der, false, &arena, &id));
		assert_str(id.subject, g->subject);
		assert_str(id.issuer, g->issuer);
		assert_true(str_eq_nocase(id.serial, str_view(g->serial)));
		assert_non_null(strptime(g->not_after, "%b %d %H:%M:%S %Y GMT", &tm));
		assert_true(id.not_after == timegm(&tm));
	}
	arena_clear(&arena);
}

static const struct golden_certificate *golden(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(golden_certificates); i++) {
		if (strcmp(golden_certificates[i].name, name) == 0) {
			return &golden_certificates[i];
		}
	}
	return NULL;
}

/* Anyone who holds a certificate can make a second one of it that is as valid. */
static void a_changed_signature_changes_only_the_fingerprint(void **state)
{
	struct arena arena;
	struct cert_identity first;
	struct cert_identity second;

	arena_init(&arena, 4096);
	assert_null(read_certificate(golden("ec-l")->der, false, &arena, &first));
	assert_null(read_certificate(golden("mall")->der, false, &arena, &second));
	assert_false(str_eq(first.sha256, second.sha256));
	assert_true(str_eq(first.serial, second.serial));
	assert_true(str_eq(first.issuer, second.issuer));
	assert_true(str_eq(first.subject, second.subject));
	assert_true(str_eq(first.spki, second.spki));
	arena_clear(&arena);
}

static void reads_serial_numbers(void **state)
{
	static const struct {
		struct str content;
		const char *text; /* NULL: malformed */
	} cases[] = {
		{BYTES("\x00"), "0"},
		{BYTES("\x01"), "1"},
		{BYTES("\x0a"), "a"},
		{BYTES("\x7f"), "7f"},
		{BYTES("\x00\x80"), "80"},
		{BYTES("\x00\xff\x00"), "ff00"},
		{BYTES("\x01\x00"), "100"},
		{BYTES("\xff"), "-1"},
		{BYTES("\x80"), "-80"},
		{BYTES("\xff\x7f"), "-81"},
		{BYTES("\xff\x00"), "-100"},
		{BYTES("\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		       "\xff\xff"),
			"7fffffffffffffffffffffffffffffffffffffff"},
		{BYTES(""), NULL},
		{BYTES("\x00\x01"), NULL},
		{BYTES("\xff\xff"), NULL},
	};
	struct arena arena;
	struct bytes der;

	arena_init(&arena, 4096);
	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct recipe recipe = {.serial = cases[i].content};
		struct cert_identity id;
		const char *why = read_certificate(build(&der, &recipe), false, &arena, &id);

		assert_int_equal(why == NULL, cases[i].text != NULL);
		if (cases[i].text != NULL) {
			assert_str(id.serial, cases[i].text);
		}
	}
	bytes_clear(&der);
	arena_clear(&arena);
}

static void reads_validity_dates(void **state)
{
	static const struct {
		uint8_t tag;
		const char *text;
		bool good;
		int64_t seconds;
	} cases[] = {
		{UTC_TIME, "700101000000Z", true, 0},
		{UTC_TIME, "491231235959Z", true, 2524607999},
		{UTC_TIME, "500101000000Z", true, -631152000},
		{UTC_TIME, "380119031408Z", true, 2147483648},
		{UTC_TIME, "240229120000Z", true, 1709208000},
		{GENERALIZED_TIME, "20500101000000Z", true, 2524608000},
		{GENERALIZED_TIME, "21060207062816Z", true, 4294967296},
		{GENERALIZED_TIME, "99991231235959Z", true, 253402300799},
		{GENERALIZED_TIME, "19691231235959Z", true, -1},
		{GENERALIZED_TIME, "00010101000000Z", true, -62135596800},
		{UTC_TIME, "2601010000Z", false, 0},
		{UTC_TIME, "260101000000", false, 0},
		{UTC_TIME, "260101000000+0000", false, 0},
		{UTC_TIME, "2601010000+0000", false, 0},
		{UTC_TIME, "260101000000z", false, 0},
		{UTC_TIME, "261301000000Z", false, 0},
		{UTC_TIME, "260001000000Z", false, 0},
		{UTC_TIME, "260230000000Z", false, 0},
		{UTC_TIME, "250229000000Z", false, 0},
		{UTC_TIME, "260100000000Z", false, 0},
		{UTC_TIME, "260101240000Z", false, 0},
		{UTC_TIME, "260101006000Z", false, 0},
		{UTC_TIME, "260101000060Z", false, 0},
		{UTC_TIME, " 60101000000Z", false, 0},
		{UTC_TIME, "-60101000000Z", false, 0},
		{UTC_TIME, "26010100000OZ", false, 0},
		{UTC_TIME, "", false, 0},
		{UTC_TIME, "20260101000000Z", false, 0},
		{GENERALIZED_TIME, "260101000000Z", false, 0},
		{GENERALIZED_TIME, "20260101000000.5Z", false, 0},
		{GENERALIZED_TIME, "20260101000000", false, 0},
		{GENERALIZED_TIME, "202601010000Z", false, 0},
		{GENERALIZED_TIME, "20260101000000+0000", false, 0},
		{GENERALIZED_TIME, "", false, 0},
		{UTF8_STRING, "260101000000Z", false, 0},
	};
	struct arena arena;
	struct bytes der;
	struct bytes validity;

	arena_init(&arena, 4096);
	bytes_init(&der, 0);
	bytes_init(&validity, 0);
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		bool after = i >= ARRAY_LEN(cases);
		struct cert_identity id;

		bytes_reset(&validity, SIZE_MAX);
		if (after) {
			put_value(&validity, UTC_TIME, BYTES("260101000000Z"));
		}
		put_value(&validity, cases[i % ARRAY_LEN(cases)].tag,
			str_view(cases[i % ARRAY_LEN(cases)].text));
		if (!after) {
			put_value(&validity, UTC_TIME, BYTES("270101000000Z"));
		}
		struct recipe recipe = {.validity = bytes_view(&validity)};
		const char *why = read_certificate(build(&der, &recipe), false, &arena, &id);

		assert_int_equal(why == NULL, cases[i % ARRAY_LEN(cases)].good);
		if (why == NULL) {
			assert_true((after ? id.not_after : id.not_before) ==
				    cases[i % ARRAY_LEN(cases)].seconds);
		}
	}
	bytes_clear(&validity);
	bytes_clear(&der);
	arena_clear(&arena);
}

static void takes_no_part_and_no_more(void **state)
{
	struct arena arena;
	struct cert_identity id;
	struct bytes longer;

	arena_init(&arena, 4096);
	bytes_init(&longer, 0);
	for (size_t i = 0; i < ARRAY_LEN(golden_certificates); i++) {
		struct str der = golden_certificates[i].der;

		for (size_t cut = 0; cut < der.len; cut++) {
			assert_non_null(
				read_certificate((struct str){der.data, cut}, true, &arena, &id));
			arena_reset(&arena);
		}
		for (int extra = 0; extra < 256; extra++) {
			bytes_reset(&longer, SIZE_MAX);
			bytes_append_str(&longer, der);
			bytes_append_u8(&longer, (uint8_t)extra);
			assert_string_equal(
				read_certificate(bytes_view(&longer), true, &arena, &id),
				"bytes behind the certificate");
		}
		bytes_append_str(&longer, der);
		assert_non_null(read_certificate(bytes_view(&longer), true, &arena, &id));
	}
	bytes_clear(&longer);
	arena_clear(&arena);
}

static void survives_each_changed_byte(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	struct arena arena;
	struct bytes der;
	size_t refused = 0;

	arena_init(&arena, 65536);
	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(golden_certificates); i++) {
		const struct golden_certificate *g = &golden_certificates[i];

		bytes_reset(&der, SIZE_MAX);
		bytes_append_str(&der, g->der);
		for (size_t at = 0; at < der.len * ARRAY_LEN(masks); at++) {
			uint8_t mask = masks[at % ARRAY_LEN(masks)];
			struct cert_identity id;

			der.data[at / ARRAY_LEN(masks)] ^= mask;
			if (read_certificate(bytes_view(&der), true, &arena, &id) != NULL) {
				refused++;
			} else {
				assert_false(str_eq_text(id.sha256, g->sha256));
				assert_all_clean((struct str_list){&id.issuer, id.issuer.len > 0});
				assert_all_clean(
					(struct str_list){&id.subject, id.subject.len > 0});
			}
			der.data[at / ARRAY_LEN(masks)] ^= mask;
			arena_reset(&arena);
		}
	}
	assert_true(refused > 0);
	bytes_clear(&der);
	arena_clear(&arena);
}

static void bounds_the_size(void **state)
{
	struct arena arena;
	struct bytes der;
	struct bytes serial;

	arena_init(&arena, 4096);
	bytes_init(&der, 0);
	bytes_init(&serial, 0);
	while (serial.len < CERT_MAX_DER) {
		struct recipe recipe = {.serial = bytes_view(&serial)};
		struct cert_identity id;

		bytes_append_u8(&serial, 'x');
		if (serial.len > CERT_MAX_DER - 1000) {
			recipe.serial = bytes_view(&serial);
			size_t len = build(&der, &recipe).len;

			if (len == CERT_MAX_DER) {
				assert_null(read_certificate(bytes_view(&der), false, &arena, &id));
			} else if (len == CERT_MAX_DER + 1) {
				assert_string_equal(
					read_certificate(bytes_view(&der), false, &arena, &id),
					"a certificate of more than 16 KiB");
				break;
			}
		}
	}
	assert_true(serial.len < CERT_MAX_DER);
	bytes_clear(&serial);
	bytes_clear(&der);
	arena_clear(&arena);
}

static void leaves_the_error_queue_alone(void **state)
{
	struct arena arena;
	struct cert_identity id;
	const char *why;

	arena_init(&arena, 4096);
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 42);
	assert_int_equal(cert_read(golden("ec-l")->der, false, &arena, &id, &why), CERT_OK);
	struct bytes broken;

	bytes_init(&broken, 0);
	put_value(&broken, SEQUENCE, BYTES("\x02\x01\x01"));
	assert_int_equal(cert_read(bytes_view(&broken), false, &arena, &id, &why), CERT_MALFORMED);
	assert_string_equal(why, "not an X.509 certificate");
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
	assert_int_equal(ERR_get_error(), 0);
	bytes_clear(&broken);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_others_read),
		cmocka_unit_test(reads_what_nginx_reads),
		cmocka_unit_test(a_changed_signature_changes_only_the_fingerprint),
		cmocka_unit_test(reads_serial_numbers),
		cmocka_unit_test(reads_validity_dates),
		cmocka_unit_test(takes_no_part_and_no_more),
		cmocka_unit_test(survives_each_changed_byte),
		cmocka_unit_test(bounds_the_size),
		cmocka_unit_test(leaves_the_error_queue_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
