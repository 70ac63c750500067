/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_APP_H
#define DW_HTTP_APP_H

#include "base/addr.h"
#include "http/head.h"

struct http_conn; /* one connection, which has one request at a time */

/* Why a request was rejected. */
struct http_refusal {
	const char *status; /* "400 Bad Request" */
	const struct addr *from;
	struct str text; /* the request, or its beginning; valid during the call only */
	uint32_t max_head;
	bool too_large; /* more than max_head, or HTTP_HEADERS_MAX fields */
};

/*
 * The application's side of HTTP. `request` is called for each request whose head is complete;
 * views of the head are valid during the call only, `from` is the peer's address, its family
 * ADDR_NONE on a Unix socket. The application answers with http_reply, either inside the call, and
 * returns NULL; or later, and returns its own request. `abort` is called for that if the peer
 * leaves before; no http_reply may follow. NULL without an http_reply is answered 503. The server
 * must not be closed from inside these.
 */
struct http_app {
	void *ctx;
	void *(*request)(void *ctx, struct http_conn *conn, const struct http_head *head,
		const struct addr *from);
	void (*abort)(void *app_request);
	/* NULL: not called. */
	void (*refused)(void *ctx, const struct http_refusal *refusal);
};

#endif
