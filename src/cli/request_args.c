/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/request_args.h"

#include "authz/described_certs.h"
#include "base/file.h"

#include <errno.h>
#include <string.h>

#define CERT_FILE_MAX (1 << 20)

/* At most `max` certificates of a PEM file, or that of a DER file. */
static const char *read_certificates(
	const char *path, size_t max, struct arena *arena, struct cert_chain *out)
{
	const char *why = NULL;
	struct bytes file;

	bytes_init(&file, 0);
	if (file_read_argument(path, CERT_FILE_MAX, &file, NULL)) {
		why = authz_described_certs(bytes_view(&file), max, arena, out);
	} else if (errno == EFBIG) {
		out->over_limit = cert_too_long;
	} else {
		why = strerror(errno);
	}
	bytes_clear(&file);
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
