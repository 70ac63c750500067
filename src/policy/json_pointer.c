/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/json_pointer.h"

#include "policy/text.h"

size_t policy_json_pointers_find(struct str s)
{
	size_t at = 0;

	while (at < s.len && !str_starts_with(str_from(s, at), "#/")) {
		at++;
	}
	return at;
}

/* Decodes %XX into the room of the token, in place; false if one is no octet, or is a NUL. */
static bool decode_percent(char *text, size_t *len)
{
	size_t to = 0;

	for (size_t i = 0; i < *len; i++) {
		char c = text[i];

		if (c == '%') {
			int high = i + 1 < *len ? ascii_hex_value(text[i + 1]) : -1;
			int low = i + 2 < *len ? ascii_hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0 || high + low == 0) {
				return false;
			}
			c = (char)(high * 16 + low);
			i += 2;
		}
		text[to++] = c;
	}
	*len = to;
	return true;
}

/* RFC 6901 section 3: ~1 is / and ~0 is ~. */
static bool decode_tilde(char *text, size_t *len)
{
	size_t to = 0;

	for (size_t i = 0; i < *len; i++) {
		char c = text[i];

		if (c == '~') {
			char next = i + 1 < *len ? text[i + 1] : '\0';

			if (next != '0' && next != '1') {
				return false;
			}
			c = next == '0' ? '~' : '/';
			i++;
		}
		text[to++] = c;
	}
	*len = to;
	return true;
}

enum token_read { TOKEN_READ, TOKEN_BAD, TOKEN_NO_MEMORY };

static enum token_read read_token(
	struct str written, struct arena *arena, struct policy_json_token *out)
{
	char *text = arena_alloc(arena, written.len + 1, 1);
	size_t len = written.len;

	if (text == NULL) {
		return TOKEN_NO_MEMORY;
	}
	for (size_t i = 0; i < len; i++) {
		text[i] = written.data[i];
	}
	if (!decode_percent(text, &len) || !decode_tilde(text, &len)) {
		return TOKEN_BAD;
	}
	text[len] = '\0';
	*out = (struct policy_json_token){.each = str_eq_text(written, "*"), .name = {text, len}};
	return TOKEN_READ;
}

static bool read_pointer(struct str text, const struct place *place, struct arena *arena,
	struct diag *diag, struct policy_json_pointer *out)
{
	struct str rest = str_from(text, 1);
	char quoted[POLICY_QUOTE_MAX];
	struct str token;

	out->text = text;
	out->count = 0;
	while (str_split_next(&rest, '/', &token)) {
		if (out->count == ARRAY_LEN(out->tokens)) {
			diag_error(diag, place, "%s has too many parts: expected at most %d",
				policy_quote(text, quoted), POLICY_JSON_TOKENS_MAX);
			return false;
		}
		switch (read_token(token, arena, &out->tokens[out->count++])) {
		case TOKEN_READ:
			break;
		case TOKEN_BAD:
			diag_error(diag, place,
				"%s is not a JSON pointer: expected %%XX for an octet other than "
				"NUL, ~0 for ~ and ~1 for / in a name",
				policy_quote(text, quoted));
			return false;
		case TOKEN_NO_MEMORY:
			diag_error(diag, place, "out of memory");
			return false;
		}
	}
	return true;
}

bool policy_json_pointers_read(struct str text, const struct place *place, struct arena *arena,
	struct diag *diag, struct policy_json_pointers *out)
{
	char quoted[POLICY_QUOTE_MAX];

	out->count = 0;
	while (text.len > 0) {
		struct str rest = str_from(text, 1);
		size_t len = policy_json_pointers_find(rest);
		struct str pointer = {rest.data, len};

		if (str_find(pointer, '#') < pointer.len) {
			diag_error(diag, place,
				"%s is not a JSON pointer: expected / after each #, and %%23 for # "
				"in a name",
				policy_quote(pointer, quoted));
			return false;
		}
		if (out->count == ARRAY_LEN(out->items)) {
			diag_error(diag, place, "too many JSON pointers: expected at most %d",
				POLICY_JSON_POINTERS_MAX);
			return false;
		}
		if (!read_pointer(pointer, place, arena, diag, &out->items[out->count++])) {
			return false;
		}
		text = str_from(rest, len);
	}
	return true;
}

bool policy_json_token_index(const struct policy_json_token *token, size_t *index)
{
	struct str name = token->name;
	uint64_t number;

	if ((name.len > 1 && name.data[0] == '0') || !str_to_u64(name, UINT32_MAX, &number)) {
		return false;
	}
	*index = (size_t)number;
	return true;
}
