/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_STRUCTURED_FIELD_VALUE_H
#define DW_AGENT_STRUCTURED_FIELD_VALUE_H

#include "base/arena.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The part of agent/structured_field.h for single values. */

enum agent_sf_type {
	AGENT_SF_INTEGER,
	AGENT_SF_DECIMAL,
	AGENT_SF_STRING,
	AGENT_SF_TOKEN,
	AGENT_SF_BYTES,
	AGENT_SF_BOOLEAN,
	AGENT_SF_DATE,
	AGENT_SF_DISPLAY_STRING
};

/* A bare item (RFC 9651 3.3). */
struct agent_sf_value {
	enum agent_sf_type type;
	/*
	 * INTEGER; DATE: seconds since 1970-01-01 UTC; DECIMAL: thousandths; BOOLEAN: 0 or 1.
	 */
	int64_t number;
	/* STRING, without escapes; TOKEN; BYTES, decoded; DISPLAY_STRING, in UTF-8. */
	struct str text;
};

/* What a field may have at most; more is AGENT_SF_TOO_LARGE. */
struct agent_sf_limits {
	size_t bytes;
	size_t members;    /* of a list or dictionary, repeated ones included */
	size_t items;      /* of an inner list */
	size_t parameters; /* of one item or inner list, repeated ones included */
};

enum agent_sf_status { AGENT_SF_OK, AGENT_SF_MALFORMED, AGENT_SF_TOO_LARGE, AGENT_SF_NO_MEMORY };

/* A field in the course of being parsed. */
struct agent_sf_parser {
	struct str rest;
	const struct agent_sf_limits *limits;
	struct arena *arena;
	bool repeats;
};

#define AGENT_SF_INTEGER_DIGITS 15
#define AGENT_SF_DECIMAL_DIGITS 12 /* before the point */
#define AGENT_SF_FRACTION_DIGITS 3

/* Takes a bare item off the front of p->rest (RFC 9651 4.2.3.1). */
NODISCARD enum agent_sf_status agent_sf_take_value(
	struct agent_sf_parser *p, struct agent_sf_value *out);

/* Bytes of the grammar: of a key behind its first byte, of a token behind its first byte. */
bool agent_sf_is_key_byte(char c);
bool agent_sf_is_token_byte(char c);

#endif
