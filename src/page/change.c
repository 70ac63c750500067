/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "page/fields_private.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

/* Fields are empty, whatever the query says: a link of others must not fill them in. */
static void write_fields(const struct page_field *fields, size_t count, struct bytes *out)
{
	static const struct http_query none = {.count = 0};

	for (size_t i = 0; i < count; i++) {
		page_write_field(&fields[i], &none, out);
	}
}

static void open_form(const char *id, const char *heading, struct bytes *out)
{
	page_section_open(out, id, heading, false);
	bytes_appendf(out, "<form method=\"post\" action=\"/%s\">\n", id);
}

static void write_token(struct bytes *out)
{
	bytes_append_text(out, "<label>Token<input type=\"password\" name=\"token\" "
			       "autocomplete=\"off\" required></label>\n");
}

static void close_form(const char *button, struct bytes *out)
{
	bytes_appendf(out, "<button>%s</button></form>\n", button);
	page_section_close(out);
}

static void write_outcome(const struct page_outcome *outcome, struct bytes *out)
{
	bool good = outcome->status[0] == '2';

	bytes_appendf(out, "<section class=\"wide\"><p id=\"outcome\" class=\"%s\" role=\"%s\">",
		good ? "done" : "alert", good ? "status" : "alert");
	html_text(out, outcome->told);
	bytes_append_text(out, "</p></section>\n");
}

void page_write_change(const struct page_data *data, struct bytes *out)
{
	static const struct page_field ban[] = {{"ip", "Address or prefix", false, NULL},
		{"host", "or host name", false, NULL},
		{"for", "For how long", false, "10m, 1h, 7d, never"}, {"why", "Why", false, NULL}};
	static const struct http_query none = {.count = 0};

	if (data->outcome != NULL) {
		write_outcome(data->outcome, out);
	}
	if (!data->writable) {
		bytes_append_text(out, "<section class=\"wide\"><p>Nothing can be changed here: "
				       "<code>admin_write</code> is not set in "
				       "<code>[server]</code>.</p></section>\n");
		return;
	}
	open_form("ban", "Ban", out);
	write_fields(ban, ARRAY_LEN(ban), out);
	write_token(out);
	page_write_box("force", "Even if it looks like a mistake", &none, out);
	close_form("Ban", out);
	open_form("unban", "End a ban", out);
	write_fields(ban, 2, out);
	write_fields(&ban[3], 1, out);
	write_token(out);
	close_form("End the ban", out);
	open_form("log-level", "Level of the log", out);
	bytes_append_text(out, "<label>Level<select name=\"level\"><option>warning</option>"
			       "<option selected>info</option><option>debug</option></select>"
			       "</label>\n");
	write_fields(&ban[2], 1, out);
	write_token(out);
	close_form("Set", out);
	bytes_append_text(out,
		"<section class=\"wide\"><p class=\"soft\">Each change needs the token of "
		"<code>admin_token_file</code>, which this page does not keep, and is logged with "
		"the address or the user that made it. A level of the log lasts for its time, or "
		"until a reload.</p></section>\n");
}
