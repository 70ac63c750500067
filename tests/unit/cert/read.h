/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_CERT_READ_H
#define DW_TESTS_CERT_READ_H

#include "cert/cert.h"

#include "base/bytes.h"
#include "unit/assert_bytes.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* Include after cmocka.h. */

/* Strings of certificates reach logs and headers: all are clean, whatever the certificate holds. */
static inline void assert_clean(struct str s)
{
	assert_non_null(s.data);
	assert_true(s.len > 0);
	for (size_t i = 0; i < s.len; i++) {
		assert_true((uint8_t)s.data[i] >= 0x20 && s.data[i] != 0x7f);
	}
}

static inline void assert_all_clean(struct str_list list)
{
	assert_true(list.count <= CERT_MAX_DER);
	for (size_t i = 0; i < list.count; i++) {
		assert_clean(list.items[i]);
	}
}

static inline void assert_hex(struct str s)
{
	assert_int_equal(s.len, 64);
	for (size_t i = 0; i < s.len; i++) {
		assert_true(ascii_is_digit(s.data[i]) || (s.data[i] >= 'a' && s.data[i] <= 'f'));
	}
}

/*
 * Reads a copy of exactly the input's size, with room for nothing else. NULL and *out in the arena
 * on success; else what was wrong. The error queue is empty before and after.
 */
static inline const char *read_certificate(
	struct str der, bool cn_fallback, struct arena *arena, struct cert_identity *out)
{
	char *copy = malloc(der.len > 0 ? der.len : 1);
	const char *why = NULL;

	assert_non_null(copy);
	if (der.len > 0) {
		memcpy(copy, der.data, der.len);
	}
	memset(out, 0x5a, sizeof(*out));
	enum cert_status status =
		cert_read((struct str){copy, der.len}, cn_fallback, arena, out, &why);

	free(copy);
	assert_int_equal(ERR_peek_error(), 0);
	if (status != CERT_OK) {
		assert_int_equal(status, CERT_MALFORMED);
		assert_non_null(why);
		assert_int_equal(out->unusable_names, (size_t)0x5a5a5a5a5a5a5a5a);
		return why;
	}
	assert_hex(out->sha256);
	assert_hex(out->spki);
	assert_clean(out->serial);
	for (size_t i = 0; i < DN_ATTRIBUTES; i++) {
		assert_all_clean(out->subject_values.of[i]);
		assert_all_clean(out->issuer_values.of[i]);
	}
	assert_all_clean(out->dns);
	assert_all_clean(out->email);
	assert_all_clean(out->uri);
	assert_all_clean(out->upn);
	assert_all_clean(out->srv);
	assert_all_clean(out->smtp_utf8);
	assert_all_clean(out->eku);
	assert_all_clean(out->policies);
	assert_all_clean(out->key);
	assert_true(out->key.count > 0);
	return NULL;
}

static inline void assert_str(struct str s, const char *expected)
{
	assert_bytes(s.data, s.len, expected, strlen(expected));
}

/* The list as text, one value a line. */
static inline void assert_list(struct str_list list, const char *expected)
{
	struct bytes text;

	bytes_init(&text, 0);
	bytes_append_text(&text, "");
	for (size_t i = 0; i < list.count; i++) {
		bytes_append_str(&text, list.items[i]);
		bytes_append_u8(&text, '\n');
	}
	bytes_append_u8(&text, '\0');
	assert_string_equal((const char *)text.data, expected);
	bytes_clear(&text);
}

#endif
