/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/engine.h"

#include "base/clock.h"
#include "dns/context.h"
#include "dns/core.h"
#include "dns/upstream/transport.h"

#include <stdlib.h>

/* Implements struct dns_host with a loop's timer and sockets. */
struct loop_host {
	struct dns_engine *core;
	struct dns_transport *transport;
	uv_timer_t timer;
	uv_idle_t idle;    /* active while something is due already */
	uint64_t armed_ms; /* when the timer fires; UINT64_MAX: not set */
	bool closing;
	unsigned handles; /* the timer and the idle handle, until they are closed */
};

static uint64_t host_now_ms(void *ctx)
{
	return clock_ms();
}

static void on_timer(uv_timer_t *timer);
static void on_idle(uv_idle_t *idle);

/*
 * Work that is already due waits for one turn of the loop, by the idle handle: a timer of 0 would
 * fire again before any socket is read, and a lot of work would delay clients whose answer is
 * cached. A timer that fires too early costs less than setting it again whenever the next deadline
 * moves.
 */
static void arm(void *ctx)
{
	struct loop_host *host = ctx;
	uint64_t next_ms = dns_core_next(host->core);

	if (host->closing) {
		return;
	}
	uint64_t now_ms = clock_ms();

	if (next_ms <= now_ms) {
		uv_idle_start(&host->idle, on_idle);
	} else if (next_ms < host->armed_ms) {
		host->armed_ms = next_ms;
		uv_timer_start(&host->timer, on_timer, next_ms - now_ms, 0);
	}
}

static void tick(void *ctx)
{
	struct loop_host *host = ctx;

	dns_core_tick(host->core);
	arm(host);
}

static void on_idle(uv_idle_t *idle)
{
	uv_idle_stop(idle);
	tick(idle->data);
}

static void on_timer(uv_timer_t *timer)
{
	struct loop_host *host = timer->data;

	host->armed_ms = UINT64_MAX;
	tick(host);
}

static void on_receive(void *ctx, int socket, const uint8_t *reply, size_t len)
{
	struct loop_host *host = ctx;

	dns_core_receive(host->core, socket, reply, len);
}

static void on_unreachable(void *ctx, int socket)
{
	struct loop_host *host = ctx;

	dns_core_unreachable(host->core, socket);
}

static void free_if_closed(struct loop_host *host)
{
	if (host->handles == 0 && dns_transport_is_closed(host->transport)) {
		dns_core_free(host->core);
		dns_transport_free(host->transport);
		free(host);
	}
}

static void on_transport_closed(void *ctx)
{
	free_if_closed(ctx);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct loop_host *host = handle->data;

	host->handles--;
	free_if_closed(host);
}

struct dns_engine *dns_engine_new(
	uv_loop_t *loop, struct dns_context *context, struct dns_stats *stats)
{
	struct loop_host *host = calloc(1, sizeof(*host));
	size_t upstream_count;

	if (host == NULL) {
		return NULL;
	}
	const struct endpoint *upstreams = dns_context_upstreams(context, &upstream_count);
	struct dns_transport_events events = {.receive = on_receive,
		.unreachable = on_unreachable,
		.settled = tick,
		.closed = on_transport_closed,
		.ctx = host};

	host->armed_ms = UINT64_MAX;
	host->transport = dns_transport_new(loop, upstreams, upstream_count,
		dns_context_settings(context)->lookup_timeout_ms, &events);
	if (host->transport == NULL) {
		free(host);
		return NULL;
	}
	struct dns_host interface = {.network = dns_transport_network(host->transport),
		.now_ms = host_now_ms,
		.wake = arm,
		.ctx = host,
		.stats = stats};

	host->core = dns_core_new(&interface, context);
	if (host->core == NULL || uv_timer_init(loop, &host->timer) != 0) {
		dns_core_free(host->core);
		dns_transport_free(host->transport);
		free(host);
		return NULL;
	}
	uv_idle_init(loop, &host->idle);
	host->timer.data = host;
	host->idle.data = host;
	host->handles = 2;
	return host->core;
}

void dns_engine_want_names(
	struct dns_engine *engine, bool (*wants)(void *ctx, struct str name), void *ctx)
{
	dns_core_want_names(engine, wants, ctx);
}

void dns_engine_share(struct dns_engine *engine, const struct dns_remote_cache *cache)
{
	dns_core_share(engine, cache);
}

void dns_engine_close(struct dns_engine *engine)
{
	struct loop_host *host = engine != NULL ? dns_core_host(engine) : NULL;

	if (host == NULL || host->closing) {
		return;
	}
	host->closing = true;
	dns_core_stop(engine);
	dns_transport_close(host->transport);
	uv_close((uv_handle_t *)&host->timer, on_handle_closed);
	uv_close((uv_handle_t *)&host->idle, on_handle_closed);
}
