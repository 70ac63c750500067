/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/exchange.h"
#include "dns/upstream/exchange_private.h"

#include <assert.h>
#include <string.h>

#define BACKOFF_MS 100u
#define BACKOFF_DOUBLINGS_MAX 4u

static void enqueue(struct dns_exchange *x, size_t upstream, uint64_t until_ms)
{
	x->queued = true;
	x->waitq = (uint8_t)upstream;
	x->waiting = NULL;
	list_append(&x->all->waitqs[upstream], &x->in_waitq);
	dns_timer_wheel_set(x->all->wheel, &x->timer, until_ms);
}

/*
 * A slot on a connection of this upstream is free: grants it to the exchange that has waited
 * longest.
 */
static void grant_next(struct dns_exchanges *all, size_t upstream)
{
	struct list *first = list_pop(&all->waitqs[upstream]);

	if (first != NULL) {
		struct dns_exchange *x = CONTAINER_OF(first, struct dns_exchange, in_waitq);

		x->queued = false;
		x->granted = true;
		dns_timer_wheel_set(all->wheel, &x->timer, 0);
	}
}

void dns_exchange_leave_waitq(struct dns_exchange *x)
{
	if (x->queued) {
		list_remove(&x->in_waitq);
		x->queued = false;
	} else if (x->granted) {
		x->granted = false;
		grant_next(x->all, x->waitq);
	}
}

void dns_exchange_close(struct dns_pending *s)
{
	struct dns_exchange *x = s->exchange;
	struct dns_exchanges *all = x->all;

	if (!s->open) {
		return;
	}
	dns_pending_close(all->pending, s);
	x->open_count--;
	if (x->waiting == s) {
		x->waiting = NULL;
	}
	all->network.release(all->network.ctx, s->socket);
	if (s->tcp) {
		grant_next(all, s->upstream);
	}
}

/*
 * The query could not be delivered: tries another upstream at once, or the same ones after a pause.
 */
static void note_unreachable(struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	const struct dns_upstreams *upstreams = &x->all->upstreams;
	uint64_t due = now_ms;

	if (!dns_status_is_failure(x->failure)) {
		x->failure = DNS_STATUS_UNREACHABLE;
	}
	x->failed |= UINT32_C(1) << upstream;
	if (x->waiting != NULL || x->queued || x->granted) {
		return; /* another send may still get its reply, and its time-out goes on */
	}
	uint32_t all = (UINT32_C(1) << upstreams->count) - 1;

	if ((x->failed & all) == all && x->attempts < x->all->settings->attempts) {
		unsigned round = x->asked[upstream] > 0 ? x->asked[upstream] - 1u : 0;

		due += BACKOFF_MS << (round < BACKOFF_DOUBLINGS_MAX ? round
								    : BACKOFF_DOUBLINGS_MAX);
		x->failed = 0;
	}
	dns_timer_wheel_set(x->all->wheel, &x->timer, due);
}

bool dns_exchange_counts(const struct dns_exchanges *all, bool tcp)
{
	return !tcp || all->settings->use_tcp == DNS_YES;
}

static bool takes_edns(const struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	return (x->no_edns >> upstream & 1) == 0 &&
	       dns_capabilities_takes_edns(&x->all->capabilities, upstream, x->attempts, now_ms);
}

enum dns_way dns_exchange_way(const struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	const struct dns_exchanges *all = x->all;
	bool unprotected = dns_capabilities_has_cookies(&all->capabilities, upstream) &&
			   !takes_edns(x, upstream, now_ms);

	return x->tcp || unprotected || all->settings->use_tcp == DNS_YES ||
			       dns_capabilities_needs_tcp(&all->capabilities, upstream, now_ms)
		       ? DNS_WAY_TCP
		       : DNS_WAY_UDP;
}

/*
 * A peer may close a connection at any time: the first time that is no failure (RFC 7766 section
 * 6.2.4).
 */
static void sent_is_lost(struct dns_pending *s, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	struct dns_exchanges *all = x->all;
	size_t upstream = s->upstream;
	bool tcp = s->tcp;
	bool waited_for = x->waiting == s;

	dns_exchange_close(s);
	if (tcp && !waited_for) {
		return;
	}
	if (tcp && !x->reconnected) {
		x->reconnected = true;
		dns_exchange_send(x, upstream, DNS_WAY_TCP_FRESH, now_ms);
		return;
	}
	dns_exchange_failed(all, upstream, DNS_STATUS_UNREACHABLE, tcp, now_ms);
	if (dns_exchange_counts(all, tcp)) {
		dns_upstream_unreachable(&all->upstreams, upstream, now_ms);
		dns_exchange_publish(all, upstream);
	}
	note_unreachable(x, upstream, now_ms);
}

void dns_exchanges_unreachable(struct dns_exchanges *all, int socket, uint64_t now_ms)
{
	struct dns_pending *s;

	while ((s = dns_pending_first(all->pending, socket)) != NULL) {
		sent_is_lost(s, now_ms);
	}
}

