/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include "base/bytes.h"
#include "fuzz/check.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* By OpenSSL's encoder, and in hexadecimal. */
static void put_text(struct bytes *text, enum cert_codec codec, struct str der)
{
	unsigned char *digits = malloc(der.len / 3 * 4 + 8);

	check(digits != NULL);
	EVP_EncodeBlock(digits, (const unsigned char *)der.data, (int)der.len);
	switch (codec) {
	case CERT_CODEC_DER_HEX:
		bytes_append_hex(text, (const uint8_t *)der.data, der.len);
		break;
	case CERT_CODEC_RFC9440:
		bytes_appendf(text, ":%s:", digits);
		break;
	case CERT_CODEC_XFCC:
		bytes_appendf(text,
			"Cert=\"-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\"",
			digits);
		break;
	case CERT_CODEC_PEM:
		bytes_appendf(text, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n",
			digits);
		break;
	default:
		bytes_appendf(text, "%s", digits);
		break;
	}
	free(digits);
}

/*
 * What was decoded, encoded in the plainest way, decodes to the same. Only a certificate does: the
 * text of other bytes may look like another encoding (base64 of DF 4F 36 is 3082).
 */
static void check_again(enum cert_codec codec, struct str der)
{
	struct cert_chain chain;
	struct arena arena;
	struct bytes text;
	struct str again;
	const char *why;

	arena_init(&arena, 1024);
	bytes_init(&text, 0);
	put_text(&text, codec, der);
	check(cert_decode(codec, bytes_view(&text), &arena, &again, &why) == CERT_OK);
	check(str_eq(again, der));
	check(cert_decode_list(codec, bytes_view(&text), &arena, &chain, &why) == CERT_OK);
	check(chain.count == 1 && str_eq(chain.certs[0], der));
	bytes_clear(&text);
	arena_clear(&arena);
}

static void check_chain(const struct cert_chain *chain, size_t least)
{
	check(chain->count >= least && chain->count <= CERT_MAX_CERTS);
	for (size_t i = 0; i < chain->count; i++) {
		check(chain->certs[i].len > 0 && chain->certs[i].len <= CERT_MAX_DER);
	}
}

static void decode(enum cert_codec codec, struct str text, struct arena *arena)
{
	struct cert_chain chain = {.count = 0};
	const char *why_list = NULL;
	const char *why = NULL;
	struct str der;
	enum cert_status list = cert_decode_list(codec, text, arena, &chain, &why_list);
	enum cert_status one = cert_decode(codec, text, arena, &der, &why);

	check((list == CERT_OK) == (why_list == NULL) && (one == CERT_OK) == (why == NULL));
	check(list == CERT_OK || chain.count == 0);
	if (list == CERT_OK) {
		check_chain(&chain, 1);
		check(text.len <= CERT_MAX_TEXT);
	}
	if (one == CERT_OK) {
		/* XFCC says that a Chain comes, so an intermediate that is spoilt spoils all. */
		check(list == CERT_OK && str_eq(der, chain.certs[0]));
		check(chain.count == 1 || codec == CERT_CODEC_XFCC);
		if (der.data[0] == '\x30') {
			check_again(codec, der);
		}
	}
}

/* The first byte chooses the codec; behind the last one come intermediates of their own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	if (size == 0) {
		return 0;
	}
	struct str text = str_from_bytes(data + 1, size - 1);
	unsigned choice = data[0] % (CERT_CODEC_COUNT + 1U);

	arena_init(&arena, 4096);
	if (choice < CERT_CODEC_COUNT) {
		decode((enum cert_codec)choice, text, &arena);
	} else {
		struct cert_chain chain = {.certs = {{"leaf", 4}}, .count = 1};
		const char *why = NULL;
		enum cert_status status = cert_decode_intermediates(text, &arena, &chain, &why);

		check((status == CERT_OK) == (why == NULL));
		check(status == CERT_OK || chain.count == 1);
		check(str_eq_text(chain.certs[0], "leaf"));
		check_chain(&chain, 1);
	}
	arena_clear(&arena);
	return 0;
}
