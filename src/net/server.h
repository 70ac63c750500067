/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_SERVER_H
#define DW_NET_SERVER_H

#include "base/addr.h"
#include "base/util.h"
#include "net/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * Connections beside a libuv loop, of any number of protocols. Each worker has one server; all
 * share the listening sockets. Connections are accepted, read and written without blocking.
 */

/* Strangers have room of their own, in the proportion of 1 to so many of max_connections: past
 * that, the one who has been there for longest makes room. */
#define NET_STRANGERS_PART 16
#define NET_STRANGER_MS 2000 /* or request_timeout, if that is less */
/* One part of so many of max_connections is divided evenly among the listening sockets, as a
 * reserve: those of one socket cannot take what is left of another's. */
#define NET_RESERVE_PART 4

struct net_settings {
	uint32_t max_connections;    /* of the process */
	uint32_t sharers;            /* servers with an even part of these each, at least 1, past
					which accepting pauses; 0: this one alone */
	uint32_t request_timeout_ms; /* a started request that is incomplete, a new connection that
					is silent, an answer that the peer does not take */
	uint32_t idle_timeout_ms;    /* a kept connection without a request */
	size_t incomplete_max;       /* bytes that incomplete requests may take; 0: any number */
	/* The only TCP peers served; none: all are. Borrowed for the life of the server. */
	const struct prefix *peers;
	size_t peer_count;
	struct net_pauses *pauses; /* NULL: not counted; likewise */
};

/* How often accepting had to pause; written on the server's thread. */
struct net_pauses {
	_Atomic uint64_t connections; /* for max_connections */
	_Atomic uint64_t descriptors; /* for want of descriptors, or memory */
};

struct net_server;

/* NULL when out of memory or descriptors. */
struct net_server *net_server_new(uv_loop_t *loop, const struct net_settings *settings);
/* The listening descriptor is the caller's, must be non-blocking, and stays open until the server
 * is drained or closed, and so does the service. 0 or a negative libuv error. */
NODISCARD int net_server_listen(struct net_server *server, int fd, struct net_service *service);
/*
 * One turn of the server and its loop, in the place of uv_run(loop, UV_RUN_ONCE), which would not
 * see the connections: waits until something happens, or not even that, and does what is to do.
 * The server may be gone after it.
 */
void net_server_turn(struct net_server *server, bool wait);
/* New settings (reload), from now on. */
void net_server_configure(struct net_server *server, const struct net_settings *settings);

/* Who may still ask once, within a second, on a connection without a request. */
enum net_drain {
	NET_DRAIN_NEW, /* who has not asked yet: the request may be on its way */
	NET_DRAIN_ALL  /* who keeps a connection, too: there is somebody else to go to */
};

/* Accepts those that wait and then no more, after which the listening descriptors may be closed;
 * closes other idle connections; calls `drained` from the loop once the last request has been
 * answered and its connection closed. Called once. */
void net_server_drain(
	struct net_server *server, enum net_drain drain, void (*drained)(void *ctx), void *ctx);
/* A connection's output has grown other than by being fed: it leaves before the loop waits for
 * anything again. */
void net_conn_answered(struct net_conn *conn);
/* Closes everything now; what is served is aborted, and no service is touched after this. Memory
 * goes when the loop has run its close
 * callbacks. */
void net_server_close(struct net_server *server);

#endif
