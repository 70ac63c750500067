/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/ban_codec.h"

void shared_ban_encode(const struct store_seal *seal, const struct ban *ban, struct bytes *field,
	struct bytes *value)
{
	struct bytes text;

	bytes_init(&text, 0);
	ban_write_what(ban, &text);
	store_seal_key(seal, 0, STORE_LABEL_BAN, bytes_view(&text), field);
	bytes_reset(&text, SIZE_MAX);
	ban_write(ban, &text);
	value->failed = value->failed || text.failed;
	store_seal_close(
		seal, STORE_LABEL_BAN, bytes_view(field), bytes_view(&text), ban->kept_ms, value);
	bytes_clear(&text);
}

enum store_opened shared_ban_decode(const struct store_seal *seal, struct str field,
	struct str value, int64_t now_ms, struct arena *arena, struct ban *out)
{
	struct bytes text;
	int64_t until_ms;

	bytes_init(&text, 0);
	enum store_opened opened =
		store_seal_open(seal, STORE_LABEL_BAN, field, value, now_ms, &text, &until_ms);

	if (opened == STORE_OPENED && (text.failed || text.len > BAN_LINE_MAX ||
					      ban_read(bytes_view(&text), arena, out) != NULL)) {
		opened = STORE_FORGED;
	}
	bytes_clear(&text);
	return opened;
}
