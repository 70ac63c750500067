/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_HEX_H
#define DW_BASE_HEX_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hexadecimal digits, in either case. */

/*
 * Writes the digits in lower case into `room` of `max` bytes, without the single colons or blanks
 * between them that OpenSSL, Windows and browsers write. Returns the number of digits; 0 for any
 * other text, or for more than `max` digits.
 */
size_t hex_read_digits(struct str written, char *room, size_t max);
/* Decodes exactly `len` bytes from digits with nothing between them; false for any other text. */
NODISCARD bool hex_decode(struct str digits, uint8_t *out, size_t len);

#endif
