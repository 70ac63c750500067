/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

#include <stdlib.h>
#include <string.h>

struct named {
	const char *key;
	const char *name;
};

/* Those of the members that have a value. */
static void write_members(
	const json_t *object, const struct named *members, size_t count, struct bytes *out)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_object_get(object, members[i].key);
		bool is_empty = value == NULL || json_is_null(value) ||
				(json_is_array(value) && json_array_size(value) == 0);

		if (!is_empty) {
			page_fact_open(out, members[i].name);
			page_value(out, value);
			page_fact_close(out);
		}
	}
}

static void write_decision(const json_t *explained, struct bytes *out)
{
	static const struct named members[] = {{"status", "Status"}, {"reason", "Reason"},
		{"rule", "Rule"}, {"policy", "Policy"}, {"ip", "Address"}, {"method", "Method"},
		{"uri", "URI"}, {"http_host", "Host header"}, {"user_agent", "User agent"},
		{"id", "Id"}, {"time", "Time"}, {"max_age", "Valid for (s)"},
		{"max_age_reason", "Validity bound by"}, {"store", "Store"},
		{"kept_out", "Inputs that do not count"}};

	page_section_open(out, "decision", "Decision", false);
	page_facts_open(out);
	page_fact_open(out, "Verdict");
	page_word(out, page_str(explained, "verdict"));
	page_fact_close(out);
	write_members(explained, members, ARRAY_LEN(members), out);
	page_facts_close(out);
	page_section_close(out);
}

static bool is_in(const json_t *list, const char *word)
{
	bool found = false;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *item = json_string_value(json_array_get(list, i));

		found = found || (item != NULL && strcmp(item, word) == 0);
	}
	return found;
}

static void write_then(
	const char *key, const char *name, const json_t *then, const json_t *now, struct bytes *out)
{
	bool differs = is_in(json_object_get(then, "differs"), key);

	bytes_appendf(out, "<tr><td>%s</td><td class=\"long\">", name);
	page_value(out, json_object_get(then, key));
	bytes_appendf(
		out, "</td><td class=\"long\">%s", differs ? "<span class=\"word doubt\">" : "");
	page_value(out, now);
	bytes_appendf(out, "%s</td></tr>\n", differs ? "</span>" : "");
}

/* A decision that was made before, beside what it would be now. */
static void write_replay(const json_t *explained, struct bytes *out)
{
	static const char *const columns[] = {"Value", "Then", "Now"};
	static const struct named members[] = {{"verdict", "Verdict"}, {"status", "Status"},
		{"reason", "Reason"}, {"rule", "Rule"}, {"policy", "Policy"}};
	const json_t *then = json_object_get(explained, "log");
	const json_t *rdns = json_object_get(explained, "rdns");
	const json_t *note;
	size_t i;

	if (!json_is_object(then)) {
		return;
	}
	page_section_open(out, "then", "Then and now", false);
	page_facts_open(out);
	page_fact(out, "Decided at", page_str(then, "time"));
	page_facts_close(out);
	page_table_open(out, "The decision then and now", columns, ARRAY_LEN(columns));
	for (i = 0; i < ARRAY_LEN(members); i++) {
		write_then(members[i].key, members[i].name, then,
			json_object_get(explained, members[i].key), out);
	}
	write_then("rdns", "Reverse DNS", then, json_object_get(rdns, "result"), out);
	write_then("hostname", "Host name", then, json_object_get(rdns, "hostname"), out);
	page_table_close(out);
	json_array_foreach(json_object_get(then, "notes"), i, note)
	{
		bytes_append_text(out, "<p class=\"soft\">");
		page_value(out, note);
		bytes_append_text(out, "</p>\n");
	}
	page_section_close(out);
}

static void write_queries(const json_t *queries, struct bytes *out)
{
	static const char *const columns[] = {"Type", "Name", "Answer", "#TTL (s)", "#ms", "From"};
	const json_t *query;
	size_t i;

	page_table_open(out, "DNS queries", columns, ARRAY_LEN(columns));
	json_array_foreach(queries, i, query)
	{
		bytes_append_text(out, "<tr>");
		page_cell(out, page_str(query, "type"));
		bytes_append_text(out, "<td class=\"long\">");
		html_text(out, page_str(query, "name"));
		bytes_append_text(out, "</td><td class=\"long\">");
		html_text(out, page_str(query, "answer"));
		bytes_append_text(out, "</td><td class=\"n\">");
		page_value(out, json_object_get(query, "ttl"));
		bytes_append_text(out, "</td><td class=\"n\">");
		page_latency(out, json_object_get(query, "us"), "");
		bytes_append_text(out, "</td>");
		page_cell(out, page_is_true(query, "cached") ? str_view("the cache")
							     : page_str(query, "server"));
		bytes_append_text(out, "</tr>\n");
	}
	page_table_close(out);
}

