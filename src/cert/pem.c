/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/codec.h"

#define BEGIN_LINE "-----BEGIN CERTIFICATE-----"
#define END_LINE "-----END CERTIFICATE-----"

const char cert_chain_in_pem[] =
	"more than one certificate, where the client's alone is read; profile = aws-alb reads a "
	"chain in PEM, and ca_file can have the intermediates";

static void skip_blanks(struct cert_text *s)
{
	struct cert_text at = *s;

	while (ascii_is_space((char)cert_text_next(&at))) {
		*s = at;
	}
}

/* Form encoders write a space as `+`; RFC 3986 does not, and in base64 `+` is a digit. */
static bool take_armor(struct cert_text *s, const char *armor)
{
	struct cert_text at = *s;

	for (; *armor != '\0'; armor++) {
		int c = cert_text_next(&at);

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

/* Takes the digits up to the next blank or armor line; false after setting b->why. */
static bool take_digits(struct cert_text *s, struct cert_base64 *b)
{
	struct cert_text at = *s;
	int c = cert_text_next(&at);
	bool any = false;

	for (; cert_base64_is_digit(c); c = cert_text_next(&at)) {
		if (!cert_base64_feed(b, c)) {
			return false;
		}
		any = true;
		*s = at;
	}
	if (c == CERT_TEXT_BAD_ESCAPE) {
		b->why = "a malformed percent escape";
	} else if (!any) {
		b->why = "a byte that is neither base64 nor a blank";
	}
	return b->why == NULL;
}

static const char *take_block(struct cert_text *s, struct cert_sink *sink)
{
	struct cert_base64 b;

	if (!take_armor(s, BEGIN_LINE)) {
		return sink->chain->count == 0 ? "no BEGIN CERTIFICATE line where one must begin"
					       : "something behind the END CERTIFICATE line";
	}
	if (sink->max == 1 && sink->chain->count == 1) {
		return cert_chain_in_pem;
	}
	const char *wrong = cert_base64_begin(&b, sink);

	if (wrong != NULL) {
		return wrong;
	}
	/*
	 * Line ends are LF or CR LF (RFC 7468). nginx's $ssl_client_cert has LF TAB, Apache's early
	 * headers have a space, and others drop them or send several blanks.
	 */
	for (;;) {
		skip_blanks(s);
		if (s->rest.len == 0) {
			return "no END CERTIFICATE line";
		}
		if (take_armor(s, END_LINE)) {
			return cert_base64_end(&b, sink);
		}
		if (!take_digits(s, &b)) {
			return b.why;
		}
	}
}

static bool has_blank(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_is_space(s.data[i])) {
			return true;
		}
	}
	return false;
}

const char *cert_codec_pem(struct str text, struct cert_sink *sink)
{
	/* PEM has no `%`, so one escape shows that the whole text is escaped. */
	struct cert_text s = {.rest = text, .escaped = str_find(text, '%') < text.len};

	if (s.escaped && has_blank(text)) {
		return "blanks as they are beside percent escapes";
	}
	skip_blanks(&s);
	do {
		const char *wrong = take_block(&s, sink);
		size_t left = s.rest.len;

		if (wrong != NULL) {
			return wrong;
		}
		skip_blanks(&s);
		if (s.rest.len == left && left > 0) {
			return "something behind the END CERTIFICATE line";
		}
	} while (s.rest.len > 0);
	return NULL;
}
