/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include "base/hex.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#define BASE64_LEN ((SHA256_DIGEST_LENGTH + 2) / 3 * 4)

bool cert_has_digest(const struct cert_identity *identity, struct str text)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	unsigned char base64[BASE64_LEN + 1];

	if (!hex_decode(identity->sha256, digest, sizeof(digest))) {
		return false;
	}
	if (str_eq_nocase(text, identity->sha256)) {
		return true;
	}
	int len = EVP_EncodeBlock(base64, digest, sizeof(digest));

	return str_eq(text, str_from_bytes(base64, (size_t)len)) ||
	       /* without its padding, of one byte */
	       str_eq(text, str_from_bytes(base64, (size_t)len - 1));
}
