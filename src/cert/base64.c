/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/codec.h"

int cert_text_next(struct cert_text *text)
{
	if (text->rest.len == 0) {
		return CERT_TEXT_END;
	}
	uint8_t c = (uint8_t)text->rest.data[0];

	text->plain = c != '%';
	if (text->plain) {
		text->rest = str_from(text->rest, 1);
		return c;
	}
	if (text->rest.len < 3) {
		return CERT_TEXT_BAD_ESCAPE;
	}
	int high = ascii_hex_value(text->rest.data[1]);
	int low = ascii_hex_value(text->rest.data[2]);

	if (high < 0 || low < 0) {
		return CERT_TEXT_BAD_ESCAPE;
	}
	text->rest = str_from(text->rest, 3);
	return high << 4 | low;
}

const char *cert_sink_add(struct cert_sink *sink, size_t len)
{
	struct cert_chain *chain = sink->chain;

	if (chain->count == sink->max) {
		return cert_too_many;
	}
	chain->certs[chain->count++] = str_from_bytes(sink->free, len);
	sink->free += len;
	sink->left -= len;
	return NULL;
}

const char *cert_base64_begin(struct cert_base64 *b, struct cert_sink *sink)
{
	*b = (struct cert_base64){.out = sink->free, .size = sink->left};
	if (b->size > CERT_MAX_DER) {
		b->size = CERT_MAX_DER;
	}
	return sink->chain->count == sink->max ? cert_too_many : NULL;
}

static int digit_value(int c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool cert_base64_is_digit(int c)
{
	return c == '=' || digit_value(c) >= 0;
}

static bool finish_group(struct cert_base64 *b)
{
	unsigned octets = 3 - b->padding;

	if ((b->bits & ((1u << (8 * b->padding)) - 1)) != 0) {
		b->why = "base64 whose last digit has bits that count for nothing";
		return false;
	}
	if (b->size - b->len < octets) {
		b->why = cert_too_large;
		return false;
	}
	for (unsigned i = 0; i < octets; i++) {
		b->out[b->len++] = (uint8_t)(b->bits >> (16 - 8 * i));
	}
	b->bits = 0;
	b->count = 0;
	return true;
}

bool cert_base64_feed(struct cert_base64 *b, int c)
{
	bool ended = b->padding > 0 && b->count == 0;

	if (ended || (c == '=' ? b->count < 2 : b->padding > 0)) {
		b->why = "base64 with padding at a wrong place";
		return false;
	}
	if (c == '=') {
		b->padding++;
		b->bits <<= 6;
	} else {
		b->bits = b->bits << 6 | (uint32_t)digit_value(c);
	}
	b->count++;
	return b->count < 4 || finish_group(b);
}

const char *cert_base64_end(struct cert_base64 *b, struct cert_sink *sink)
{
	if (b->count != 0) {
		return "base64 that is cut short, or lacks its padding";
	}
	if (b->len == 0) {
		return "no bytes of a certificate";
	}
	return cert_sink_add(sink, b->len);
}