struct dns_query dns_exchange_query(const struct dns_pending *s)
{
	struct dns_exchanges *all = s->exchange->all;
	struct dns_query query = {
		.name = s->exchange->name,
		.type = s->exchange->type,
		.id = s->id,
		.edns_size = s->edns ? (uint16_t)all->settings->edns_size : 0,
		.want_ad = all->settings->trust_ad == DNS_YES,
		.over_tcp = s->tcp,
	};

	if (s->cookie) {
		query.cookie.len = DNS_COOKIE_CLIENT;
		memcpy(query.cookie.bytes, s->client_cookie, DNS_COOKIE_CLIENT);
	}
	if (s->lower_case) {
		dns_name_lower(&query.name);
	}
	return query;
}

/* The time-out; connecting takes another round trip. */
static uint64_t give_up_ms(const struct dns_exchange *x, size_t upstream, bool tcp, uint64_t now_ms)
{
	unsigned sends = x->asked[upstream] + (tcp ? 1u : 0u);

	return now_ms + dns_upstream_timeout_ms(&x->all->upstreams, upstream, sends);
}

static bool is_sent_in_lower_case(const struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	return x->mixed_case &&
	       ((x->asked_lower >> upstream & 1) != 0 ||
		       dns_capabilities_minds_case(&x->all->capabilities, upstream, now_ms));
}

/* The cookie to send with the query, whose client part the reply must repeat; NULL: no cookie. */
static const struct dns_cookie *put_cookie(struct dns_pending *s, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	const struct dns_cookie *cookie =
		dns_capabilities_cookie(&x->all->capabilities, s->upstream, now_ms);

	s->cookie = s->edns && cookie->len > 0 && (x->no_cookie >> s->upstream & 1) == 0;
	if (!s->cookie) {
		return NULL;
	}
	memcpy(s->client_cookie, cookie->bytes, DNS_COOKIE_CLIENT);
	return cookie;
}

/* Sends, and sets the timer; false: nothing was sent. */
static bool put_on_wire(
	struct dns_exchange *x, size_t upstream, int socket, bool tcp, uint64_t now_ms)
{
	struct dns_exchanges *all = x->all;
	struct dns_pending *s = &x->sent[x->sent_count];
	uint8_t wire[DNS_QUERY_MAX];
	size_t len = 0;

	assert(socket < DNS_SOCKETS_MAX);
	if (x->sent_count < x->capacity) {
		*s = (struct dns_pending){.exchange = x,
			.at_us = all->network.now_us(all->network.ctx),
			.socket = socket,
			.upstream = (uint8_t)upstream,
			.tcp = tcp,
			.edns = takes_edns(x, upstream, now_ms),
			.lower_case = is_sent_in_lower_case(x, upstream, now_ms)};
		const struct dns_cookie *cookie = put_cookie(s, now_ms);

		if (dns_pending_draw_id(all->pending, socket, &s->id)) {
			struct dns_query query = dns_exchange_query(s);

			if (cookie != NULL) {
				query.cookie = *cookie;
			}
			len = dns_query_build(&query, wire);
		}
	}
	if (len == 0) {
		all->network.release(all->network.ctx, socket);
		return false;
	}
	dns_pending_open(all->pending, s);
	x->waiting = s;
	dns_timer_wheel_set(all->wheel, &x->timer, give_up_ms(x, upstream, tcp, now_ms));
	x->open_count++;
	x->sent_count++;
	if (x->sent_count > 1) {
		counter_add(&all->stats->retransmits, 1);
	}
	counter_add(&all->stats->queries[tcp], 1);
	struct dns_stats_upstream *stats = dns_exchange_stats(all, upstream);

	if (stats != NULL) {
		counter_add(&stats->queries[tcp], 1);
	}
	if (all->network.send(all->network.ctx, socket, wire, len) == DNS_SENT_UNREACHABLE) {
		/*
		 * The kernel reports the error for the socket, so it applies to all queries on it.
		 */
		dns_exchanges_unreachable(all, socket, now_ms);
	}
	return true;
}

void dns_exchange_send(struct dns_exchange *x, size_t upstream, enum dns_way way, uint64_t now_ms)
{
	struct dns_exchanges *all = x->all;
	bool tcp = way != DNS_WAY_UDP;

	dns_exchange_leave_waitq(x);
	x->last_upstream = (uint8_t)upstream;
	x->last_tcp = tcp;
	if (x->asked[upstream] < UINT8_MAX) {
		x->asked[upstream]++;
	}
	if (dns_upstream_rests(&all->upstreams, upstream, now_ms)) {
		note_unreachable(x, upstream, now_ms);
		return;
	}
	int socket = all->network.acquire(all->network.ctx, upstream, way, all->random);

	if (socket == DNS_SOCKET_BUSY) {
		enqueue(x, upstream, give_up_ms(x, upstream, tcp, now_ms));
	} else if (socket < 0 || !put_on_wire(x, upstream, socket, tcp, now_ms)) {
		x->waiting = NULL;
		dns_exchange_failed(all, upstream, DNS_STATUS_UNREACHABLE, tcp, now_ms);
		note_unreachable(x, upstream, now_ms);
	}
}
