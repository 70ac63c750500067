/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_LISTEN_H
#define DW_NET_LISTEN_H

#include "base/diag.h"
#include "base/util.h"
#include "net/listen_spec.h"

#include <stdbool.h>
#include <sys/types.h>

struct net_listen_options {
	int backlog;
	mode_t socket_mode;
	uid_t socket_owner; /* (uid_t)-1: unchanged */
	gid_t socket_group; /* (gid_t)-1: unchanged */
};

/*
 * Opens a NET_LISTEN_UNIX or NET_LISTEN_TCP socket: listening, non-blocking, close-on-exec. A Unix
 * socket without a listener is replaced; a socket that accepts connections, or a file of another
 * kind, is an error. The socket appears under its path with its mode and owner already set; root
 * makes the folder of the path with mode 0755, if only that is missing. IPv6 sockets are v6 only.
 * Returns the descriptor; -1 after a diag_error.
 */
NODISCARD int net_listen_open(const struct net_listen_spec *spec,
	const struct net_listen_options *options, struct diag *diag);
/*
 * Makes an inherited descriptor non-blocking and close-on-exec; false if it is not a listening
 * stream socket.
 */
NODISCARD bool net_listen_adopt(int fd);
/* Removes the path of a Unix socket that net_listen_open made, if it is still that socket. */
void net_listen_remove(const struct net_listen_spec *spec, int fd);

#endif
