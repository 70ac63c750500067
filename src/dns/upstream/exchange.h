/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_EXCHANGE_H
#define DW_DNS_UPSTREAM_EXCHANGE_H

#include "base/random.h"
#include "dns/upstream/health.h"
#include "dns/upstream/network.h"
#include "dns/upstream/settings.h"
#include "dns/upstream/stats.h"
#include "dns/upstream/timer_wheel.h"
#include "dns/wire/message.h"
#include "dns/wire/status.h"

#include <stddef.h>
#include <stdint.h>

/*
 * One query, sent to the upstreams until one of them replies: sends, retransmissions, the choice of
 * another upstream, matching of replies. Pure logic: the time is an argument, the network an
 * interface.
 *
 * With `use_tcp` all queries go over TCP. Otherwise a query does if its reply was truncated, if
 * three replies did not match it, or if the reply came twice in another case, or without the cookie
 * that it should have; and so do all queries to an upstream that changes the case of names.
 */

struct dns_exchange;
struct dns_exchanges;

/* Everything pointed at is borrowed. `upstream_count` > 0. NULL when out of memory. */
struct dns_exchanges *dns_exchanges_new(const struct dns_settings *settings, size_t upstream_count,
	const struct dns_network *network, struct dns_timer_wheel *wheel,
	struct random_pool *random, struct dns_stats *stats, struct dns_health *health);
/* All exchanges must have ended or been cancelled. */
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

/* A datagram came on a socket, or a message on a connection. */
void dns_exchanges_receive(struct dns_exchanges *exchanges, int socket, const uint8_t *reply,
	size_t len, uint64_t now_ms);
/* No process listens at the socket's other end (ICMP), or the connection broke. */
void dns_exchanges_unreachable(struct dns_exchanges *exchanges, int socket, uint64_t now_ms);

#endif
