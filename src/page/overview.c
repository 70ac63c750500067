/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"
#include "base/duration.h"
#include "base/util.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

#define DAY_S 86400

static uint64_t decided(const json_t *object)
{
	return page_number(object, "allow") + page_number(object, "deny") +
	       page_number(object, "error");
}

static void write_tile(struct bytes *out, const char *name, uint64_t count, uint64_t ms)
{
	page_fact_open(out, name);
	page_rate(out, ms > 0 ? 1000.0 * (double)count / (double)ms : 0);
	page_fact_close(out);
}

/* The rates of the last five to ten seconds, and whether the process is well. */
static void write_tiles(const struct page_data *data, struct bytes *out)
{
	const json_t *recent = json_array_get(json_object_get(data->status, "recent"), 0);
	uint64_t ms = page_number(recent, "ms");
	bool ready = page_is_true(data->status, "ready");

	bytes_append_text(out, "<dl class=\"tiles\">\n");
	page_fact_open(out, "Process");
	bytes_append_text(out, ready ? "<span class=\"good\">ready</span>"
				     : "<span class=\"bad\">not ready</span>");
	bytes_append_text(out, "<small>for ");
	duration_append(out, page_number(data->status, "uptime_s"));
	bytes_append_text(out, "</small>");
	page_fact_close(out);
	write_tile(out, "Decisions a second", decided(recent), ms);
	write_tile(out, "Denied a second", page_number(recent, "deny"), ms);
	write_tile(out, "Errors a second", page_number(recent, "error"), ms);
	page_fact_u64(out, "Workers", page_number(data->status, "workers"));
	page_fact_u64(out, "Bans", page_number(data->status, "bans"));
	bytes_append_text(out, "</dl>\n");
	if (data->status != NULL && !ready) {
		bytes_append_text(out,
			"<p class=\"alert\">Not every worker responds: at the start "
			"and at the end of the process, and when one is stuck.</p>\n");
	}
	if (page_number(data->status, "log_lines_lost") > 0) {
		bytes_append_text(out, "<p class=\"alert\">");
		page_u64(out, page_number(data->status, "log_lines_lost"));
		bytes_append_text(out, " lines of the log are lost: its target does not take them "
				       "in time.</p>\n");
	}
}

static void write_policies(const struct page_data *data, struct bytes *out)
{
	static const char *const columns[] = {
		"Policy", "#Allow", "#Deny", "#Error", "Reasons since the start"};
	const json_t *policies = json_object_get(data->status, "policies");
	const json_t *policy;
	const json_t *reason;
	size_t i;
	size_t j;

	page_section_open(out, "policies", "Policies", true);
	page_table_open(out, "Decisions by policy since the start", columns, ARRAY_LEN(columns));
	json_array_foreach(policies, i, policy)
	{
		bool named = json_is_string(json_object_get(policy, "policy"));

		bytes_append_text(out, "<tr>");
		page_cell(out, named ? page_str(policy, "policy") : str_view("without a policy"));
		page_cell_u64(out, page_number(policy, "allow"));
		page_cell_u64(out, page_number(policy, "deny"));
		page_cell_u64(out, page_number(policy, "error"));
		bytes_append_text(out, "<td class=\"long\">");
		json_array_foreach(json_object_get(policy, "reasons"), j, reason)
		{
			bytes_append_text(out, j > 0 ? ", " : "");
			html_text(out, page_str(reason, "verdict"));
			bytes_append_text(out, " ");
			html_text(out, page_str(reason, "reason"));
			bytes_append_text(out, "\xc2\xa0");
			page_u64(out, page_number(reason, "count"));
		}
		bytes_append_text(out, "</td></tr>\n");
	}
	page_table_close(out);
	if (json_array_size(policies) == 0) {
		bytes_append_text(out, "<p class=\"soft\">Nothing was decided yet.</p>\n");
	}
	page_section_close(out);
}

static void write_hits(
	struct bytes *out, const char *name, uint64_t hits, uint64_t all, const char *of)
{
	page_fact_open(out, name);
	page_share(out, hits, all);
	bytes_append_text(out, " <small>");
	page_u64(out, hits);
	bytes_append_text(out, " of ");
	page_u64(out, all);
	bytes_appendf(out, " %s</small>", of);
	page_fact_close(out);
}

static void write_caches(const struct page_data *data, struct bytes *out)
{
	const json_t *decisions = json_object_get(data->status, "decisions");
	const json_t *cache = json_object_get(json_object_get(data->status, "dns"), "cache");
	const json_t *certs = json_object_get(data->status, "certificates");
	uint64_t bytes = page_number(cache, "bytes");
	uint64_t max = page_number(cache, "max_bytes");

	page_section_open(out, "caches", "Caches", true);
	page_facts_open(out);
	write_hits(out, "Responses", page_number(decisions, "from_cache"), decided(decisions),
		"decisions");
	write_hits(out, "DNS results", page_number(cache, "hits"),
		page_number(cache, "hits") + page_number(cache, "misses"), "lookups");
	page_fact_open(out, "DNS cache");
	page_u64(out, page_number(cache, "entries"));
	bytes_append_text(out, " entries, ");
	page_size(out, bytes);
	bytes_append_text(out, " of ");
	page_size(out, max);
	bytes_append_text(out, " <small>");
	page_share(out, bytes, max);
	bytes_append_text(out, "</small>");
	page_fact_close(out);
	write_hits(out, "Certificates", page_number(certs, "cache_hits"),
		page_number(certs, "cache_hits") + page_number(certs, "cache_misses"),
		"verifications");
	page_facts_close(out);
	page_section_close(out);
}

