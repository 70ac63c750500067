/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_SETTINGS_H
#define DW_NET_SETTINGS_H

#include "base/addr.h"

#include <stddef.h>
#include <stdint.h>

/* Settings and counters of a server. */

struct net_pauses;

/*
 * Strangers have 1/16 of max_connections for themselves; above that, the oldest stranger is closed
 * for a new one.
 */
#define NET_STRANGERS_PART 16
#define NET_STRANGER_MS 2000 /* or request_timeout, if that is less */
/*
 * 1/4 of max_connections is divided evenly among the listening sockets, as a reserve: the
 * connections of one socket cannot take the reserve of another.
 */
#define NET_RESERVE_PART 4

struct net_settings {
	uint32_t max_connections; /* of the process */
	/*
	 * the number of servers that have an even part of max_connections each, at least 1, above
	 * which accepting pauses; 0: one server
	 */
	uint32_t worker_count;
	/*
	 * for a request that is incomplete, a new connection that is silent, and a response that
	 * the peer does not take
	 */
	uint32_t request_timeout_ms;
	uint32_t idle_timeout_ms; /* for a kept connection without a request */
	size_t incomplete_max;    /* bytes that incomplete requests may take; 0: any number */
	/*
	 * The only addresses that may connect over TCP; none: all may. Borrowed for the life of the
	 * server.
	 */
	const struct prefix *peers;
	size_t peer_count;
	/* Who strangers are, for the log; NULL: peers that trusted_proxies does not name. */
	const char *strangers;
	struct net_pauses *pauses; /* NULL: not counted; borrowed for the life of the server */
};

/* How often accepting had to pause; written on the server's thread. */
struct net_pauses {
	_Atomic uint64_t connections; /* because of max_connections */
	_Atomic uint64_t descriptors; /* because descriptors or memory were out */
};

/* Draining: which connections without a request may still send one, within a second. */
enum net_drain {
	NET_DRAIN_NEW, /* only new ones, whose first request may be on its way */
	NET_DRAIN_ALL  /* kept ones, too: their next request would go to another server */
};

#endif
