/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SOCKETS_H
#define DW_DAEMON_SOCKETS_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"

#include <stddef.h>

#define SOCKETS_MAX 64

/* The listening sockets of the process, inherited or opened. */
struct sockets {
	int fds[SOCKETS_MAX];
	const struct net_listen_spec *specs[SOCKETS_MAX]; /* NULL: inherited */
	enum net_listen_protocol protocols[SOCKETS_MAX];
	bool shared[SOCKETS_MAX]; /* another process serves there, too: the path is to stay */
	size_t count;
};

/* What a predecessor opened and leaves to this process. */
struct sockets_given {
	struct sockets_given_one {
		struct net_listen_spec spec; /* a view of `text` */
		int fd;                      /* -1: taken, or closed */
	} all[SOCKETS_MAX];
	size_t count;
	char *text;
};

/* Whether descriptor `fd` is a socket that listens. */
bool sockets_is_listening(int fd);

/*
 * Opens what `listen` says. A process that was started with listening sockets, by spawn-fcgi and
 * its like as descriptor 0 or by systemd (LISTEN_FDS), serves on those instead, unless `listen`
 * names them itself (fd:0, systemd) and so says what else to open. What is to be opened and among
 * those `given` is taken from there. False after a diag_error.
 */
NODISCARD bool sockets_open(struct sockets *sockets, const struct config_server *server,
	struct sockets_given *given, struct diag *diag);
/* Whether another process serves on all of them, too. */
void sockets_share(struct sockets *sockets, bool shared);
/* Closes them, and removes the paths of those that were opened by this program and are not shared.
 */
void sockets_close(struct sockets *sockets);

/* One line "FD=LISTEN" for each that was opened by this program. */
void sockets_describe(const struct sockets *sockets, struct bytes *out);
/* Reads such lines. False after a diag_error. */
NODISCARD bool sockets_given_read(struct sockets_given *given, struct str lines, struct diag *diag);
/* Closes those that nobody took; `remove`: their paths go, too. */
void sockets_given_close(struct sockets_given *given, bool remove);

#endif
