/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_RESOLVER_H
#define DW_DNS_RESOLVER_RESOLVER_H

#include "dns/cache/cache.h"
#include "dns/resolver/limits.h"
#include "dns/upstream/exchange.h"
#include "dns/zone/zone.h"

/*
 * One worker's resolver: each step of a question from the static zone, the cache, a question that
 * is already in flight (joined), or the upstreams, and on to the next step along CNAMEs. Pure
 * logic: the time is an argument, the network an interface.
 */
struct dns_resolver;
struct dns_request;

/* What a resolver stands on; all of it borrowed, and good as long as the resolver is. */
struct dns_ground {
	const struct dns_settings *settings;
	const struct dns_zone *zone; /* NULL: none */
	struct dns_cache *cache;
	struct dns_limits *limits;
	size_t upstream_count;
	struct dns_network network;
	struct dns_timer_wheel *wheel;
	struct random_pool *random;
	struct dns_stats *stats;
	struct dns_health *health;
};

/* NULL when out of memory. */
struct dns_resolver *dns_resolver_new(const struct dns_ground *ground);
/* No request may be left. */
void dns_resolver_free(struct dns_resolver *resolver);

enum dns_source { DNS_SOURCE_ZONE, DNS_SOURCE_CACHE, DNS_SOURCE_UPSTREAM, DNS_SOURCE_US };

/* One step of a request. Pointers are good during the call. */
struct dns_step {
	const struct dns_name *name;
	enum dns_type type;
	enum dns_status status;
	const struct dns_answer *answer; /* for DATA and CNAME */
	uint64_t expires_ms;             /* with everything in it clamped as configured */
	enum dns_source source;
	size_t upstream; /* of DNS_SOURCE_UPSTREAM */
	bool tcp;        /* likewise */
	uint32_t ms;     /* from the first send to the answer */
	bool joined;     /* the question was in flight for somebody else */
	uint64_t now_ms;
};

struct dns_request_end {
	enum dns_status status;
	const struct dns_answer *answer; /* DNS_STATUS_DATA only; good during the call */
	uint64_t expires_ms;             /* of the step that expires first */
	uint64_t now_ms;
};

/*
 * Asks. Nothing happens before the next dns_resolver_run; `done` is called exactly once, from
 * there or from the exchanges' functions, unless dns_resolver_cancel comes first, which is allowed
 * everywhere. `step` may be NULL; it is told of each step before `done`. Each question that goes
 * to an upstream, or joins one that did, takes one from *budget; at 0 the request ends TOO_MANY.
 * NULL when out of memory.
 */
struct dns_request *dns_resolver_ask(struct dns_resolver *resolver, const struct dns_name *name,
	enum dns_type type, unsigned *budget, void (*step)(void *ctx, const struct dns_step *step),
	void (*done)(void *ctx, const struct dns_request_end *end), void *ctx);
/*
 * Before its first run: what is cached counts only if it holds longer than until `until_ms`; else
 * it is asked anew. A failure to learn it leaves in the cache what is there.
 */
void dns_resolver_want_fresh(struct dns_request *request, uint64_t until_ms);
void dns_resolver_cancel(struct dns_request *request);
/* It ends as OVERLOAD at the next run, because its place goes to another. */
void dns_resolver_push_out(struct dns_request *request);

/*
 * What the static zone and the cache know of a question, along CNAMEs, as a request would end with
 * it; nothing is asked. out->answer is `answer`. False: they do not know it.
 */
bool dns_resolver_known(const struct dns_resolver *resolver, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms, struct dns_answer *answer,
	struct dns_request_end *out);

/* What the network brings in. */
struct dns_exchanges *dns_resolver_exchanges(struct dns_resolver *resolver);
/* Takes the steps that are due, or many of them. */
void dns_resolver_run(struct dns_resolver *resolver, uint64_t now_ms);
/* True if a run has something to do. */
bool dns_resolver_is_due(const struct dns_resolver *resolver);
/* From now on nobody is called back. */
void dns_resolver_stop(struct dns_resolver *resolver);

#endif
