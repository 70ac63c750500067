/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_PAGE_H
#define DW_PAGE_PAGE_H

#include "base/bytes.h"
#include "base/str.h"
#include "page/outcome.h"

#include <stdbool.h>

/*
 * The page of the admin listener, as HTML that needs no script: it is written from the texts of the
 * JSON documents that the listener serves as well. Its style and script are part of each page, and
 * its Content-Security-Policy allows these two by their hashes, and nothing else.
 */

enum page_view {
	PAGE_NONE,      /* not a path of the page */
	PAGE_OVERVIEW,  /* / */
	PAGE_DECISIONS, /* /decisions, with the parameters of /recent.json */
	PAGE_WHY,       /* /why, with those of /explain.json */
	PAGE_WHATIF,    /* /whatif, with those of /whatif.json */
	PAGE_CHANGE,    /* /change: forms that POST */
};

/* The path is without its query. */
enum page_view page_view_at(struct str path);

/*
 * JSON; a document that a view does not need, or that cannot be had, is absent. One whose query is
 * wrong is an object with the sentence about it as `error`.
 */
struct page_documents {
	struct str status;                  /* each view */
	struct str history;                 /* PAGE_OVERVIEW */
	struct str recent;                  /* PAGE_OVERVIEW, PAGE_DECISIONS */
	struct str explained;               /* PAGE_WHY, PAGE_WHATIF, once it was asked */
	bool writable;                      /* the listener takes changes */
	const struct page_outcome *outcome; /* PAGE_CHANGE; NULL: none was sent */
};

/* Decisions that the overview shows. */
#define PAGE_RECENT_SHOWN 10
#define PAGE_RECENT_SHOWN_TEXT "10"

/* Appends a response: CGI header lines and the page. `target` is the request's, with its query. */
void page_respond(enum page_view view, struct str target, const struct page_documents *documents,
	struct bytes *out);

#endif
