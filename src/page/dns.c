/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

/* Values of status.json's `dns`, in the order in which they are shown. */
static const struct {
	const char *key;
	const char *name;
	bool is_trouble; /* where it is not 0 */
} counts[] = {
	{"queries", "Queries", false},
	{"tcp_queries", "Queries over TCP", false},
	{"retransmits", "Sent again", false},
	{"timeouts", "Timeouts", true},
	{"wrong_replies", "Wrong replies", true},
	{"failed_lookups", "Failed lookups", true},
	{"queries_in_flight", "In flight", false},
};

static void write_time(const json_t *resolver, const char *key, struct bytes *out)
{
	bytes_append_text(out, "<td class=\"n\">");
	page_latency(out, json_object_get(resolver, key), " ms");
	bytes_append_text(out, "</td>");
}

/* Those that there were, each by its name. */
static void write_errors(const json_t *resolver, struct bytes *out)
{
	json_t *errors = json_object_get(resolver, "errors");
	bool any = false;
	const char *key;
	json_t *value;

	bytes_append_text(out, "<td class=\"long\">");
	json_object_foreach(errors, key, value)
	{
		uint64_t count = (uint64_t)json_integer_value(value);

		if (count > 0) {
			bytes_append_text(out, any ? ", " : "<span class=\"doubt\">");
			html_text(out, str_view(key));
			bytes_append_text(out, "\xc2\xa0");
			page_u64(out, count);
			any = true;
		}
	}
	bytes_append_text(out, any ? "</span></td>" : "\xe2\x80\x93</td>");
}

static void write_resolver(const json_t *resolver, struct bytes *out)
{
	bytes_append_text(out, "<tr>");
	page_cell(out, page_str(resolver, "server"));
	bytes_append_text(out, "<td>");
	if (!page_is_true(resolver, "asked")) {
		bytes_append_text(out, "<span class=\"soft\">not asked yet</span>");
	} else if (page_is_true(resolver, "up")) {
		bytes_append_text(out, "<span class=\"word good\">up</span>");
	} else {
		bytes_append_text(out, "<span class=\"word bad\">down</span>");
	}
	bytes_append_text(out, "</td>");
	write_time(resolver, "rtt_us", out);
	write_time(resolver, "slowest_us", out);
	page_cell_u64(out, page_number(resolver, "queries"));
	page_cell_u64(out, page_number(resolver, "tcp_queries"));
	page_cell_u64(out, page_number(resolver, "tcp_fallbacks"));
	page_cell(out, str_view(page_is_true(resolver, "cookies") ? "in use" : "no"));
	write_errors(resolver, out);
	bytes_append_text(out, "</tr>\n");
}

void page_write_dns(const struct page_data *data, struct bytes *out)
{
	static const char *const columns[] = {"Upstream", "State", "#Round trip", "#Slowest",
		"#Queries", "#By TCP", "#Fallbacks", "Cookies", "Errors"};
	const json_t *dns = json_object_get(data->status, "dns");
	const json_t *resolver;
	size_t i;

	page_section_open(out, "dns", "DNS upstreams", true);
	page_table_open(out, "DNS upstreams", columns, ARRAY_LEN(columns));
	json_array_foreach(json_object_get(dns, "resolvers"), i, resolver)
	{
		write_resolver(resolver, out);
	}
	page_table_close(out);
	bytes_append_text(out, "<h3>Since the start</h3>\n");
	page_facts_open(out);
	for (i = 0; i < ARRAY_LEN(counts); i++) {
		uint64_t count = page_number(dns, counts[i].key);

		if (json_object_get(dns, counts[i].key) != NULL) {
			page_fact_open(out, counts[i].name);
			bytes_appendf(out, "<span%s>",
				counts[i].is_trouble && count > 0 ? " class=\"doubt\"" : "");
			page_u64(out, count);
			bytes_append_text(out, "</span>");
			page_fact_close(out);
		}
	}
	page_facts_close(out);
	page_section_close(out);
}
