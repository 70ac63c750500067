/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_CONN_H
#define DW_HTTP_CONN_H

#include "base/bytes.h"
#include "base/counter.h"
#include "base/list.h"
#include "http/app.h"
#include "http/response.h"
#include "net/protocol.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One HTTP connection as pure logic: bytes in, calls of the application and bytes out. Pipelined
 * requests are handled one at a time, so responses are sent in their order. The connection waits
 * for the body of a POST of known length only if its pool has max_body: any other request with a
 * body is answered at once, and the connection closed. The structures are the caller's memory;
 * their fields belong to conn.c, except `net`.
 */

/* Counters of one worker's connections; written on its thread. */
struct http_stats {
	_Atomic uint64_t bad;        /* heads that cannot be parsed: 400 */
	_Atomic uint64_t too_large;  /* heads over max_head, or with too many fields: 431 */
	_Atomic uint64_t unanswered; /* by the application: 503 */
	_Atomic uint64_t aborted;    /* the peer left before its response */
};

/* What the connections of one server share. */
struct http_pool {
	struct http_app app;
	uint32_t max_head;       /* bytes; may change at any time */
	uint32_t max_body;       /* bytes of the body of a POST; 0: none is waited for */
	int64_t (*wall_s)(void); /* for the Date header */
	struct http_date date;
	struct list incomplete;  /* connections with an incomplete head, oldest first */
	size_t incomplete_bytes; /* of memory of these */
	struct http_head head;   /* of the current request */
	struct http_stats own_stats;
	struct http_stats *stats;
};

/* Bytes of a stranger's head (see net_service), or max_head if that is less. */
#define HTTP_STRANGER_HEAD_MAX 8192

/*
 * Feeding stops when this many bytes of output wait: input of a peer that does not read is not
 * read.
 */
#define HTTP_OUTPUT_MAX ((size_t)256 * 1024)

struct http_conn {
	struct net_conn net;
	struct http_pool *pool;
	struct list by_age; /* in pool->incomplete */
	uint64_t since;
	struct bytes partial; /* a head, or a request with a body, that comes in pieces */
	size_t counted;       /* of it, included in pool->incomplete_bytes */
	size_t scanned;       /* bytes of it that were scanned */
	uint32_t head_len;    /* of the head, once a body is waited for; 0: before */
	uint32_t body_len;    /* of that body */
	struct addr from;
	void *app_request; /* what `request` returned for the pending request */
	bool pending;      /* a request waits for its response */
	bool last;         /* the connection closes instead of beginning another request */
	bool http_1_0;     /* of the pending request */
	bool head_only;
	bool more; /* bytes may follow that are not a request */
};

/* It has its own stats, unless the caller then sets others. It must not be moved. */
void http_pool_init(struct http_pool *pool, const struct http_app *app, uint32_t max_head,
	int64_t (*wall_s)(void));
/*
 * The connection of the oldest incomplete head, and the `now` of its beginning; NULL: no
 * such connection.
 */
struct http_conn *http_pool_oldest(const struct http_pool *pool, uint64_t *since);

extern const struct net_protocol http_protocol;

/*
 * Answers the pending request: CGI header lines, `Status` first, and a body; copied. The response
 * is sent in one write.
 */
void http_reply(struct http_conn *conn, struct str cgi);
/* Accepts no more requests: closes the connection after the next response, which says so. */
void http_close_after(struct http_conn *conn);

#endif
