/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/san.h"

#include "base/host_label.h"
#include "base/mailbox.h"
#include "base/utf8.h"
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

/* The kinds that are read. */
enum kind {
	KIND_DNS,
	KIND_EMAIL,
	KIND_URI,
	KIND_UPN,
	KIND_SRV,
	KIND_SMTP_UTF8,
	KIND_IP, /* the last: its values are no texts */
	KIND_OTHER
};

static enum kind kind_of_other_name(const OTHERNAME *other)
{
	switch (OBJ_obj2nid(other->type_id)) {
	case NID_ms_upn:
		return KIND_UPN;
	case NID_SRVName:
		return KIND_SRV;
	case NID_id_on_SmtpUTF8Mailbox:
		return KIND_SMTP_UTF8;
	default:
		return KIND_OTHER;
	}
}

static enum kind kind_of(const GENERAL_NAME *general)
{
	switch (general->type) {
	case GEN_DNS:
		return KIND_DNS;
	case GEN_EMAIL:
		return KIND_EMAIL;
	case GEN_URI:
		return KIND_URI;
	case GEN_IPADD:
		return KIND_IP;
	case GEN_OTHERNAME:
		return kind_of_other_name(general->d.otherName);
	default:
		return KIND_OTHER;
	}
}

static struct str text_of(const ASN1_STRING *value)
{
	return str_from_bytes(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

/* The bytes of the name; absent if an otherName has a value of another type than its kind has. */
static struct str value_of(const GENERAL_NAME *general, enum kind kind)
{
	if (general->type != GEN_OTHERNAME) {
		return text_of(GENERAL_NAME_get0_value(general, NULL));
	}
	const ASN1_TYPE *value = general->d.otherName->value;
	int expected = kind == KIND_SRV ? V_ASN1_IA5STRING : V_ASN1_UTF8STRING;

	return value->type == expected ? text_of(value->value.asn1_string) : (struct str){NULL, 0};
}

static struct str without_final_dot(struct str name)
{
	return (struct str){name.data, name.len - (name.len > 0 && name.data[name.len - 1] == '.')};
}

static bool is_dns_name(struct str name)
{
	return name.len <= CERT_HOST_NAME_MAX &&
	       cert_is_host_name(str_from(name, str_starts_with(name, "*.") ? 2 : 0));
}

/* RFC 4985 2: the service, without the protocol that SRV records have, and a host name. */
static bool is_srv_name(struct str name)
{
	struct str host = name;
	struct str service;

	return str_split_next(&host, '.', &service) && str_starts_with(service, "_") &&
	       !str_starts_with(service, "__") && host_label_is_valid(str_from(service, 1)) &&
	       host_label_is_valid(service) && cert_is_host_name(host) &&
	       !str_starts_with(host, "_");
}

static bool is_usable(struct str name, enum kind kind)
{
	switch (kind) {
	case KIND_DNS:
		return is_dns_name(name);
	case KIND_EMAIL:
		return mailbox_is_valid(name);
	case KIND_URI:
		return is_printable_ascii(name);
	case KIND_UPN:
		return name.len > 0 && utf8_is_text(name);
	case KIND_SRV:
		return is_srv_name(name);
	case KIND_SMTP_UTF8:
		return mailbox_is_valid_utf8(name);
	case KIND_IP:
	case KIND_OTHER:
		break;
	}
	return false;
}

/* The names of one certificate; each kind has its part of the room. */
struct san {
	struct arena *arena;
	struct str *texts[KIND_IP];
	struct str_list *lists[KIND_IP];
	struct addr *ip;
	struct cert_identity *out;
};

static enum cert_status keep_general_name(struct san *s, const GENERAL_NAME *general)
{
	enum kind kind = kind_of(general);

	if (kind == KIND_OTHER) {
		return CERT_OK;
	}
	bool host = kind == KIND_DNS || kind == KIND_SRV;
	struct str name = value_of(general, kind);

	if (kind == KIND_IP) {
		bool usable = addr_from_bytes(name.data, name.len, &s->ip[s->out->ip_count]);

		*(usable ? &s->out->ip_count : &s->out->unusable_names) += 1;
		return CERT_OK;
	}
	name = host ? without_final_dot(name) : name;
	if (!is_usable(name, kind)) {
		s->out->unusable_names++;
		return CERT_OK;
	}
	return cert_keep_name(host ? cert_dup_lower(s->arena, name) : arena_dup(s->arena, name),
		s->texts[kind], s->lists[kind]);
}

static bool part_room(struct san *s, const GENERAL_NAMES *names, size_t count)
{
	size_t counts[KIND_OTHER + 1] = {0};
	struct str *texts = arena_alloc(s->arena, count, sizeof(*texts));

	for (size_t i = 0; i < count; i++) {
		counts[kind_of(sk_GENERAL_NAME_value(names, (int)i))]++;
	}
	s->ip = arena_alloc(s->arena, counts[KIND_IP], sizeof(*s->ip));
	for (size_t kind = 0; texts != NULL && kind < KIND_IP; kind++) {
		s->texts[kind] = texts;
		s->lists[kind]->items = texts;
		texts += counts[kind];
	}
	s->out->ip = s->ip;
	return texts != NULL && s->ip != NULL;
}

static enum cert_status keep_general_names(
	const GENERAL_NAMES *names, struct arena *arena, struct cert_identity *out, bool *has_dns)
{
	size_t count = (size_t)sk_GENERAL_NAME_num(names);
	struct san s = {
		.arena = arena,
		.out = out,
		.lists = {[KIND_DNS] = &out->dns,
			[KIND_EMAIL] = &out->email,
			[KIND_URI] = &out->uri,
			[KIND_UPN] = &out->upn,
			[KIND_SRV] = &out->srv,
			[KIND_SMTP_UTF8] = &out->smtp_utf8},
	};

	if (!part_room(&s, names, count)) {
		return CERT_NO_MEMORY;
	}
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
	struct str der = text_of(value);
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
