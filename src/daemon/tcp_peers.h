/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_TCP_PEERS_H
#define DW_DAEMON_TCP_PEERS_H

#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"
#include "daemon/sockets.h"

/* The only addresses that may connect over TCP; none: all may. */
struct daemon_tcp_peers {
	struct prefix *items;
	size_t count;
};

/*
 * What `tcp_peers` of the configuration and FCGI_WEB_SERVER_ADDRS of the environment come to:
 * where both are given, those of the latter that lie in the former. False after a diag_error.
 */
NODISCARD bool daemon_tcp_peers_init(
	struct daemon_tcp_peers *peers, const struct config *config, struct diag *diag);
void daemon_tcp_peers_clear(struct daemon_tcp_peers *peers);

/*
 * Over FastCGI the peer says which address the client has. So a TCP socket for FastCGI that is not
 * on a loopback address needs peers: for what `listen` says, and for the sockets as they are, which
 * may be inherited. False after a diag_error. The latter also warns of an inherited TCP socket
 * with trust_headers = yes.
 */
NODISCARD bool daemon_tcp_peers_check_listen(
	const struct daemon_tcp_peers *peers, const struct config *config, struct diag *diag);
NODISCARD bool daemon_tcp_peers_check_sockets(const struct daemon_tcp_peers *peers,
	const struct config *config, const struct daemon_sockets *sockets, struct diag *diag);

#endif
