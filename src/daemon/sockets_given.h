/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SOCKETS_GIVEN_H
#define DW_DAEMON_SOCKETS_GIVEN_H

#include "base/diag.h"
#include "base/util.h"
#include "net/listen_spec.h"

#include <stdbool.h>
#include <stddef.h>

#define DAEMON_SOCKETS_MAX 64

/* The sockets that a predecessor opened and passes to this process. */
struct daemon_sockets_given {
	struct daemon_sockets_given_one {
		struct net_listen_spec spec; /* a view of `text` */
		int fd;                      /* -1: in use, or closed */
	} all[DAEMON_SOCKETS_MAX];
	size_t count;
	char *text;
};

/*
 * The descriptor of the socket that `spec` means, which is the caller's from now on and listens
 * with this backlog; -1: it is not among them.
 */
int daemon_sockets_given_take(
	struct daemon_sockets_given *given, const struct net_listen_spec *spec, int backlog);
/* Reads the lines of daemon_sockets_describe. False after a diag_error. */
NODISCARD bool daemon_sockets_given_read(
	struct daemon_sockets_given *given, struct str lines, struct diag *diag);
/* Closes those that are not in use; `remove`: their paths are removed, too. */
void daemon_sockets_given_close(struct daemon_sockets_given *given, bool remove);

#endif
