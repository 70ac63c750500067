/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_MMDB_KIT_H
#define DW_TESTS_MMDB_KIT_H

#include "mmdb/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Writes databases, byte by byte, without the code under test. */

#define NODES_MAX 4096
#define EMPTY UINT32_MAX
#define LEAF 0x80000000u /* with the offset in the data section */

struct writer {
	unsigned ip_version;
	unsigned record_bits;
	uint32_t nodes[NODES_MAX][2];
	uint32_t node_count;
	struct bytes data;
	struct bytes metadata; /* empty: as the tree is */
};

static inline void writer_init(struct writer *w, unsigned ip_version, unsigned record_bits)
{
	memset(w, 0, sizeof(*w));
	w->ip_version = ip_version;
	w->record_bits = record_bits;
	w->nodes[0][0] = w->nodes[0][1] = EMPTY;
	w->node_count = 1;
	bytes_init(&w->data, 0);
	bytes_init(&w->metadata, 0);
}

static inline void put_control(struct bytes *out, unsigned type, unsigned size)
{
	bytes_append_u8(out, (uint8_t)((type < 8 ? type << 5 : 0) | size));
	if (type >= 8) {
		bytes_append_u8(out, (uint8_t)(type - 7));
	}
}

/* Up to 284 bytes. */
static inline void put_string(struct bytes *out, const char *text)
{
	size_t len = strlen(text);

	put_control(out, MMDB_STRING, len < 29 ? (unsigned)len : 29);
	if (len >= 29) {
		bytes_append_u8(out, (uint8_t)(len - 29));
	}
	bytes_append_text(out, text);
}

static inline void put_number(struct bytes *out, enum mmdb_type type, uint64_t number)
{
	unsigned bytes = type == MMDB_UINT16 ? 2 : type == MMDB_UINT32 ? 4 : 8;

	put_control(out, type, bytes);
	while (bytes-- > 0) {
		bytes_append_u8(out, (uint8_t)(number >> 8 * bytes));
	}
}

/* Entries; each returns its offset. */
static inline uint32_t entry_asn(struct writer *w, uint32_t asn)
{
	uint32_t at = (uint32_t)w->data.len;

	put_control(&w->data, MMDB_MAP, 2);
	put_string(&w->data, "autonomous_system_number");
	put_number(&w->data, MMDB_UINT32, asn);
	put_string(&w->data, "autonomous_system_organization");
	put_string(&w->data, "Example");
	return at;
}

static inline uint32_t entry_country(struct writer *w, const char *code)
{
	uint32_t at = (uint32_t)w->data.len;

	put_control(&w->data, MMDB_MAP, 2);
	put_string(&w->data, "continent");
	put_control(&w->data, MMDB_MAP, 1);
	put_string(&w->data, "code");
	put_string(&w->data, "EU");
	put_string(&w->data, "country");
	put_control(&w->data, MMDB_MAP, 2);
	put_string(&w->data, "names");
	put_control(&w->data, MMDB_MAP, 1);
	put_string(&w->data, "en");
	put_string(&w->data, "Example");
	put_string(&w->data, "iso_code");
	put_string(&w->data, code);
	return at;
}

static inline struct addr address(const char *text)
{
	struct addr a;

	assert_true(addr_parse(str_view(text), &a));
	return a;
}

/* Gives the networks of the prefix this entry. Longer prefixes come after shorter ones. */
static inline void insert(struct writer *w, const char *prefix, uint32_t entry)
{
	struct prefix p;
	uint32_t node = 0;

	assert_true(prefix_parse(str_view(prefix), &p));
	unsigned skipped = w->ip_version == 6 && p.addr.family == ADDR_V4 ? 96 : 0;
	unsigned len = skipped + p.len;

	for (unsigned i = 0; i < len; i++) {
		unsigned bit =
			i < skipped
				? 0
				: p.addr.bytes[(i - skipped) / 8] >> (7 - (i - skipped) % 8) & 1;
		uint32_t *record = &w->nodes[node][bit];

		if (i + 1 == len) {
			*record = LEAF | entry;
		} else if (*record == EMPTY || (*record & LEAF) != 0) {
			assert_true(w->node_count < NODES_MAX);
			w->nodes[w->node_count][0] = w->nodes[w->node_count][1] = *record;
			*record = w->node_count;
			node = w->node_count++;
		} else {
			node = *record;
		}
	}
}

static inline void put_record_pair(struct bytes *out, unsigned bits, uint32_t left, uint32_t right)
{
	uint8_t b[8];

	switch (bits) {
	case 24:
		b[0] = (uint8_t)(left >> 16), b[1] = (uint8_t)(left >> 8), b[2] = (uint8_t)left;
		b[3] = (uint8_t)(right >> 16), b[4] = (uint8_t)(right >> 8), b[5] = (uint8_t)right;
		break;
	case 28:
		b[0] = (uint8_t)(left >> 16), b[1] = (uint8_t)(left >> 8), b[2] = (uint8_t)left;
		b[3] = (uint8_t)(left >> 24 << 4 | right >> 24);
		b[4] = (uint8_t)(right >> 16), b[5] = (uint8_t)(right >> 8), b[6] = (uint8_t)right;
		break;
	default:
		for (unsigned i = 0; i < 4; i++) {
			b[i] = (uint8_t)(left >> (24 - 8 * i));
			b[4 + i] = (uint8_t)(right >> (24 - 8 * i));
		}
		break;
	}
	bytes_append(out, b, bits / 4);
}

static inline uint32_t record_as_written(const struct writer *w, uint32_t record)
{
	if (record == EMPTY) {
		return w->node_count;
	}
	return (record & LEAF) != 0 ? (record & ~LEAF) + w->node_count + 16 : record;
}

static inline void put_metadata(struct writer *w, const char *type)
{
	struct bytes *out = &w->metadata;

	put_control(out, MMDB_MAP, 6);
	put_string(out, "binary_format_major_version");
	put_number(out, MMDB_UINT16, 2);
	put_string(out, "ip_version");
	put_number(out, MMDB_UINT16, w->ip_version);
	put_string(out, "record_size");
	put_number(out, MMDB_UINT16, w->record_bits);
	put_string(out, "node_count");
	put_number(out, MMDB_UINT32, w->node_count);
	put_string(out, "build_epoch");
	put_number(out, MMDB_UINT64, 1790000000);
	put_string(out, "database_type");
	put_string(out, type);
}

/* The file; the writer is cleared. */
static inline struct bytes written(struct writer *w)
{
	static const uint8_t zeros[16];
	struct bytes file;

	if (w->metadata.len == 0) {
		put_metadata(w, "Example-DB");
	}
	bytes_init(&file, 0);
	for (uint32_t i = 0; i < w->node_count; i++) {
		put_record_pair(&file, w->record_bits, record_as_written(w, w->nodes[i][0]),
			record_as_written(w, w->nodes[i][1]));
	}
	bytes_append(&file, zeros, sizeof(zeros));
	bytes_append_str(&file, bytes_view(&w->data));
	bytes_append_text(&file, "\xab\xcd\xefMaxMind.com");
	bytes_append_str(&file, bytes_view(&w->metadata));
	assert_false(file.failed || w->data.failed || w->metadata.failed);
	bytes_clear(&w->data);
	bytes_clear(&w->metadata);
	return file;
}

#endif
