/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

static void write_reload(const struct page_data *data, struct bytes *out)
{
	const json_t *reload = json_object_get(data->status, "last_reload");
	bool failed = str_eq_text(page_str(reload, "result"), "failure");

	page_fact_open(out, "Last reload");
	if (page_number(reload, "number") == 0) {
		bytes_append_text(out, "none since the start");
	} else {
		bytes_append_text(out, failed ? "<span class=\"word bad\">failed</span>, "
					      : "<span class=\"word good\">success</span>, ");
		page_time(out, page_str(reload, "time"), data->now_s);
		bytes_append_text(out, failed ? "; what was in force still is" : "");
	}
	page_fact_close(out);
}

static void write_findings(const struct page_data *data, struct bytes *out)
{
	struct str findings = page_str(json_object_get(data->status, "last_reload"), "findings");
	struct str line;

	if (str_trim(findings).len == 0) {
		return;
	}
	bytes_append_text(out, "<h3>Errors and warnings</h3><pre class=\"wrap\">");
	while (findings.len > 0 && str_split_next(&findings, '\n', &line)) {
		html_text(out, line);
		bytes_append_text(out, "\n");
	}
	bytes_append_text(out, "</pre>\n");
}

static void write_text(struct bytes *out, const json_t *change, const char *key)
{
	bytes_append_text(out, "<td class=\"long\">");
	if (json_is_string(json_object_get(change, key))) {
		html_text(out, page_str(change, key));
	} else {
		bytes_append_text(out, "\xe2\x80\x93");
	}
	bytes_append_text(out, "</td>");
}

static void write_changes(const struct page_data *data, struct bytes *out)
{
	static const char *const columns[] = {"Section", "Key", "Before", "Now"};
	const json_t *reload = json_object_get(data->status, "last_reload");
	const json_t *changes = json_object_get(reload, "changes");
	uint64_t count = page_number(reload, "change_count");
	const json_t *change;
	size_t i;

	if (count == 0) {
		return;
	}
	bytes_append_text(out, "<h3>What the last reload changed</h3>\n");
	page_table_open(out, "What the last reload changed", columns, ARRAY_LEN(columns));
	json_array_foreach(changes, i, change)
	{
		bytes_append_text(out, "<tr>");
		page_cell(out, page_str(change, "section"));
		page_cell(out, page_str(change, "key"));
		write_text(out, change, "before");
		write_text(out, change, "after");
		bytes_append_text(out, "</tr>\n");
	}
	page_table_close(out);
	if (count > json_array_size(changes)) {
		bytes_append_text(out, "<p class=\"soft\">");
		page_u64(out, count - json_array_size(changes));
		bytes_append_text(out, " more changes are not kept.</p>\n");
	}
}

static void write_failed(
	struct bytes *out, const json_t *configuration, const char *key, const char *name)
{
	if (page_number(configuration, key) > 0) {
		page_fact_open(out, name);
		bytes_append_text(out, "<span class=\"doubt\">");
		page_u64(out, page_number(configuration, key));
		bytes_append_text(out, "</span>");
		page_fact_close(out);
	}
}

static void write_settings(const struct page_data *data, struct bytes *out)
{
	const json_t *configuration = json_object_get(data->status, "configuration");

	page_section_open(out, "configuration", "Configuration", true);
	page_facts_open(out);
	page_fact(out, "File", page_str(data->status, "config"));
	page_fact(out, "Generation", page_str(data->status, "generation"));
	page_fact(out, "Level of the log", page_str(data->status, "log_level"));
	page_fact_open(out, "Loaded");
	page_time(out, page_str(configuration, "loaded"), data->now_s);
	page_fact_close(out);
	write_reload(data, out);
	page_fact_u64(out, "Reloads", page_number(configuration, "reloads"));
	write_failed(out, configuration, "failed_reloads", "Failed reloads");
	write_failed(out, configuration, "lists_failed", "Lists not read again");
	write_failed(out, configuration, "trust_failed", "Trust stores not read again");
	write_failed(out, configuration, "bans_failed", "Bans not kept");
	page_fact_open(out, "Listens on");
	page_value(out, json_object_get(data->status, "listen"));
	page_fact_close(out);
	page_fact_open(out, "Started");
	page_time(out, page_str(data->status, "started"), data->now_s);
	page_fact_close(out);
	page_facts_close(out);
	write_findings(data, out);
	write_changes(data, out);
	page_section_close(out);
}

static void write_files(const struct page_data *data, struct bytes *out)
{
	static const char *const columns[] = {"File", "Last changed"};
	const json_t *file;
	size_t i;

	page_section_open(out, "files", "Lists and other files", true);
	page_table_open(out, "Files of the configuration", columns, ARRAY_LEN(columns));
	json_array_foreach(json_object_get(data->status, "files"), i, file)
	{
		bytes_append_text(out, "<tr><td class=\"long\">");
		html_text(out, page_str(file, "path"));
		bytes_append_text(out, "</td><td class=\"line\">");
		if (json_is_string(json_object_get(file, "modified"))) {
			page_time(out, page_str(file, "modified"), data->now_s);
		} else if (str_eq(page_str(file, "kind"), str_view("optional"))) {
			bytes_append_text(out, "does not exist, and need not");
		} else {
			bytes_append_text(out, "<span class=\"word bad\">gone</span>");
		}
		bytes_append_text(out, "</td></tr>\n");
	}
	page_table_close(out);
	page_section_close(out);
}

void page_write_configuration(const struct page_data *data, struct bytes *out)
{
	write_settings(data, out);
	write_files(data, out);
}
