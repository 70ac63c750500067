/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/script.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

bool store_script_init(struct store_script *script, const char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	script->text = text;
	if (EVP_Digest(text, strlen(text), digest, &len, EVP_sha1(), NULL) != 1 ||
		len * 2 + 1 != sizeof(script->name)) {
		return false;
	}
	for (unsigned i = 0; i < len; i++) {
		snprintf(script->name + 2 * (size_t)i, 3, "%02x", digest[i]);
	}
	return true;
}
