/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/described_certs.h"

#include <string.h>

/* Cuts the next armored certificate off *rest, passing over what people and tools write between. */
static bool next_armored(struct str *rest, struct str *pem)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	static const char end[] = "-----END CERTIFICATE-----";
	const char *first = memmem(rest->data, rest->len, begin, strlen(begin));

	if (first == NULL) {
		return false;
	}
	*rest = str_from(*rest, (size_t)(first - rest->data));

	const char *last = memmem(rest->data, rest->len, end, strlen(end));

	pem->data = first;
	pem->len = last != NULL ? (size_t)(last - first) + strlen(end) : rest->len;
	*rest = str_from(*rest, pem->len);
	return true;
}

/* Adds one certificate, in armor or as DER; NULL, or what was wrong. */
static const char *add_certificate(
	struct str text, bool armored, struct arena *arena, struct cert_chain *out)
{
	const char *why = NULL;

	if (out->count == CERT_MAX_CERTS) {
		return cert_too_many;
	}
	struct str *der = &out->certs[out->count];

	if (armored) {
		if (cert_decode(CERT_CODEC_PEM, text, arena, der, &why) != CERT_OK) {
			return why;
		}
	} else if (text.len > CERT_MAX_DER) {
		return cert_too_large;
	} else {
		*der = arena_dup(arena, text);
		if (der->data == NULL) {
			return "out of memory";
		}
	}
	out->count++;
	return NULL;
}

const char *authz_described_certs(
	struct str text, size_t max, struct arena *arena, struct cert_chain *out)
{
	struct str rest = text;
	const char *why = NULL;
	size_t count = 0;
	struct str pem;

	while (why == NULL && count < max && next_armored(&rest, &pem)) {
		why = add_certificate(pem, true, arena, out);
		count++;
	}
	if (why == NULL && count == 0) {
		why = add_certificate(text, false, arena, out);
	}
	if (why != NULL && cert_is_over_limit(why)) {
		out->over_limit = why;
		return NULL;
	}
	return why;
}
