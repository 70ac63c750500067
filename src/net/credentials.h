/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_CREDENTIALS_H
#define DW_NET_CREDENTIALS_H

#include "base/util.h"
#include "net/protocol.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * The user of the process that opened this connection of a server, which is one on a Unix socket
 * (SO_PEERCRED). False: it is another socket, or the user is not known.
 */
NODISCARD bool net_credentials_uid(const struct net_conn *conn, uid_t *out);

#endif
