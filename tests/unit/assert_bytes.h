/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_ASSERT_BYTES_H
#define DW_TEST_ASSERT_BYTES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DUMP_LINES 16 /* of 16 bytes, from the line of the first difference */

static inline void bytes_dump(const char *name, const uint8_t *bytes, size_t len, size_t difference)
{
	size_t from = difference - difference % 16;

	print_error("%s, %zu bytes:\n", name, len);
	for (size_t at = from; at < len && at < from + 16 * DUMP_LINES; at += 16) {
		char hex[16 * 3 + 1] = "";
		char text[16 + 1] = "";

		for (size_t i = 0; i < 16 && at + i < len; i++) {
			uint8_t c = bytes[at + i];

			snprintf(hex + 3 * i, 4, "%02x ", c);
			text[i] = c >= ' ' && c <= '~' ? (char)c : '.';
		}
		print_error("%06zx  %-48s %s\n", at, hex, text);
	}
}

static inline void assert_bytes_at(const void *got, size_t got_len, const void *expected,
	size_t expected_len, const char *file, int line)
{
	const uint8_t *a = got;
	const uint8_t *b = expected;
	size_t difference = 0;

	while (difference < got_len && difference < expected_len &&
		a[difference] == b[difference]) {
		difference++;
	}
	if (difference < got_len || difference < expected_len) {
		print_error("bytes differ at %zu\n", difference);
		bytes_dump("got", a, got_len, difference);
		bytes_dump("expected", b, expected_len, difference);
		_fail(file, line);
	}
}

/* The same bytes; a failure prints both. */
#define assert_bytes(got, got_len, expected, expected_len)                                         \
	assert_bytes_at((got), (got_len), (expected), (expected_len), __FILE__, __LINE__)

#endif
