/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_RESOLVER_H
#define DW_DNS_RESOLVER_RESOLVER_H

#include "dns/resolver/env.h"
#include "dns/upstream/exchange.h"

/*
 * One worker's resolver: each step of a question from the static zone, the cache, a question that
 * is already in flight (joined), or the upstreams, and on to the next step along CNAMEs. Pure
 * logic: the time is an argument, the network an interface.
 */
struct dns_resolver;
struct dns_request;

/* NULL when out of memory. */
struct dns_resolver *dns_resolver_new(const struct dns_ground *ground);
/* No request may be left. */
void dns_resolver_free(struct dns_resolver *resolver);

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
