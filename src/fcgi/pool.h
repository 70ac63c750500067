/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_POOL_H
#define DW_FCGI_POOL_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/counter.h"
#include "base/list.h"
#include "base/str.h"
#include "base/util.h"
#include "fcgi/app.h"
#include "fcgi/limits.h"
#include "fcgi/record.h"
#include "fcgi/stream.h"
#include "net/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A connection, and what the connections of one server share. The structures are the caller's
 * memory; their fields belong to conn.c and request.c, but for `net`. */

/* Counters of one worker's connections; written on its thread. */
struct fcgi_stats {
	_Atomic uint64_t protocol_errors; /* connections closed because of a broken stream */
	_Atomic uint64_t unknown_roles;
	_Atomic uint64_t too_many;   /* requests past max_requests_per_connection */
	_Atomic uint64_t oversize;   /* requests with more than max_params */
	_Atomic uint64_t bad_params; /* requests whose parameters cannot be parsed */
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
	bool dead; /* the peer is gone: no response is written */
};

/* It has its own stats, unless the caller then sets others. It must not be moved. */
void fcgi_pool_init(
	struct fcgi_pool *pool, const struct fcgi_app *app, const struct fcgi_limits *limits);
/* After all its connections. */
void fcgi_pool_clear(struct fcgi_pool *pool);
/*
 * The connection of the oldest request whose PARAMS are incomplete, and the `now` of its beginning;
 * NULL: no such connection.
 */
struct fcgi_conn *fcgi_pool_oldest(const struct fcgi_pool *pool, uint64_t *since);

#endif
