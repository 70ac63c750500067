/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/utf8.h"

#define CONTINUING_MAX 3

size_t utf8_decode(struct str s, uint32_t *code_point)
{
	const uint8_t *c = (const uint8_t *)s.data;
	size_t len;
	uint8_t low = 0x80;
	uint8_t high = 0xbf;

	if (s.len == 0) {
		return 0;
	} else if (c[0] < 0x80) {
		len = 1;
	} else if (c[0] >= 0xc2 && c[0] <= 0xdf) {
		len = 2;
	} else if (c[0] >= 0xe0 && c[0] <= 0xef) {
		len = 3;
		low = c[0] == 0xe0 ? 0xa0 : 0x80;
		high = c[0] == 0xed ? 0x9f : 0xbf;
	} else if (c[0] >= 0xf0 && c[0] <= 0xf4) {
		len = 4;
		low = c[0] == 0xf0 ? 0x90 : 0x80;
		high = c[0] == 0xf4 ? 0x8f : 0xbf;
	} else {
		return 0;
	}
	if (s.len < len || (len > 1 && (c[1] < low || c[1] > high))) {
		return 0;
	}
	uint32_t value = len == 1 ? c[0] : c[0] & (0xffU >> (len + 1));

	for (size_t i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80) {
			return 0;
		}
		value = value << 6 | (c[i] & 0x3f);
	}
	*code_point = value;
	return len;
}

static bool continues(struct str s, size_t at)
{
	return at < s.len && ((uint8_t)s.data[at] & 0xc0) == 0x80;
}

size_t utf8_next_start(struct str s, size_t at)
{
	for (unsigned i = 0; i < CONTINUING_MAX && continues(s, at); i++) {
		at++;
	}
	return at;
}

size_t utf8_last_start(struct str s, size_t at)
{
	for (unsigned i = 0; i < CONTINUING_MAX && at > 0 && continues(s, at); i++) {
		at--;
	}
	return at;
}

bool utf8_is_text(struct str s)
{
	uint32_t c;

	for (size_t len; s.len > 0; s = str_from(s, len)) {
		len = utf8_decode(s, &c);
		if (len == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0)) {
			return false;
		}
	}
	return true;
}

bool utf8_is_invisible(uint32_t code_point)
{
	/* Default_Ignorable_Code_Point of DerivedCoreProperties.txt, and the others, in order. */
	static const struct {
		uint32_t first;
		uint32_t last;
	} ranges[] = {
		{0x0000, 0x001f},
		{0x007f, 0x009f},
		{0x00ad, 0x00ad},
		{0x034f, 0x034f},
		{0x061c, 0x061c},
		{0x115f, 0x1160},
		{0x17b4, 0x17b5},
		{0x180b, 0x180f},
		{0x200b, 0x200f},
		{0x2028, 0x202e},
		{0x2060, 0x206f},
		{0x3164, 0x3164},
		{0xfe00, 0xfe0f},
		{0xfeff, 0xfeff},
		{0xffa0, 0xffa0},
		{0xfff0, 0xfffb},
		{0x1bca0, 0x1bca3},
		{0x1d173, 0x1d17a},
		{0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges) && code_point >= ranges[i].first; i++) {
		if (code_point <= ranges[i].last) {
			return true;
		}
	}
	return false;
}
