/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/codec.h"

/* One item of base64, with blanks anywhere; *ended: it is the last one, otherwise a comma follows.
 */
static const char *take_item(struct cert_text *s, struct cert_sink *sink, bool *ended)
{
	struct cert_base64 b;
	const char *wrong = cert_base64_begin(&b, sink);
	int c;

	if (wrong != NULL) {
		return wrong;
	}
	for (c = cert_text_next(s); cert_base64_is_digit(c) || ascii_is_space((char)c);
		c = cert_text_next(s)) {
		if (!ascii_is_space((char)c) && !cert_base64_feed(&b, c)) {
			return b.why;
		}
	}
	if (c == CERT_TEXT_BAD_ESCAPE) {
		return "a malformed percent escape";
	}
	if (c != CERT_TEXT_END && c != ',') {
		return "a byte that is not base64";
	}
	if (c == ',' && sink->max == 1) {
		return "more than one value, where the client's certificate alone is read; "
		       "profile = traefik reads a chain in base64, and ca_file can have the "
		       "intermediates";
	}
	*ended = c == CERT_TEXT_END;
	return cert_base64_end(&b, sink);
}

const char *cert_codec_der_b64(struct str text, struct cert_sink *sink)
{
	struct cert_text s = {.rest = text};
	bool ended = false;

	while (!ended) {
		const char *wrong = take_item(&s, sink, &ended);

		if (wrong != NULL) {
			return wrong;
		}
	}
	return NULL;
}

const char *cert_codec_der_hex(struct str text, struct cert_sink *sink)
{
	if (text.len % 2 != 0) {
		return "an odd number of hexadecimal digits";
	}
	if (text.len / 2 > CERT_MAX_DER) {
		return cert_too_large;
	}
	for (size_t i = 0; i < text.len; i += 2) {
		int high = ascii_hex_value(text.data[i]);
		int low = ascii_hex_value(text.data[i + 1]);

		if (high < 0 || low < 0) {
			return "a byte that is not hexadecimal";
		}
		sink->free[i / 2] = (uint8_t)(high << 4 | low);
	}
	return cert_sink_add(sink, text.len / 2);
}
