/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_NETWORK_H
#define DW_DNS_UPSTREAM_NETWORK_H

#include "base/random.h"
#include "dns/wire/message.h"
#include "dns/wire/status.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The network as exchanges see it: transport.c implements it with libuv, the scenario tests without
 * sockets.
 */

#define DNS_SOCKETS_MAX 4096

enum dns_sent {
	DNS_SENT,
	/*
	 * an earlier datagram of this socket was refused (ICMP), there is no route, or the
	 * connection is gone
	 */
	DNS_SENT_UNREACHABLE,
};

enum dns_way {
	DNS_WAY_UDP,
	DNS_WAY_TCP,
	DNS_WAY_TCP_FRESH /* over a connection opened after another one broke */
};

#define DNS_SOCKET_NONE (-1) /* no socket can be opened */
#define DNS_SOCKET_BUSY (-2) /* all connections carry the maximum of queries */

struct dns_network {
	/*
	 * A connected socket of the upstream's pool, picked at random, or a connection. It stays
	 * open until it has been released as often as it was acquired. The number is below
	 * DNS_SOCKETS_MAX, and among the lowest that are free; or one of the above.
	 */
	int (*acquire)(void *ctx, size_t upstream, enum dns_way way, struct random_pool *random);
	enum dns_sent (*send)(void *ctx, int socket, const uint8_t *query, size_t len);
	void (*release)(void *ctx, int socket);
	/* Microseconds of a clock that no one sets: for round trips, which may be shorter than 1
	 * ms. */
	uint64_t (*now_us)(void *ctx);
	void *ctx;
};

struct dns_ending {
	enum dns_status status;
	const struct dns_answer *answer; /* NULL for failures; valid during the call */
	size_t upstream;                 /* that replied, or was asked last */
	bool tcp;                        /* the last send was over TCP */
	uint32_t us;                     /* since the first send */
	uint64_t now_ms;
};

#endif
