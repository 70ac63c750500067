/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static int digit_value(enum base64_form form, char c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (ascii_is_digit(c)) {
		return c - '0' + 52;
	}
	if (c == (form == BASE64_URL ? '-' : '+')) {
		return 62;
	}
	return c == (form == BASE64_URL ? '_' : '/') ? 63 : -1;
}

static char digit_of(enum base64_form form, unsigned value)
{
	if (value < 62) {
		return letters[value];
	}
	if (value == 62) {
		return form == BASE64_URL ? '-' : '+';
	}
	return form == BASE64_URL ? '_' : '/';
}

bool base64_decode(enum base64_form form, struct str text, uint8_t *out, size_t max, size_t *len)
{
	size_t digits = text.len;
	size_t done = 0;
	uint32_t bits = 0;
	unsigned count = 0; /* bits that are not written yet */

	if (form == BASE64_PADDED) {
		if (text.len % 4 != 0) {
			return false;
		}
		while (digits > 0 && text.len - digits < 2 && text.data[digits - 1] == '=') {
			digits--;
		}
	}
	if (digits % 4 == 1) {
		return false;
	}
	for (size_t i = 0; i < digits; i++) {
		int value = digit_value(form, text.data[i]);

		if (value < 0) {
			return false;
		}
		bits = (bits << 6 | (uint32_t)value) & 0xffff;
		count += 6;
		if (count >= 8) {
			if (done == max) {
				return false;
			}
			count -= 8;
			out[done++] = (uint8_t)(bits >> count);
		}
	}
	if ((bits & ((1U << count) - 1)) != 0) {
		return false;
	}
	*len = done;
	return true;
}

size_t base64_encode(enum base64_form form, const void *data, size_t len, char *out)
{
	const uint8_t *bytes = data;
	size_t done = 0;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i < 3 ? len - i : 3;
		uint32_t bits = 0;

		for (size_t j = 0; j < 3; j++) {
			bits = bits << 8 | (j < left ? bytes[i + j] : 0);
		}
		for (size_t j = 0; j <= left; j++) {
			out[done++] = digit_of(form, bits >> (18 - 6 * j) & 63);
		}
		for (size_t j = left; j < 3 && form == BASE64_PADDED; j++) {
			out[done++] = '=';
		}
	}
	return done;
}
