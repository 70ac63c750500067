/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/san.h"

#include "base/mailbox.h"
#include "cert/names.h"

#include <openssl/x509v3.h>

static bool is_printable_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < 0x20 || s.data[i] > 0x7e) {
			return false;
		}
	}
	return s.len > 0;
}

/* The names of one certificate, sorted by kind; each list has room for all. */
struct san {
	struct arena *arena;
	struct str *dns;
	struct str *email;
	struct str *uri;
	struct addr *ip;
	struct cert_identity *out;
};

static enum cert_status keep_dns(struct san *s, struct str name)
{
	if (name.len > 0 && name.data[name.len - 1] == '.') {
		name.len--;
	}
	if (!cert_is_host_name(str_from(name, str_starts_with(name, "*.") ? 2 : 0)) ||
		name.len > CERT_HOST_NAME_MAX) {
		s->out->unusable_names++;
		return CERT_OK;
	}
	return cert_keep_name(cert_dup_lower(s->arena, name), s->dns, &s->out->dns);
}

static enum cert_status keep_text(
	struct san *s, struct str name, bool usable, struct str *items, struct str_list *list)
{
	if (!usable) {
		s->out->unusable_names++;
		return CERT_OK;
	}
	return cert_keep_name(arena_dup(s->arena, name), items, list);
}

static enum cert_status keep_general_name(struct san *s, const GENERAL_NAME *general)
{
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(general, &type);

	if (type != GEN_DNS && type != GEN_EMAIL && type != GEN_URI && type != GEN_IPADD) {
		return CERT_OK;
	}
	struct str name =
		str_from_bytes(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));

	if (type == GEN_DNS) {
		return keep_dns(s, name);
	} else if (type == GEN_EMAIL) {
		return keep_text(s, name, mailbox_is_valid(name), s->email, &s->out->email);
	} else if (type == GEN_URI) {
		return keep_text(s, name, is_printable_ascii(name), s->uri, &s->out->uri);
	}
	if (addr_from_bytes(name.data, name.len, &s->ip[s->out->ip_count])) {
		s->out->ip_count++;
	} else {
		s->out->unusable_names++;
	}
	return CERT_OK;
}

static enum cert_status keep_general_names(
	const GENERAL_NAMES *names, struct arena *arena, struct cert_identity *out, bool *has_dns)
{
	size_t count = (size_t)sk_GENERAL_NAME_num(names);
	struct san s = {
		.arena = arena,
		.dns = arena_alloc(arena, count, sizeof(*s.dns)),
		.email = arena_alloc(arena, count, sizeof(*s.email)),
		.uri = arena_alloc(arena, count, sizeof(*s.uri)),
		.ip = arena_alloc(arena, count, sizeof(*s.ip)),
		.out = out,
	};

	if (s.dns == NULL || s.email == NULL || s.uri == NULL || s.ip == NULL) {
		return CERT_NO_MEMORY;
	}
	out->dns.items = s.dns;
	out->email.items = s.email;
	out->uri.items = s.uri;
	out->ip = s.ip;
	for (size_t i = 0; i < count; i++) {
		const GENERAL_NAME *general = sk_GENERAL_NAME_value(names, (int)i);
		enum cert_status status = keep_general_name(&s, general);

		if (status != CERT_OK) {
			return status;
		}
		*has_dns = *has_dns || general->type == GEN_DNS;
	}
	return CERT_OK;
}

/* NULL unless the bytes are the canonical encoding of a SubjectAltName (RFC 5280 4.2.1.6). */
static GENERAL_NAMES *decode_san(const ASN1_OCTET_STRING *value)
{
	struct str der =
		str_from_bytes(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	const uint8_t *at = (const uint8_t *)der.data;
	GENERAL_NAMES *names = d2i_GENERAL_NAMES(NULL, &at, (long)der.len);
	uint8_t *again = NULL;
	int len = names != NULL ? i2d_GENERAL_NAMES(names, &again) : -1;

	if (len < 0 || !str_eq(str_from_bytes(again, (size_t)len), der)) {
		GENERAL_NAMES_free(names);
		names = NULL;
	}
	OPENSSL_free(again);
	return names;
}

enum cert_status cert_read_san(const X509 *x, struct arena *arena, struct cert_identity *out,
	bool *has_dns, const char **why)
{
	int at = X509_get_ext_by_NID(x, NID_subject_alt_name, -1);

	if (at < 0) {
		return CERT_OK;
	}
	if (X509_get_ext_by_NID(x, NID_subject_alt_name, at) >= 0) {
		*why = "two subjectAltName extensions";
		return CERT_MALFORMED;
	}
	GENERAL_NAMES *names = decode_san(X509_EXTENSION_get_data(X509_get_ext(x, at)));
	enum cert_status status = CERT_MALFORMED;

	if (names == NULL || sk_GENERAL_NAME_num(names) == 0) {
		*why = "a subjectAltName that is malformed";
	} else if (sk_GENERAL_NAME_num(names) > CERT_MAX_SAN) {
		*why = "more than 256 names in subjectAltName";
	} else {
		status = keep_general_names(names, arena, out, has_dns);
	}
	GENERAL_NAMES_free(names);
	return status;
}
