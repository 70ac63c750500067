/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

struct str cert_armor(struct str der, struct arena *arena)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----\n";
	static const char end[] = "\n-----END CERTIFICATE-----\n";

	if (der.len > INT_MAX / 2) {
		return (struct str){NULL, 0};
	}
	size_t base64 = (der.len + 2) / 3 * 4;
	size_t len = strlen(begin) + base64 + strlen(end);
	char *text = arena_alloc(arena, len + 1, 1);

	if (text == NULL) {
		return (struct str){NULL, 0};
	}
	memcpy(text, begin, strlen(begin));
	EVP_EncodeBlock((unsigned char *)text + strlen(begin), (const unsigned char *)der.data,
		(int)der.len);
	memcpy(text + strlen(begin) + base64, end, strlen(end));
	return (struct str){text, len};
}
