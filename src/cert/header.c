/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#define BEGIN_LINE "-----BEGIN CERTIFICATE-----"
#define END_LINE "-----END CERTIFICATE-----"

enum { SOURCE_END = -1, SOURCE_BAD_ESCAPE = -2 };

/* The text byte by byte, its escapes taken off. A copy of it looks ahead. */
struct source {
	struct str rest;
	bool escaped;
	bool plain; /* the last byte was none that an escape stood for */
};

static int source_next(struct source *s)
{
	if (s->rest.len == 0) {
		return SOURCE_END;
	}
	uint8_t c = (uint8_t)s->rest.data[0];

	s->plain = c != '%';
	if (s->plain) {
		s->rest = str_from(s->rest, 1);
		return c;
	}
	if (s->rest.len < 3) {
		return SOURCE_BAD_ESCAPE;
	}
	int high = ascii_hex_value(s->rest.data[1]);
	int low = ascii_hex_value(s->rest.data[2]);

	if (high < 0 || low < 0) {
		return SOURCE_BAD_ESCAPE;
	}
	s->rest = str_from(s->rest, 3);
	return high << 4 | low;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct source *s)
{
	struct source at = *s;

	while (is_blank(source_next(&at))) {
		*s = at;
	}
}

/* Form encoders write a space as `+`; RFC 3986 does not, and in base64 `+` is a digit. */
static bool take_armor(struct source *s, const char *armor)
{
	struct source at = *s;

	for (; *armor != '\0'; armor++) {
		int c = source_next(&at);

		if (c == '+' && *armor == ' ' && at.escaped && at.plain) {
			c = ' ';
		}
		if (c != *armor) {
			return false;
		}
	}
	*s = at;
	return true;
}

/* LF or CR LF (RFC 7468), LF TAB (nginx's $ssl_client_cert), a space (Apache's early headers). */
static bool take_line_end(struct source *s)
{
	struct source at = *s;
	int first = source_next(&at);

	if (first == '\r' ? source_next(&at) != '\n' : first != '\n' && first != ' ') {
		return false;
	}
	*s = at;
	if (first == '\n' && source_next(&at) == '\t') {
		*s = at;
	}
	return true;
}

struct base64 {
	uint32_t bits;
	unsigned count; /* digits and padding of the current group of four */
	unsigned padding;
	uint8_t *out;
	size_t len;
	size_t size;
	const char *why;
};

static int base64_value(int c)
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

static bool finish_group(struct base64 *b)
{
	unsigned octets = 3 - b->padding;

	if ((b->bits & ((1u << (8 * b->padding)) - 1)) != 0) {
		b->why = "base64 whose last digit has bits that count for nothing";
		return false;
	}
	if (b->size - b->len < octets) {
		b->why = "a certificate that is too large";
		return false;
	}
	for (unsigned i = 0; i < octets; i++) {
		b->out[b->len++] = (uint8_t)(b->bits >> (16 - 8 * i));
	}
	b->bits = 0;
	b->count = 0;
	return true;
}

static bool feed(struct base64 *b, int c)
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
		b->bits = b->bits << 6 | (uint32_t)base64_value(c);
	}
	b->count++;
	return b->count < 4 || finish_group(b);
}

static bool take_line(struct source *s, struct base64 *b)
{
	struct source at = *s;
	int c = source_next(&at);
	bool any = false;

	for (; c == '=' || base64_value(c) >= 0; c = source_next(&at)) {
		if (!feed(b, c)) {
			return false;
		}
		any = true;
		*s = at;
	}
	if (c == SOURCE_BAD_ESCAPE) {
		b->why = "a malformed percent escape";
	} else if (!any) {
		b->why = "a line between the armor lines that is not base64";
	}
	return b->why == NULL;
}

/* NULL, or what was wrong. */
static const char *take_pem(struct source *s, struct base64 *b)
{
	skip_blanks(s);
	if (!take_armor(s, BEGIN_LINE)) {
		return "no BEGIN CERTIFICATE line where one must begin";
	}
	for (;;) {
		if (s->rest.len == 0) {
			return "no END CERTIFICATE line";
		}
		if (!take_line_end(s)) {
			return "a byte that is neither base64 nor one of the line ends";
		}
		if (take_armor(s, END_LINE)) {
			break;
		}
		if (!take_line(s, b)) {
			return b->why;
		}
	}
	if (b->count != 0) {
		return "base64 that is cut short, or lacks its padding";
	}
	if (b->len == 0) {
		return "nothing between the armor lines";
	}
	skip_blanks(s);
	if (s->rest.len > 0) {
		return "something behind the END CERTIFICATE line";
	}
	return NULL;
}

static bool has_blank(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (is_blank(s.data[i])) {
			return true;
		}
	}
	return false;
}

static enum cert_status decode_pem(
	struct str text, struct arena *arena, struct str *der, const char **why)
{
	if (text.len > CERT_MAX_TEXT) {
		*why = "a text that is too long";
		return CERT_MALFORMED;
	}
	struct source s = {.rest = str_trim(text)};
	struct base64 b = {.size = s.rest.len / 4 * 3};

	if (s.rest.len == 0) {
		*why = "no text";
		return CERT_MALFORMED;
	}
	/* No PEM holds a `%`, so one escape tells that the whole of it is escaped. */
	s.escaped = str_find(s.rest, '%') < s.rest.len;
	if (s.escaped && has_blank(s.rest)) {
		*why = "blanks as they are beside percent escapes";
		return CERT_MALFORMED;
	}
	if (b.size > CERT_MAX_DER) {
		b.size = CERT_MAX_DER;
	}
	b.out = arena_alloc(arena, b.size, 1);
	if (b.out == NULL) {
		*why = "out of memory";
		return CERT_NO_MEMORY;
	}
	const char *wrong = take_pem(&s, &b);

	if (wrong != NULL) {
		*why = wrong;
		return CERT_MALFORMED;
	}
	*der = str_from_bytes(b.out, b.len);
	return CERT_OK;
}

enum cert_status cert_decode(enum cert_codec codec, struct str text, struct arena *arena,
	struct str *der, const char **why)
{
	switch (codec) {
	case CERT_CODEC_PEM:
		return decode_pem(text, arena, der, why);
	}
	*why = "a codec that does not exist";
	return CERT_MALFORMED;
}
