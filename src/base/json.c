/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/json.h"

/* Writes a comma, unless a bracket, colon or the start of the text comes before the value. */
static void separate(struct bytes *out)
{
	uint8_t last = out->len > 0 ? out->data[out->len - 1] : '[';

	if (last != '{' && last != '[' && last != ':') {
		bytes_append_u8(out, ',');
	}
}

void json_open(struct bytes *out, char bracket)
{
	separate(out);
	bytes_append_u8(out, (uint8_t)bracket);
}

void json_close(struct bytes *out, char bracket)
{
	bytes_append_u8(out, (uint8_t)bracket);
}

void json_key(struct bytes *out, const char *key)
{
	json_text(out, key);
	bytes_append_u8(out, ':');
}

void json_none(struct bytes *out)
{
	separate(out);
	bytes_append_text(out, "null");
}

void json_bool(struct bytes *out, bool value)
{
	separate(out);
	bytes_append_text(out, value ? "true" : "false");
}

void json_u64(struct bytes *out, uint64_t value)
{
	separate(out);
	bytes_append_u64(out, value);
}

void json_str(struct bytes *out, struct str value)
{
	if (value.data == NULL) {
		json_none(out);
		return;
	}
	separate(out);
	bytes_append_json(out, value);
}

void json_text(struct bytes *out, const char *value)
{
	json_str(out, str_view(value));
}

void json_str_list(struct bytes *out, struct str_list list)
{
	json_open(out, '[');
	for (size_t i = 0; i < list.count; i++) {
		json_str(out, list.items[i]);
	}
	json_close(out, ']');
}

void json_member_open(struct bytes *out, const char *key, char bracket)
{
	json_key(out, key);
	json_open(out, bracket);
}

void json_member_bool(struct bytes *out, const char *key, bool value)
{
	json_key(out, key);
	json_bool(out, value);
}

void json_member_u64(struct bytes *out, const char *key, uint64_t value)
{
	json_key(out, key);
	json_u64(out, value);
}

void json_member_str(struct bytes *out, const char *key, struct str value)
{
	json_key(out, key);
	json_str(out, value);
}

void json_member_text(struct bytes *out, const char *key, const char *value)
{
	json_key(out, key);
	json_text(out, value);
}

void json_member_str_list(struct bytes *out, const char *key, struct str_list list)
{
	json_key(out, key);
	json_str_list(out, list);
}
