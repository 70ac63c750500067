/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/exchange.h"

#include "base/util.h"
#include "dns/upstream/exchange_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * Sends beyond the attempts: to another upstream; to each of the two without EDNS, and in lower
 * case; with another cookie, without one, over TCP, over a fresh connection, and one spare.
 */
#define EXTRA_SENDS 10

struct dns_exchanges *dns_exchanges_new(const struct dns_settings *settings, size_t upstream_count,
	const struct dns_network *network, struct dns_timer_wheel *wheel,
	struct random_pool *random, struct dns_stats *stats, struct dns_health *health)
{
	struct dns_exchanges *all = calloc(1, sizeof(*all));

	if (all == NULL) {
		return NULL;
	}
	all->pending = dns_pending_table_new(DNS_SOCKETS_MAX, settings->max_in_flight, random);
	if (all->pending == NULL) {
		free(all);
		return NULL;
	}
	for (size_t i = 0; i < DNS_MAX_UPSTREAMS; i++) {
		list_init(&all->waitqs[i]);
	}
	all->settings = settings;
	all->network = *network;
	all->wheel = wheel;
	all->random = random;
	all->stats = stats;
	all->health = health;
	all->upstreams_id = counter_get(&stats->upstreams_of);
	dns_upstreams_init(&all->upstreams, upstream_count, settings);
	dns_capabilities_init(&all->capabilities, settings, health);
	return all;
}

void dns_exchanges_free(struct dns_exchanges *exchanges)
{
	if (exchanges == NULL) {
		return;
	}
	assert(exchanges->in_flight == 0);
	dns_pending_table_free(exchanges->pending);
	free(exchanges);
}

size_t dns_exchanges_in_flight(const struct dns_exchanges *exchanges)
{
	return exchanges->in_flight;
}

struct dns_stats_upstream *dns_exchange_stats(struct dns_exchanges *all, size_t upstream)
{
	return counter_get(&all->stats->upstreams_of) == all->upstreams_id
		       ? &all->stats->upstreams[upstream]
		       : NULL;
}

static enum dns_stats_trouble trouble_of(enum dns_status status)
{
	switch (status) {
	case DNS_STATUS_TIMEOUT:
		return DNS_STATS_TIMEOUT;
	case DNS_STATUS_UNREACHABLE:
		return DNS_STATS_UNREACHABLE;
	case DNS_STATUS_SERVFAIL:
		return DNS_STATS_SERVFAIL;
	case DNS_STATUS_REFUSED:
	case DNS_STATUS_LAME:
		return DNS_STATS_REFUSED;
	case DNS_STATUS_MALFORMED:
		return DNS_STATS_MALFORMED;
	default:
		return DNS_STATS_OTHER;
	}
}

void dns_exchange_failed(struct dns_exchanges *all, size_t upstream, enum dns_status status,
	bool tcp, uint64_t now_ms)
{
	struct dns_stats_upstream *stats = dns_exchange_stats(all, upstream);

	if (stats != NULL) {
		counter_add(&stats->troubles[trouble_of(status)], 1);
	}
	dns_health_failed(all->health, upstream, status, tcp, now_ms);
}

void dns_exchange_publish(struct dns_exchanges *all, size_t upstream)
{
	const struct dns_upstream *u = &all->upstreams.list[upstream];
	struct dns_stats_upstream *shown = dns_exchange_stats(all, upstream);

	if (shown != NULL) {
		counter_set(&shown->known, 1);
		counter_set(&shown->down, u->down);
		counter_set(&shown->measured, u->measured);
		counter_set(&shown->average_us_8, u->average_us_8);
		counter_set(&shown->cookies,
			dns_capabilities_has_cookies(&all->capabilities, upstream));
	}
}

void dns_exchange_cancel(struct dns_exchange *x)
{
	if (x == NULL) {
		return;
	}
	for (unsigned i = 0; i < x->sent_count; i++) {
		dns_exchange_close(&x->sent[i]);
	}
	dns_exchange_leave_waitq(x);
	dns_timer_wheel_clear(x->all->wheel, &x->timer);
	x->all->in_flight--;
	free(x);
}

void dns_exchange_finish(struct dns_exchange *x, enum dns_status status,
	const struct dns_answer *answer, uint64_t now_ms)
{
	struct dns_ending ending = {.status = status,
		.answer = answer,
		.upstream = x->last_upstream,
		.tcp = x->last_tcp,
		.us = (uint32_t)(x->all->network.now_us(x->all->network.ctx) - x->first_us),
		.now_ms = now_ms};
	void (*done)(void *, const struct dns_ending *) = x->done;
	void *ctx = x->ctx;

	dns_exchange_cancel(x);
	done(ctx, &ending);
}

static void send_next(struct dns_exchange *x, uint64_t now_ms)
{
	size_t upstream =
		dns_upstreams_pick(&x->all->upstreams, x->asked, x->failed, now_ms, x->all->random);

	x->attempts++;
	dns_exchange_send(x, upstream, dns_exchange_way(x, upstream, now_ms), now_ms);
}

static void timer_fired(struct dns_timer *timer, uint64_t now_ms)
{
	struct dns_exchange *x = CONTAINER_OF(timer, struct dns_exchange, timer);

	if (x->granted) {
		x->granted = false;
		x->asked[x->waitq]--;
		dns_exchange_send(x, x->waitq, DNS_WAY_TCP, now_ms);
		return;
	}
	dns_exchange_leave_waitq(x);
	if (x->waiting != NULL) {
		counter_add(&x->all->stats->timeouts, 1);
		if (x->waiting->edns) {
			dns_capabilities_edns_timed_out(
				&x->all->capabilities, x->waiting->upstream);
		}
		dns_exchange_failed(
			x->all, x->waiting->upstream, DNS_STATUS_TIMEOUT, x->waiting->tcp, now_ms);
		if (dns_exchange_counts(x->all, x->waiting->tcp)) {
			dns_upstream_timed_out(&x->all->upstreams, x->waiting->upstream, now_ms);
			dns_exchange_publish(x->all, x->waiting->upstream);
		}
		x->waiting = NULL;
	}
	if (x->attempts < x->all->settings->attempts) {
		send_next(x, now_ms);
		return;
	}
	dns_exchange_finish(x, dns_status_is_failure(x->failure) ? x->failure : DNS_STATUS_TIMEOUT,
		NULL, now_ms);
}

struct dns_exchange *dns_exchange_start(struct dns_exchanges *all, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms,
	void (*done)(void *ctx, const struct dns_ending *ending), void *ctx)
{
	size_t capacity = (size_t)all->settings->attempts + EXTRA_SENDS;
	struct dns_exchange *x = calloc(1, sizeof(*x) + capacity * sizeof(x->sent[0]));

	if (x == NULL) {
		return NULL;
	}
	x->timer.fire = timer_fired;
	x->all = all;
	x->done = done;
	x->ctx = ctx;
	x->name = *name;
	x->type = type;
	x->first_us = all->network.now_us(all->network.ctx);
	x->capacity = (unsigned)capacity;
	if (all->settings->case_randomization) {
		dns_name_randomize_case(&x->name, all->random);
		x->mixed_case = memcmp(x->name.wire, name->wire, name->len) != 0;
	}
	all->in_flight++;
	send_next(x, now_ms);
	return x;
}
