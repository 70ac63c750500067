/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SOCKETS_H
#define DW_DAEMON_SOCKETS_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"
#include "daemon/sockets_given.h"

#include <stddef.h>

/* The listening sockets of the process, inherited or opened. */
struct daemon_sockets {
	int fds[DAEMON_SOCKETS_MAX];
	const struct net_listen_spec *specs[DAEMON_SOCKETS_MAX]; /* NULL: inherited */
	enum net_listen_protocol protocols[DAEMON_SOCKETS_MAX];
	bool shared[DAEMON_SOCKETS_MAX]; /* another process serves on it, too: its path must stay */
	size_t count;
};

/* Whether descriptor `fd` is a socket that listens. */
bool daemon_sockets_is_listening(int fd);

/*
 * Opens the sockets of `listen`, of which one at least must be for front ends. A process that was
 * started with listening sockets, by spawn-fcgi and similar programs as descriptor 0 or by systemd
 * (LISTEN_FDS), serves on those instead, unless `listen` names them itself (fd:0, systemd) and so
 * says what else to open. Places for admin are opened in any case, and a socket that systemd passes
 * under the name "admin" is for admin unless `listen` names it. A socket that is among `given` is
 * taken from there. False after a diag_error.
 */
NODISCARD bool daemon_sockets_open(struct daemon_sockets *sockets,
	const struct config_server *server, struct daemon_sockets_given *given, struct diag *diag);
/* Sets whether another process serves on all of them, too. */
void daemon_sockets_share(struct daemon_sockets *sockets, bool shared);
/* Closes them, and removes the paths of those that this program opened and that are not shared. */
void daemon_sockets_close(struct daemon_sockets *sockets);

#define DAEMON_SOCKETS_TEXT_MAX 128
/* As a value of `listen`, also for an inherited one. */
void daemon_sockets_name(
	const struct daemon_sockets *sockets, size_t index, char out[DAEMON_SOCKETS_TEXT_MAX]);
/* One line "FD=LISTEN" for each socket that this program opened: see sockets_given.h. */
void daemon_sockets_describe(const struct daemon_sockets *sockets, struct bytes *out);

#endif
