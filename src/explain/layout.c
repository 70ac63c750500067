/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/layout.h"

#define WIDTH 100
#define LABEL_WIDTH 13

void explain_spaces(struct bytes *out, size_t count)
{
	bytes_appendf(out, "%*s", (int)count, "");
}

void explain_wrap(struct bytes *out, size_t column, size_t indent, struct str text)
{
	bool first = true;
	struct str word;

	while (str_split_next(&text, ' ', &word)) {
		if (!first && column + 1 + word.len > WIDTH) {
			bytes_append_text(out, "\n");
			explain_spaces(out, indent);
			column = indent;
		} else if (!first) {
			bytes_append_text(out, " ");
			column++;
		}
		bytes_append_visible(out, word);
		column += word.len;
		first = false;
	}
	bytes_append_text(out, "\n");
}

void explain_line(struct bytes *out, const char *label, struct str text)
{
	bytes_appendf(out, "%-*s", LABEL_WIDTH, label);
	explain_wrap(out, LABEL_WIDTH, LABEL_WIDTH, text);
}

void explain_item(struct bytes *out, const char *label, struct str text)
{
	bytes_appendf(out, "  %-*s", LABEL_WIDTH - 2, label);
	explain_wrap(out, LABEL_WIDTH, LABEL_WIDTH, text);
}

void explain_line_take(struct bytes *out, const char *label, struct bytes *text)
{
	explain_line(out, label, bytes_view(text));
	out->failed = out->failed || text->failed;
	bytes_clear(text);
}
