/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/query_param.h"

#include "base/utf8.h"

#include <string.h>

/* Undoes the escapes, as the parser of the URL Standard does: a stray % stays what it is. */
static struct str decode(struct str raw, struct arena *arena)
{
	char *out = arena_alloc(arena, raw.len + 1, 1);
	size_t len = 0;

	if (out == NULL) {
		return (struct str){NULL, 0};
	}
	for (size_t i = 0; i < raw.len; i++) {
		int high = raw.len - i > 2 ? ascii_hex_value(raw.data[i + 1]) : -1;
		int low = high >= 0 ? ascii_hex_value(raw.data[i + 2]) : -1;

		if (raw.data[i] == '%' && low >= 0) {
			out[len++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[len++] = raw.data[i] == '+' ? ' ' : raw.data[i];
		}
	}
	return (struct str){out, len};
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

/* The application/x-www-form-urlencoded percent-encode set; a space is %20. */
static void encode(struct str text, struct bytes *out)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];

		if (ascii_is_alnum((char)c) || (c != '\0' && strchr("*-._", c) != NULL)) {
			bytes_append_u8(out, c);
		} else {
			bytes_append_u8(out, '%');
			bytes_append_u8(out, (uint8_t)digits[c >> 4]);
			bytes_append_u8(out, (uint8_t)digits[c & 15]);
		}
	}
}

/* Appends the canonical form; false if it is unknown. */
static bool append_canonical(struct str raw, struct arena *arena, struct bytes *out)
{
	struct str text = decode(raw, arena);

	if (text.data == NULL || !is_utf8(text)) {
		return false;
	}
	encode(text, out);
	return !out->failed;
}

enum agent_query_param agent_query_param_write(
	struct str query, struct str name, struct arena *arena, struct bytes *out)
{
	struct str rest = query;
	struct str value = {NULL, 0};
	size_t start = out->len;
	bool found = false;
	struct str pair;

	if (query.len > AGENT_QUERY_MAX) {
		return AGENT_QUERY_PARAM_UNKNOWN;
	}
	while (str_split_next(&rest, '&', &pair)) {
		size_t equals = str_find(pair, '=');

		if (pair.len == 0) {
			continue;
		}
		if (!append_canonical((struct str){pair.data, equals}, arena, out)) {
			return AGENT_QUERY_PARAM_UNKNOWN;
		}
		bool is_it = str_eq(str_from(bytes_view(out), start), name);

		out->len = start;
		if (is_it && found) {
			return AGENT_QUERY_PARAM_ABSENT;
		}
		if (is_it) {
			found = true;
			value = str_from(pair, equals + 1);
		}
	}
	if (!found) {
		return AGENT_QUERY_PARAM_ABSENT;
	}
	return append_canonical(value, arena, out) ? AGENT_QUERY_PARAM_FOUND
						   : AGENT_QUERY_PARAM_UNKNOWN;
}
