/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_CONN_H
#define DW_FCGI_CONN_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/counter.h"
#include "base/list.h"
#include "base/str.h"
#include "base/util.h"
#include "fcgi/app.h"
#include "fcgi/record.h"
#include "fcgi/stream.h"
#include "net/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One FastCGI connection as pure logic: bytes in, calls of the application and bytes out. No
 * sockets, no clock. The structures are the caller's memory; their fields belong to conn.c, but for
 * `net`.
 */

struct fcgi_limits {
	uint32_t max_connections; /* what FCGI_GET_VALUES is told */
	uint32_t max_params;
	uint32_t max_requests_per_connection;
};

/* What one worker's connections have refused; written on its thread. */
struct fcgi_stats {
	_Atomic uint64_t protocol_errors; /* connections given up for a stream that means nothing */
	_Atomic uint64_t unknown_roles;
	_Atomic uint64_t too_many;   /* requests past max_requests_per_connection */
	_Atomic uint64_t oversize;   /* requests with more than max_params */
	_Atomic uint64_t bad_params; /* requests whose parameters do not parse */
	_Atomic uint64_t no_memory;
	_Atomic uint64_t aborted; /* by the front end: FCGI_ABORT_REQUEST, or it left */
};

/* What the connections of one server share. */
struct fcgi_pool {
	struct fcgi_app app;
	struct fcgi_limits limits; /* may change at any time: for what comes from then on */
	struct list incomplete;    /* requests whose PARAMS have not ended, oldest first */
	size_t incomplete_bytes;   /* of memory that these take */
	struct list spare;
	size_t spare_count;
	struct fcgi_stats own_stats;
	struct fcgi_stats *stats;
};

/* Feeding stops where this many bytes of output wait: a peer that does not read is not heard. */
#define FCGI_OUTPUT_MAX ((size_t)256 * 1024)

struct fcgi_conn {
	struct net_conn net;
	struct fcgi_pool *pool;
	struct addr from;
	struct list requests; /* active */
	uint32_t request_count;
	uint32_t stdin_owed; /* requests that ended here before their FCGI_STDIN did */
	struct fcgi_record_reader reader;
	struct fcgi_request *current; /* whose FCGI_PARAMS record is being read; NULL: ignore it */
	struct fcgi_stream values;    /* content of FCGI_GET_VALUES */
	uint8_t begin[8];             /* body of FCGI_BEGIN_REQUEST */
	uint8_t begin_have;
	bool last; /* to be closed when no request is active */
	bool bad;  /* the stream cannot be understood any more */
	bool dead; /* nobody is there to be answered */
};

/* It has its own stats, unless the caller then sets others. It must not be moved. */
void fcgi_pool_init(
	struct fcgi_pool *pool, const struct fcgi_app *app, const struct fcgi_limits *limits);
/* After all its connections. */
void fcgi_pool_clear(struct fcgi_pool *pool);
/* The connection of the oldest request whose PARAMS have not ended, and the `now` of its beginning;
 * NULL if there is none. */
struct fcgi_conn *fcgi_pool_oldest(const struct fcgi_pool *pool, uint64_t *since);

void fcgi_conn_init(
	struct fcgi_conn *conn, struct fcgi_pool *pool, struct bytes *out, const struct addr *from);
/* Aborts every active request, with no output: the peer is gone. */
void fcgi_conn_clear(struct fcgi_conn *conn);

/* Returns how much of `input` was used: less than all of it only where output must leave first. */
size_t fcgi_conn_feed(struct fcgi_conn *conn, struct str input, uint64_t now);
/* The peer will send no more: requests that are ready are still answered, others are aborted. */
void fcgi_conn_eof(struct fcgi_conn *conn);
/* Takes no more requests once none is active. */
void fcgi_conn_stop(struct fcgi_conn *conn);
/* Answers a request that is ready, which ends it. */
void fcgi_conn_reply(struct fcgi_request *request, struct str output);
struct fcgi_conn *fcgi_conn_of(const struct fcgi_request *request);

/* Whether all is said: what is in `out` must leave, then the connection can be closed. */
bool fcgi_conn_is_done(const struct fcgi_conn *conn);
/* Whether a well-meaning peer may still be sending, though is_done: closing at once could take the
 * answer from it. */
bool fcgi_conn_expects_input(const struct fcgi_conn *conn);
bool fcgi_conn_is_idle(const struct fcgi_conn *conn);

#endif
