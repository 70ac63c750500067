/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_PROTOCOL_H
#define DW_NET_PROTOCOL_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/counter.h"
#include "base/list.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The interface between a server and a protocol: the logic of one connection, without sockets and
 * clock. A connection's own structure begins with a net_conn.
 */
struct net_conn {
	struct bytes *out; /* where output is appended; the server changes it between calls */
	/*
	 * Called by the protocol after each response that it has appended, whether the application
	 * gave it inside `feed` or later. This is the only way out: the server sends what is in
	 * `out` once `feed` has returned, or else before it waits for events again.
	 */
	void (*answered)(struct net_conn *conn);
	bool spoken;   /* a whole message has come */
	bool eof;      /* the peer will send no more */
	bool leaving;  /* the next request is the last */
	bool stranger; /* see net_service */
};

struct net_protocol {
	size_t conn_size;
	/*
	 * The memory is zeroed, except `out` and `answered`. `from` is the peer's address, its
	 * family ADDR_NONE for a peer on a Unix socket.
	 */
	void (*init)(struct net_conn *conn, void *pool, const struct addr *from);
	/* The connection is gone: requests are aborted, and no output is written. */
	void (*clear)(struct net_conn *conn);
	/*
	 * Called by feed() of net/peer.c, and implemented by fcgi/conn.c and http/conn.c. Returns
	 * how much was used: less than all only while takes_input is false.
	 */
	size_t (*feed)(struct net_conn *conn, struct str input, uint64_t now);
	void (*eof)(struct net_conn *conn);
	/* No more requests are accepted once none is active. */
	void (*stop)(struct net_conn *conn);
	bool (*takes_input)(const struct net_conn *conn);
	/*
	 * True if no more output will come: `out` must be sent, then the connection can be closed.
	 */
	bool (*is_done)(const struct net_conn *conn);
	/*
	 * A correct peer may still be sending although all output is sent: closing at once could
	 * destroy the response.
	 */
	bool (*expects_input)(const struct net_conn *conn);
	/* True if no request is active. */
	bool (*is_idle)(const struct net_conn *conn);
	/*
	 * The connection of the oldest request that is incomplete, and the `now` of its beginning;
	 * NULL: no such connection.
	 */
	struct net_conn *(*oldest)(const void *pool, uint64_t *since);
	/* Memory of incomplete requests of all connections. */
	size_t (*incomplete_bytes)(const void *pool);
};

/* Why a connection ended. */
enum net_end {
	NET_END_PEER,            /* the peer closed it, or it was lost */
	NET_END_DONE,            /* all output was sent */
	NET_END_REQUEST_TIMEOUT, /* a request was not completed, or a response not taken, in time */
	NET_END_IDLE_TIMEOUT,
	NET_END_ERROR, /* out of memory or descriptors */
	/* incomplete requests took too much memory, and this one's was the oldest */
	NET_END_INCOMPLETE,
	NET_END_CROWDED, /* a stranger, closed to make room for a new one */
	NET_ENDS
};

/* Counters of one worker's connections of one protocol; written on its thread. */
struct net_stats {
	_Atomic uint64_t accepted;
	_Atomic uint64_t refused; /* not in FCGI_WEB_SERVER_ADDRS */
	_Atomic uint64_t ended[NET_ENDS];
};

/* A protocol served, in the caller's memory, for as long as the server lives. */
struct net_service {
	const struct net_protocol *protocol;
	void *pool; /* state that its connections share */
	/*
	 * Whether a peer at this address may send requests beyond liveness checks; NULL: all may.
	 * Strangers, which may not, are few at a time (see NET_STRANGERS_PART), have one request
	 * and NET_STRANGER_MS each, and no other peer ever waits for one of them.
	 */
	bool (*knows)(const void *knows_ctx, const struct addr *from);
	const void *knows_ctx;
	struct list among; /* in the list of the server's services */
	struct list spare; /* memory of closed connections */
	struct net_stats own_stats;
	struct net_stats *stats;
};

/* Has its own stats, unless the caller then sets others. It must not be moved. */
void net_service_init(struct net_service *service, const struct net_protocol *protocol, void *pool);

#endif
