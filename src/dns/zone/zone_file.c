/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/zone/zone_file.h"

#include "base/array.h"
#include "base/file.h"
#include "base/reader.h"
#include "dns/wire/answer.h"
#include "dns/zone/lexer.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)64 << 20)
#define ERRORS_MAX 20
#define SOA_MINIMUM 6 /* the index of this field in a SOA */

/*
 * ldns takes a default TTL of 0 for "none given", so this value stands for a TTL of ours, 0
 * included.
 */
#define TTL_ABSENT UINT32_MAX

#define BAD_TTL "expected a TTL, at most 2147483647 seconds"

struct loader {
	struct dns_zone_records *records;
	struct diag *diag;
	struct place place;
	uint32_t default_ttl;
	ldns_rdf *origin;
	ldns_rdf *previous; /* owner, for an entry without one */
};

struct dns_zone_key dns_zone_key_of(const struct dns_name *name, uint8_t bytes[DNS_NAME_MAX])
{
	size_t left = (size_t)name->len - 1;
	struct dns_zone_key key = {.bytes = bytes, .len = (uint8_t)left};

	for (size_t at = 0; name->wire[at] != 0;) {
		size_t size = (size_t)name->wire[at] + 1;

		left -= size;
		for (size_t i = 0; i < size; i++) {
			bytes[left + i] = (uint8_t)ascii_lower((char)name->wire[at + i]);
		}
		at += size;
	}
	return key;
}

void dns_zone_records_clear(struct dns_zone_records *records)
{
	arena_clear(&records->memory);
	free(records->items);
	*records = (struct dns_zone_records){.items = NULL};
}

static bool add_record(struct dns_zone_records *records, const struct dns_zone_record *record)
{
	struct dns_zone_record *items =
		array_reserve(records->items, records->count, &records->capacity, sizeof(*items));

	if (items == NULL) {
		return false;
	}
	records->items = items;
	struct dns_zone_record *copy = &records->items[records->count];

	*copy = *record;
	copy->key.bytes = (const uint8_t *)arena_dup(
		&records->memory, str_from_bytes(record->key.bytes, record->key.len))
				  .data;
	copy->data = (const uint8_t *)arena_dup(
		&records->memory, str_from_bytes(record->data, record->data_len))
			     .data;
	if (copy->key.bytes == NULL || copy->data == NULL) {
		return false;
	}
	records->count++;
	return true;
}

/* Both: in lower case; false for NULL and for RDATA of another size. */
static bool name_from_rdf(const ldns_rdf *rdf, struct dns_name *out)
{
	if (rdf == NULL || ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME ||
		ldns_rdf_size(rdf) == 0 || ldns_rdf_size(rdf) > DNS_NAME_MAX) {
		return false;
	}
	out->len = (uint8_t)ldns_rdf_size(rdf);
	memcpy(out->wire, ldns_rdf_data(rdf), out->len);
	dns_name_lower(out);
	return true;
}

static bool addr_from_rdf(const ldns_rdf *rdf, enum dns_type type, struct addr *out)
{
	*out = (struct addr){.family = type == DNS_TYPE_AAAA ? ADDR_V6 : ADDR_V4};
	if (rdf == NULL || ldns_rdf_size(rdf) != addr_len(out)) {
		return false;
	}
	memcpy(out->bytes, ldns_rdf_data(rdf), addr_len(out));
	return true;
}

/* Copies the RDATA of a type that can be looked up; false if it does not fit its type. */
static bool take_data(const ldns_rr *rr, uint8_t data[DNS_ZONE_DATA_MAX], uint16_t *len)
{
	enum dns_type type = (enum dns_type)ldns_rr_get_type(rr);
	struct dns_name name;
	struct addr addr;

	switch (type) {
	case DNS_TYPE_A:
	case DNS_TYPE_AAAA:
		if (!addr_from_rdf(ldns_rr_rdf(rr, 0), type, &addr)) {
			return false;
		}
		*len = (uint16_t)addr_len(&addr);
		memcpy(data, addr.bytes, *len);
		return true;
	case DNS_TYPE_PTR:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_NS:
		if (!name_from_rdf(ldns_rr_rdf(rr, 0), &name)) {
			return false;
		}
		*len = name.len;
		memcpy(data, name.wire, name.len);
		return true;
	case DNS_TYPE_SOA:
		if (ldns_rr_rdf(rr, SOA_MINIMUM) == NULL ||
			!name_from_rdf(ldns_rr_rdf(rr, 0), &name)) {
			return false;
		}
		put_u32(data, ldns_rdf2native_int32(ldns_rr_rdf(rr, SOA_MINIMUM)));
		memcpy(data + DNS_ZONE_SOA_MNAME, name.wire, name.len);
		*len = (uint16_t)(DNS_ZONE_SOA_MNAME + name.len);
		return true;
	default:
		*len = 0;
		return true;
	}
}

