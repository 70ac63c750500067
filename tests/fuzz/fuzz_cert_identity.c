/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include "base/bytes.h"
#include "base/mailbox.h"
#include "base/oid.h"
#include "base/oid_names.h"
#include "base/utf8.h"
#include "cert/names.h"
#include "fuzz/check.h"

#include <openssl/err.h>
#include <openssl/sha.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct str s, uint8_t last)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.data[i];

		check(c >= 0x20 && c != 0x7f && c <= last);
	}
}

static void check_list(struct str_list list, uint8_t last)
{
	for (size_t i = 0; i < list.count; i++) {
		check(list.items[i].len > 0);
		check_text(list.items[i], last);
	}
}

static void check_dns(struct str_list list)
{
	for (size_t i = 0; i < list.count; i++) {
		struct str name = list.items[i];

		for (size_t at = 0; at < name.len; at++) {
			check(ascii_lower(name.data[at]) == name.data[at]);
		}
		check(cert_is_host_name(str_from(name, str_starts_with(name, "*.") ? 2 : 0)));
	}
}

static void check_srv(struct str_list list)
{
	for (size_t i = 0; i < list.count; i++) {
		struct str name = list.items[i];

		for (size_t at = 0; at < name.len; at++) {
			check(ascii_lower(name.data[at]) == name.data[at]);
		}
		check(name.len > 3 && name.data[0] == '_' && name.data[1] != '.');
		check(cert_is_host_name(str_from(name, str_find(name, '.') + 1)));
	}
}

static void check_texts(struct str_list list, bool (*is_valid)(struct str text))
{
	for (size_t i = 0; i < list.count; i++) {
		check(is_valid(list.items[i]));
	}
}

static void check_oids(struct str_list list)
{
	check(list.count <= CERT_MAX_OIDS);
	for (size_t i = 0; i < list.count; i++) {
		check(oid_is_valid(list.items[i]));
	}
}

/* A type with the bits that it needs, and the curve of `ec`. */
static void check_key(struct str_list key)
{
	check(key.count == 1 || key.count == 2);
	struct str rest = key.items[0];
	struct str type = str_take_word(&rest);
	const struct oid_name *known = oid_find(&oid_keys, type);
	uint64_t bits;

	check(known != NULL ? str_eq_text(type, known->name) : oid_is_valid(type));
	check((known != NULL && known->sized) == (rest.len > 0));
	check(rest.len == 0 || str_to_u64(rest, CERT_MAX_DER * 8, &bits));
	check((key.count == 2) == str_eq_text(type, "ec"));
	if (key.count == 2) {
		known = oid_find(&oid_keys, key.items[1]);
		check(known != NULL ? str_eq_text(key.items[1], known->name)
				    : oid_is_valid(key.items[1]));
	}
}

static void check_serial(struct str s)
{
	s = str_from(s, str_starts_with(s, "-") ? 1 : 0);
	check(s.len > 0 && (s.len == 1 || s.data[0] != '0'));
	for (size_t i = 0; i < s.len; i++) {
		check(ascii_hex_value(s.data[i]) >= 0 && ascii_lower(s.data[i]) == s.data[i]);
	}
}

static void check_identity(const struct cert_identity *id, const uint8_t *data, size_t size)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct bytes hex;

	check_text(id->subject, 0x7e);
	check_text(id->issuer, 0x7e);
	check_serial(id->serial);
	for (size_t i = 0; i < DN_ATTRIBUTES; i++) {
		check_list(id->subject_values.of[i], 0xff);
		check_list(id->issuer_values.of[i], 0xff);
	}
	check_list(id->dns, 0x7e);
	check_list(id->email, 0x7e);
	check_list(id->uri, 0x7e);
	check_list(id->upn, 0xff);
	check_list(id->srv, 0x7e);
	check_list(id->smtp_utf8, 0xff);
	check_dns(id->dns);
	check_srv(id->srv);
	check_texts(id->email, mailbox_is_valid);
	check_texts(id->upn, utf8_is_text);
	check_texts(id->smtp_utf8, mailbox_is_valid_utf8);
	check(id->email.count + id->uri.count + id->upn.count + id->srv.count +
			id->smtp_utf8.count + id->ip_count <=
		CERT_MAX_SAN);
	check_oids(id->eku);
	check_oids(id->policies);
	check_key(id->key);
	for (size_t i = 0; i < id->ip_count; i++) {
		check(id->ip[i].family == ADDR_V4 || id->ip[i].family == ADDR_V6);
	}
	bytes_init(&hex, 0);
	bytes_append_hex(&hex, SHA256(data, size, digest), sizeof(digest));
	check(str_eq(bytes_view(&hex), id->sha256));
	check(id->spki.len == 2 * sizeof(digest));
	bytes_clear(&hex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int cn_fallback = 0; cn_fallback <= 1; cn_fallback++) {
		struct arena arena;
		struct cert_identity id;
		const char *why = NULL;

		arena_init(&arena, 4096);
		enum cert_status status =
			cert_read(str_from_bytes(data, size), cn_fallback == 1, &arena, &id, &why);

		check(ERR_peek_error() == 0);
		if (status == CERT_OK) {
			check(size <= CERT_MAX_DER);
			check_identity(&id, data, size);
		} else {
			check(status == CERT_MALFORMED && why != NULL);
		}
		arena_clear(&arena);
	}
	return 0;
}
