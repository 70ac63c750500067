/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/files.h"

#include "base/file_secret.h"

#include <string.h>

#define FILE_BYTES_MAX 4096

static int base64_value(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* RFC 4648, with its padding. NULL, or what was wrong. */
static const char *decode(struct str text, uint8_t *out, size_t *len)
{
	static const char wrong[] = "expected base64, as from openssl rand -base64 32";
	size_t padding = 0;

	*len = 0;
	if (text.len % 4 != 0) {
		return wrong;
	}
	while (padding < 2 && padding < text.len && text.data[text.len - 1 - padding] == '=') {
		padding++;
	}
	if (text.len / 4 * 3 > STORE_SECRET_MAX) {
		return "expected at most 256 bytes, as from openssl rand -base64 32";
	}
	for (size_t i = 0; i < text.len; i += 4) {
		size_t digits = i + 4 == text.len ? 4 - padding : 4;
		uint32_t bits = 0;

		for (size_t k = 0; k < 4; k++) {
			int value = k < digits ? base64_value(text.data[i + k]) : 0;

			if (value < 0) {
				return wrong;
			}
			bits = bits << 6 | (uint32_t)value;
		}
		for (size_t k = 0; k + 1 < digits; k++) {
			out[(*len)++] = (uint8_t)(bits >> (16 - 8 * k));
		}
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
	if (text.data != NULL) {
		explicit_bzero(text.data, text.capacity);
	}
	bytes_clear(&text);
	return good;
}

bool shared_read_password(const char *path, struct bytes *out, struct diag *diag)
{
	struct place place = {.file = path};

	if (!file_read_secret(path, "password_file", FILE_BYTES_MAX, out, diag)) {
		return false;
	}
	if (out->len > 0 && out->data[out->len - 1] == '\n') {
		out->len--;
	}
	if (out->len > 0 && out->data[out->len - 1] == '\r') {
		out->len--;
	}
	if (out->len == 0 || memchr(out->data, '\n', out->len) != NULL) {
		diag_error(diag, &place, "password_file: expected one line with the password");
		return false;
	}
	return true;
}
