/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/fingerprint.h"

#include "base/hex.h"

#include <string.h>

#define SHA1_DIGITS 40
#define BASE64_DIGITS 43 /* of SHA-256, without the padding */

static enum fingerprint_of take_label(struct str *text)
{
	enum fingerprint_of of = FINGERPRINT_OF_ANY;

	if (str_take_nocase(text, "spki:")) {
		of = FINGERPRINT_OF_KEY;
	} else if (str_take_nocase(text, "sha256 Fingerprint=")) {
		of = FINGERPRINT_OF_CERTIFICATE;
	} else {
		(void)str_take_nocase(text, "sha256:");
	}
	*text = str_trim(*text);
	return of;
}

/* The marks of base64 that hexadecimal text does not have. */
static bool is_base64(struct str text)
{
	static const char *const labels[] = {"pin-sha256=", "sha256/"};
	bool marked = false;
	size_t digits = 0;

	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		marked = str_take_nocase(&text, labels[i]) || marked;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		digits += ascii_is_alnum(c) || strchr("+/-_", c) != NULL;
	}
	return marked || digits == BASE64_DIGITS;
}

const char *fingerprint_read(struct str written, struct fingerprint *out)
{
	char digits[2 * FINGERPRINT_DIGITS];
	struct str text = written;
	enum fingerprint_of of = take_label(&text);
	size_t count;

	if (str_take_nocase(&text, "sha1 Fingerprint=") || str_take_nocase(&text, "sha1:")) {
		return "it is that of SHA-1";
	}
	if (is_base64(text)) {
		return "it is base64";
	}
	count = hex_read_digits(text, digits, sizeof(digits));
	if (count != FINGERPRINT_DIGITS) {
		return count == SHA1_DIGITS ? "it has 40 digits, as SHA-1 has"
					    : "it does not have 64 hexadecimal digits";
	}
	out->of = of;
	memcpy(out->digits, digits, FINGERPRINT_DIGITS);
	return NULL;
}
