/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_APP_H
#define DW_HTTP_APP_H

#include "base/addr.h"
#include "http/head.h"

struct http_conn; /* one connection, which has one request at a time */

/* Why a request was not handed over. */
struct http_refusal {
	const char *status; /* "400 Bad Request" */
	const struct addr *from;
	struct str text; /* what came, or its beginning; good during the call only */
	uint32_t max_head;
	bool too_large; /* more than max_head, or HTTP_HEADERS_MAX fields */
};

/*
 * What the server asks of the application. `request` comes for each request whose head is there;
 * views of the head are good during the call only, `from` is the peer's address, its family
 * ADDR_NONE on a Unix socket. The application answers with http_reply, either inside the call, and
 * returns NULL; or later, and returns its own request. That one gets `abort` if the peer leaves
 * before; no http_reply may follow. NULL without an answer is answered 503. The server must not be
 * closed from inside these.
 */
struct http_app {
	void *ctx;
	void *(*request)(void *ctx, struct http_conn *conn, const struct http_head *head,
		const struct addr *from);
	void (*abort)(void *app_request);
	/* NULL: it is not told. */
	void (*refused)(void *ctx, const struct http_refusal *refusal);
};

#endif
