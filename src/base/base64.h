/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_BASE64_H
#define DW_BASE_BASE64_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum base64_form {
	BASE64_PADDED, /* RFC 4648 4, with padding */
	BASE64_URL     /* RFC 4648 5, without padding, as JSON Web Keys have it */
};

/* Room for what `digits` digits decode to, or for the digits of `bytes` bytes without a NUL. */
#define BASE64_BYTES_MAX(digits) ((digits) / 4 * 3 + 3)
#define BASE64_DIGITS_MAX(bytes) (((bytes) + 2) / 3 * 4)

/*
 * Decodes the only spelling of some bytes: no blanks, no digits of the other form, padding exactly
 * as the form has it, and no bits in the last digit that count for nothing. Returns their number;
 * false if it is another spelling, or more than `max` bytes.
 */
NODISCARD bool base64_decode(
	enum base64_form form, struct str text, uint8_t *out, size_t max, size_t *len);

/* Encodes `len` bytes into BASE64_DIGITS_MAX(len) bytes, and returns how many it has written. */
size_t base64_encode(enum base64_form form, const void *data, size_t len, char *out);

#endif
