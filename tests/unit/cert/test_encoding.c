/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build.h"
#include "golden.h"
#include "read.h"

/* One value of a certificate is written in another way that BER allows and DER does not. */
enum way { LENGTH_81, LENGTH_84, INDEFINITE, IN_PIECES, WAYS };

struct rewrite {
	size_t target; /* which value, in the order of their text */
	enum way way;
	size_t seen;
	bool done;
};

static struct str take_value(struct str *rest, uint8_t *tag)
{
	const uint8_t *at = (const uint8_t *)rest->data;
	size_t len = at[1];
	size_t header = 2;

	if (len > 128) {
		header = 2 + (len & 127);
		len = 0;
		for (size_t i = 2; i < header; i++) {
			len = len << 8 | at[i];
		}
	}
	*tag = at[0];
	*rest = str_from(*rest, header);
	struct str content = {rest->data, len};

	*rest = str_from(*rest, len);
	return content;
}

static bool put_otherwise(struct bytes *out, uint8_t tag, struct str content, enum way way)
{
	struct bytes piece;

	switch (way) {
	case LENGTH_81:
		if (content.len >= 128) {
			return false;
		}
		bytes_append_u8(out, tag);
		bytes_append_u8(out, 0x81);
		bytes_append_u8(out, (uint8_t)content.len);
		bytes_append_str(out, content);
		return true;
	case LENGTH_84:
		bytes_append_u8(out, tag);
		bytes_append(out, "\x84\0\0", 3);
		bytes_append_u8(out, (uint8_t)(content.len >> 8));
		bytes_append_u8(out, (uint8_t)content.len);
		bytes_append_str(out, content);
		return true;
	case INDEFINITE:
		if ((tag & 0x20) == 0) {
			return false;
		}
		bytes_append_u8(out, tag);
		bytes_append_u8(out, 0x80);
		bytes_append_str(out, content);
		bytes_append(out, "\0\0", 2);
		return true;
	case IN_PIECES:
		if (tag != BIT_STRING && tag != OCTET_STRING && tag != UTF8_STRING) {
			return false;
		}
		bytes_init(&piece, 0);
		put_value(&piece, tag, content);
		put_value(out, tag | 0x20, bytes_view(&piece));
		bytes_clear(&piece);
		return true;
	case WAYS:
		break;
	}
	return false;
}

static void put_rewritten(struct bytes *out, struct str values, struct rewrite *rewrite)
{
	while (values.len > 0) {
		uint8_t tag;
		struct str content = take_value(&values, &tag);
		bool chosen = rewrite->seen++ == rewrite->target;
		struct bytes inner;

		bytes_init(&inner, 0);
		if ((tag & 0x20) != 0) {
			put_rewritten(&inner, content, rewrite);
			content = bytes_view(&inner);
		}
		if (chosen && put_otherwise(out, tag, content, rewrite->way)) {
			rewrite->done = true;
		} else {
			put_value(out, tag, content);
		}
		bytes_clear(&inner);
	}
}

static bool openssl_takes(struct str der, bool *same)
{
	const uint8_t *at = (const uint8_t *)der.data;
	uint8_t *again = NULL;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	int len = x != NULL ? i2d_X509(x, &again) : 0;

	*same = len > 0 && str_eq(str_from_bytes(again, (size_t)len), der);
	OPENSSL_free(again);
	X509_free(x);
	ERR_clear_error();
	return len > 0;
}

/*
 * Each value of each certificate, in each other way. OpenSSL reads most of them, and of those in
 * the signed part gives back the same bytes: without a check of one's own they would pass.
 */
static void refuses_every_other_encoding(void **state)
{
	struct arena arena;
	struct bytes der;
	size_t taken = 0;
	size_t same_bytes = 0;
	size_t written = 0;

	arena_init(&arena, 4096);
	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(golden_certificates) * WAYS; i++) {
		struct str good = golden_certificates[i / WAYS].der;
		struct rewrite rewrite = {.way = (enum way)(i % WAYS)};
		struct cert_identity id;
		bool same;

		do {
			rewrite.seen = 0;
			rewrite.done = false;
			bytes_reset(&der, SIZE_MAX);
			put_rewritten(&der, good, &rewrite);
			if (rewrite.done) {
				written++;
				taken += openssl_takes(bytes_view(&der), &same);
				same_bytes += same;
				assert_non_null(
					read_certificate(bytes_view(&der), true, &arena, &id));
			} else {
				assert_true(str_eq(bytes_view(&der), good));
			}
		} while (++rewrite.target < rewrite.seen);
	}
	assert_true(written > 1000);
	assert_true(taken > written / 2);
	assert_true(same_bytes > 0);
	bytes_clear(&der);
	arena_clear(&arena);
}

