/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/query_param.h"

#include "base/utf8.h"

#include <string.h>

/*
 * Takes one byte of a name or value off *rest, which is not empty, as the parser of the URL
 * Standard does: a stray % stays what it is.
 */
static uint8_t take_byte(struct str *rest)
{
	char c = rest->data[0];
	int high = c == '%' && rest->len > 2 ? ascii_hex_value(rest->data[1]) : -1;
	int low = high >= 0 ? ascii_hex_value(rest->data[2]) : -1;

	*rest = str_from(*rest, low >= 0 ? 3 : 1);
	return low >= 0 ? (uint8_t)(high << 4 | low) : (uint8_t)(c == '+' ? ' ' : c);
}

/* Not in the application/x-www-form-urlencoded percent-encode set. */
static bool is_plain(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '*' ||
	       c == '-' || c == '.' || c == '_';
}

/* Writes a byte in its canonical form, where a space is %20. Returns the length. */
static size_t encode(uint8_t byte, uint8_t out[3])
{
	static const char digits[] = "0123456789ABCDEF";

	if (is_plain(byte)) {
		out[0] = byte;
		return 1;
	}
	out[0] = '%';
	out[1] = (uint8_t)digits[byte >> 4];
	out[2] = (uint8_t)digits[byte & 15];
	return 3;
}

/* Whether the canonical form of `raw` is `name`; ends at the first difference. */
static bool is_named(struct str raw, struct str name)
{
	uint8_t encoded[3];

	while (raw.len > 0) {
		size_t len = encode(take_byte(&raw), encoded);

		if (name.len < len || memcmp(name.data, encoded, len) != 0) {
			return false;
		}
		name = str_from(name, len);
	}
	return name.len == 0;
}

static bool is_utf8(struct str s)
{
	uint32_t c;

	for (size_t len; s.len > 0; s = str_from(s, len)) {
		len = utf8_decode(s, &c);
		if (len == 0) {
			return false;
		}
	}
	return true;
}

/* Appends the canonical form; false if it is not UTF-8, or when out of memory. */
static bool append_canonical(struct str raw, struct arena *arena, struct bytes *out)
{
	char *bytes = arena_alloc(arena, raw.len + 1, 1);
	uint8_t *room = bytes_reserve(out, 3 * raw.len);
	bool ascii = true;
	size_t len = 0;

	if (bytes == NULL || room == NULL) {
		return false;
	}
	while (raw.len > 0) {
		uint8_t byte = take_byte(&raw);

		ascii = ascii && byte < 0x80;
		bytes[len++] = (char)byte;
		room += encode(byte, room);
	}
	out->len = (size_t)(room - out->data);
	return ascii || is_utf8((struct str){bytes, len});
}

/*
 * The URL Standard replaces what is not UTF-8 by U+FFFD. Here such a name is not equal to
 * any other, so a component that names this character is unknown.
 */
static bool has_replacement(struct str name)
{
	return memmem(name.data, name.len, "%EF%BF%BD", 9) != NULL;
}

enum agent_query_param agent_query_param_write(
	struct str query, struct str name, struct arena *arena, struct bytes *out)
{
	struct str rest = query;
	struct str found = {NULL, 0};
	size_t start = out->len;
	size_t count = 0;
	struct str pair;

	if (query.len > AGENT_QUERY_MAX || (name.len > 0 && has_replacement(name))) {
		return AGENT_QUERY_PARAM_UNKNOWN;
	}
	while (str_split_next(&rest, '&', &pair)) {
		if (pair.len > 0 && is_named((struct str){pair.data, str_find(pair, '=')}, name)) {
			found = pair;
			count++;
		}
	}
	if (count != 1) {
		return AGENT_QUERY_PARAM_ABSENT;
	}
	size_t equals = str_find(found, '=');

	/* The name, too, must be UTF-8. */
	if (!append_canonical((struct str){found.data, equals}, arena, out)) {
		return AGENT_QUERY_PARAM_UNKNOWN;
	}
	out->len = start;
	return append_canonical(str_from(found, equals + 1), arena, out)
		       ? AGENT_QUERY_PARAM_FOUND
		       : AGENT_QUERY_PARAM_UNKNOWN;
}
