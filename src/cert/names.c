/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/names.h"

#include "base/host_label.h"

#include <openssl/bio.h>
#include <openssl/x509.h>

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

	if (name.len == 0 || name.len > CERT_HOST_NAME_MAX) {
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

enum cert_status cert_keep_name(struct str name, struct str *items, struct str_list *list)
{
	if (name.data == NULL) {
		return CERT_NO_MEMORY;
	}
	items[list->count++] = name;
	return CERT_OK;
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
		status = cert_keep_name(arena_dup(r->arena, value), room, list);
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
