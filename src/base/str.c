/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/str.h"

#include <string.h>

struct str str_view(const char *text)
{
	return (struct str){text, text != NULL ? strlen(text) : 0};
}

struct str str_from_bytes(const void *data, size_t len)
{
	return (struct str){data, len};
}

bool str_eq_text(struct str a, const char *text)
{
	return str_eq(a, str_view(text));
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len) {
		return false;
	}
	for (size_t i = 0; i < a.len; i++) {
		if (ascii_lower(a.data[i]) != ascii_lower(b.data[i])) {
			return false;
		}
	}
	return true;
}

bool str_starts_with(struct str s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && (len == 0 || memcmp(s.data, prefix, len) == 0);
}

bool str_take_nocase(struct str *rest, const char *prefix)
{
	size_t len = strlen(prefix);

	if (rest->len < len || !str_eq_nocase((struct str){rest->data, len}, str_view(prefix))) {
		return false;
	}
	*rest = str_from(*rest, len);
	return true;
}

bool str_ends_with_nocase(struct str s, struct str suffix)
{
	return s.len >= suffix.len && str_eq_nocase(str_from(s, s.len - suffix.len), suffix);
}

struct str str_trim(struct str s)
{
	while (s.len > 0 && ascii_is_space(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && ascii_is_space(s.data[s.len - 1])) {
		s.len--;
	}
	return s;
}

struct str str_take_word(struct str *rest)
{
	size_t len = 0;

	while (len < rest->len && !ascii_is_space(rest->data[len])) {
		len++;
	}
	struct str word = {rest->data, len};

	*rest = str_trim(str_from(*rest, len));
	return word;
}

size_t str_find(struct str s, char byte)
{
	const char *at = s.len > 0 ? memchr(s.data, byte, s.len) : NULL;

	return at != NULL ? (size_t)(at - s.data) : s.len;
}

bool str_split_next(struct str *rest, char separator, struct str *part)
{
	if (rest->data == NULL) {
		return false;
	}
	size_t end = str_find(*rest, separator);

	*part = (struct str){rest->data, end};
	if (end == rest->len) {
		*rest = (struct str){NULL, 0};
	} else {
		*rest = str_from(*rest, end + 1);
	}
	return true;
}

bool str_to_u64(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (s.len == 0) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_is_digit(s.data[i])) {
			return false;
		}
		uint64_t digit = (uint64_t)(s.data[i] - '0');

		if (digit > max || value > (max - digit) / 10) {
			return false;
		}
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool ascii_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool ascii_is_alnum(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

int ascii_hex_value(char c)
{
	if (ascii_is_digit(c)) {
		return c - '0';
	}
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
