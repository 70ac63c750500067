/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/hex.h"

static bool parts_digits(char c)
{
	return c == ':' || c == ' ';
}

size_t hex_read_digits(struct str written, char *room, size_t max)
{
	size_t digits = 0;

	for (size_t i = 0; i < written.len; i++) {
		char c = ascii_lower(written.data[i]);

		if (parts_digits(c) && i > 0 && i + 1 < written.len &&
			!parts_digits(written.data[i - 1])) {
			continue;
		}
		if (ascii_hex_value(c) < 0 || digits == max) {
			return 0;
		}
		room[digits++] = c;
	}
	return digits;
}

bool hex_decode(struct str digits, uint8_t *out, size_t len)
{
	if (digits.len != len * 2) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		int high = ascii_hex_value(digits.data[2 * i]);
		int low = ascii_hex_value(digits.data[2 * i + 1]);

		if (high < 0 || low < 0) {
			return false;
		}
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
