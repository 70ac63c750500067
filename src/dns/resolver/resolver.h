/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_RESOLVER_H
#define DW_DNS_RESOLVER_RESOLVER_H

#include "dns/resolver/env.h"
#include "dns/upstream/exchange.h"

/*
 * One worker's resolver: takes each step of a request from the static zone, the cache, a query
 * already in flight (joined), or the upstreams, and goes on to the next step along CNAMEs. Pure
 * logic: the time is an argument, the network an interface.
 */
struct dns_resolver;
struct dns_request;

/* NULL when out of memory. */
struct dns_resolver *dns_resolver_new(const struct dns_resolver_env *env);
/* All requests must have ended or been cancelled. */
void dns_resolver_free(struct dns_resolver *resolver);

/*
 * Starts a request. Nothing happens before the next dns_resolver_run; `done` is called exactly
 * once, from there or from the exchanges' functions, unless dns_resolver_cancel comes first, which
 * is allowed everywhere. `step` may be NULL; it is called for each step before `done`. Each query
 * that the request starts or joins takes one from *budget; at 0 the request ends TOO_MANY. NULL
 * when out of memory.
 */
struct dns_request *dns_resolver_ask(struct dns_resolver *resolver, const struct dns_name *name,
	enum dns_type type, unsigned *budget, void (*step)(void *ctx, const struct dns_step *step),
	void (*done)(void *ctx, const struct dns_request_end *end), void *ctx);
/*
 * To be called before the request's first run: cached answers that expire by `until_ms` are looked
 * up again. If that fails, they stay in the cache.
 */
void dns_resolver_want_fresh(struct dns_request *request, uint64_t until_ms);
void dns_resolver_cancel(struct dns_request *request);
/* Evicts the request: it ends as OVERLOAD at the next run. */
void dns_resolver_evict(struct dns_request *request);

/*
 * The end of a request that the static zone and the cache can answer, along CNAMEs; no query is
 * sent. out->answer is `answer`. False: a query is needed.
 */
bool dns_resolver_known(const struct dns_resolver *resolver, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms, struct dns_answer *answer,
	struct dns_request_end *out);

/* Where the owner of the sockets delivers received datagrams. */
struct dns_exchanges *dns_resolver_exchanges(struct dns_resolver *resolver);
/* Takes the steps that are due, up to a bound. */
void dns_resolver_run(struct dns_resolver *resolver, uint64_t now_ms);
/* True if dns_resolver_run has work. */
bool dns_resolver_is_due(const struct dns_resolver *resolver);
/* No callback is called after this. */
void dns_resolver_stop(struct dns_resolver *resolver);

#endif
