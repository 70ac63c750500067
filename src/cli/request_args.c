/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/request_args.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>

#define CERT_FILE_MAX (1 << 20)

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

/* At most `max` certificates of a PEM file, or that of a DER file. */
static const char *read_certificates(
	const char *path, size_t max, struct arena *arena, struct cert_chain *out)
{
	const char *why = NULL;
	size_t count = 0;
	struct bytes file;

	bytes_init(&file, 0);
	if (!file_read_argument(path, CERT_FILE_MAX, &file, NULL)) {
		why = errno == EFBIG ? cert_too_long : strerror(errno);
	}
	struct str rest = bytes_view(&file);
	struct str pem;

	while (why == NULL && count < max && next_armored(&rest, &pem)) {
		why = add_certificate(pem, true, arena, out);
		count++;
	}
	if (why == NULL && count == 0) {
		why = add_certificate(bytes_view(&file), false, arena, out);
	}
	bytes_clear(&file);
	if (why != NULL && cert_is_over_limit(why)) {
		out->over_limit = why;
		return NULL;
	}
	return why;
}

const char *cli_request_args_certificate(
	const char *path, struct arena *arena, struct cert_chain *out)
{
	return read_certificates(path, 1, arena, out);
}

const char *cli_request_args_intermediates(
	const char *path, struct arena *arena, struct cert_chain *out)
{
	return read_certificates(path, SIZE_MAX, arena, out);
}
