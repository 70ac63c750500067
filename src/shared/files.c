/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/files.h"

#include "base/base64.h"
#include "base/file_secret.h"

#define FILE_BYTES_MAX 4096

/* NULL, or what was wrong. */
static const char *decode(struct str text, uint8_t *out, size_t *len)
{
	if (text.len % 4 == 0 && text.len / 4 * 3 > STORE_SECRET_MAX) {
		return "expected at most 256 bytes, as from openssl rand -base64 32";
	}
	if (!base64_decode(BASE64_PADDED, text, out, STORE_SECRET_MAX, len)) {
		return "expected base64, as from openssl rand -base64 32";
	}
	return *len >= STORE_SECRET_MIN
		       ? NULL
		       : "expected at least 32 bytes, as from openssl rand -base64 32";
}

bool shared_parse_secrets(
	struct str text, struct shared_secrets *out, unsigned *line, const char **why)
{
	struct str part;

	*line = 0;
	out->count = 0;
	while (str_split_next(&text, '\n', &part)) {
		part = str_trim(part);
		++*line;
		if (part.len == 0 || part.data[0] == '#') {
			continue;
		}
		if (out->count == STORE_SECRETS_MAX) {
			*why = "expected one secret, or two while it is changed";
			return false;
		}
		*why = decode(part, out->bytes[out->count], &out->lens[out->count]);
		if (*why != NULL) {
			return false;
		}
		out->count++;
	}
	if (out->count == 0) {
		*line = 0;
		*why = "it is empty: expected a secret, from openssl rand -base64 32";
		return false;
	}
	return true;
}

bool shared_read_secrets(const char *path, struct shared_secrets *out, struct diag *diag)
{
	const char *why;
	unsigned line;
	struct bytes text;

	bytes_init(&text, 0);
	bool good = file_read_secret(path, "secret_file", FILE_BYTES_MAX, &text, diag);

	if (good && !shared_parse_secrets(bytes_view(&text), out, &line, &why)) {
		struct place place = {path, line, 0};

		diag_error(diag, &place, "secret_file: %s", why);
		good = false;
	}
	bytes_wipe(&text);
	return good;
}

bool shared_read_password(const char *path, struct bytes *out, struct diag *diag)
{
	struct place place = {.file = path};

	if (!file_read_secret_line(path, "password_file", FILE_BYTES_MAX, out, diag)) {
		return false;
	}
	if (out->len == 0 || memchr(out->data, '\n', out->len) != NULL) {
		diag_error(diag, &place, "password_file: expected one line with the password");
		return false;
	}
	return true;
}
