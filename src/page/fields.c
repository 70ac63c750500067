/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "page/fields_private.h"

#include "page/html.h"

void page_write_field(
	const struct page_field *field, const struct http_query *query, struct bytes *out)
{
	bytes_appendf(out,
		"<label>%s<input name=\"%s\" autocomplete=\"off\" autocapitalize=\"off\" "
		"spellcheck=\"false\"%s%s%s%s value=\"",
		field->label, field->name, field->is_required ? " required" : "",
		field->hint != NULL ? " placeholder=\"" : "",
		field->hint != NULL ? field->hint : "", field->hint != NULL ? "\"" : "");
	html_text(out, http_query_value(query, field->name));
	bytes_append_text(out, "\"></label>\n");
}

void page_write_lines(
	const char *name, const char *label, const struct http_query *query, struct bytes *out)
{
	bytes_appendf(out,
		"<label class=\"lines\">%s<textarea name=\"%s\" rows=\"3\" autocomplete=\"off\" "
		"spellcheck=\"false\">",
		label, name);
	html_text(out, http_query_value(query, name));
	bytes_append_text(out, "</textarea></label>\n");
}

void page_write_box(
	const char *name, const char *label, const struct http_query *query, struct bytes *out)
{
	bool ticked = str_eq_text(http_query_value(query, name), "1");

	bytes_appendf(out,
		"<label class=\"box\"><input type=\"checkbox\" name=\"%s\" value=\"1\"%s>%s"
		"</label>\n",
		name, ticked ? " checked" : "", label);
}
