/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "page/fields_private.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

/* Nothing, unless it was asked. */
static void write_answer(const json_t *explained, struct bytes *out)
{
	struct str error = page_str(explained, "error");

	if (error.len > 0) {
		bytes_append_text(out, "<section class=\"wide\"><p class=\"alert\">");
		html_text(out, error);
		bytes_append_text(out, "</p></section>\n");
	} else if (json_is_object(explained)) {
		page_write_explanation(explained, out);
	}
}

void page_write_why(const struct page_data *data, struct bytes *out)
{
	static const struct page_field id = {"id", "Identifier of a decision", true, NULL};

	bytes_append_text(out, "<section id=\"ask\" class=\"wide\" aria-labelledby=\"ask-h\">"
			       "<h2 id=\"ask-h\">Why was it decided so?</h2>\n"
			       "<form method=\"get\" action=\"/why\">\n");
	page_write_field(&id, &data->query, out);
	bytes_append_text(out,
		"<button>Explain</button></form>\n"
		"<p class=\"soft\">The X-Doorward-Id of a response, which its line of "
		"the log has as well. The decision is made again, by the configuration "
		"in force and what DNS says now, and not counted.</p>\n");
	if (http_query_value(&data->query, "id").len > 0) {
		bytes_append_text(out, "<p><a href=\"/decisions?id=");
		html_parameter(out, http_query_value(&data->query, "id"));
		bytes_append_text(out, "\">What was asked</a></p>\n");
	}
	page_section_close(out);
	write_answer(data->explained, out);
}

void page_write_whatif(const struct page_data *data, struct bytes *out)
{
	static const struct page_field fields[] = {{"ip", "Address of the client", true, NULL},
		{"policy", "Policy", false, NULL}, {"user_agent", "User agent", false, NULL},
		{"uri", "URI", false, NULL}, {"method", "Method", false, NULL},
		{"http_host", "Host header", false, NULL},
		{"agent", "Agent that signed it", false, "https://chatgpt.com"},
		{"at", "At the time", false, "2026-11-21T17:12:00Z"},
		{"verify_status", "The front end's result for the certificate", false, "SUCCESS"}};

	bytes_append_text(out, "<section id=\"ask\" class=\"wide\" aria-labelledby=\"ask-h\">"
			       "<h2 id=\"ask-h\">What if this client asked now?</h2>\n"
			       "<form method=\"get\" action=\"/whatif\">\n");
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		page_write_field(&fields[i], &data->query, out);
	}
	page_write_lines(
		"cert", "Certificate of the client, then intermediates (PEM)", &data->query, out);
	bytes_append_text(out, "<button>Decide</button></form>\n"
			       "<p class=\"soft\">It is decided by the configuration in force and "
			       "what DNS says now, and not counted: no rate, metric or log has "
			       "it.</p>\n");
	page_section_close(out);
	write_answer(data->explained, out);
}