/* An implicit tag hides a string in pieces from a walk over the values. */
static void refuses_pieces_under_an_implicit_tag(void **state)
{
	static const struct {
		struct str unique_id;
		bool good;
	} cases[] = {
		{BYTES("\x81\x03\x00xy"), true},
		{BYTES("\x82\x03\x00xy"), true},
		{BYTES("\xa1\x05\x03\x03\x00xy"), false},
		{BYTES("\xa2\x05\x03\x03\x00xy"), false},
		{BYTES("\xa2\x0a\x03\x03\x00xy\x03\x03\x00xy"), false},
	};
	struct arena arena;
	struct bytes der;

	arena_init(&arena, 4096);
	bytes_init(&der, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct recipe recipe = {.unique_id = cases[i].unique_id};
		struct cert_identity id;
		bool same;

		assert_true(openssl_takes(build(&der, &recipe), &same) && same);
		const char *why = read_certificate(bytes_view(&der), true, &arena, &id);

		assert_int_equal(why == NULL, cases[i].good);
	}
	bytes_clear(&der);
	arena_clear(&arena);
}

static void refuses_malformed_alternative_names(void **state)
{
	static const char malformed[] = "a subjectAltName that is malformed";
	static const struct {
		struct str value; /* of the extension */
		const char *why;  /* NULL: read, with the one name a.b */
	} cases[] = {
		{BYTES("\x30\x05\x82\x03"
		       "a.b"),
			NULL},
		{BYTES(""), malformed},
		{BYTES("\x30\x00"), malformed},
		{BYTES("\x30\x81\x05\x82\x03"
		       "a.b"),
			malformed},
		{BYTES("\x30\x06\x82\x81\x03"
		       "a.b"),
			malformed},
		{BYTES("\x30\x80\x82\x03"
		       "a.b\x00\x00"),
			malformed},
		{BYTES("\x30\x07\xa2\x05\x16\x03"
		       "a.b"),
			malformed},
		{BYTES("\x30\x07\xa2\x05\x04\x03"
		       "a.b"),
			malformed},
		{BYTES("\x30\x05\x82\x03"
		       "a.b\x00"),
			malformed},
		{BYTES("\x30\x05\x82\x03"
		       "a.b\x30\x00"),
			malformed},
		{BYTES("\x30\x06\x82\x03"
		       "a.b"),
			malformed},
		{BYTES("\x30\x04\x82\x03"
		       "a.b"),
			malformed},
		{BYTES("\x31\x05\x82\x03"
		       "a.b"),
			malformed},
		{BYTES("\x82\x03"
		       "a.b"),
			malformed},
		{BYTES("\x30\x05\x16\x03"
		       "a.b"),
			malformed},
		{BYTES("\x30\x05\x89\x03"
		       "a.b"),
			malformed},
		{BYTES("\x16\x03"
		       "a.b"),
			malformed},
	};
	struct arena arena;
	struct bytes der;
	struct bytes extensions;

	arena_init(&arena, 4096);
	bytes_init(&der, 0);
	bytes_init(&extensions, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cert_identity id;

		bytes_reset(&extensions, SIZE_MAX);
		put_san_extension(&extensions, cases[i].value);
		struct recipe recipe = {.extensions = bytes_view(&extensions)};
		const char *why = read_certificate(build(&der, &recipe), true, &arena, &id);

		if (cases[i].why == NULL) {
			assert_null(why);
			assert_list(id.dns, "a.b\n");
			put_san_extension(&extensions, cases[i].value);
			recipe.extensions = bytes_view(&extensions);
			why = read_certificate(build(&der, &recipe), true, &arena, &id);
			assert_string_equal(why, "two subjectAltName extensions");
		} else {
			assert_non_null(why);
			assert_string_equal(why, cases[i].why);
		}
	}
	bytes_clear(&extensions);
	bytes_clear(&der);
	arena_clear(&arena);
}

static void refuses_what_is_no_certificate(void **state)
{
	static const struct str cases[] = {
		BYTES(""),
		BYTES("x"),
		BYTES("\x30\x00"),
		BYTES("\x02\x01\x01"),
		BYTES("\x30\x03\x02\x01\x01"),
		BYTES("\x30\x09\x30\x00\x30\x00\x03\x03\x00xx"),
		BYTES("-----BEGIN CERTIFICATE-----"),
	};
	struct arena arena;
	struct cert_identity id;

	arena_init(&arena, 4096);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_non_null(read_certificate(cases[i], true, &arena, &id));
	}
	assert_non_null(read_certificate((struct str){NULL, 0}, true, &arena, &id));
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_every_other_encoding),
		cmocka_unit_test(refuses_pieces_under_an_implicit_tag),
		cmocka_unit_test(refuses_malformed_alternative_names),
		cmocka_unit_test(refuses_what_is_no_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
