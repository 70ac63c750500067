/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_CONN_H
#define DW_FCGI_CONN_H

#include "fcgi/pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One FastCGI connection as pure logic: bytes in, calls of the application and bytes out. No
 * sockets, no clock. The structures are the caller's memory; their fields belong to conn.c, but for
 * `net`.
 */

/* Feeding stops where this many bytes of output wait: a peer that does not read is not heard. */
#define FCGI_OUTPUT_MAX ((size_t)256 * 1024)

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
