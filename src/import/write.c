/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/write.h"

#include "import/source.h"

#include <string.h>

void import_result_init(struct import_result *result)
{
	bytes_init(&result->config, IMPORT_MAX_OUTPUT);
	bytes_init(&result->server, IMPORT_MAX_OUTPUT);
	bytes_init(&result->module, IMPORT_MAX_OUTPUT);
	result->lost = false;
}

void import_result_clear(struct import_result *result)
{
	bytes_clear(&result->config);
	bytes_clear(&result->server);
	bytes_clear(&result->module);
}

void import_append_comment(struct bytes *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (i == 120) {
			bytes_append_text(out, "...");
			return;
		}
		bytes_append_u8(out, c >= 0x20 && c < 0x7f ? c : '?');
	}
}

void import_write_rule(struct bytes *out, bool allow, const struct str *terms, size_t count)
{
	size_t len = strlen("allow = ");

	for (size_t i = 0; i < count; i++) {
		len += terms[i].len + strlen(" & ");
	}
	bytes_append_text(out, allow ? "allow = " : "deny = ");
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			bytes_append_text(out, len > IMPORT_LINE_MAX ? " &\n\t" : " & ");
		}
		bytes_append_str(out, terms[i]);
	}
	bytes_append_text(out, "\n");
}

/* Letters, digits and dots as they are, all other bytes as one hyphen. */
static void write_name(struct bytes *out, struct str wish)
{
	for (size_t i = 0; i < wish.len && out->len < IMPORT_NAME_MAX - 5; i++) {
		char c = wish.data[i];
		char last = out->len > 0 ? (char)out->data[out->len - 1] : '-';

		if (ascii_is_alnum(c) || c == '_' || c == '.') {
			if (out->len > 0 || ascii_is_alnum(c)) {
				bytes_append_u8(out, (uint8_t)c);
			}
		} else if (last != '-') {
			bytes_append_u8(out, '-');
		}
	}
	while (out->len > 0 && out->data[out->len - 1] == '-') {
		out->len--;
	}
	if (out->len == 0) {
		bytes_append_text(out, "rdns");
	}
}

static bool is_taken(struct str name, const struct str *taken, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(name, taken[i])) {
			return true;
		}
	}
	return str_eq_text(name, "default");
}

struct str import_policy_name(
	struct arena *arena, struct str wish, const struct str *taken, size_t count)
{
	struct bytes name;
	size_t len;

	bytes_init(&name, 0);
	write_name(&name, wish);
	len = name.len;
	for (unsigned n = 2; !name.failed && is_taken(bytes_view(&name), taken, count); n++) {
		name.len = len;
		bytes_appendf(&name, "-%u", n);
	}
	struct str copy = name.failed ? (struct str){NULL, 0} : arena_dup(arena, bytes_view(&name));

	bytes_clear(&name);
	return copy;
}
