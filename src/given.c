/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "given.h"

#include "config/file.h"

#include <errno.h>
#include <string.h>

#define CERT_FILE_MAX (1 << 20)

void given_inputs(struct authz *a, const struct config_frontend *frontend,
	const struct str values[INPUT_CERT])
{
	static const enum input_name sources[] = {
		[CONFIG_ADDRESS_AUTO] = INPUT_REMOTE_ADDR,
		[CONFIG_ADDRESS_X_REAL_IP] = INPUT_X_REAL_IP,
		[CONFIG_ADDRESS_X_FORWARDED_FOR] = INPUT_X_FORWARDED_FOR,
		[CONFIG_ADDRESS_REMOTE_ADDR] = INPUT_REMOTE_ADDR,
	};
	enum input_name source = sources[frontend->address];

	for (unsigned i = 0; i < INPUT_CERT; i++) {
		if (values[i].data != NULL) {
			input_set(&a->input, (enum input_name)i, values[i]);
		}
	}
	/* Beside REMOTE_ADDR, which counts where headers are not honoured. */
	if (source != INPUT_REMOTE_ADDR && values[INPUT_REMOTE_ADDR].data != NULL) {
		input_set(&a->input, source, values[INPUT_REMOTE_ADDR]);
	}
}

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

/* At most `max` certificates of a PEM file, or that of a DER file. */
static const char *read_certificates(
	const char *path, size_t max, struct arena *arena, struct cert_chain *out)
{
	struct config_file_identity identity;
	const char *why = NULL;
	size_t count = 0;
	struct bytes file;

	bytes_init(&file, 0);
	if (!config_file_read(path, CERT_FILE_MAX, &file, &identity)) {
		why = strerror(errno);
	}
	struct str rest = bytes_view(&file);
	struct str pem;

	while (why == NULL && count < max && next_armored(&rest, &pem)) {
		struct str *der = &out->certs[out->count];

		if (out->count == CERT_MAX_CERTS) {
			why = "more certificates than a request may have";
		} else if (cert_decode(CERT_CODEC_PEM, pem, arena, der, &why) == CERT_OK) {
			why = NULL;
			out->count++;
			count++;
		}
	}
	if (why == NULL && count == 0) {
		struct str der = arena_dup(arena, bytes_view(&file));

		out->certs[out->count++] = der;
		why = der.data == NULL ? "out of memory" : NULL;
	}
	bytes_clear(&file);
	return why;
}

const char *given_certificate(const char *path, struct arena *arena, struct cert_chain *out)
{
	return read_certificates(path, 1, arena, out);
}

const char *given_intermediates(const char *path, struct arena *arena, struct cert_chain *out)
{
	return read_certificates(path, SIZE_MAX, arena, out);
}
