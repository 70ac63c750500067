/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/lua.h"

/* The number of = signs of a long bracket that opens at `at`; -1 if none opens there. */
static int bracket_level(struct str text, size_t at)
{
	int level = 0;

	if (at >= text.len || text.data[at] != '[') {
		return -1;
	}
	for (at++; at < text.len && text.data[at] == '='; at++) {
		level++;
	}
	return at < text.len && text.data[at] == '[' ? level : -1;
}

static size_t skip_long(struct str text, size_t at, int level)
{
	for (at += (size_t)level + 2; at < text.len; at++) {
		size_t end = at + 1;
		int signs = 0;

		if (text.data[at] != ']') {
			continue;
		}
		while (end < text.len && text.data[end] == '=' && signs < level) {
			end++;
			signs++;
		}
		if (signs == level && end < text.len && text.data[end] == ']') {
			return end + 1;
		}
	}
	return text.len;
}

static size_t skip_string(struct str text, size_t at)
{
	char quote = text.data[at++];

	while (at < text.len && text.data[at] != quote) {
		at += text.data[at] == '\\' ? 2 : 1;
	}
	return at < text.len ? at + 1 : text.len;
}

static size_t skip_comment(struct str text, size_t at)
{
	int level = bracket_level(text, at + 2);

	if (level >= 0) {
		return skip_long(text, at + 2, level);
	}
	return at + str_find(str_from(text, at), '\n');
}

size_t import_lua_end(struct str text, size_t at)
{
	size_t depth = 0;

	while (at < text.len) {
		char c = text.data[at];
		int level = c == '[' ? bracket_level(text, at) : -1;

		if (c == '"' || c == '\'') {
			at = skip_string(text, at);
		} else if (c == '-' && at + 1 < text.len && text.data[at + 1] == '-') {
			at = skip_comment(text, at);
		} else if (level >= 0) {
			at = skip_long(text, at, level);
		} else if (c == '}' && depth == 0) {
			return at;
		} else {
			depth += c == '{';
			depth -= c == '}';
			at++;
		}
	}
	return text.len;
}
