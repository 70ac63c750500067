/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/credentials.h"

#include "net/server_private.h"

#include <sys/socket.h>

bool net_credentials_uid(const struct net_conn *conn, uid_t *out)
{
	const struct net_peer *p = CONTAINER_OF((void *)(uintptr_t)conn, struct net_peer, memory);
	struct ucred who = {.uid = (uid_t)-1};
	socklen_t len = sizeof(who);

	/* On a TCP socket the call succeeds, without a user. */
	if (getsockopt(p->fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0 || who.uid == (uid_t)-1) {
		return false;
	}
	*out = who.uid;
	return true;
}
