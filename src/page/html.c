/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "page/html.h"

#include "base/utf8.h"

static const char *reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(struct bytes *out, struct str text)
{
	while (text.len > 0) {
		uint32_t code_point;
		size_t len = utf8_decode(text, &code_point);
		const char *safe = reference(text.data[0]);

		if (len == 0 || utf8_is_invisible(code_point)) {
			len = len == 0 ? 1 : len;
			for (size_t i = 0; i < len; i++) {
				bytes_appendf(out, "\\x%02x", (unsigned)(uint8_t)text.data[i]);
			}
		} else if (safe != NULL) {
			bytes_append_text(out, safe);
		} else {
			bytes_append(out, text.data, len);
		}
		text = str_from(text, len);
	}
}

void html_parameter(struct bytes *out, struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];

		if (ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
			bytes_append_u8(out, (uint8_t)c);
		} else {
			bytes_appendf(out, "%%%02X", (unsigned)(uint8_t)c);
		}
	}
}
