/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/names.h"

#include "base/host_label.h"
#include "base/mailbox.h"

#include <openssl/bio.h>
#include <openssl/x509v3.h>

#define HOST_NAME_MAX_LEN 253

/* Whether the text has an ASCII control character, or one of U+0080 to U+009F, in UTF-8. */
static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.data[i];

		if (c < 0x20 || c == 0x7f ||
			(c == 0xc2 && i + 1 < s.len && (uint8_t)s.data[i + 1] < 0xa0)) {
			return true;
		}
	}
	return false;
}

static bool is_printable_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < 0x20 || s.data[i] > 0x7e) {
			return false;
		}
	}
	return s.len > 0;
}

/*
 * The forms that inet_aton(3) takes as the last part of an address: decimal, octal or 0x
 * hexadecimal.
 */
static bool is_number(struct str s)
{
	bool hex = s.len >= 2 && s.data[0] == '0' && ascii_lower(s.data[1]) == 'x';

	for (size_t i = hex ? 2 : 0; i < s.len; i++) {
		if (hex ? ascii_hex_value(s.data[i]) < 0 : !ascii_is_digit(s.data[i])) {
			return false;
		}
	}
	return true;
}

bool cert_is_host_name(struct str name)
{
	struct str rest = name;
	struct str label = {NULL, 0};

	if (name.len == 0 || name.len > HOST_NAME_MAX_LEN) {
		return false;
	}
	while (str_split_next(&rest, '.', &label)) {
		if (!host_label_is_valid(label)) {
			return false;
		}
	}
	return !is_number(label);
}

struct str cert_dup_lower(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.len + 1, 1);

	if (copy == NULL) {
		return (struct str){NULL, 0};
	}
	for (size_t i = 0; i < s.len; i++) {
		copy[i] = ascii_lower(s.data[i]);
	}
	return (struct str){copy, s.len};
}

static enum cert_status print_name(
	const X509_NAME *name, struct arena *arena, struct str *out, const char **why)
{
	enum cert_status status = CERT_NO_MEMORY;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;

	if (bio == NULL) {
		return CERT_NO_MEMORY;
	}
	/*
	 * XN_FLAG_RFC2253 escapes control bytes and bytes beyond ASCII, and converts strings to
	 * UTF-8.
	 */
	if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) < 0) {
		*why = "a subject or issuer that cannot be shown";
		status = CERT_MALFORMED;
		goto out;
	}
	long len = BIO_get_mem_data(bio, &text);

	*out = arena_dup(arena, (struct str){text, (size_t)len});
	if (out->data != NULL) {
		status = CERT_OK;
	}
out:
	BIO_free(bio);
	return status;
}

/* `items` is the array of the list, with room for one more. */
static enum cert_status keep(struct str name, struct str *items, struct str_list *list)
{
	if (name.data == NULL) {
		return CERT_NO_MEMORY;
	}
	items[list->count++] = name;
	return CERT_OK;
}

/* One distinguished name while the values of its attributes are sorted by type. */
struct dn_reader {
	const X509_NAME *name;
	struct arena *arena;
	struct str *values; /* of each attribute one behind the other */
	struct dn_values *out;
	size_t unusable;
};

static enum dn_attribute attribute_of(const X509_NAME_ENTRY *entry)
{
	static const int nids[DN_ATTRIBUTES] = {
		[DN_CN] = NID_commonName,
		[DN_O] = NID_organizationName,
		[DN_OU] = NID_organizationalUnitName,
		[DN_C] = NID_countryName,
		[DN_ST] = NID_stateOrProvinceName,
		[DN_L] = NID_localityName,
		[DN_DC] = NID_domainComponent,
		[DN_UID] = NID_userId,
		[DN_TITLE] = NID_title,
		[DN_GIVEN_NAME] = NID_givenName,
		[DN_SURNAME] = NID_surname,
		[DN_SERIAL_NUMBER] = NID_serialNumber,
		[DN_ORGANIZATION_IDENTIFIER] = NID_organizationIdentifier,
		[DN_EMAIL] = NID_pkcs9_emailAddress,
	};
	int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
	size_t i = 0;

	while (i < DN_ATTRIBUTES && nids[i] != nid) {
		i++;
	}
	return (enum dn_attribute)i;
}

/* Gives the list of each attribute its room; its count is still 0. */
static bool part_room(struct dn_reader *r)
{
	int entries = X509_NAME_entry_count(r->name);
	size_t counts[DN_ATTRIBUTES + 1] = {0};
	size_t used = 0;

	r->values = arena_alloc(r->arena, (size_t)entries, sizeof(*r->values));
	for (int i = 0; i < entries; i++) {
		counts[attribute_of(X509_NAME_get_entry(r->name, i))]++;
	}
	for (size_t i = 0; r->values != NULL && i < DN_ATTRIBUTES; i++) {
		r->out->of[i] = (struct str_list){r->values + used, 0};
		used += counts[i];
	}
	return r->values != NULL;
}

static enum cert_status keep_attribute(
	struct dn_reader *r, const X509_NAME_ENTRY *entry, enum dn_attribute attribute)
{
	struct str_list *list = &r->out->of[attribute];
	struct str *room = r->values + (list->items - r->values);
	enum cert_status status = CERT_OK;
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
	struct str value = str_from_bytes(utf8, len > 0 ? (size_t)len : 0);

	if (len < 0 && attribute == DN_CN) {
		return CERT_MALFORMED;
	}
	if (len <= 0 || has_control(value)) {
		r->unusable++;
	} else {
		status = keep(arena_dup(r->arena, value), room, list);
	}
	OPENSSL_free(utf8);
	return status;
}

static enum cert_status read_values(struct dn_reader *r, const char **why)
{
	int entries = X509_NAME_entry_count(r->name);

	if (!part_room(r)) {
		return CERT_NO_MEMORY;
	}
	for (int i = 0; i < entries; i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(r->name, i);
		enum dn_attribute attribute = attribute_of(entry);
		enum cert_status status =
			attribute < DN_ATTRIBUTES ? keep_attribute(r, entry, attribute) : CERT_OK;

		if (status == CERT_MALFORMED) {
			*why = "a common name that is not text";
		}
		if (status != CERT_OK) {
			return status;
		}
	}
	return CERT_OK;
}

enum cert_status cert_read_subject_and_issuer(
	const X509 *x, struct arena *arena, struct cert_identity *out, const char **why)
{
	struct dn_reader subject = {
		.name = X509_get_subject_name(x), .arena = arena, .out = &out->subject_values};
	struct dn_reader issuer = {
		.name = X509_get_issuer_name(x), .arena = arena, .out = &out->issuer_values};
	enum cert_status status = print_name(subject.name, arena, &out->subject, why);

	if (status == CERT_OK) {
		status = print_name(issuer.name, arena, &out->issuer, why);
	}
	if (status == CERT_OK) {
		status = read_values(&subject, why);
	}
	if (status == CERT_OK) {
		status = read_values(&issuer, why);
	}
	out->unusable_names += subject.unusable;
	return status;
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
		name.len > HOST_NAME_MAX_LEN) {
		s->out->unusable_names++;
		return CERT_OK;
	}
	return keep(cert_dup_lower(s->arena, name), s->dns, &s->out->dns);
}

static enum cert_status keep_text(
	struct san *s, struct str name, bool usable, struct str *items, struct str_list *list)
{
	if (!usable) {
		s->out->unusable_names++;
		return CERT_OK;
	}
	return keep(arena_dup(s->arena, name), items, list);
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
