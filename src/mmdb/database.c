/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "mmdb/database.h"

#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MARKER "\xab\xcd\xefMaxMind.com"
#define METADATA_MAX (128U << 10) /* the marker stands in this many last bytes */
#define SEPARATOR 16              /* zeros between the tree and the data section */
#define SEARCHED_PER_BYTE 16      /* values of all entries, for each byte of the data section */
#define SEARCHED_MIN 4096
#define V4_DEPTH 96 /* zero bits before an IPv4 address in a tree of IPv6 */

struct mmdb_database {
	struct bytes file;
	enum mmdb_about about;
	unsigned record_bits; /* 24, 28 or 32 */
	unsigned ip_version;
	uint32_t node_count;
	uint32_t v4_start; /* a record as in the tree */
	struct mmdb_section data;
	struct mmdb_description description;
};

static uint32_t u24(const uint8_t *at)
{
	return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

/* The left (0) or right (1) record of a node, which must exist. */
static uint32_t record_of(const struct mmdb_database *db, uint32_t node, unsigned side)
{
	const uint8_t *at = db->file.data + (size_t)node * (db->record_bits / 4);

	switch (db->record_bits) {
	case 24:
		return u24(at + 3 * side);
	case 28:
		return side == 0 ? (uint32_t)(at[3] >> 4) << 24 | u24(at)
				 : (uint32_t)(at[3] & 15) << 24 | u24(at + 4);
	default:
		return (uint32_t)at[4 * side] << 24 | u24(at + 4 * side + 1);
	}
}

/* The offset in the data section that a record means; false: it is a node, or "not there". */
static bool data_offset(const struct mmdb_database *db, uint32_t record, size_t *offset)
{
	if (record < (uint64_t)db->node_count + SEPARATOR) {
		return false;
	}
	*offset = record - db->node_count - SEPARATOR;
	return true;
}

/* GeoLite2 and DB-IP have a number; others `asn`, as the text AS64496. */
static enum mmdb_found read_asn(
	const struct mmdb_database *db, const struct mmdb_value *entry, uint32_t *asn)
{
	struct mmdb_value value;
	struct str text;
	uint64_t number = 0;
	enum mmdb_found found = mmdb_member(&db->data, entry, "autonomous_system_number", &value);
	bool good = found == MMDB_FOUND && mmdb_number(&db->data, &value, &number);

	if (found == MMDB_ABSENT) {
		found = mmdb_member(&db->data, entry, "asn", &value);
		good = found == MMDB_FOUND && mmdb_string(&db->data, &value, &text) &&
		       str_take_nocase(&text, "AS") && str_to_u64(text, UINT32_MAX, &number);
	}
	if (found != MMDB_FOUND) {
		return found;
	}
	if (!good || number > UINT32_MAX) {
		return MMDB_BAD;
	}
	*asn = (uint32_t)number;
	return MMDB_FOUND;
}

/* GeoLite2 and DB-IP have country.iso_code; others `country_code`, and perhaps a name. */
static enum mmdb_found read_country(
	const struct mmdb_database *db, const struct mmdb_value *entry, char country[2])
{
	struct mmdb_value value;
	struct mmdb_value code;
	struct str text;
	enum mmdb_found found = mmdb_member(&db->data, entry, "country_code", &code);

	if (found == MMDB_ABSENT) {
		found = mmdb_member(&db->data, entry, "country", &value);
		if (found == MMDB_FOUND) {
			found = mmdb_member(&db->data, &value, "iso_code", &code);
		}
	}
	if (found != MMDB_FOUND) {
		return found;
	}
	if (!mmdb_string(&db->data, &code, &text) || text.len != 2 ||
		!ascii_is_alpha(text.data[0]) || !ascii_is_alpha(text.data[1])) {
		return MMDB_BAD;
	}
	for (size_t i = 0; i < 2; i++) {
		char lower = ascii_lower(text.data[i]);

		country[i] = (char)(lower - 'a' + 'A');
	}
	return MMDB_FOUND;
}

static enum mmdb_found read_entry(const struct mmdb_database *db, size_t offset)
{
	struct mmdb_value entry;
	char country[2];
	uint32_t asn;

	if (!mmdb_decode_followed(&db->data, offset, &entry)) {
		return MMDB_BAD;
	}
	return db->about == MMDB_ASN ? read_asn(db, &entry, &asn)
				     : read_country(db, &entry, country);
}

/* The entry of an address; false if it has no entry. At most as many steps as it has bits. */
static bool find_entry(
	const struct mmdb_database *db, const struct addr *addr, struct mmdb_value *entry)
{
	bool v4 = addr->family == ADDR_V4;
	uint32_t record = v4 ? db->v4_start : 0;
	unsigned bits = addr_bits(addr);
	size_t offset;

	if (!v4 && db->ip_version == 4) {
		return false;
	}
	for (unsigned i = 0; i < bits && record < db->node_count; i++) {
		record = record_of(db, record, addr->bytes[i / 8] >> (7 - i % 8) & 1);
	}
	return data_offset(db, record, &offset) && mmdb_decode_followed(&db->data, offset, entry);
}

bool mmdb_database_asn(const struct mmdb_database *db, const struct addr *addr, uint32_t *asn)
{
	struct mmdb_value entry;

	return db->about == MMDB_ASN && find_entry(db, addr, &entry) &&
	       read_asn(db, &entry, asn) == MMDB_FOUND;
}

bool mmdb_database_country(const struct mmdb_database *db, const struct addr *addr, char country[2])
{
	struct mmdb_value entry;

	return db->about == MMDB_COUNTRY && find_entry(db, addr, &entry) &&
	       read_country(db, &entry, country) == MMDB_FOUND;
}

/* The last marker, behind which the metadata are; NULL: it is not there. */
static const uint8_t *find_metadata(const struct bytes *file)
{
	size_t marker = strlen(MARKER);
	size_t from = file->len > METADATA_MAX ? file->len - METADATA_MAX : 0;

	for (size_t at = file->len < marker ? 0 : file->len - marker + 1; at > from; at--) {
		if (memcmp(file->data + at - 1, MARKER, marker) == 0) {
			return file->data + at - 1;
		}
	}
	return NULL;
}

struct metadata {
	uint64_t major;
	uint64_t ip_version;
	uint64_t record_bits;
	uint64_t node_count;
	uint64_t built_s;
	struct str type;
};

static bool take_number(const struct mmdb_section *section, const struct mmdb_value *map,
	const char *key, uint64_t *out)
{
	struct mmdb_value value;

	return mmdb_member(section, map, key, &value) == MMDB_FOUND &&
	       mmdb_number(section, &value, out);
}

static bool read_metadata(const struct mmdb_section *section, struct metadata *out)
{
	struct mmdb_value map;
	struct mmdb_value type;

	return mmdb_decode(section, 0, &map) &&
	       take_number(section, &map, "binary_format_major_version", &out->major) &&
	       take_number(section, &map, "ip_version", &out->ip_version) &&
	       take_number(section, &map, "record_size", &out->record_bits) &&
	       take_number(section, &map, "node_count", &out->node_count) &&
	       take_number(section, &map, "build_epoch", &out->built_s) &&
	       mmdb_member(section, &map, "database_type", &type) == MMDB_FOUND &&
	       mmdb_string(section, &type, &out->type);
}

/* What the file says about itself, and where its parts are. NULL, or what is wrong. */
static const char *lay_out(struct mmdb_database *db, const uint8_t *marker)
{
	size_t at = (size_t)(marker - db->file.data) + strlen(MARKER);
	struct mmdb_section section = {.data = db->file.data + at, .len = db->file.len - at};
	struct metadata meta;

	if (!read_metadata(&section, &meta)) {
		return "its description of itself is damaged";
	}
	if (meta.major != 2) {
		return "its format has another version: expected 2";
	}
	if ((meta.record_bits != 24 && meta.record_bits != 28 && meta.record_bits != 32) ||
		(meta.ip_version != 4 && meta.ip_version != 6) || meta.node_count == 0 ||
		meta.node_count > UINT32_MAX - SEPARATOR || meta.built_s > INT64_MAX / 1000 ||
		meta.type.len > 64) {
		return "its description of itself is damaged";
	}
	for (size_t i = 0; i < meta.type.len; i++) {
		if (meta.type.data[i] < ' ' || meta.type.data[i] > '~') {
			return "its type has bytes that cannot be shown";
		}
	}
	size_t tree = (size_t)(meta.record_bits / 4 * meta.node_count);
	size_t end = (size_t)(marker - db->file.data);

	if (tree > end || end - tree < SEPARATOR) {
		return "it is cut: its tree is longer than the file";
	}
	db->record_bits = (unsigned)meta.record_bits;
	db->ip_version = (unsigned)meta.ip_version;
	db->node_count = (uint32_t)meta.node_count;
	db->data = (struct mmdb_section){
		.data = db->file.data + tree + SEPARATOR, .len = end - tree - SEPARATOR};
	db->description.type = meta.type;
	db->description.built_s = (int64_t)meta.built_s;
	return NULL;
}

/* Each entry of the data section is looked at once, however many networks have it. */
struct check {
	struct mmdb_database *db;
	uint8_t *seen;   /* bits, by the offset */
	uint8_t *answer; /* the same: it has what is asked for */
};

static bool bit_of(const uint8_t *bits, size_t at)
{
	return (bits[at / 8] >> at % 8 & 1) != 0;
}

/* NULL, or what is wrong with the record. */
static const char *check_record(struct check *c, uint32_t record)
{
	struct mmdb_database *db = c->db;
	size_t offset;

	/* No tree leads back to its root: the zeros are of blocks that were never written. */
	if (record == 0) {
		return "its tree is damaged";
	}
	if (record <= db->node_count) {
		return NULL;
	}
	if (!data_offset(db, record, &offset) || offset >= db->data.len) {
		return "its tree leads out of the file";
	}
	if (!bit_of(c->seen, offset)) {
		enum mmdb_found found = read_entry(db, offset);

		if (found == MMDB_BAD) {
			return "an entry is damaged, or has another form";
		}
		c->seen[offset / 8] |= (uint8_t)(1u << offset % 8);
		c->answer[offset / 8] |= (uint8_t)((found == MMDB_FOUND) << offset % 8);
	}
	db->description.networks++;
	db->description.with_answer += bit_of(c->answer, offset);
	return NULL;
}

/*
 * Entries lie beside each other, and share parts by pointers, so that all of them have few more
 * values than the section has bytes; entries that lie in each other, to cost time, have more.
 */
static const char *check_tree(struct mmdb_database *db)
{
	uint64_t left = SEARCHED_MIN + (uint64_t)SEARCHED_PER_BYTE * db->data.len;
	struct check c = {db, calloc(db->data.len / 8 + 1, 1), calloc(db->data.len / 8 + 1, 1)};
	const char *wrong = c.seen == NULL || c.answer == NULL ? "out of memory" : NULL;

	db->data.left = &left;
	for (uint32_t node = 0; wrong == NULL && node < db->node_count; node++) {
		wrong = check_record(&c, record_of(db, node, 0));
		if (wrong == NULL) {
			wrong = check_record(&c, record_of(db, node, 1));
		}
	}
	db->data.left = NULL;
	free(c.seen);
	free(c.answer);
	if (wrong == NULL && db->description.with_answer == 0) {
		wrong = db->about == MMDB_ASN
				? "no entry has an autonomous_system_number or asn: expected a "
				  "database of AS numbers"
				: "no entry has a country with an iso_code, or a country_code: "
				  "expected a database of countries";
	}
	return wrong;
}

/* NULL, or what is wrong. */
static const char *open_file(struct mmdb_database *db)
{
	const uint8_t *marker = db->file.failed ? NULL : find_metadata(&db->file);

	if (marker == NULL) {
		return "it is not a MaxMind database (.mmdb), or it is cut";
	}
	const char *wrong = lay_out(db, marker);

	if (wrong != NULL) {
		return wrong;
	}
	if (db->ip_version == 6) {
		for (unsigned i = 0; i < V4_DEPTH && db->v4_start < db->node_count; i++) {
			db->v4_start = record_of(db, db->v4_start, 0);
		}
	}
	return check_tree(db);
}

struct mmdb_database *mmdb_database_take(
	struct bytes *file, enum mmdb_about about, const char *name, struct diag *diag)
{
	struct mmdb_database *db = calloc(1, sizeof(*db));
	struct place place = {.file = name};

	if (db == NULL) {
		bytes_clear(file);
		diag_error(diag, &place, "out of memory");
		return NULL;
	}
	db->file = *file;
	db->about = about;
	const char *wrong = open_file(db);

	if (wrong != NULL) {
		diag_error(diag, &place, "cannot be used: %s", wrong);
		mmdb_database_free(db);
		return NULL;
	}
	return db;
}

struct mmdb_database *mmdb_database_read(
	const char *path, enum mmdb_about about, const struct place *from, struct diag *diag)
{
	struct file_identity identity;
	struct bytes file;
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		diag_error(
			diag, from, "%s: is not a regular file: expected a MaxMind database", path);
		return NULL;
	}
	bytes_init(&file, 0);
	if (!file_read(path, MMDB_SIZE_MAX, &file, &identity)) {
		int error = errno;

		diag_error(diag, from, "%s: cannot be read: %s", path,
			error == EFBIG ? "it is too long: expected at most 256 MiB"
				       : file_error_text(path, false, error));
		bytes_clear(&file);
		return NULL;
	}
	return mmdb_database_take(&file, about, path, diag);
}

void mmdb_database_free(struct mmdb_database *db)
{
	if (db != NULL) {
		bytes_clear(&db->file);
		free(db);
	}
}

const struct mmdb_description *mmdb_database_describe(const struct mmdb_database *db)
{
	return &db->description;
}
