/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"
#include "base/util.h"
#include "page/fields_private.h"
#include "page/html.h"
#include "page/page.h"
#include "page/parts_private.h"
#include "page/views_private.h"

#include <string.h>

/* The reason, which leads to the explanation of the decision. */
static void write_reason(const json_t *decision, struct bytes *out)
{
	struct str id = page_str(decision, "id");

	bytes_append_text(out, "<td role=\"cell\" class=\"line\">");
	if (id.len > 0) {
		bytes_append_text(out, "<a href=\"/why?id=");
		html_parameter(out, id);
		bytes_append_text(out, "\" title=\"Why?\">");
	}
	html_text(out, page_str(decision, "reason"));
	bytes_append_text(out, id.len > 0 ? "</a></td>" : "</td>");
}

/* Without the date, if it is today's; without its fraction. */
static void write_time(const struct page_data *data, struct str time, struct bytes *out)
{
	char now[CLOCK_TEXT_MAX];
	int64_t at_s;

	bytes_append_text(out, "<td role=\"cell\" class=\"line\">");
	if (clock_parse(time, &at_s)) {
		char then[CLOCK_TEXT_MAX];

		clock_format(data->now_s, now);
		clock_format(at_s, then);
		bytes_append_text(out, memcmp(now, then, 11) == 0 ? then + 11 : then);
	} else {
		html_text(out, time);
	}
	bytes_append_text(out, "</td>");
}

/* A place in a file, without the folder. */
static struct str without_folder(struct str place)
{
	size_t from = 0;

	for (size_t i = 0; i < place.len; i++) {
		from = place.data[i] == '/' ? i + 1 : from;
	}
	return str_from(place, from);
}

static void write_long(struct bytes *out, struct str text)
{
	bytes_append_text(out, "<td role=\"cell\" class=\"long\">");
	html_text(out, text);
	bytes_append_text(out, "</td>");
}

/* The confirmed host name, or what reverse DNS said instead. */
static void write_host(const json_t *decision, struct bytes *out)
{
	struct str name = page_str(decision, "hostname");

	if (name.len > 0) {
		write_long(out, name);
	} else {
		bytes_append_text(out, "<td role=\"cell\" class=\"soft\" data-label=\"rDNS\">");
		html_text(out, page_str(decision, "rdns"));
		bytes_append_text(out, "</td>");
	}
}

/* The rule that decided; without one, what was wrong. */
static void write_rule(const json_t *decision, struct bytes *out)
{
	struct str rule = page_str(decision, "rule");

	if (rule.len > 0) {
		bytes_append_text(out, "<td role=\"cell\" data-label=\"rule\">");
		html_text(out, without_folder(rule));
		bytes_append_text(out, "</td>");
	} else {
		write_long(out, page_str(decision, "detail"));
	}
}

static void write_decision(const struct page_data *data, const json_t *decision, struct bytes *out)
{
	bytes_append_text(out, "<tr role=\"row\">");
	write_time(data, page_str(decision, "time"), out);
	bytes_append_text(out, "<td role=\"cell\">");
	page_word(out, page_str(decision, "verdict"));
	bytes_append_text(out, "</td>");
	write_reason(decision, out);
	bytes_append_text(out, "<td role=\"cell\" class=\"short\" data-label=\"policy\">");
	html_text(out, page_str(decision, "policy"));
	bytes_append_text(out, "</td>");
	bytes_append_text(out, "<td role=\"cell\" class=\"line\">");
	html_text(out, page_str(decision, "ip"));
	bytes_append_text(out, "</td>");
	write_host(decision, out);
	bytes_append_text(out, "<td role=\"cell\" class=\"long\">");
	html_text(out, page_str(decision, "method"));
	bytes_append_text(out, " ");
	html_text(out, page_str(decision, "uri"));
	bytes_append_text(out, "</td>");
	write_long(out, page_str(decision, "user_agent"));
	write_rule(decision, out);
	bytes_append_text(out, "<td role=\"cell\" class=\"n\">");
	page_value(out, json_object_get(decision, "ms"));
	bytes_append_text(out, "</td></tr>\n");
}

static void write_table(const struct page_data *data, size_t limit, struct bytes *out)
{
	static const char *const columns[] = {"Time", "Verdict", "Reason", "Policy", "Address",
		"Host name", "Request", "User agent", "Rule", "#ms"};
	const json_t *recent = json_object_get(data->recent, "recent");
	size_t count = json_array_size(recent);

	if (count == 0) {
		bytes_append_text(out, "<p class=\"soft\">No decision.</p>\n");
		return;
	}
	bytes_append_text(out, "<div class=\"log\">");
	page_table_open(out, "Last decisions, newest first", columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count && i < limit; i++) {
		write_decision(data, json_array_get(recent, i), out);
	}
	page_table_close(out);
	bytes_append_text(out, "</div>\n");
}

void page_write_last_decisions(const struct page_data *data, struct bytes *out)
{
	if (data->recent == NULL) {
		return;
	}
	bytes_append_text(out, "<section id=\"last\" class=\"wide\" aria-labelledby=\"last-h\" "
			       "data-live><h2 id=\"last-h\">Last decisions</h2>\n");
	write_table(data, PAGE_RECENT_SHOWN, out);
	bytes_append_text(out, "<p><a href=\"/decisions\">All that are kept, with filters</a>, "
			       "<a href=\"/decisions?denied=1\">those not allowed</a></p>\n");
	page_section_close(out);
}

void page_write_decisions(const struct page_data *data, struct bytes *out)
{
	static const struct page_field fields[] = {{"address", "Address or network", false, NULL},
		{"host", "Host name", false, NULL}, {"policy", "Policy", false, NULL},
		{"reason", "Reason", false, NULL}, {"id", "Id", false, NULL}};
	struct str error = page_str(data->recent, "error");

	bytes_append_text(out, "<section id=\"filter\" class=\"wide\" aria-labelledby=\"filter-h\">"
			       "<h2 id=\"filter-h\">Decisions</h2>\n"
			       "<form method=\"get\" action=\"/decisions\">\n");
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		page_write_field(&fields[i], &data->query, out);
	}
	page_write_box("denied", "Only those not allowed", &data->query, out);
	bytes_append_text(out, "<button>Filter</button></form>\n");
	page_section_close(out);
	bytes_append_text(out, "<section id=\"found\" class=\"wide\" aria-labelledby=\"found-h\" "
			       "data-live><h2 id=\"found-h\">Newest first</h2>\n");
	if (error.len > 0) {
		bytes_append_text(out, "<p class=\"alert\">");
		html_text(out, error);
		bytes_append_text(out, "</p>\n");
	} else {
		write_table(data, SIZE_MAX, out);
	}
	page_section_close(out);
}
