/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include "cert/codec.h"
#include "cert/der.h"

typedef const char *(*codec_function)(struct str text, struct cert_sink *sink);

static const struct {
	const char *word;
	codec_function take;
} codecs[CERT_CODEC_COUNT] = {
	[CERT_CODEC_PEM] = {"pem", cert_codec_pem},
	[CERT_CODEC_DER_B64] = {"der-b64", cert_codec_der_b64},
	[CERT_CODEC_DER_HEX] = {"der-hex", cert_codec_der_hex},
	[CERT_CODEC_RFC9440] = {"rfc9440", cert_codec_rfc9440},
	[CERT_CODEC_XFCC] = {"xfcc", cert_codec_xfcc},
};

const char cert_too_long[] = "a text of more than 64 KiB";
const char cert_too_many[] = "more than 8 certificates";
const char cert_too_large[] = "a certificate of more than 16 KiB";

/* Whether the text begins as one in that encoding does, whatever follows. */
static bool is_like(enum cert_codec codec, struct str text)
{
	static const char *const pairs[] = {
		"By=", "Hash=", "Cert=", "Chain=", "Subject=", "URI=", "DNS="};
	size_t digits = 0;

	switch (codec) {
	case CERT_CODEC_PEM:
		return str_starts_with(text, "-----BEGIN") ||
		       str_starts_with(text, "%2D%2D%2D%2D%2DBEGIN");
	case CERT_CODEC_RFC9440:
		return str_starts_with(text, ":");
	case CERT_CODEC_XFCC:
		for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
			if (str_starts_with(text, pairs[i])) {
				return true;
			}
		}
		return false;
	case CERT_CODEC_DER_HEX:
		while (digits < text.len && ascii_hex_value(text.data[digits]) >= 0) {
			digits++;
		}
		return str_starts_with(text, "30") && digits == text.len;
	case CERT_CODEC_DER_B64:
		/* A certificate of 256 bytes or more: 30 82. */
		return str_starts_with(text, "MI");
	case CERT_CODEC_COUNT:
		break;
	}
	return false;
}

/* PEM whose bytes are encoded once more: the base64 of "-----BEGIN CERT". */
static bool is_pem_in_base64(struct str text)
{
	return str_starts_with(text, "LS0tLS1CRUdJTiBDRVJU");
}

/* What to say of a text in another encoding than the expected one; NULL: it is not like another. */
static const char *name_encoding(enum cert_codec expected, struct str text)
{
	static const char *const found[CERT_CODEC_COUNT] = {
		[CERT_CODEC_PEM] = "it is PEM, which the codec pem of cert_source reads",
		[CERT_CODEC_DER_B64] =
			"it is base64 of DER, which the codec der-b64 of cert_source reads",
		[CERT_CODEC_DER_HEX] =
			"it is hexadecimal DER, which the codec der-hex of cert_source reads",
		[CERT_CODEC_RFC9440] =
			"it is a byte sequence of RFC 9440, which the codec rfc9440 of cert_source "
			"reads",
		[CERT_CODEC_XFCC] = "it is an X-Forwarded-Client-Cert, which the codec xfcc of "
				    "cert_source reads",
	};

	if (is_pem_in_base64(text)) {
		return "it is base64 of PEM, which no codec reads; the codec pem of cert_source "
		       "reads PEM itself, and der-b64 base64 of DER";
	}
	for (size_t i = 0; i < CERT_CODEC_COUNT && !is_like(expected, text); i++) {
		if (is_like((enum cert_codec)i, text)) {
			return found[i];
		}
	}
	return NULL;
}

bool cert_is_over_limit(const char *why)
{
	return why == cert_too_long || why == cert_too_many || why == cert_too_large;
}

const char *cert_codec_word(enum cert_codec codec)
{
	return codecs[codec].word;
}

/* Adds the certificates that `take` finds in the text to the chain, up to `max` in all. */
static enum cert_status decode(codec_function take, struct str text, size_t max,
	struct arena *arena, struct cert_chain *chain, const char **why)
{
	struct cert_chain found = *chain;
	struct str trimmed = str_trim(text);

	if (text.len > CERT_MAX_TEXT) {
		*why = cert_too_long;
		return CERT_MALFORMED;
	}
	if (trimmed.len == 0) {
		*why = "no text";
		return CERT_MALFORMED;
	}
	/* Base64 is the densest of the encodings: four digits make three bytes. */
	struct cert_sink sink = {&found, max, NULL, trimmed.len - trimmed.len / 4};

	sink.free = arena_alloc(arena, sink.left, 1);
	if (sink.free == NULL) {
		*why = "out of memory";
		return CERT_NO_MEMORY;
	}
	const char *wrong = take(trimmed, &sink);

	for (size_t i = chain->count > 1 ? chain->count : 1; wrong == NULL && i < found.count;
		i++) {
		if (!cert_der_check(found.certs[i], &wrong)) {
			break;
		}
	}
	if (wrong != NULL) {
		*why = wrong;
		return CERT_MALFORMED;
	}
	*chain = found;
	return CERT_OK;
}

static enum cert_status decode_by(enum cert_codec codec, struct str text, size_t max,
	struct arena *arena, struct cert_chain *chain, const char **why)
{
	const char *other = text.len <= CERT_MAX_TEXT ? name_encoding(codec, str_trim(text)) : NULL;

	if (other != NULL) {
		*why = other;
		return CERT_MALFORMED;
	}
	return decode(codecs[codec].take, text, max, arena, chain, why);
}

enum cert_status cert_decode(enum cert_codec codec, struct str text, struct arena *arena,
	struct str *der, const char **why)
{
	struct cert_chain chain = {.count = 0};
	enum cert_status status = decode_by(codec, text, 1, arena, &chain, why);

	if (status == CERT_OK) {
		*der = chain.certs[0];
	}
	return status;
}

enum cert_status cert_decode_list(enum cert_codec codec, struct str text, struct arena *arena,
	struct cert_chain *out, const char **why)
{
	struct cert_chain chain = {.count = 0};
	enum cert_status status = decode_by(codec, text, CERT_MAX_CERTS, arena, &chain, why);

	if (status == CERT_OK) {
		*out = chain;
	}
	return status;
}

enum cert_status cert_decode_intermediates(
	struct str text, struct arena *arena, struct cert_chain *chain, const char **why)
{
	if (str_trim(text).len == 0) {
		return CERT_OK;
	}
	return decode(cert_codec_rfc9440_list, text, CERT_MAX_CERTS, arena, chain, why);
}
