/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "mmdb/decode.h"

#include "base/reader.h"

#include <string.h>

#define TYPE_EXTENDED 0
#define EXTENDED_FROM 7 /* an extended type is this and the next byte */

/* The bytes that a pointer of each size has, and what is added to it. */
static const struct {
	unsigned bytes;
	uint32_t base;
} pointers[] = {{1, 0}, {2, 2048}, {3, 526336}, {4, 0}};

static uint64_t read_number(struct reader *r, size_t bytes)
{
	uint64_t number = 0;

	while (bytes-- > 0) {
		number = number << 8 | reader_u8(r);
	}
	return number;
}

static uint32_t read_size(struct reader *r, unsigned written)
{
	switch (written) {
	case 29:
		return 29 + (uint32_t)read_number(r, 1);
	case 30:
		return 285 + (uint32_t)read_number(r, 2);
	case 31:
		return 65821 + (uint32_t)read_number(r, 3);
	default:
		return written;
	}
}

/* Also that the type is one of the format. */
static bool has_good_size(const struct mmdb_value *value)
{
	switch (value->type) {
	case MMDB_UINT16:
		return value->size <= 2;
	case MMDB_UINT32:
	case MMDB_INT32:
		return value->size <= 4;
	case MMDB_UINT64:
		return value->size <= 8;
	case MMDB_UINT128:
		return value->size <= 16;
	case MMDB_DOUBLE:
		return value->size == 8;
	case MMDB_FLOAT:
		return value->size == 4;
	case MMDB_BOOLEAN:
		return value->size <= 1;
	case MMDB_STRING:
	case MMDB_BYTES:
	case MMDB_MAP:
	case MMDB_ARRAY:
		return true;
	case MMDB_POINTER:
		break;
	}
	return false;
}

static bool has_bytes(enum mmdb_type type)
{
	return type != MMDB_MAP && type != MMDB_ARRAY && type != MMDB_BOOLEAN;
}

bool mmdb_decode(const struct mmdb_section *section, size_t at, struct mmdb_value *out)
{
	struct mmdb_value value;
	struct reader r;

	if (at >= section->len) {
		return false;
	}
	reader_init(&r, section->data + at, section->len - at);
	uint8_t control = reader_u8(&r);
	unsigned type = control >> 5;

	if (type == MMDB_POINTER) {
		unsigned size = control >> 3 & 3;
		uint64_t high = size < 3 ? control & 7u : 0;

		value.type = MMDB_POINTER;
		value.size = 0;
		value.payload = (size_t)((high << 8 * pointers[size].bytes |
						 read_number(&r, pointers[size].bytes)) +
					 pointers[size].base);
		value.next = section->len - reader_left(&r);
		*out = value;
		return !r.failed;
	}
	if (type == TYPE_EXTENDED) {
		type = EXTENDED_FROM + reader_u8(&r);
	}
	value.type = (enum mmdb_type)type;
	value.size = read_size(&r, control & 31);
	value.payload = section->len - reader_left(&r);
	if (has_bytes(value.type)) {
		reader_take(&r, value.size);
	}
	value.next = section->len - reader_left(&r);
	if (r.failed || !has_good_size(&value)) {
		return false;
	}
	*out = value;
	return true;
}

bool mmdb_decode_followed(const struct mmdb_section *section, size_t at, struct mmdb_value *out)
{
	struct mmdb_value value;

	if (!mmdb_decode(section, at, &value)) {
		return false;
	}
	if (value.type == MMDB_POINTER &&
		(!mmdb_decode(section, value.payload, &value) || value.type == MMDB_POINTER)) {
		return false;
	}
	*out = value;
	return true;
}

/*
 * The offset behind the value at *at. What is in maps and arrays is skipped value by value, without
 * regard to which of them it is in.
 */
static bool skip(const struct mmdb_section *section, size_t *at, unsigned *budget)
{
	uint64_t left = 1;
	struct mmdb_value value;

	for (; left > 0; left--) {
		if (*budget == 0 || (section->left != NULL && *section->left == 0) ||
			!mmdb_decode(section, *at, &value)) {
			return false;
		}
		(*budget)--;
		if (section->left != NULL) {
			(*section->left)--;
		}
		*at = value.next;
		if (value.type == MMDB_MAP) {
			left += UINT64_C(2) * value.size;
		} else if (value.type == MMDB_ARRAY) {
			left += value.size;
		}
	}
	return true;
}

enum mmdb_found mmdb_member(const struct mmdb_section *section, const struct mmdb_value *map,
	const char *key, struct mmdb_value *out)
{
	unsigned budget = MMDB_VALUES_MAX;
	size_t at = map->payload;
	struct mmdb_value value;
	struct str name;

	if (map->type != MMDB_MAP) {
		return MMDB_BAD;
	}
	for (uint32_t i = 0; i < map->size; i++) {
		size_t key_at = at;

		if (!skip(section, &at, &budget) ||
			!mmdb_decode_followed(section, key_at, &value) ||
			!mmdb_string(section, &value, &name)) {
			return MMDB_BAD;
		}
		if (str_eq_text(name, key)) {
			return mmdb_decode_followed(section, at, out) ? MMDB_FOUND : MMDB_BAD;
		}
		if (!skip(section, &at, &budget)) {
			return MMDB_BAD;
		}
	}
	return MMDB_ABSENT;
}

bool mmdb_number(const struct mmdb_section *section, const struct mmdb_value *value, uint64_t *out)
{
	struct reader r;

	if (value->type != MMDB_UINT16 && value->type != MMDB_UINT32 &&
		value->type != MMDB_UINT64) {
		return false;
	}
	reader_init(&r, section->data + value->payload, value->size);
	*out = read_number(&r, value->size);
	return true;
}

bool mmdb_string(
	const struct mmdb_section *section, const struct mmdb_value *value, struct str *out)
{
	if (value->type != MMDB_STRING) {
		return false;
	}
	*out = str_from_bytes(section->data + value->payload, value->size);
	return true;
}
