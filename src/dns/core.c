/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/core.h"

#include "dns/context.h"
#include "dns/resolver/membership_table.h"
#include "dns/resolver/record_table.h"
#include "dns/upstream/exchange.h"

#include <stdlib.h>

struct dns_engine {
	struct dns_host host;
	struct dns_context *shared;
	struct dns_ground ground;
	struct dns_fcrdns_lookup_ground lookup_ground;
	struct dns_resolver *resolver;
	struct dns_fcrdns_table *lookups;
	struct dns_membership_table *members;
	struct dns_record_table *inquiries;
	struct dns_stats own_stats;
	struct dns_stats *stats;
	struct random_pool random;
	bool stopped;
	struct dns_timer_wheel wheel;
};

/* What the counters showed of upstreams was of those of another engine. */
static void take_upstreams(struct dns_engine *engine)
{
	struct dns_stats *stats = engine->stats;

	counter_set(&stats->upstreams_of, (uintptr_t)engine->shared);
	for (size_t i = 0; i < DNS_MAX_UPSTREAMS; i++) {
		counter_set(&stats->upstreams[i].known, 0);
		counter_set(&stats->upstreams[i].measured, 0);
	}
}

struct dns_engine *dns_core_new(const struct dns_host *host, struct dns_context *shared)
{
	struct dns_engine *engine = calloc(1, sizeof(*engine));
	size_t upstream_count;

	if (engine == NULL) {
		return NULL;
	}
	const struct endpoint *upstreams = dns_context_upstreams(shared, &upstream_count);

	engine->host = *host;
	engine->shared = dns_context_ref(shared);
	engine->stats = host->stats != NULL ? host->stats : &engine->own_stats;
	take_upstreams(engine);

	random_pool_init(&engine->random);
	dns_timer_wheel_init(&engine->wheel, host->now_ms(host->ctx));
	engine->ground = (struct dns_ground){
		.settings = dns_context_settings(shared),
		.zone = dns_context_zone(shared),
		.cache = dns_context_cache(shared),
		.limits = dns_context_limits(shared),
		.upstream_count = upstream_count,
		.network = host->network,
		.wheel = &engine->wheel,
		.random = &engine->random,
		.stats = engine->stats,
		.health = dns_context_health(shared),
	};
	engine->resolver = dns_resolver_new(&engine->ground);
	engine->lookup_ground = (struct dns_fcrdns_lookup_ground){
		.dns = &engine->ground, .resolver = engine->resolver, .upstreams = upstreams};
	engine->lookups = dns_fcrdns_table_new(&engine->lookup_ground);
	engine->members = dns_membership_table_new(&engine->lookup_ground);
	engine->inquiries = dns_record_table_new(&engine->ground, engine->resolver);
	if (engine->resolver == NULL || engine->lookups == NULL || engine->members == NULL ||
		engine->inquiries == NULL) {
		dns_core_free(engine);
		return NULL;
	}
	return engine;
}

void dns_core_stop(struct dns_engine *engine)
{
	engine->stopped = true;
	engine->wheel.stopped = true;
	dns_resolver_stop(engine->resolver);
	dns_fcrdns_table_stop(engine->lookups);
}

void dns_core_free(struct dns_engine *engine)
{
	if (engine == NULL) {
		return;
	}
	dns_fcrdns_table_free(engine->lookups);
	dns_membership_table_free(engine->members);
	dns_record_table_free(engine->inquiries);
	dns_resolver_free(engine->resolver);
	dns_context_unref(engine->shared);
	free(engine);
}

void dns_core_receive(struct dns_engine *engine, int socket, const uint8_t *reply, size_t len)
{
	if (!engine->stopped) {
		dns_exchanges_receive(dns_resolver_exchanges(engine->resolver), socket, reply, len,
			dns_core_now(engine));
	}
}

void dns_core_unreachable(struct dns_engine *engine, int socket)
{
	if (!engine->stopped) {
		dns_exchanges_unreachable(
			dns_resolver_exchanges(engine->resolver), socket, dns_core_now(engine));
	}
}

void dns_core_tick(struct dns_engine *engine)
{
	uint64_t now_ms = dns_core_now(engine);

	dns_timer_wheel_run(&engine->wheel, now_ms);
	dns_resolver_run(engine->resolver, now_ms);
	dns_fcrdns_table_run(engine->lookups);
}

uint64_t dns_core_next(const struct dns_engine *engine)
{
	if (engine->stopped) {
		return UINT64_MAX;
	}
	if (dns_resolver_is_due(engine->resolver) || dns_fcrdns_table_is_due(engine->lookups)) {
		return 0;
	}
	return dns_timer_wheel_next(&engine->wheel);
}

void dns_core_want_names(
	struct dns_engine *engine, bool (*wants)(void *ctx, struct str name), void *ctx)
{
	engine->lookup_ground.wants = wants;
	engine->lookup_ground.wants_ctx = ctx;
}

void *dns_core_host(const struct dns_engine *engine)
{
	return engine->host.ctx;
}

struct dns_fcrdns_table *dns_core_lookups(const struct dns_engine *engine)
{
	return engine->lookups;
}

struct dns_membership_table *dns_core_members(const struct dns_engine *engine)
{
	return engine->members;
}

struct dns_record_table *dns_core_inquiries(const struct dns_engine *engine)
{
	return engine->inquiries;
}

uint64_t dns_core_now(const struct dns_engine *engine)
{
	return engine->host.now_ms(engine->host.ctx);
}

void dns_core_wake(struct dns_engine *engine)
{
	engine->host.wake(engine->host.ctx);
}

const struct dns_stats *dns_core_stats(const struct dns_engine *engine)
{
	return engine->stats;
}
