/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/structured_field_value.h"

#include "base/base64.h"
#include "base/utf8.h"

#include <string.h>

bool agent_sf_is_key_byte(char c)
{
	return (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '_' || c == '-' || c == '.' ||
	       c == '*';
}

bool agent_sf_is_token_byte(char c)
{
	return ascii_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~:/", c) != NULL);
}

/* RFC 9651 4.2.4 */
static enum agent_sf_status take_number(struct agent_sf_parser *p, struct agent_sf_value *out)
{
	bool negative = p->rest.len > 0 && p->rest.data[0] == '-';
	struct str s = str_from(p->rest, negative);
	size_t digits = 0;
	size_t fraction = 0;
	int64_t number = 0;
	size_t i = 0;

	for (; i < s.len && ascii_is_digit(s.data[i]); i++) {
		if (++digits > AGENT_SF_INTEGER_DIGITS) {
			return AGENT_SF_MALFORMED;
		}
		number = number * 10 + (s.data[i] - '0');
	}
	if (digits == 0) {
		return AGENT_SF_MALFORMED;
	}
	out->type = AGENT_SF_INTEGER;
	if (i < s.len && s.data[i] == '.') {
		out->type = AGENT_SF_DECIMAL;
		for (i++; i < s.len && ascii_is_digit(s.data[i]); i++) {
			if (++fraction > AGENT_SF_FRACTION_DIGITS) {
				return AGENT_SF_MALFORMED;
			}
			number = number * 10 + (s.data[i] - '0');
		}
		if (digits > AGENT_SF_DECIMAL_DIGITS || fraction == 0) {
			return AGENT_SF_MALFORMED;
		}
		for (; fraction < AGENT_SF_FRACTION_DIGITS; fraction++) {
			number *= 10;
		}
	}
	out->number = negative ? -number : number;
	p->rest = str_from(s, i);
	return AGENT_SF_OK;
}

/* RFC 9651 4.2.9 */
static enum agent_sf_status take_date(struct agent_sf_parser *p, struct agent_sf_value *out)
{
	p->rest = str_from(p->rest, 1);
	enum agent_sf_status status = take_number(p, out);

	if (status == AGENT_SF_OK && out->type != AGENT_SF_INTEGER) {
		return AGENT_SF_MALFORMED;
	}
	out->type = AGENT_SF_DATE;
	return status;
}

/* The part of the string without escapes is a view; one with escapes is copied (RFC 9651 4.2.5). */
static enum agent_sf_status take_string(struct agent_sf_parser *p, struct agent_sf_value *out)
{
	struct str s = str_from(p->rest, 1);
	size_t escapes = 0;
	size_t end = 0;

	for (; end < s.len && s.data[end] != '"'; end++) {
		if (s.data[end] == '\\') {
			escapes++;
			end++;
			if (end == s.len || (s.data[end] != '"' && s.data[end] != '\\')) {
				return AGENT_SF_MALFORMED;
			}
		} else if (s.data[end] < 0x20 || s.data[end] > 0x7e) {
			return AGENT_SF_MALFORMED;
		}
	}
	if (end == s.len) {
		return AGENT_SF_MALFORMED;
	}
	out->type = AGENT_SF_STRING;
	out->text = (struct str){s.data, end};
	p->rest = str_from(s, end + 1);
	if (escapes == 0) {
		return AGENT_SF_OK;
	}
	char *copy = arena_alloc(p->arena, end - escapes, 1);
	size_t len = 0;

	if (copy == NULL) {
		return AGENT_SF_NO_MEMORY;
	}
	for (size_t i = 0; i < end; i++) {
		i += s.data[i] == '\\';
		copy[len++] = s.data[i];
	}
	out->text = (struct str){copy, len};
	return AGENT_SF_OK;
}

static bool is_lower_hex(char c)
{
	return ascii_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* RFC 9651 4.2.10 */
static enum agent_sf_status take_display_string(
	struct agent_sf_parser *p, struct agent_sf_value *out)
{
	struct str s = str_from(p->rest, 2);
	char *copy = arena_alloc(p->arena, p->rest.len, 1);
	size_t len = 0;
	size_t i = 0;
	uint32_t c;

	if (copy == NULL) {
		return AGENT_SF_NO_MEMORY;
	}
	for (; i < s.len && s.data[i] != '"'; i++) {
		if (s.data[i] < 0x20 || s.data[i] > 0x7e) {
			return AGENT_SF_MALFORMED;
		}
		copy[len] = s.data[i];
		if (s.data[i] == '%') {
			if (s.len - i < 3 || !is_lower_hex(s.data[i + 1]) ||
				!is_lower_hex(s.data[i + 2])) {
				return AGENT_SF_MALFORMED;
			}
			copy[len] = (char)(ascii_hex_value(s.data[i + 1]) << 4 |
					   ascii_hex_value(s.data[i + 2]));
			i += 2;
		}
		len++;
	}
	out->type = AGENT_SF_DISPLAY_STRING;
	out->text = (struct str){copy, len};
	for (struct str rest = out->text; rest.len > 0;) {
		size_t taken = utf8_decode(rest, &c);

		if (taken == 0) {
			return AGENT_SF_MALFORMED;
		}
		rest = str_from(rest, taken);
	}
	if (i >= s.len) {
		return AGENT_SF_MALFORMED;
	}
	p->rest = str_from(s, i + 1);
	return AGENT_SF_OK;
}

/* RFC 9651 4.2.6 */
static enum agent_sf_status take_token(struct agent_sf_parser *p, struct agent_sf_value *out)
{
	size_t len = 1;

	while (len < p->rest.len && agent_sf_is_token_byte(p->rest.data[len])) {
		len++;
	}
	out->type = AGENT_SF_TOKEN;
	out->text = (struct str){p->rest.data, len};
	p->rest = str_from(p->rest, len);
	return AGENT_SF_OK;
}

/* RFC 9651 4.2.7 */
static enum agent_sf_status take_bytes(struct agent_sf_parser *p, struct agent_sf_value *out)
{
	struct str s = str_from(p->rest, 1);
	size_t end = str_find(s, ':');
	size_t max = BASE64_BYTES_MAX(end);
	uint8_t *bytes;
	size_t len;

	if (end == s.len) {
		return AGENT_SF_MALFORMED;
	}
	bytes = arena_alloc(p->arena, max, 1);
	if (bytes == NULL) {
		return AGENT_SF_NO_MEMORY;
	}
	if (!base64_decode(BASE64_PADDED, (struct str){s.data, end}, bytes, max, &len)) {
		return AGENT_SF_MALFORMED;
	}
	out->type = AGENT_SF_BYTES;
	out->text = str_from_bytes(bytes, len);
	p->rest = str_from(s, end + 1);
	return AGENT_SF_OK;
}

/* RFC 9651 4.2.8 */
static enum agent_sf_status take_boolean(struct agent_sf_parser *p, struct agent_sf_value *out)
{
	if (p->rest.len < 2 || (p->rest.data[1] != '0' && p->rest.data[1] != '1')) {
		return AGENT_SF_MALFORMED;
	}
	out->type = AGENT_SF_BOOLEAN;
	out->number = p->rest.data[1] == '1';
	p->rest = str_from(p->rest, 2);
	return AGENT_SF_OK;
}

enum agent_sf_status agent_sf_take_value(struct agent_sf_parser *p, struct agent_sf_value *out)
{
	char c = p->rest.len > 0 ? p->rest.data[0] : '\0';

	*out = (struct agent_sf_value){.text = {NULL, 0}};
	if (c == '-' || ascii_is_digit(c)) {
		return take_number(p, out);
	}
	if (c == '*' || ascii_is_alpha(c)) {
		return take_token(p, out);
	}
	switch (c) {
	case '"':
		return take_string(p, out);
	case ':':
		return take_bytes(p, out);
	case '?':
		return take_boolean(p, out);
	case '@':
		return take_date(p, out);
	case '%':
		return str_starts_with(p->rest, "%\"") ? take_display_string(p, out)
						       : AGENT_SF_MALFORMED;
	default:
		return AGENT_SF_MALFORMED;
	}
}
