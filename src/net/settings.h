/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_SETTINGS_H
#define DW_NET_SETTINGS_H

#include "base/addr.h"

#include <stddef.h>
#include <stdint.h>

/* What a server is told, and counts. */

struct net_pauses;

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

/* Who may still ask once, within a second, on a connection without a request. */
enum net_drain {
	NET_DRAIN_NEW, /* who has not asked yet: the request may be on its way */
	NET_DRAIN_ALL  /* who keeps a connection, too: there is somebody else to go to */
};

#endif
