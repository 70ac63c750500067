/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_PEER_H
#define DW_NET_PEER_H

#include "base/util.h"
#include "net/server_private.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The sockets of a server's connections. For server.c and listener.c. Sends the output of the peers
 * in `answered`.
 */
void net_peers_send(struct net_server *server);

/* Serves a new connection as far as possible at once. Owns fd; false when out of memory. */
NODISCARD bool net_peer_open(
	struct net_listener *listener, int fd, const struct addr *from, bool stranger);
/* Handles events of the socket. */
void net_peer_on_events(struct net_peer *p, uint32_t events);
/* Closes the connection at once, at its deadline or the server's end; requests are aborted. */
void net_peer_close(struct net_peer *p, enum net_end end);
/*
 * Serves input that has come already, and closes the connection once no request is active. With
 * `time`, a connection without a request may still send one.
 */
void net_peer_drain(struct net_peer *p, bool time);

#endif