static void write_trust(const struct page_data *data, struct bytes *out)
{
	static const char *const columns[] = {"Kind", "Name", "Ends"};
	const json_t *certs = json_object_get(data->status, "certificates");
	const json_t *ends = json_object_get(certs, "end_soon");
	const json_t *end;
	size_t i;

	page_section_open(out, "ends", "Certificates and CRLs that end within 30 days", true);
	if (page_number(certs, "bad_files") > 0) {
		bytes_append_text(out, "<p class=\"alert\">");
		page_u64(out, page_number(certs, "bad_files"));
		bytes_append_text(
			out, " files of trust stores cannot be used; the log says why.</p>\n");
	}
	if (json_array_size(ends) == 0) {
		bytes_append_text(out, "<p class=\"soft\">None.</p>\n");
	} else {
		page_table_open(out, "What ends soon", columns, ARRAY_LEN(columns));
		json_array_foreach(ends, i, end)
		{
			int64_t ends_s;
			bool over = clock_parse(page_str(end, "ends"), &ends_s) &&
				    ends_s < data->now_s + DAY_S;

			bytes_append_text(out, "<tr>");
			page_cell(out, page_str(end, "kind"));
			bytes_append_text(out, "<td class=\"long\">");
			html_text(out, page_str(end, "name"));
			bytes_appendf(out, "</td><td class=\"line%s\">", over ? " bad" : "");
			page_time(out, page_str(end, "ends"), data->now_s);
			bytes_append_text(out, "</td></tr>\n");
		}
		page_table_close(out);
	}
	page_section_close(out);
}

static void write_bans(const struct page_data *data, struct bytes *out)
{
	static const char *const columns[] = {"Banned", "Made", "Until", "By", "Why"};
	const json_t *bans = json_object_get(data->status, "newest_bans");
	const json_t *ban;
	size_t i;

	if (json_array_size(bans) == 0) {
		return;
	}
	page_section_open(out, "bans", "Newest bans", true);
	page_table_open(out, "Newest bans", columns, ARRAY_LEN(columns));
	json_array_foreach(bans, i, ban)
	{
		struct str until = page_str(ban, "until");

		bytes_append_text(out, "<tr><td class=\"short\">");
		html_text(out, page_str(ban, "host"));
		html_text(out, page_str(ban, "ip"));
		bytes_append_text(out, "</td><td class=\"line\">");
		html_text(out, page_str(ban, "made"));
		bytes_append_text(out, "</td><td class=\"line\">");
		html_text(out, until.len > 0 ? until : str_view("it is lifted"));
		bytes_append_text(out, "</td>");
		page_cell(out, page_str(ban, "by"));
		bytes_append_text(out, "<td class=\"long\">");
		html_text(out, page_str(ban, "why"));
		bytes_append_text(out, "</td></tr>\n");
	}
	page_table_close(out);
	page_section_close(out);
}

/* Names and values of an object, as they are; members that are objects or lists are left out. */
static void write_members(const struct page_data *data, const char *member, const char *id,
	const char *heading, struct bytes *out)
{
	json_t *object = json_object_get(data->status, member);
	void *at;

	if (!json_is_object(object)) {
		return;
	}
	page_section_open(out, id, heading, true);
	page_facts_open(out);
	for (at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
		const json_t *value = json_object_iter_value(at);

		if (!json_is_object(value) && !json_is_array(value)) {
			page_fact_open(out, json_object_iter_key(at));
			page_value(out, value);
			page_fact_close(out);
		}
	}
	page_facts_close(out);
	page_section_close(out);
}

void page_write_overview(const struct page_data *data, struct bytes *out)
{
	bytes_append_text(out, "<section id=\"now\" class=\"wide\" aria-labelledby=\"now-h\" "
			       "data-live><h2 id=\"now-h\">Now</h2>\n");
	if (data->status == NULL) {
		bytes_append_text(out, "<p class=\"alert\">The state of the process cannot be "
				       "written: out of memory.</p>\n");
	}
	write_tiles(data, out);
	page_section_close(out);
	page_write_plots(data, out);
	page_write_last_decisions(data, out);
	write_policies(data, out);
	page_write_dns(data, out);
	write_caches(data, out);
	write_trust(data, out);
	page_write_rates(data, out);
	write_bans(data, out);
	write_members(data, "shared", "shared", "Shared store", out);
	page_write_configuration(data, out);
}
