/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_FINGERPRINT_H
#define DW_BASE_FINGERPRINT_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

#define FINGERPRINT_DIGITS 64 /* of SHA-256, in hexadecimal */

/* What a fingerprint is of, as far as the text says it. */
enum fingerprint_of { FINGERPRINT_OF_ANY, FINGERPRINT_OF_CERTIFICATE, FINGERPRINT_OF_KEY };

struct fingerprint {
	enum fingerprint_of of;
	char digits[FINGERPRINT_DIGITS]; /* in lower case */
};

/*
 * Reads a SHA-256 fingerprint as programs print it: hexadecimal digits, with or without single
 * colons or blanks between them; alone, or after `SHA256 Fingerprint=` (openssl, a certificate's),
 * `sha256:`, or `spki:` (a public key's). NULL, or what it is instead ("it is
 * base64"), a static string.
 */
NODISCARD const char *fingerprint_read(struct str written, struct fingerprint *out);

#endif
