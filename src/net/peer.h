/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_PEER_H
#define DW_NET_PEER_H

#include "base/util.h"
#include "net/server_private.h"

#include <stdbool.h>
#include <stdint.h>

/* The sockets of a server's connections. For server.c and listener.c. */

/* Sends what is there for the peers in `answered`. */
void net_peers_send(struct net_server *server);

/* Serves a new connection as far as it goes at once. Owns fd; false when out of memory. */
NODISCARD bool net_peer_open(
	struct net_listener *listener, int fd, const struct addr *from, bool stranger);
/* What epoll reported. */
void net_peer_on_events(struct net_peer *p, uint32_t events);
/* Its time is over, or the server's: closes at once; what is served is aborted. */
void net_peer_close(struct net_peer *p, enum net_end end);
/* Serves what has come already, and closes when no request is active. One that has none may still
 * ask once if it has `time`. */
void net_peer_drain(struct net_peer *p, bool time);

#endif
