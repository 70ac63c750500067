/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_PAGE_H
#define DW_PAGE_PAGE_H

#include "base/bytes.h"
#include "base/str.h"

/*
 * The page of the admin listener, as HTML that needs no script: it is written from the texts of the
 * JSON documents that the listener serves as well. Its style and script are part of each page, and
 * its Content-Security-Policy allows these two by their hashes, and nothing else.
 */

enum page_view {
	PAGE_NONE,     /* not a path of the page */
	PAGE_OVERVIEW, /* / */
};

/* The path is without its query. */
enum page_view page_view_at(struct str path);

/* JSON; a document that a view does not need, or that cannot be had, is absent. */
struct page_documents {
	struct str status; /* each view */
};

/* Appends a response: CGI header lines and the page. */
void page_respond(enum page_view view, const struct page_documents *documents, struct bytes *out);

#endif
