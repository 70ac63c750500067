/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_EXCHANGE_H
#define DW_DNS_EXCHANGE_H

#include "base/random.h"
#include "dns/message.h"
#include "dns/settings.h"
#include "dns/stats.h"
#include "dns/status.h"
#include "dns/wheel.h"

#include <stddef.h>
#include <stdint.h>

/*
 * One question, taken to the upstreams until one of them answers: sends, retransmissions, another
 * upstream, matching of replies. Pure logic: the time is an argument, the network an interface.
 */

#define DNS_SOCKETS_MAX 4096

enum dns_sent {
	DNS_SENT,
	DNS_SENT_UNREACHABLE, /* an earlier datagram of this socket met nobody, or there is no route
			       */
};

struct dns_network {
	/* A connected socket of the upstream's pool, picked at random, that stays good until it is
	 * released as often as it was acquired. Below DNS_SOCKETS_MAX; -1: none to be had. */
	int (*acquire)(void *ctx, size_t upstream, struct random_pool *random);
	enum dns_sent (*send)(void *ctx, int socket, const uint8_t *query, size_t len);
	void (*release)(void *ctx, int socket);
	void *ctx;
};

struct dns_ending {
	enum dns_status status;
	const struct dns_answer *answer; /* NULL for failures; good during the call */
	size_t upstream;                 /* that answered, or was asked last */
	uint32_t ms;                     /* since the first send */
	uint64_t now_ms;
};

struct dns_exchange;
struct dns_exchanges;

/* Everything pointed at is borrowed. `upstream_count` > 0. NULL when out of memory. */
struct dns_exchanges *dns_exchanges_new(const struct dns_settings *settings, size_t upstream_count,
	const struct dns_network *network, struct dns_wheel *wheel, struct random_pool *random,
	struct dns_stats *stats);
/* No exchange may be left. */
void dns_exchanges_free(struct dns_exchanges *exchanges);
size_t dns_exchanges_in_flight(const struct dns_exchanges *exchanges);

/*
 * Sends the first query. `done` is called exactly once, from dns_exchanges_receive or the wheel,
 * unless dns_exchange_cancel comes first. NULL when out of memory.
 */
struct dns_exchange *dns_exchange_start(struct dns_exchanges *exchanges,
	const struct dns_name *name, enum dns_type type, uint64_t now_ms,
	void (*done)(void *ctx, const struct dns_ending *ending), void *ctx);
void dns_exchange_cancel(struct dns_exchange *exchange);

/* A datagram came in on a socket. */
void dns_exchanges_receive(struct dns_exchanges *exchanges, int socket, const uint8_t *reply,
	size_t len, uint64_t now_ms);
/* A socket learnt that nothing listens at its other end. */
void dns_exchanges_unreachable(struct dns_exchanges *exchanges, int socket, uint64_t now_ms);

#endif
