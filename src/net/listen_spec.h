/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_LISTEN_SPEC_H
#define DW_NET_LISTEN_SPEC_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

/* A value of `listen`: where to listen, and for which protocol. */

/* Bytes of the path of a Unix socket, which is bound with a suffix first. */
#define NET_LISTEN_PATH_MAX 98

enum net_listen_kind {
	NET_LISTEN_UNIX,   /* unix:PATH */
	NET_LISTEN_TCP,    /* ADDRESS:PORT, [ADDRESS]:PORT */
	NET_LISTEN_FD,     /* fd:N, a listening socket that the process was started with */
	NET_LISTEN_SYSTEMD /* systemd, systemd:NAME: sockets of LISTEN_FDS */
};

enum net_listen_protocol {
	NET_LISTEN_FASTCGI,
	NET_LISTEN_HTTP,      /* http: before any of these */
	NET_LISTEN_PROTOCOLS, /* the number of protocols that front ends speak */
	/*
	 * admin: before any of these: HTTP about the process itself, and no decision. systemd needs
	 * a name.
	 */
	NET_LISTEN_ADMIN = NET_LISTEN_PROTOCOLS
};

/* What stands before a place: "", "http:" or "admin:". */
const char *net_listen_protocol_prefix(enum net_listen_protocol protocol);

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

/* Reads a `listen` value; on failure *why says what was expected, a static string. */
NODISCARD bool net_listen_parse(struct str text, struct net_listen_spec *out, const char **why);
/* Appends the value, as net_listen_parse reads it. */
void net_listen_write(const struct net_listen_spec *spec, struct bytes *out);
/* Whether both are the same path or endpoint, for whatever protocol; false for other kinds. */
bool net_listen_is_same_place(const struct net_listen_spec *a, const struct net_listen_spec *b);

#endif
