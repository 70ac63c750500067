/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/admin_page.h"

#include "base/json.h"
#include "daemon/documents.h"

#include <string.h>

/* A document, or an object with what is wrong with its query. */
static void write_document(struct daemon_status *status, struct str target, struct bytes *out)
{
	struct bytes why = {0};

	switch (daemon_document_write(status, target, out, &why)) {
	case DAEMON_DOCUMENT_WRITTEN:
		break;
	case DAEMON_DOCUMENT_BAD_QUERY:
		bytes_reset(out, SIZE_MAX);
		json_open(out, '{');
		json_member_str(out, "error", bytes_view(&why));
		json_close(out, '}');
		out->failed = out->failed || why.failed;
		break;
	default:
		out->failed = true;
	}
	bytes_clear(&why);
}

void daemon_admin_page_write(
	enum page_view view, struct daemon_status *status, struct str target, struct bytes *out)
{
	struct bytes state = {0};
	struct bytes history = {0};
	struct bytes recent = {0};
	struct bytes recent_target = {0};
	struct str query = str_from(target, str_find(target, '?'));

	write_document(status, str_view("/status.json"), &state);
	if (view == PAGE_OVERVIEW) {
		write_document(status, str_view("/history.json"), &history);
		write_document(
			status, str_view("/recent.json?limit=" PAGE_RECENT_SHOWN_TEXT), &recent);
	} else if (view == PAGE_DECISIONS) {
		bytes_append_text(&recent_target, "/recent.json");
		bytes_append_str(&recent_target, query);
		write_document(status, bytes_view(&recent_target), &recent);
	}

	const struct page_documents documents = {
		.status = bytes_view(&state),
		.history = bytes_view(&history),
		.recent = bytes_view(&recent),
		.writable = status->writable,
	};

	page_respond(view, target, &documents, out);
	out->failed = out->failed || state.failed || history.failed || recent.failed ||
		      recent_target.failed;
	bytes_clear(&state);
	bytes_clear(&history);
	bytes_clear(&recent);
	bytes_clear(&recent_target);
}

/* The body of a response that has no document, as an object with it; without the status's words. */
static void write_error(struct str head, struct str body, struct bytes *out)
{
	struct str status = str_from(head, strlen("Status: "));
	struct str words = {status.data, str_find(status, '\r')};
	bool begins = body.len > words.len && memcmp(body.data, words.data, words.len) == 0;

	json_open(out, '{');
	json_member_str(out, "error", str_trim(str_from(body, begins ? words.len + 1 : 0)));
	json_close(out, '}');
}

void daemon_admin_page_wrap(enum page_view view, const struct daemon_status *status,
	struct str target, struct bytes *response)
{
	struct str whole = bytes_view(response);
	const char *blank = whole.len > 0 ? memmem(whole.data, whole.len, "\r\n\r\n", 4) : NULL;
	struct bytes explained = {0};
	struct bytes state = {0};

	if (view == PAGE_NONE || blank == NULL || response->failed) {
		return;
	}
	struct str head = {whole.data, (size_t)(blank - whole.data)};
	struct str body = str_from(whole, head.len + 4);

	if (memmem(head.data, head.len, "application/json", 16) != NULL) {
		bytes_append_str(&explained, body);
	} else {
		write_error(head, body, &explained);
	}
	daemon_status_write(status, &state);
	bytes_reset(response, SIZE_MAX);

	const struct page_documents documents = {.status = bytes_view(&state),
		.explained = bytes_view(&explained),
		.writable = status->writable};

	page_respond(view, target, &documents, response);
	response->failed = response->failed || explained.failed || state.failed;
	bytes_clear(&explained);
	bytes_clear(&state);
}

void daemon_admin_page_outcome(
	const struct daemon_status *status, const struct page_outcome *outcome, struct bytes *out)
{
	struct bytes state = {0};

	daemon_status_write(status, &state);

	const struct page_documents documents = {
		.status = bytes_view(&state), .writable = status->writable, .outcome = outcome};

	page_respond(PAGE_CHANGE, str_view("/change"), &documents, out);
	out->failed = out->failed || state.failed;
	bytes_clear(&state);
}
