/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/ini_line.h"

/* The position of a comment inside of a line, as inih finds it: at a `;` after a blank. */
static size_t comment_start(struct str s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.data[i] == ';' && ascii_is_blank(s.data[i - 1])) {
			return i;
		}
	}
	return s.len;
}

static struct config_ini_line bad(size_t at, const char *why)
{
	return (struct config_ini_line){
		.kind = CONFIG_INI_BAD, .column = (unsigned)at + 1, .why = why, .wrong = -1};
}

static struct config_ini_line read_section(struct str text)
{
	size_t close = str_find(text, ']');

	if (close > comment_start(text) || close == text.len) {
		return bad(0, "expected ] after the name of the section");
	}
	struct str rest = str_from(text, close + 1);

	if (rest.len > 0 && str_trim((struct str){rest.data, comment_start(rest)}).len > 0) {
		return bad(close + 1, "expected nothing after the ] of a section");
	}
	if (close - 1 > CONFIG_INI_MAX_NAME) {
		return bad(1, "expected at most 49 bytes in the name of a section");
	}
	return (struct config_ini_line){.kind = CONFIG_INI_SECTION,
		.text = text,
		.name = str_trim((struct str){text.data + 1, close - 1})};
}

static struct config_ini_line read_key(struct str text)
{
	size_t equals = str_find(text, '=');
	struct str key = str_trim((struct str){text.data, equals});

	if (equals == text.len || equals > comment_start(text) || key.len == 0 ||
		str_find(key, ':') < key.len) {
		return bad(0, "expected [SECTION] or KEY = VALUE");
	}
	if (key.len > CONFIG_INI_MAX_NAME) {
		return bad(0, "expected at most 49 bytes in a key");
	}
	size_t value = equals + 1;

	/*
	 * inih takes a `;` directly after the `=` as the value, and one after a blank as a comment.
	 */
	if (value < text.len && text.data[value] == ';') {
		return bad(value, "expected a value, or a blank before the ; of a comment");
	}
	while (value < text.len && ascii_is_blank(text.data[value])) {
		value++;
	}
	return (struct config_ini_line){
		.kind = CONFIG_INI_KEY, .text = text, .name = key, .column = (unsigned)value + 1};
}

struct config_ini_line config_ini_line_read(struct str raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		unsigned char c = (unsigned char)raw.data[i];

		if ((c < 0x20 && c != '\t' && !(c == '\r' && i + 1 == raw.len)) || c == 0x7f) {
			struct config_ini_line line =
				bad(i, "expected text without control characters");

			line.wrong = c;
			return line;
		}
	}
	struct str text = str_trim(raw);
	bool indented = raw.len > 0 && ascii_is_blank(raw.data[0]);

	if (text.len == 0 || text.data[0] == ';' || text.data[0] == '#') {
		return (struct config_ini_line){.kind = CONFIG_INI_NOTHING};
	}
	/* The line with its indentation, without the blanks at its end. */
	text = (struct str){raw.data, (size_t)(text.data + text.len - raw.data)};
	if (text.len > CONFIG_INI_MAX_LINE) {
		return bad(CONFIG_INI_MAX_LINE, "expected at most 199 bytes in a line");
	}
	if (indented) {
		/* Some versions of inih leave the comment of such a line in its value. */
		text.len = comment_start(text);
		return (struct config_ini_line){.kind = CONFIG_INI_INDENTED, .text = text};
	}
	return text.data[0] == '[' ? read_section(text) : read_key(text);
}
