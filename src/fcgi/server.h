/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_SERVER_H
#define DW_FCGI_SERVER_H

#include "base/addr.h"
#include "base/str.h"
#include "base/util.h"
#include "fcgi/app.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * A FastCGI 1.0 application server on a libuv loop. Each worker has one; all share the listening
 * sockets. Connections are accepted, read and written without blocking.
 */

struct fcgi_settings {
	uint32_t max_connections;             /* of the process: what FCGI_GET_VALUES is told */
	uint32_t sharers;                     /* servers with an even part of these each, at least
						 1, past which accepting pauses; 0: this one alone */
	uint32_t max_params;                  /* bytes of FCGI_PARAMS in one request */
	uint32_t max_requests_per_connection; /* multiplexed, at one time */
	uint32_t request_timeout_ms;          /* a started request whose PARAMS are incomplete, a
						 new connection that is silent, an answer that the
						 peer does not take */
	uint32_t idle_timeout_ms;             /* a kept connection without a request */
	/* The only TCP peers served; none: all are. Borrowed for the life of the server. */
	const struct addr *web_server_addrs;
	size_t web_server_addr_count;
};

#define FCGI_WEB_SERVER_ADDRS_MAX 64

/*
 * Reads the value of FCGI_WEB_SERVER_ADDRS (FastCGI 1.0, 3.2): addresses, separated by commas, at
 * least one. On failure *why says what was expected, a static string: do not serve then.
 */
NODISCARD bool fcgi_web_server_addrs_parse(struct str text,
	struct addr out[FCGI_WEB_SERVER_ADDRS_MAX], size_t *count, const char **why);

struct fcgi_server;

/* Answers a request that is ready: `output` is the whole of FCGI_STDOUT (CGI headers and body),
 * copied if it cannot leave at once. STDOUT and FCGI_END_REQUEST leave in one write; the request
 * ends. */
void fcgi_reply(struct fcgi_request *request, struct str output);

/* The application's ctx is borrowed. NULL when out of memory or descriptors. */
struct fcgi_server *fcgi_server_new(
	uv_loop_t *loop, const struct fcgi_settings *settings, const struct fcgi_app *app);
/* The listening descriptor is the caller's, must be non-blocking, and stays open until the server
 * is drained or closed. 0 or a negative libuv error. */
NODISCARD int fcgi_server_listen(struct fcgi_server *server, int fd);
/* New settings (reload), from now on; a request that has begun keeps its max_params. */
void fcgi_server_configure(struct fcgi_server *server, const struct fcgi_settings *settings);
/* Accepts those that wait and then no more, after which the listening descriptors may be closed;
 * closes idle connections; calls `drained` from the loop once the last request has been answered
 * and its connection closed. Called once. */
void fcgi_server_drain(struct fcgi_server *server, void (*drained)(void *ctx), void *ctx);
/* Closes everything now; requests get `abort`. Memory goes when the loop has run its close
 * callbacks. */
void fcgi_server_close(struct fcgi_server *server);

#endif