static void write_rdns(const json_t *rdns, struct bytes *out)
{
	static const struct named members[] = {{"result", "Result"}, {"hostname", "Host name"},
		{"names", "Confirmed names"}, {"ptr", "Claimed names"}};
	const json_t *queries = json_object_get(rdns, "queries");

	if (!json_is_object(rdns)) {
		return;
	}
	page_section_open(out, "rdns", "Reverse DNS", false);
	page_facts_open(out);
	write_members(rdns, members, ARRAY_LEN(members), out);
	page_facts_close(out);
	if (json_array_size(queries) > 0) {
		bytes_append_text(out, "<h3>DNS queries</h3>\n");
		write_queries(queries, out);
	}
	page_section_close(out);
}

static void write_cert(const json_t *cert, struct bytes *out)
{
	static const struct named members[] = {{"verified", "Verified"}, {"error", "Error"},
		{"subject", "Subject"}, {"issuer", "Issuer"}, {"serial", "Serial number"},
		{"dns", "DNS names"}, {"email", "Mail addresses"}, {"uri", "URIs"},
		{"not_before", "Valid from"}, {"not_after", "Valid until"}, {"sha256", "SHA-256"},
		{"spki_sha256", "SHA-256 of the key"}};

	if (!page_is_true(cert, "present")) {
		return;
	}
	page_section_open(out, "cert", "Certificate", false);
	page_facts_open(out);
	write_members(cert, members, ARRAY_LEN(members), out);
	page_facts_close(out);
	page_section_close(out);
}

static void write_agent(const json_t *agent, struct bytes *out)
{
	static const struct named members[] = {
		{"status", "Status"}, {"url", "URL"}, {"why", "Why"}};

	if (!json_is_object(agent)) {
		return;
	}
	page_section_open(out, "agent", "Agent", false);
	page_facts_open(out);
	write_members(agent, members, ARRAY_LEN(members), out);
	page_facts_close(out);
	page_section_close(out);
}

static void write_outcome(struct bytes *out, struct str outcome)
{
	page_word(out, outcome);
	bytes_append_text(out, " ");
}

static void write_step(const json_t *step, struct str decided_by, struct bytes *out)
{
	const json_t *term;
	size_t i;

	bytes_appendf(out, "<li%s>",
		decided_by.len > 0 && str_eq(page_str(step, "rule"), decided_by)
			? " class=\"decides\""
			: "");
	write_outcome(out, page_str(step, "outcome"));
	bytes_append_text(out, "<code>");
	html_text(out, page_str(step, "action"));
	bytes_append_text(out, " = ");
	html_text(out, page_str(step, "text"));
	bytes_append_text(out, "</code> <small>");
	html_text(out, page_str(step, "rule"));
	bytes_append_text(out, "</small>");
	if (json_array_size(json_object_get(step, "terms")) > 1) {
		bytes_append_text(out, "<ul>");
		json_array_foreach(json_object_get(step, "terms"), i, term)
		{
			bytes_append_text(out, "<li>");
			write_outcome(out, page_str(term, "outcome"));
			bytes_append_text(out, "<code>");
			html_text(out, page_str(term, "text"));
			bytes_append_text(out, "</code></li>");
		}
		bytes_append_text(out, "</ul>");
	}
	bytes_append_text(out, "</li>\n");
}

static void write_steps(const json_t *explained, struct bytes *out)
{
	const json_t *steps = json_object_get(explained, "steps");
	const json_t *step;
	size_t i;

	bytes_append_text(out, "<section id=\"rules\" class=\"wide\" aria-labelledby=\"rules-h\">"
			       "<h2 id=\"rules-h\">Rules, in their order</h2>\n");
	if (json_array_size(steps) == 0) {
		bytes_append_text(out, "<p class=\"soft\">No rule was asked.</p>\n");
	}
	bytes_append_text(out, "<ol class=\"steps\">\n");
	json_array_foreach(steps, i, step)
	{
		write_step(step, page_str(explained, "rule"), out);
	}
	bytes_append_text(out, "</ol>\n");
	page_section_close(out);
}

static void write_whole(const json_t *explained, struct bytes *out)
{
	char *text = json_dumps(explained, JSON_INDENT(2));

	if (text == NULL) {
		out->failed = true;
		return;
	}
	struct str rest = str_view(text);
	struct str line;

	bytes_append_text(out, "<section class=\"wide\"><details><summary>All of it, as JSON"
			       "</summary><pre>");
	while (rest.len > 0 && str_split_next(&rest, '\n', &line)) {
		html_text(out, line);
		bytes_append_text(out, "\n");
	}
	bytes_append_text(out, "</pre></details></section>\n");
	free(text);
}

void page_write_explanation(const json_t *explained, struct bytes *out)
{
	write_decision(explained, out);
	write_replay(explained, out);
	write_rdns(json_object_get(explained, "rdns"), out);
	write_cert(json_object_get(explained, "cert"), out);
	write_agent(json_object_get(explained, "agent"), out);
	write_steps(explained, out);
	write_whole(explained, out);
}
