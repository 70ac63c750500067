/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include "base/bytes.h"
#include "fuzz/check.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 7468 by OpenSSL's encoder; `escaped` as nginx's $ssl_client_escaped_cert does it. */
static void put_pem(struct bytes *text, struct str der, bool escaped)
{
	unsigned char *digits = malloc(der.len / 3 * 4 + 8);

	check(digits != NULL);
	int len = EVP_EncodeBlock(digits, (const unsigned char *)der.data, (int)der.len);

	bytes_append_text(text,
		escaped ? "-----BEGIN%20CERTIFICATE-----%0A" : "-----BEGIN CERTIFICATE-----\n");
	for (int i = 0; i < len; i++) {
		if (escaped && (digits[i] == '+' || digits[i] == '/' || digits[i] == '=')) {
			bytes_appendf(text, "%%%02X", digits[i]);
		} else {
			bytes_append_u8(text, digits[i]);
		}
	}
	bytes_append_text(text,
		escaped ? "%0A-----END%20CERTIFICATE-----%0A" : "\n-----END CERTIFICATE-----\n");
	free(digits);
}

/* What was decoded, encoded again in either form, decodes to the same. */
static void check_again(struct str der, bool escaped)
{
	struct arena arena;
	struct bytes text;
	struct str again;
	const char *why;

	arena_init(&arena, 1024);
	bytes_init(&text, 0);
	put_pem(&text, der, escaped);
	check(cert_decode(CERT_CODEC_PEM, bytes_view(&text), &arena, &again, &why) == CERT_OK);
	check(str_eq(again, der));
	bytes_clear(&text);
	arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct str der = {NULL, 0};
	const char *why = NULL;

	arena_init(&arena, 1024);
	enum cert_status status =
		cert_decode(CERT_CODEC_PEM, str_from_bytes(data, size), &arena, &der, &why);

	if (status == CERT_OK) {
		check(why == NULL && der.len > 0 && der.len <= CERT_MAX_DER);
		check(size <= CERT_MAX_TEXT && memchr(data, 0, size) == NULL);
		check_again(der, false);
		check_again(der, true);
	} else {
		check(status == CERT_MALFORMED && why != NULL && der.data == NULL);
	}
	arena_clear(&arena);
	return 0;
}
