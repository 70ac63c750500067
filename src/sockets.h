/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SOCKETS_H
#define DW_SOCKETS_H

#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"

#include <stddef.h>

#define SOCKETS_MAX 64

/* The listening sockets of the process, inherited or opened. */
struct sockets {
	int fds[SOCKETS_MAX];
	const struct listen_spec *specs[SOCKETS_MAX]; /* NULL: inherited */
	enum listen_protocol protocols[SOCKETS_MAX];
	size_t count;
};

/* Whether descriptor `fd` is a socket that listens. */
bool sockets_is_listening(int fd);

/*
 * Opens what `listen` says. A process that was started with listening sockets, by spawn-fcgi and
 * its like as descriptor 0 or by systemd (LISTEN_FDS), serves on those instead, unless `listen`
 * names them itself (fd:0, systemd) and so says what else to open. False after a diag_error.
 */
NODISCARD bool sockets_open(
	struct sockets *sockets, const struct config_server *server, struct diag *diag);
/* Closes them, and removes the paths of those that were opened here. */
void sockets_close(struct sockets *sockets);

#endif
