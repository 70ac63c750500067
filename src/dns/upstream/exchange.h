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
 * One question, taken to the upstreams until one of them answers: sends, retransmissions, another
 * upstream, matching of replies. Pure logic: the time is an argument, the network an interface.
 *
 * Over TCP go all questions with `use_tcp`; else one whose answer is truncated, one to which three
 * replies did not match, one whose answer came twice in another case, or without the cookie it
 * should have; and those for an upstream that folds the case.
 */

struct dns_exchange;
struct dns_exchanges;

/* Everything pointed at is borrowed. `upstream_count` > 0. NULL when out of memory. */
struct dns_exchanges *dns_exchanges_new(const struct dns_settings *settings, size_t upstream_count,
	const struct dns_network *network, struct dns_timer_wheel *wheel,
	struct random_pool *random, struct dns_stats *stats, struct dns_health *health);
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

/* A datagram came in on a socket, or a message over a connection. */
void dns_exchanges_receive(struct dns_exchanges *exchanges, int socket, const uint8_t *reply,
	size_t len, uint64_t now_ms);
/* A socket learnt that nothing listens at its other end; or a connection broke. */
void dns_exchanges_unreachable(struct dns_exchanges *exchanges, int socket, uint64_t now_ms);

#endif
