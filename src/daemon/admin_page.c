/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/admin_page.h"

#include "base/json.h"
#include "daemon/documents.h"

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
	bytes_append_text(&recent_target, "/recent.json");
	if (view == PAGE_OVERVIEW) {
		write_document(status, str_view("/history.json"), &history);
		bytes_append_text(&recent_target, "?limit=" PAGE_RECENT_SHOWN_TEXT);
	} else {
		bytes_append_str(&recent_target, query);
	}
	write_document(status, bytes_view(&recent_target), &recent);

	const struct page_documents documents = {
		.status = bytes_view(&state),
		.history = view == PAGE_OVERVIEW ? bytes_view(&history) : (struct str){NULL, 0},
		.recent = bytes_view(&recent),
	};

	page_respond(view, target, &documents, out);
	out->failed = out->failed || state.failed || history.failed || recent.failed ||
		      recent_target.failed;
	bytes_clear(&state);
	bytes_clear(&history);
	bytes_clear(&recent);
	bytes_clear(&recent_target);
}
