/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_EXCHANGE_PRIVATE_H
#define DW_DNS_UPSTREAM_EXCHANGE_PRIVATE_H

#include "dns/upstream/capabilities.h"
#include "dns/upstream/network.h"
#include "dns/upstream/pending.h"
#include "dns/upstream/selection.h"
#include "dns/upstream/settings.h"
#include "dns/upstream/stats.h"
#include "dns/upstream/timer_wheel.h"

#include <sys/queue.h>

/*
 * The inside of exchange.h: exchange.c begins and ends an exchange and minds its time,
 * exchange_send.c sends, exchange_reply.c takes what comes in.
 */

struct dns_exchange {
	struct dns_timer timer;
	TAILQ_ENTRY(dns_exchange) in_line;
	struct dns_exchanges *all;
	void (*done)(void *ctx, const struct dns_ending *ending);
	void *ctx;
	struct dns_name name;
	enum dns_type type;
	uint64_t first_ms;
	uint8_t asked[DNS_MAX_UPSTREAMS];
	uint32_t failed;      /* a bit for each upstream that answered with a failure */
	uint32_t no_edns;     /* a bit for each that did not understand it */
	uint32_t no_cookie;   /* a bit for each that answered with another client's */
	uint32_t asked_lower; /* a bit for each that did not find the name in mixed case */
	enum dns_status failure;
	bool tcp;        /* from now on */
	bool mixed_case; /* the name's case is random */
	bool went_elsewhere;
	bool reconnected;
	bool took_cookie;
	bool stands_in_line; /* for room on a connection; the timer is its limit */
	bool has_turn;       /* there is room now; the timer has it taken */
	uint8_t line;        /* the upstream of either */
	uint8_t folded;      /* replies in another case */
	unsigned attempts;   /* sends that count against the setting */
	unsigned open_count;
	unsigned sent_count;
	unsigned capacity;
	uint8_t last_upstream;
	bool last_tcp;
	struct dns_pending *waiting; /* the send whose time-out the timer is; NULL: it is a pause */
	struct dns_pending sent[];   /* retransmitting does not give up on earlier ones */
};
TAILQ_HEAD(dns_line, dns_exchange);

struct dns_exchanges {
	const struct dns_settings *settings;
	struct dns_network network;
	struct dns_timer_wheel *wheel;
	struct random_pool *random;
	struct dns_stats *stats;
	struct dns_health *health;
	uint64_t upstreams_id; /* what stats->upstreams_of is while they are ours */
	struct dns_upstreams upstreams;
	struct dns_capabilities manners;
	struct dns_answer answer;
	size_t in_flight;
	struct dns_pending_table *pending;
	struct dns_line lines[DNS_MAX_UPSTREAMS]; /* who waits for room on a connection */
};

/* Frees the exchange and tells its end. */
void dns_exchange_finish(struct dns_exchange *x, enum dns_status status,
	const struct dns_answer *answer, uint64_t now_ms);

/* Has the counters show how the upstream does. */
void dns_exchange_publish(struct dns_exchanges *all, size_t upstream);
/* The way that the next query to this upstream takes. */
enum dns_way dns_exchange_way(const struct dns_exchange *x, size_t upstream, uint64_t now_ms);
/* Sends, or sets the timer for the next attempt: always one of the two. It never finishes. */
void dns_exchange_send(struct dns_exchange *x, size_t upstream, enum dns_way way, uint64_t now_ms);
/* Its answer is not waited for any more. */
void dns_exchange_close(struct dns_pending *pending);
/* Out of the line, or with the turn passed on. */
void dns_exchange_leave_line(struct dns_exchange *x);
/* The query as it was sent, but for the server's part of its cookie. */
struct dns_query dns_exchange_query(const struct dns_pending *pending);
/* Whether what happens over this way tells how the upstream is: TCP says nothing of UDP. */
bool dns_exchange_counts(const struct dns_exchanges *all, bool tcp);

#endif