static bool has_asterisk(const struct dns_name *name)
{
	for (size_t at = 0; name->wire[at] != 0; at += (size_t)name->wire[at] + 1) {
		if (name->wire[at] == 1 && name->wire[at + 1] == '*') {
			return true;
		}
	}
	return false;
}

static void take_record(struct loader *loader, const ldns_rr *rr)
{
	uint8_t key[DNS_NAME_MAX];
	uint8_t data[DNS_ZONE_DATA_MAX];
	uint32_t ttl = ldns_rr_ttl(rr) == TTL_ABSENT ? loader->default_ttl : ldns_rr_ttl(rr);
	struct dns_zone_record record = {.data = data, .ttl = ttl, .line = loader->place.line};
	struct dns_name owner;
	const char *wrong = NULL;

	/* ldns accepts TYPE99999. */
	if (ldns_rr_get_type(rr) <= 0 || ldns_rr_get_type(rr) > UINT16_MAX) {
		wrong = "an unknown type";
	} else if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) {
		wrong = "a class other than IN";
	} else if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNAME) {
		wrong = "a DNAME; expected a CNAME for each name";
	} else if (!name_from_rdf(ldns_rr_owner(rr), &owner) ||
		   !take_data(rr, data, &record.data_len)) {
		wrong = "data that do not belong to the type";
	} else if (has_asterisk(&owner)) {
		wrong = "a wildcard; expected the names themselves";
	}
	if (wrong != NULL) {
		diag_error(loader->diag, &loader->place, "%s", wrong);
		return;
	}
	record.type = (uint16_t)ldns_rr_get_type(rr);
	record.key = dns_zone_key_of(&owner, key);
	if (!add_record(loader->records, &record)) {
		diag_error(loader->diag, &loader->place, "out of memory");
	}
}

static bool has_no_owner(const char *text)
{
	return ascii_is_blank(text[0]);
}

/*
 * RFC 1035 section 5.1 lets the class stand before the TTL, ldns does not: an IN there, which is
 * the default, is blanked. And ldns reads every word that begins with a digit as a TTL modulo 2^32,
 * even with garbage behind it: false if the word is not a TTL.
 */
static bool mend_ttl(char *text)
{
	struct str rest = str_view(text);
	uint32_t ttl;

	if (!has_no_owner(text)) {
		dns_lexer_word(&rest);
	}
	struct str first = dns_lexer_word(&rest);
	struct str second = dns_lexer_word(&rest);

	if (str_eq_nocase(first, str_view("IN")) && second.len > 0 &&
		ascii_is_digit(second.data[0])) {
		memset(text + (first.data - text), ' ', first.len);
		first = second;
	}
	return first.len == 0 || !ascii_is_digit(first.data[0]) || dns_lexer_ttl(first, &ttl);
}

static void read_record(struct loader *loader, char *text)
{
	ldns_rr *rr = NULL;

	if (has_no_owner(text) && loader->previous == NULL) {
		diag_error(loader->diag, &loader->place,
			"a record without an owner, and none before it to take it from");
		return;
	}
	/* ldns takes every word that begins with @ for the origin. */
	if (text[0] == '@' && !ascii_is_blank(text[1])) {
		diag_error(loader->diag, &loader->place, "@ is not part of a name; expected \\@");
		return;
	}
	if (!mend_ttl(text)) {
		diag_error(loader->diag, &loader->place, BAD_TTL);
		return;
	}
	ldns_status status =
		ldns_rr_new_frm_str(&rr, text, TTL_ABSENT, loader->origin, &loader->previous);

	if (status != LDNS_STATUS_OK) {
		diag_error(loader->diag, &loader->place, "\"%.100s\" is not a record: %s", text,
			ldns_get_errorstr_by_id(status));
		return;
	}
	take_record(loader, rr);
	ldns_rr_free(rr);
}

