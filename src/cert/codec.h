/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CODEC_H
#define DW_CERT_CODEC_H

#include "cert/cert.h"

/* The parts of cert_decode: a text byte by byte, strict base64, and one function a codec. */

enum { CERT_TEXT_END = -1, CERT_TEXT_BAD_ESCAPE = -2 };

/* Iterates over the text without its percent escapes (RFC 3986). A copy of it can look ahead. */
struct cert_text {
	struct str rest;
	bool escaped; /* set by the codec: the text as a whole is escaped */
	bool plain;   /* the last byte was not an escape */
};

/* The next byte, or one of the values above. */
int cert_text_next(struct cert_text *text);

/* Where decoded certificates are written, one behind the other in one piece of memory. */
struct cert_sink {
	struct cert_chain *chain;
	size_t max; /* certificates */
	uint8_t *free;
	size_t left;
};

struct cert_base64 {
	uint32_t bits;
	unsigned count; /* digits and padding of the current group of four */
	unsigned padding;
	uint8_t *out;
	size_t len;
	size_t size;
	const char *why; /* the error, after a function has failed */
};

/* Begins the next certificate's base64; NULL, or why there can be no more certificates. */
NODISCARD const char *cert_base64_begin(struct cert_base64 *b, struct cert_sink *sink);
bool cert_base64_is_digit(int c); /* or padding */
/* `c` must be a digit or padding. False after setting `why`. */
NODISCARD bool cert_base64_feed(struct cert_base64 *b, int c);
/* Adds the certificate to the sink; NULL, or what was wrong. */
NODISCARD const char *cert_base64_end(struct cert_base64 *b, struct cert_sink *sink);
/* Adds `len` bytes that are already at sink->free; NULL, or what was wrong. */
NODISCARD const char *cert_sink_add(struct cert_sink *sink, size_t len);

/* The error for a chain where a certificate alone may come. */
extern const char cert_chain_in_pem[];

/* Each decodes the whole text, which is trimmed and not empty; NULL, or what was wrong. */
NODISCARD const char *cert_codec_pem(struct str text, struct cert_sink *sink);
NODISCARD const char *cert_codec_der_b64(struct str text, struct cert_sink *sink);
NODISCARD const char *cert_codec_der_hex(struct str text, struct cert_sink *sink);
NODISCARD const char *cert_codec_rfc9440(struct str text, struct cert_sink *sink);
NODISCARD const char *cert_codec_rfc9440_list(struct str text, struct cert_sink *sink);
NODISCARD const char *cert_codec_xfcc(struct str text, struct cert_sink *sink);

#endif
