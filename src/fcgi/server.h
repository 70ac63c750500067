/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_SERVER_H
#define DW_FCGI_SERVER_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * A FastCGI 1.0 application server on a libuv loop. Each worker has one; all share the listening
 * sockets. Connections are accepted, read and written without blocking.
 */

enum fcgi_role { FCGI_ROLE_RESPONDER = 1, FCGI_ROLE_AUTHORIZER = 2 };

struct fcgi_settings {
	uint32_t max_connections;             /* of this server; past it accepting pauses */
	uint32_t max_params;                  /* bytes of FCGI_PARAMS in one request */
	uint32_t max_requests_per_connection; /* multiplexed, at one time */
	uint32_t request_timeout_ms;          /* a started request whose PARAMS are incomplete */
	uint32_t idle_timeout_ms;             /* a kept connection without a request */
};

struct fcgi_server;
struct fcgi_request; /* one request on one connection, as the server sees it */

/*
 * What the server asks of the application. `begin` gives the application's own request, or NULL
 * to refuse (FCGI_OVERLOADED). Then `param` for each name-value pair, its views good during the
 * call only; then exactly one of `ready` (the empty PARAMS record came: the application answers
 * with fcgi_reply, inside the call or later) and `abort` (FCGI_ABORT_REQUEST, the peer left, or a
 * time-out; may also come after `ready`, before the answer: no fcgi_reply may follow). `oversize`:
 * PARAMS went over max_params; no further `param` comes, and `ready` still does.
 */
struct fcgi_app {
	void *ctx;
	void *(*begin)(void *ctx, struct fcgi_request *request, enum fcgi_role role);
	void (*param)(void *app_request, struct str name, struct str value);
	void (*oversize)(void *app_request);
	void (*ready)(void *app_request);
	void (*abort)(void *app_request);
};

/* Answers: `output` is the whole of FCGI_STDOUT (CGI headers and body), copied if it cannot leave
 * at once. STDOUT and FCGI_END_REQUEST leave in one write; the request ends. */
void fcgi_reply(struct fcgi_request *request, struct str output);

/* The listening descriptors are the caller's and must be non-blocking. NULL when out of memory. */
struct fcgi_server *fcgi_server_new(
	uv_loop_t *loop, const struct fcgi_settings *settings, const struct fcgi_app *app);
/* 0 or a negative libuv error. */
NODISCARD int fcgi_server_listen(struct fcgi_server *server, int fd);
/* New settings for connections to come (reload). */
void fcgi_server_configure(struct fcgi_server *server, const struct fcgi_settings *settings);
/* Accepts no more, closes idle connections; calls `drained` once the last request has been answered
 * and its connection closed. */
void fcgi_server_drain(struct fcgi_server *server, void (*drained)(void *ctx), void *ctx);
/* Closes everything now; requests get `abort`. Memory goes when the loop has run its close
 * callbacks. */
void fcgi_server_close(struct fcgi_server *server);

#endif
