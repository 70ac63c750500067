/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_ADMIN_PAGE_H
#define DW_DAEMON_ADMIN_PAGE_H

#include "base/bytes.h"
#include "base/str.h"
#include "daemon/status.h"
#include "page/page.h"

/*
 * Appends the page's response to a request for the target (a path, with or without a query), from
 * the documents that the listener has. Failures stay in out->failed.
 */
void daemon_admin_page_write(
	enum page_view view, struct daemon_status *status, struct str target, struct bytes *out);
/*
 * Puts the page of PAGE_WHY or PAGE_WHATIF in the place of a response, which has the document that
 * it shows, or a sentence about what is wrong. PAGE_NONE: the response stays.
 */
void daemon_admin_page_wrap(enum page_view view, const struct daemon_status *status,
	struct str target, struct bytes *response);
/* Appends the page that says what became of a change. */
void daemon_admin_page_outcome(
	const struct daemon_status *status, const struct page_outcome *outcome, struct bytes *out);

#endif
