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
	struct dns_context *context;
	struct dns_resolver_env env;
	struct dns_remote_env remote;
	struct dns_fcrdns_env fcrdns_env;
	struct dns_resolver *resolver;
	struct dns_fcrdns_table *fcrdns;
	struct dns_membership_table *memberships;
	struct dns_record_table *records;
	struct dns_stats own_stats;
	struct dns_stats *stats;
	struct random_pool random;
	bool stopped;
	struct dns_timer_wheel wheel;
};

/* Resets the upstream counters, which are still those of another engine's upstreams. */
static void take_upstreams(struct dns_engine *engine)
{
	struct dns_stats *stats = engine->stats;

	size_t count;
	const struct endpoint *upstreams = dns_context_upstreams(engine->context, &count);

	counter_set(&stats->upstreams_of, (uintptr_t)engine->context);
	for (size_t i = 0; i < count; i++) {
		dns_stats_upstream_take(&stats->upstreams[i], &upstreams[i]);
	}
}

struct dns_engine *dns_core_new(const struct dns_host *host, struct dns_context *context)
{
	struct dns_engine *engine = calloc(1, sizeof(*engine));
	size_t upstream_count;

	if (engine == NULL) {
		return NULL;
	}
	const struct endpoint *upstreams = dns_context_upstreams(context, &upstream_count);

	engine->host = *host;
	engine->context = dns_context_ref(context);
	engine->stats = host->stats != NULL ? host->stats : &engine->own_stats;
	take_upstreams(engine);

	random_pool_init(&engine->random);
	dns_timer_wheel_init(&engine->wheel, host->now_ms(host->ctx));
	engine->env = (struct dns_resolver_env){
		.settings = dns_context_settings(context),
		.zone = dns_context_zone(context),
		.cache = dns_context_cache(context),
		.limits = dns_context_limits(context),
		.upstream_count = upstream_count,
		.network = host->network,
		.wheel = &engine->wheel,
		.random = &engine->random,
		.stats = engine->stats,
		.health = dns_context_health(context),
	};
	engine->resolver = dns_resolver_new(&engine->env);
	engine->remote = (struct dns_remote_env){
		.dns = &engine->env, .now_ms = host->now_ms, .wake = host->wake, .host = host->ctx};
	engine->fcrdns_env = (struct dns_fcrdns_env){.dns = &engine->env,
		.resolver = engine->resolver,
		.upstreams = upstreams,
		.remote = &engine->remote};
	engine->fcrdns = dns_fcrdns_table_new(&engine->fcrdns_env);
	engine->memberships = dns_membership_table_new(&engine->fcrdns_env);
	engine->records = dns_record_table_new(&engine->env, engine->resolver);
	if (engine->resolver == NULL || engine->fcrdns == NULL || engine->memberships == NULL ||
		engine->records == NULL) {
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
	dns_fcrdns_table_stop(engine->fcrdns);
}

void dns_core_free(struct dns_engine *engine)
{
	if (engine == NULL) {
		return;
	}
	dns_fcrdns_table_free(engine->fcrdns);
	dns_membership_table_free(engine->memberships);
	dns_record_table_free(engine->records);
	dns_resolver_free(engine->resolver);
	dns_context_unref(engine->context);
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
	dns_fcrdns_table_run(engine->fcrdns);
}

uint64_t dns_core_next(const struct dns_engine *engine)
{
	if (engine->stopped) {
		return UINT64_MAX;
	}
	if (dns_resolver_is_due(engine->resolver) || dns_fcrdns_table_is_due(engine->fcrdns)) {
		return 0;
	}
	return dns_timer_wheel_next(&engine->wheel);
}

void dns_core_want_names(
	struct dns_engine *engine, bool (*wants)(void *ctx, struct str name), void *ctx)
{
	engine->fcrdns_env.wants = wants;
	engine->fcrdns_env.wants_ctx = ctx;
}

void dns_core_share(struct dns_engine *engine, const struct dns_remote_cache *cache)
{
	engine->remote.cache = cache;
}

void *dns_core_host(const struct dns_engine *engine)
{
	return engine->host.ctx;
}

struct dns_fcrdns_table *dns_core_fcrdns_table(const struct dns_engine *engine)
{
	return engine->fcrdns;
}

struct dns_membership_table *dns_core_membership_table(const struct dns_engine *engine)
{
	return engine->memberships;
}

struct dns_record_table *dns_core_record_table(const struct dns_engine *engine)
{
	return engine->records;
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
