/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "page/page.h"

#include "base/clock.h"
#include "base/util.h"
#include "page/assets_private.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

static const struct {
	const char *path;
	const char *title;
	const char *link; /* NULL: reached from another view */
	void (*write)(const struct page_data *, struct bytes *);
} views[] = {
	[PAGE_OVERVIEW] = {"/", "Overview", "Overview", page_write_overview},
	[PAGE_DECISIONS] = {"/decisions", "Decisions", "Decisions", page_write_decisions},
	[PAGE_WHY] = {"/why", "Why?", NULL, page_write_why},
	[PAGE_WHATIF] = {"/whatif", "What if?", "What if?", page_write_whatif},
	[PAGE_CHANGE] = {"/change", "Change", "Change", page_write_change},
};

enum page_view page_view_at(struct str path)
{
	for (size_t i = PAGE_OVERVIEW; i < ARRAY_LEN(views); i++) {
		if (str_eq_text(path, views[i].path)) {
			return (enum page_view)i;
		}
	}
	return PAGE_NONE;
}

/* Texts may have NUL: clients do. */
static json_t *parse(struct str document)
{
	return document.data != NULL ? json_loadb(document.data, document.len, JSON_ALLOW_NUL, NULL)
				     : NULL;
}

/* Without its own Referer, a form would be sent with "Origin: null" (Fetch, 3.1). */
static void write_head(const struct page_outcome *outcome, struct bytes *out)
{
	bytes_appendf(out, "Status: %s\r\n%s", outcome != NULL ? outcome->status : "200 OK",
		outcome != NULL ? outcome->more : "");
	bytes_append_text(out, "Content-Type: text/html; charset=utf-8\r\n"
			       "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
			       "Referrer-Policy: same-origin\r\nX-Frame-Options: DENY\r\n"
			       "Cross-Origin-Opener-Policy: same-origin\r\n"
			       "Cross-Origin-Resource-Policy: same-origin\r\n"
			       "Content-Security-Policy: default-src 'none'; style-src ");
	page_append_csp_hash(out, page_style());
	bytes_append_text(out, "; script-src ");
	page_append_csp_hash(out, page_script());
	bytes_append_text(out, "; connect-src 'self'; img-src data:; form-action 'self'; "
			       "base-uri 'none'; frame-ancestors 'none'\r\n\r\n");
}

static void write_navigation(enum page_view view, bool writable, struct bytes *out)
{
	bytes_append_text(out, "<nav aria-label=\"Views\"><ul>");
	for (size_t i = PAGE_OVERVIEW; i < ARRAY_LEN(views); i++) {
		if (views[i].link != NULL && (i != PAGE_CHANGE || writable)) {
			bytes_appendf(out, "<li><a href=\"%s\"%s>%s</a></li>", views[i].path,
				i == view ? " aria-current=\"page\"" : "", views[i].link);
		}
	}
	bytes_append_text(out, "</ul></nav>");
}

static void write_frame_start(enum page_view view, bool writable, struct bytes *out)
{
	bytes_appendf(out,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
		"<link rel=\"icon\" href=\"data:,\"><title>%s \xe2\x80\x93 "
		"doorward</title>\n<style>",
		views[view].title);
	bytes_append_str(out, page_style());
	bytes_append_text(out, "</style></head><body>\n"
			       "<a class=\"skip\" href=\"#content\">To the content</a>\n"
			       "<header><h1>doorward</h1>");
	write_navigation(view, writable, out);
	bytes_append_text(out, "<div id=\"fresh\"></div></header>\n<main id=\"content\">\n");
}

static void write_frame_end(const struct page_data *data, struct bytes *out)
{
	bytes_append_text(out, "</main>\n<footer>doorward ");
	html_text(out, page_str(data->status, "version"));
	bytes_append_text(out, ", PID ");
	bytes_append_u64(out, page_number(data->status, "pid"));
	bytes_append_text(out, ", written at ");
	html_text(out, page_str(data->status, "time"));
	bytes_append_text(out, data->writable ? ".</footer>\n<script>"
					      : "; nothing on this page changes anything."
						"</footer>\n<script>");
	bytes_append_str(out, page_script());
	bytes_append_text(out, "</script></body></html>\n");
}

void page_respond(enum page_view view, struct str target, const struct page_documents *documents,
	struct bytes *out)
{
	static const char *const parameters[] = {"address", "host", "policy", "reason", "id",
		"denied", "limit", "ip", "user_agent", "uri", "method", "http_host", NULL};
	struct bytes why = {0};
	struct arena arena;
	struct page_data data = {
		.status = parse(documents->status),
		.history = parse(documents->history),
		.recent = parse(documents->recent),
		.explained = parse(documents->explained),
		.outcome = documents->outcome,
		.writable = documents->writable,
		.now_s = clock_wall_s(),
	};

	arena_init(&arena, 1024);
	/* What is wrong with a query, its document says. */
	if (!http_query_read(target, parameters, &arena, &data.query, &why)) {
		data.query.count = 0;
	}
	write_head(data.outcome, out);
	write_frame_start(view, data.writable, out);
	views[view].write(&data, out);
	write_frame_end(&data, out);
	json_decref(data.status);
	json_decref(data.history);
	json_decref(data.recent);
	json_decref(data.explained);
	bytes_clear(&why);
	arena_clear(&arena);
}
