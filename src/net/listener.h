/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_LISTENER_H
#define DW_NET_LISTENER_H

#include "base/util.h"
#include "net/server_private.h"

#include <stdbool.h>

/*
 * The listening sockets of a server. For server.c and peer.c. Starts or stops accepting, as limits
 * and draining require; costs nothing if nothing has changed.
 */
void net_listeners_update(struct net_server *server);
/* Accepts connections that wait already, up to a limit. */
void net_listeners_accept_waiting(struct net_server *server);
/* Accepts, if `who`, as epoll reported it, is a listener. */
bool net_listeners_on_event(struct net_server *server, const void *who);
/* Stops watching the listening sockets; the descriptors stay open, and are not used after this. */
void net_listeners_close(struct net_server *server);
/* Frees the listeners, after net_listeners_close. */
void net_listeners_free(struct net_server *server);

/* As net_server_listen. */
NODISCARD int net_listeners_add(struct net_server *server, int fd, struct net_service *service);

#endif