/* Ends in a dot that is not part of a label. */
static bool is_absolute(struct str text)
{
	size_t backslashes = 0;

	if (!str_ends_with_nocase(text, str_view("."))) {
		return false;
	}
	while (backslashes + 1 < text.len && text.data[text.len - 2 - backslashes] == '\\') {
		backslashes++;
	}
	return backslashes % 2 == 0;
}

/* Relative to the current origin (ldns would take it for absolute). */
static bool set_origin(struct loader *loader, struct str text)
{
	struct dns_name name;

	if (!dns_name_from_text(text, &name)) {
		return false;
	}
	ldns_rdf *origin = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, name.len, name.wire);

	if (origin == NULL) {
		return false;
	}
	if (!is_absolute(text) && ldns_dname_cat(origin, loader->origin) != LDNS_STATUS_OK) {
		ldns_rdf_deep_free(origin);
		return false;
	}
	ldns_rdf_deep_free(loader->origin);
	loader->origin = origin;
	return true;
}

static void read_directive(struct loader *loader, const char *text)
{
	struct str rest = str_view(text);
	struct str word = dns_lexer_word(&rest);
	struct str value = dns_lexer_word(&rest);
	bool one = value.len > 0 && str_trim(rest).len == 0;

	if (str_eq_nocase(word, str_view("$ORIGIN"))) {
		if (!one || !set_origin(loader, value)) {
			diag_error(loader->diag, &loader->place, "expected $ORIGIN NAME");
		}
	} else if (str_eq_nocase(word, str_view("$TTL"))) {
		if (!one || !dns_lexer_ttl(value, &loader->default_ttl)) {
			diag_error(loader->diag, &loader->place, BAD_TTL);
		}
	} else {
		diag_error(loader->diag, &loader->place, "%.*s; expected $ORIGIN or $TTL",
			(int)word.len, word.data);
	}
}

static void read_entries(struct loader *loader, struct str text)
{
	struct dns_lexer entries;
	const char *why = NULL;
	size_t errors = loader->diag->errors;

	dns_lexer_init(&entries, text);
	while (loader->diag->errors - errors < ERRORS_MAX) {
		enum dns_lexer_step step = dns_lexer_next(&entries, &why);

		loader->place.line = entries.text_line;
		if (step == DNS_LEXER_DONE) {
			break;
		}
		if (step == DNS_LEXER_BAD) {
			diag_error(loader->diag, &loader->place, "%s", why);
			break;
		}
		char *entry = (char *)entries.text.data;

		if (entry[0] == '$') {
			read_directive(loader, entry);
		} else {
			read_record(loader, entry);
		}
	}
	dns_lexer_clear(&entries);
}

static bool read_file(const char *path, struct bytes *out, struct diag *diag)
{
	struct place place = {.file = path};

	bytes_init(out, 0);
	if (file_read(path, FILE_MAX, out, NULL)) {
		return true;
	}
	if (errno == EFBIG) {
		diag_error(diag, &place, "too large; expected at most 64 MiB");
	} else {
		diag_error(diag, &place, "cannot read: %s", file_error_text(path, false, errno));
	}
	return false;
}

void dns_zone_file_read(const char *path, struct dns_zone_records *out, struct diag *diag)
{
	struct bytes text;

	*out = (struct dns_zone_records){.items = NULL};
	arena_init(&out->memory, 16384);
	if (!read_file(path, &text, diag)) {
		bytes_clear(&text);
		return;
	}
	struct loader loader = {.records = out,
		.diag = diag,
		.place = {.file = path},
		.default_ttl = DNS_ZONE_TTL,
		.origin = ldns_dname_new_frm_str(".")};

	if (loader.origin != NULL) {
		read_entries(&loader, bytes_view(&text));
	} else {
		diag_error(diag, &loader.place, "out of memory");
	}
	ldns_rdf_deep_free(loader.origin);
	ldns_rdf_deep_free(loader.previous);
	bytes_clear(&text);
}
