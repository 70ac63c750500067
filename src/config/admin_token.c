/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/admin_token.h"

#include "base/file_secret.h"

#include <stdint.h>

#define FILE_BYTES_MAX 4096

static bool is_visible(struct str text)
{
	bool visible = true;

	for (size_t i = 0; i < text.len; i++) {
		visible = visible && text.data[i] > ' ' && text.data[i] <= '~';
	}
	return visible;
}

bool config_admin_token_read(const char *path, struct bytes *token, struct diag *diag)
{
	struct place place = {.file = path};

	if (!file_read_secret_line(path, "admin_token_file", FILE_BYTES_MAX, token, diag)) {
		return false;
	}
	if (token->len < CONFIG_ADMIN_TOKEN_MIN || token->len > CONFIG_ADMIN_TOKEN_MAX ||
		!is_visible(bytes_view(token))) {
		diag_error(diag, &place,
			"admin_token_file: expected one line of 32 to 512 visible ASCII "
			"characters, as from openssl rand -hex 32");
		return false;
	}
	return true;
}

bool config_admin_token_is(struct str given, struct str token)
{
	volatile uint8_t difference = given.len != token.len || token.len == 0;

	for (size_t i = 0; i < given.len && token.len > 0; i++) {
		difference |= (uint8_t)(given.data[i] ^ token.data[i % token.len]);
	}
	return difference == 0;
}
