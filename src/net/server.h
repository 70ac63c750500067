/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_SERVER_H
#define DW_NET_SERVER_H

#include "base/addr.h"
#include "base/util.h"
#include "net/protocol.h"
#include "net/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * Connections on a libuv loop, of any number of protocols. Each worker has one server; all share
 * the listening sockets. Connections are accepted, read and written without blocking.
 */

struct net_server;

/* NULL when out of memory or descriptors. */
struct net_server *net_server_new(uv_loop_t *loop, const struct net_settings *settings);
/*
 * The listening descriptor belongs to the caller, must be non-blocking, and must stay open until
 * the server is drained or closed, and so must the service. 0 or a negative libuv error.
 */
NODISCARD int net_server_listen(struct net_server *server, int fd, struct net_service *service);
/*
 * One turn of the server and its loop, in place of uv_run(loop, UV_RUN_ONCE), which would not see
 * the connections: handles events, after waiting for them if `wait` is set. The server may be gone
 * after it.
 */
void net_server_turn(struct net_server *server, bool wait);
/* New settings (reload), from now on. */
void net_server_configure(struct net_server *server, const struct net_settings *settings);

/*
 * Accepts connections that wait already and then no more, after which the listening descriptors may
 * be closed; closes other idle connections; calls `drained` from the loop once the last response
 * was sent and its connection closed. To be called once.
 */
void net_server_drain(
	struct net_server *server, enum net_drain drain, void (*drained)(void *ctx), void *ctx);
/*
 * Closes everything now; requests are aborted, and no service is used after this. Memory is freed
 * when the loop has run its close callbacks.
 */
void net_server_close(struct net_server *server);

#endif
