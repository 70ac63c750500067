/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_EXCHANGE_PRIVATE_H
#define DW_DNS_UPSTREAM_EXCHANGE_PRIVATE_H

#include "base/list.h"
#include "dns/upstream/capabilities.h"
#include "dns/upstream/network.h"
#include "dns/upstream/pending.h"
#include "dns/upstream/selection.h"
#include "dns/upstream/settings.h"
#include "dns/upstream/stats.h"
#include "dns/upstream/timer_wheel.h"

/*
 * The private parts of exchange.h: exchange.c starts and ends an exchange and runs its timer,
 * exchange_send.c sends, exchange_reply.c handles replies.
 */

struct dns_exchange {
	struct dns_timer timer;
	struct list in_waitq;
	struct dns_exchanges *all;
	void (*done)(void *ctx, const struct dns_ending *ending);
	void *ctx;
	struct dns_name name;
	enum dns_type type;
	uint64_t first_us;
	uint8_t asked[DNS_MAX_UPSTREAMS];
	uint32_t failed;  /* a bit for each upstream that replied with a failure */
	uint32_t no_edns; /* a bit for each upstream that did not understand EDNS */
	/* a bit for each upstream that replied with another client's cookie */
	uint32_t no_cookie;
	uint32_t asked_lower; /* a bit for each upstream that did not find the name in mixed case */
	enum dns_status failure;
	bool tcp;        /* from now on over TCP */
	bool mixed_case; /* the name's case is random */
	bool went_elsewhere;
	bool reconnected;
	bool took_cookie;
	bool queued;       /* waits for a slot on a connection; the timer limits the wait */
	bool granted;      /* a slot is free; the timer takes it */
	uint8_t waitq;     /* the upstream of `queued` and `granted` */
	uint8_t folded;    /* replies in another case */
	unsigned attempts; /* sends that count against the setting */
	unsigned open_count;
	unsigned sent_count;
	unsigned capacity;
	uint8_t last_upstream;
	bool last_tcp;
	/* the send whose time-out the timer is; NULL: the timer is a pause */
	struct dns_pending *waiting;
	struct dns_pending sent[]; /* earlier sends stay open when the query is retransmitted */
};

struct dns_exchanges {
	const struct dns_settings *settings;
	struct dns_network network;
	struct dns_timer_wheel *wheel;
	struct random_pool *random;
	struct dns_stats *stats;
	struct dns_health *health;
	/* the value of stats->upstreams_of as long as the counters are those of these upstreams */
	uint64_t upstreams_id;
	struct dns_upstreams upstreams;
	struct dns_capabilities capabilities;
	struct dns_answer answer;
	size_t in_flight;
	struct dns_pending_table *pending;
	/* exchanges that wait for a slot on a connection */
	struct list waitqs[DNS_MAX_UPSTREAMS];
};

/* Frees the exchange and calls `done` with its end. */
void dns_exchange_finish(struct dns_exchange *x, enum dns_status status,
	const struct dns_answer *answer, uint64_t now_ms);

/* The upstream's counters; NULL: they are those of other upstreams by now. */
struct dns_stats_upstream *dns_exchange_stats(struct dns_exchanges *all, size_t upstream);
/* Counts and logs that a send to the upstream got no result. */
void dns_exchange_failed(struct dns_exchanges *all, size_t upstream, enum dns_status status,
	bool tcp, uint64_t now_ms);
/* Updates the upstream's state. */
void dns_exchange_publish(struct dns_exchanges *all, size_t upstream);
/* The way in which the next query to this upstream is sent. */
enum dns_way dns_exchange_way(const struct dns_exchange *x, size_t upstream, uint64_t now_ms);
/*
 * Sends, or sets the timer for the next attempt: always one of the two. It never ends the exchange.
 */
void dns_exchange_send(struct dns_exchange *x, size_t upstream, enum dns_way way, uint64_t now_ms);
/* Stops waiting for the reply to this send. */
void dns_exchange_close(struct dns_pending *pending);
/* Leaves the wait queue, or gives the granted slot to the next exchange. */
void dns_exchange_leave_waitq(struct dns_exchange *x);
/* The query as it was sent, but without the server's part of its cookie. */
struct dns_query dns_exchange_query(const struct dns_pending *pending);
/* Whether a result over this way says something about the upstream: TCP says nothing about UDP. */
bool dns_exchange_counts(const struct dns_exchanges *all, bool tcp);

#endif
