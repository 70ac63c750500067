/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_MMDB_DECODE_H
#define DW_MMDB_DECODE_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The data section of a MaxMind DB file (format version 2.0): typed values, each behind a control
 * byte. Pure; reads nothing outside of the section, and at most MMDB_VALUES_MAX values for one
 * search, whatever the section says.
 */

#define MMDB_VALUES_MAX 4096

enum mmdb_type {
	MMDB_POINTER = 1,
	MMDB_STRING = 2,
	MMDB_DOUBLE = 3,
	MMDB_BYTES = 4,
	MMDB_UINT16 = 5,
	MMDB_UINT32 = 6,
	MMDB_MAP = 7,
	MMDB_INT32 = 8,
	MMDB_UINT64 = 9,
	MMDB_UINT128 = 10,
	MMDB_ARRAY = 11,
	MMDB_BOOLEAN = 14,
	MMDB_FLOAT = 15
};

struct mmdb_section {
	const uint8_t *data;
	size_t len;
	uint64_t *left; /* how many values may be searched through in all; NULL: no bound */
};

struct mmdb_value {
	enum mmdb_type type;
	uint32_t size;  /* bytes; of a map pairs, of an array elements, of a boolean its value */
	size_t payload; /* offset of the bytes, of the first key or element; of a pointer its target
			 */
	size_t next;    /* offset behind the control byte and bytes */
};

/* The value at an offset; false if it is not whole, or not of the format. */
NODISCARD bool mmdb_decode(const struct mmdb_section *section, size_t at, struct mmdb_value *out);
/* The same; a pointer gives its target, which must not be a pointer. */
NODISCARD bool mmdb_decode_followed(
	const struct mmdb_section *section, size_t at, struct mmdb_value *out);

enum mmdb_found { MMDB_FOUND, MMDB_ABSENT, MMDB_BAD };

/* The value of a key in a map. */
NODISCARD enum mmdb_found mmdb_member(const struct mmdb_section *section,
	const struct mmdb_value *map, const char *key, struct mmdb_value *out);

/* An unsigned number of at most 64 bits; false for other types. */
NODISCARD bool mmdb_number(
	const struct mmdb_section *section, const struct mmdb_value *value, uint64_t *out);
/* A view of a string; false for other types. */
NODISCARD bool mmdb_string(
	const struct mmdb_section *section, const struct mmdb_value *value, struct str *out);

#endif
