/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_TCP_PEERS_H
#define DW_DAEMON_TCP_PEERS_H

#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"
#include "daemon/sockets.h"

/* The only addresses that may connect over TCP; none: all may. */
struct tcp_peers {
	struct prefix *items;
	size_t count;
};

/*
 * What `tcp_peers` of the configuration and FCGI_WEB_SERVER_ADDRS of the environment come to:
 * where both are given, those of the latter that lie in the former. False after a diag_error.
 */
NODISCARD bool tcp_peers_init(
	struct tcp_peers *peers, const struct config *config, struct diag *diag);
void tcp_peers_clear(struct tcp_peers *peers);

/*
 * Over FastCGI the peer says which address the client has. So a TCP socket for FastCGI that is not
 * on a loopback address needs peers: for what `listen` says, and for the sockets as they are, which
 * may be inherited. False after a diag_error. The latter also warns of an inherited TCP socket
 * with trust_headers = yes.
 */
NODISCARD bool tcp_peers_check_listen(
	const struct tcp_peers *peers, const struct config *config, struct diag *diag);
NODISCARD bool tcp_peers_check_sockets(const struct tcp_peers *peers, const struct config *config,
	const struct sockets *sockets, struct diag *diag);

#endif
