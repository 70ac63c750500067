/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/bytes.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_init(struct bytes *b, size_t max)
{
	*b = (struct bytes){.max = max};
}

void bytes_clear(struct bytes *b)
{
	free(b->data);
	bytes_init(b, b->max);
}

void bytes_wipe(struct bytes *b)
{
	if (b->data != NULL) {
		explicit_bzero(b->data, b->capacity);
	}
	bytes_clear(b);
}

void bytes_reset(struct bytes *b, size_t keep)
{
	if (b->capacity > keep) {
		bytes_clear(b);
	}
	b->len = 0;
	b->failed = false;
}

/*
 * Makes room for `len` bytes that count against `max`, and for `spare` bytes behind them that do
 * not.
 */
static uint8_t *reserve(struct bytes *b, size_t len, size_t spare)
{
	size_t need;

	if (b->failed || __builtin_add_overflow(b->len, len, &need) ||
		(b->max != 0 && need > b->max) || __builtin_add_overflow(need, spare, &need)) {
		b->failed = true;
		return NULL;
	}
	if (need > b->capacity || b->data == NULL) {
		size_t capacity = b->capacity < 64 ? 64 : b->capacity;

		while (capacity < need) {
			if (__builtin_mul_overflow(capacity, 2, &capacity)) {
				capacity = need;
			}
		}
		uint8_t *data = realloc(b->data, capacity);

		if (data == NULL) {
			b->failed = true;
			return NULL;
		}
		b->data = data;
		b->capacity = capacity;
	}
	return b->data + b->len;
}

uint8_t *bytes_reserve_anew(struct bytes *b, size_t len)
{
	return reserve(b, len, 0);
}

bool bytes_append(struct bytes *b, const void *data, size_t len)
{
	uint8_t *at = bytes_reserve(b, len);

	if (at == NULL) {
		return false;
	}
	if (len > 0) {
		memcpy(at, data, len);
		b->len += len;
	}
	return true;
}

bool bytes_append_text(struct bytes *b, const char *text)
{
	return bytes_append(b, text, strlen(text));
}

bool bytes_append_u8(struct bytes *b, uint8_t value)
{
	return bytes_append(b, &value, 1);
}

bool bytes_append_u64(struct bytes *b, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return bytes_append(b, digits + at, sizeof(digits) - at);
}

bool bytes_vappendf(struct bytes *b, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);

	va_end(again);
	if (len < 0) {
		b->failed = true;
		return false;
	}
	uint8_t *at = reserve(b, (size_t)len, 1);

	if (at == NULL) {
		return false;
	}
	vsnprintf((char *)at, (size_t)len + 1, format, args);
	b->len += (size_t)len;
	return true;
}

bool bytes_appendf(struct bytes *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bool done = bytes_vappendf(b, format, args);

	va_end(args);
	return done;
}

/* Ends an append of several pieces that began at `start`. */
static bool whole_or_nothing(struct bytes *b, size_t start)
{
	if (b->failed) {
		b->len = start;
	}
	return !b->failed;
}

/* The number of bytes at the start of s that stand for themselves in a JSON string. */
static size_t plain(struct str s)
{
	size_t len = 0;

	while (len < s.len && s.data[len] >= 0x20 && s.data[len] < 0x7f && s.data[len] != '"' &&
		s.data[len] != '\\') {
		len++;
	}
	return len;
}

/* Writes \uXXXX; above U+FFFF two of them, as in UTF-16. */
static void append_json_escape(struct bytes *b, uint32_t code_point)
{
	if (code_point > 0xffff) {
		code_point -= 0x10000;
		bytes_appendf(b, "\\u%04x\\u%04x", 0xd800 | code_point >> 10,
			0xdc00 | (code_point & 0x3ff));
	} else {
		bytes_appendf(b, "\\u%04x", code_point);
	}
}

bool bytes_append_json(struct bytes *b, struct str s)
{
	size_t start = b->len;

	bytes_append_u8(b, '"');
	for (;;) {
		size_t run = plain(s);
		uint32_t c;

		bytes_append(b, s.data, run);
		s = str_from(s, run);
		if (s.len == 0) {
			break;
		}
		size_t len = utf8_decode(s, &c);

		if (len == 0) {
			append_json_escape(b, 0xfffd);
			len = 1;
		} else if (c == '"' || c == '\\') {
			bytes_appendf(b, "\\%c", (char)c);
		} else if (utf8_is_invisible(c)) {
			append_json_escape(b, c);
		} else {
			bytes_append(b, s.data, len);
		}
		s = str_from(s, len);
	}
	bytes_append_u8(b, '"');
	return whole_or_nothing(b, start);
}

bool bytes_append_visible(struct bytes *b, struct str s)
{
	size_t start = b->len;

	while (s.len > 0) {
		uint32_t c;
		size_t len = utf8_decode(s, &c);

		if (len > 0 && !utf8_is_invisible(c)) {
			bytes_append(b, s.data, len);
			s = str_from(s, len);
			continue;
		}
		for (len = len > 0 ? len : 1; len > 0; len--) {
			bytes_appendf(b, "\\x%02x", (uint8_t)s.data[0]);
			s = str_from(s, 1);
		}
	}
	return whole_or_nothing(b, start);
}

bool bytes_append_hex(struct bytes *b, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = data;
	size_t start = b->len;

	for (size_t i = 0; i < len; i++) {
		bytes_append_u8(b, (uint8_t)digits[in[i] >> 4]);
		bytes_append_u8(b, (uint8_t)digits[in[i] & 15]);
	}
	return whole_or_nothing(b, start);
}

struct str bytes_view(const struct bytes *b)
{
	return (struct str){(const char *)b->data, b->len};
}

void bytes_consume(struct bytes *b, size_t len)
{
	if (len >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->data, b->data + len, b->len - len);
	b->len -= len;
}
