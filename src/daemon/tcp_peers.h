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
 * The result of `tcp_peers` in the configuration and FCGI_WEB_SERVER_ADDRS in the environment: if
 * both are given, those of the latter that lie in the former. False after a diag_error.
 */
NODISCARD bool daemon_tcp_peers_init(
	struct daemon_tcp_peers *peers, const struct config *config, struct diag *diag);
void daemon_tcp_peers_clear(struct daemon_tcp_peers *peers);

/*
 * Over FastCGI the peer sends the client's address, and the admin listener tells everything. So a
 * TCP socket for either that is not on a loopback address needs peers: tcp_peers or admin_peers.
 * One function checks the sockets of `listen`, the other one the open sockets, which may be
 * inherited. False after a diag_error. The latter also warns of an inherited TCP socket with
 * trust_headers = yes.
 */
NODISCARD bool daemon_tcp_peers_check_listen(
	const struct daemon_tcp_peers *peers, const struct config *config, struct diag *diag);
NODISCARD bool daemon_tcp_peers_check_sockets(const struct daemon_tcp_peers *peers,
	const struct config *config, const struct daemon_sockets *sockets, struct diag *diag);

#endif
