/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/codec.h"

/*
 * A Byte Sequence (RFC 8941 section 3.3.5) at the text's start, in the canonical form of RFC 4648.
 */
static const char *take_bytes(struct str *text, struct cert_sink *sink)
{
	struct cert_base64 b;
	const char *wrong = cert_base64_begin(&b, sink);

	if (wrong != NULL) {
		return wrong;
	}
	if (text->len == 0 || text->data[0] != ':') {
		return "no colon where a byte sequence must begin";
	}
	for (;;) {
		*text = str_from(*text, 1);
		if (text->len == 0) {
			return "a byte sequence without the colon that ends it";
		}
		if (text->data[0] == ':') {
			*text = str_from(*text, 1);
			return cert_base64_end(&b, sink);
		}
		if (!cert_base64_is_digit(text->data[0])) {
			return "a byte in a byte sequence that is not base64";
		}
		if (!cert_base64_feed(&b, text->data[0])) {
			return b.why;
		}
	}
}

const char *cert_codec_rfc9440(struct str text, struct cert_sink *sink)
{
	const char *wrong = take_bytes(&text, sink);

	if (wrong == NULL && text.len > 0) {
		return text.data[0] == ',' ? "more than one value; intermediates come in a "
					     "header of their own"
					   : "something behind the byte sequence";
	}
	return wrong;
}

static void skip_blanks(struct str *text)
{
	while (text->len > 0 && ascii_is_blank(text->data[0])) {
		*text = str_from(*text, 1);
	}
}

const char *cert_codec_rfc9440_list(struct str text, struct cert_sink *sink)
{
	for (;;) {
		const char *wrong = take_bytes(&text, sink);

		skip_blanks(&text);
		if (wrong != NULL || text.len == 0) {
			return wrong;
		}
		if (text.data[0] != ',') {
			return "something behind the byte sequence";
		}
		text = str_from(text, 1);
		skip_blanks(&text);
	}
}
