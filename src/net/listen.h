/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_LISTEN_H
#define DW_NET_LISTEN_H

#include "base/addr.h"
#include "base/diag.h"
#include "base/str.h"

#include <stdbool.h>
#include <sys/types.h>

enum net_listen_kind {
	NET_LISTEN_UNIX,   /* unix:PATH */
	NET_LISTEN_TCP,    /* ADDRESS:PORT, [ADDRESS]:PORT */
	NET_LISTEN_FD,     /* fd:N, a listening socket that the process was started with */
	NET_LISTEN_SYSTEMD /* systemd, systemd:NAME: sockets of LISTEN_FDS */
};

enum net_listen_protocol {
	NET_LISTEN_FASTCGI,
	NET_LISTEN_HTTP, /* http: before any of these */
	NET_LISTEN_PROTOCOLS
};

struct net_listen_spec {
	enum net_listen_kind kind;
	enum net_listen_protocol protocol;
	struct str path; /* NET_LISTEN_UNIX; a view of the text parsed */
	/* NET_LISTEN_SYSTEMD: FileDescriptorName; absent: the sockets that no other `listen` names
	 */
	struct str name;
	struct endpoint endpoint;
	int fd;
};

struct net_listen_options {
	int backlog;
	mode_t socket_mode;
	uid_t socket_owner; /* (uid_t)-1: unchanged */
	gid_t socket_group; /* (gid_t)-1: unchanged */
};

/* Reads a `listen` value; on failure *why says what was expected, a static string. */
NODISCARD bool net_listen_parse(struct str text, struct net_listen_spec *out, const char **why);

/*
 * Opens a NET_LISTEN_UNIX or NET_LISTEN_TCP socket: listening, non-blocking, close-on-exec. A Unix
 * socket without a listener is replaced; a socket that accepts connections, or a file of another
 * kind, is an error. The socket appears under its path with its mode and owner already set. IPv6
 * sockets are v6 only. Returns the descriptor; -1 after a diag_error.
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
