/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/resolver.h"

#include "base/hash.h"
#include "base/list.h"
#include "base/util.h"
#include "dns/resolver/local_answer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_A_RUN 4096

struct dns_request {
	struct list link; /* in the resolver's `due`, or a query's `requests` */
	struct dns_resolver *resolver;
	struct query *waits_for; /* NULL: its next step is due */
	struct dns_name name;    /* of the next step, lower-case */
	enum dns_type type;
	struct dns_trail trail;
	unsigned *budget;
	uint64_t fresh_ms; /* cached answers that end by then do not count */
	uint64_t expires_ms;
	bool zone;    /* the static zone has answered a step */
	bool joined;  /* waits for a query that another request has started */
	bool evicted; /* its query was evicted for a new one */
	void (*step)(void *ctx, const struct dns_step *step);
	void (*done)(void *ctx, const struct dns_request_end *end);
	void *ctx;
};

/* A query at the upstreams, and the requests that wait for its reply. */
struct query {
	struct hlist_entry in_bucket;
	struct dns_inflight_entry in_flight;
	struct dns_resolver *resolver;
	struct dns_exchange *exchange; /* NULL: ended, and notifying its requests */
	struct list requests;
	struct dns_name name;
	enum dns_type type;
};

struct dns_resolver {
	struct dns_resolver_env env;
	struct dns_exchanges *exchanges;
	struct dns_inflight_queue queue; /* of queries */
	bool stopped;
	struct list due;
	struct dns_request *telling; /* whose step callback is running; NULL once it is cancelled */
	struct dns_answer answer;
	struct hash_key hash_key;
	size_t bucket_mask;
	struct hlist *buckets;
};

struct dns_resolver *dns_resolver_new(const struct dns_resolver_env *env)
{
	struct dns_resolver *r = calloc(1, sizeof(*r));
	size_t buckets = 64;

	if (r == NULL) {
		return NULL;
	}
	while (buckets < env->settings->max_in_flight && buckets < 65536) {
		buckets *= 2;
	}
	r->env = *env;
	r->bucket_mask = buckets - 1;
	r->hash_key = hash_key_new();
	list_init(&r->due);
	dns_inflight_init(&r->queue, &env->limits->queries, env->settings->max_in_flight);
	r->buckets = calloc(buckets, sizeof(*r->buckets));
	r->exchanges = dns_exchanges_new(env->settings, env->upstream_count, &env->network,
		env->wheel, env->random, env->stats, env->health);
	if (r->buckets == NULL || r->exchanges == NULL) {
		dns_resolver_free(r);
		return NULL;
	}
	return r;
}

void dns_resolver_free(struct dns_resolver *resolver)
{
	if (resolver == NULL) {
		return;
	}
	assert(list_is_empty(&resolver->due));
	dns_exchanges_free(resolver->exchanges);
	free(resolver->buckets);
	free(resolver);
}

struct dns_exchanges *dns_resolver_exchanges(struct dns_resolver *resolver)
{
	return resolver->exchanges;
}

void dns_resolver_stop(struct dns_resolver *resolver)
{
	resolver->stopped = true;
}

struct dns_request *dns_resolver_ask(struct dns_resolver *resolver, const struct dns_name *name,
	enum dns_type type, unsigned *budget, void (*step)(void *ctx, const struct dns_step *step),
	void (*done)(void *ctx, const struct dns_request_end *end), void *ctx)
{
	struct dns_request *request = malloc(sizeof(*request));

	if (request == NULL) {
		return NULL;
	}
	*request = (struct dns_request){.resolver = resolver,
		.name = *name,
		.type = type,
		.budget = budget,
		.expires_ms = UINT64_MAX,
		.step = step,
		.done = done,
		.ctx = ctx};
	dns_name_lower(&request->name);
	dns_trail_init(&request->trail, &request->name);
	list_append(&resolver->due, &request->link);
	return request;
}

void dns_resolver_want_fresh(struct dns_request *request, uint64_t until_ms)
{
	request->fresh_ms = until_ms;
}

/* NULL when the list is empty. */
static struct dns_request *pop(struct list *requests)
{
	struct list *first = list_pop(requests);

	return first != NULL ? CONTAINER_OF(first, struct dns_request, link) : NULL;
}

/* Removes the query from the table, so that no request joins it. */
static void query_leave(struct query *q)
{
	hlist_remove(&q->in_bucket);
	dns_inflight_leave(&q->resolver->queue, &q->in_flight);
}

static void query_free(struct query *q)
{
	query_leave(q);
	dns_exchange_cancel(q->exchange);
	free(q);
}

static void detach(struct dns_request *request)
{
	struct query *q = request->waits_for;

	list_remove(&request->link);
	if (q == NULL) {
		return;
	}
	request->waits_for = NULL;
	if (list_is_empty(&q->requests) && q->exchange != NULL) {
		query_free(q);
	}
}

void dns_resolver_cancel(struct dns_request *request)
{
	if (request == NULL) {
		return;
	}
	if (request->resolver->telling == request) {
		request->resolver->telling = NULL;
	} else {
		detach(request);
	}
	free(request);
}

void dns_resolver_evict(struct dns_request *request)
{
	struct dns_resolver *r = request->resolver;

	request->evicted = true;
	if (r->telling != request) {
		detach(request);
		list_append(&r->due, &request->link);
	}
}

static void finish(struct dns_request *request, enum dns_status status, const struct dns_step *last)
{
	struct dns_request_end end = {.status = status,
		.answer = status == DNS_STATUS_DATA ? last->answer : NULL,
		.zone = request->zone,
		.expires_ms = request->expires_ms,
		.now_ms = last->now_ms};
	void (*done)(void *, const struct dns_request_end *) = request->done;
	void *ctx = request->ctx;

	free(request);
	done(ctx, &end);
}

/*
 * The request, which must be in no queue, has finished this step: it ends, or its next step is due.
 */
static void take_step(struct dns_request *request, const struct dns_step *step)
{
	struct dns_resolver *r = request->resolver;
	enum dns_status status;

	if (request->step != NULL) {
		r->telling = request;
		request->step(request->ctx, step);
		if (r->telling != request) {
			return;
		}
		r->telling = NULL;
	}
	if (r->stopped) {
		list_append(&r->due, &request->link);
		return;
	}
	request->zone = request->zone || step->source == DNS_SOURCE_ZONE;
	if (step->expires_ms < request->expires_ms) {
		request->expires_ms = step->expires_ms;
	}
	status = dns_trail_follow(&request->trail, step->status, step->answer);
	if (status != DNS_STATUS_CNAME) {
		finish(request, status, step);
		return;
	}
	request->name = step->answer->target;
	dns_name_lower(&request->name);
	list_append(&r->due, &request->link);
}

/* A failure does not replace a cached answer that is still valid. */
static bool is_kept(struct dns_resolver *r, const struct query *q, uint64_t now_ms)
{
	struct dns_cached cached;

	return dns_cache_get_answer(r->env.cache, &q->name, q->type, now_ms, &cached, &r->answer) &&
	       !dns_status_is_failure(cached.status);
}

static void query_ended(void *ctx, const struct dns_ending *ending)
{
	struct query *q = ctx;
	struct dns_resolver *r = q->resolver;
	enum dns_status status = dns_local_answer_status(&r->env, ending);
	struct dns_step step = {.name = &q->name,
		.type = q->type,
		.status = status,
		.answer = ending->answer,
		.expires_ms = dns_local_answer_expiry(
			&r->env, &q->name, q->type, status, ending->answer, ending->now_ms),
		.source = DNS_SOURCE_UPSTREAM,
		.upstream = ending->upstream,
		.tcp = ending->tcp,
		.us = ending->us,
		.now_ms = ending->now_ms};
	struct dns_cached cached = {step.status, step.expires_ms};
	struct dns_request *request;

	if (!dns_status_is_local(status) &&
		!(dns_status_is_failure(status) && is_kept(r, q, ending->now_ms))) {
		counter_add(
			&r->env.stats->cache_evictions, dns_cache_put_answer(r->env.cache, &q->name,
								q->type, &cached, step.answer));
	}
	q->exchange = NULL;
	query_leave(q);
	while (!r->stopped && (request = pop(&q->requests)) != NULL) {
		request->waits_for = NULL;
		step.joined = request->joined;
		take_step(request, &step);
	}
	while ((request = pop(&q->requests)) != NULL) {
		request->waits_for = NULL;
		list_append(&r->due, &request->link);
	}
	free(q);
}

static struct hlist *bucket_of(
	struct dns_resolver *r, const struct dns_name *name, enum dns_type type)
{
	uint64_t hash = hash_bytes(&r->hash_key, name->wire, name->len);

	return &r->buckets[(hash + (unsigned)type) & r->bucket_mask];
}

static struct query *find(struct dns_resolver *r, const struct dns_name *name, enum dns_type type)
{
	for (struct hlist_entry *at = bucket_of(r, name, type)->first; at != NULL; at = at->next) {
		struct query *q = CONTAINER_OF(at, struct query, in_bucket);

		if (q->type == type && dns_name_eq(&q->name, name)) {
			return q;
		}
	}
	return NULL;
}

/*
 * Takes a place for a new query, if need be by evicting one in flight: its requests end at the next
 * run, because their callbacks may cancel any request.
 */
static bool find_place(struct dns_resolver *r, struct query *q, uint64_t now_ms)
{
	struct dns_request *request;

	if (dns_inflight_enter(&r->queue, &q->in_flight, now_ms)) {
		return true;
	}
	struct dns_inflight_entry *oldest = dns_inflight_evictable(&r->queue, now_ms);

	counter_add(&r->env.stats->in_flight_full, 1);
	if (oldest == NULL) {
		return false;
	}
	struct query *old = CONTAINER_OF(oldest, struct query, in_flight);

	while ((request = pop(&old->requests)) != NULL) {
		request->waits_for = NULL;
		request->evicted = true;
		list_append(&r->due, &request->link);
	}
	query_free(old);
	return dns_inflight_enter(&r->queue, &q->in_flight, now_ms);
}

/* On failure NULL, and *why is the status. */
static struct query *query_new(struct dns_resolver *r, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms, enum dns_status *why)
{
	struct query *q = malloc(sizeof(*q));

	*why = DNS_STATUS_NO_MEMORY;
	if (q == NULL) {
		return NULL;
	}
	*q = (struct query){.resolver = r, .name = *name, .type = type};
	list_init(&q->requests);
	if (!find_place(r, q, now_ms)) {
		*why = DNS_STATUS_OVERLOAD;
		free(q);
		return NULL;
	}
	q->exchange = dns_exchange_start(r->exchanges, &q->name, type, now_ms, query_ended, q);
	if (q->exchange == NULL) {
		dns_inflight_leave(&r->queue, &q->in_flight);
		free(q);
		return NULL;
	}
	hlist_add(bucket_of(r, name, type), &q->in_bucket);
	return q;
}

/* Makes the request, which must be in no queue, wait for a query at the upstreams. */
static enum dns_status wait_for_upstream(struct dns_request *request, uint64_t now_ms)
{
	struct dns_resolver *r = request->resolver;
	struct query *q = find(r, &request->name, request->type);

	if (*request->budget == 0) {
		return DNS_STATUS_TOO_MANY;
	}
	request->joined = q != NULL;
	if (q != NULL) {
		counter_add(&r->env.stats->joined, 1);
	} else {
		enum dns_status why;

		q = query_new(r, &request->name, request->type, now_ms, &why);
		if (q == NULL) {
			return why;
		}
	}
	--*request->budget;
	request->waits_for = q;
	list_append(&q->requests, &request->link);
	return DNS_STATUS_DATA;
}

bool dns_resolver_known(const struct dns_resolver *resolver, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms, struct dns_answer *answer, struct dns_request_end *out)
{
	return dns_local_answer_end(&resolver->env, name, type, now_ms, answer, out);
}

static void next_step(struct dns_request *request, uint64_t now_ms)
{
	struct dns_resolver *r = request->resolver;
	struct dns_name name = request->name;
	struct dns_step step = {.name = &name, .type = request->type, .now_ms = now_ms};

	if (request->evicted ||
		!dns_local_answer_step(&r->env, request->fresh_ms, &r->answer, &step)) {
		step.status =
			request->evicted ? DNS_STATUS_OVERLOAD : wait_for_upstream(request, now_ms);
		if (step.status == DNS_STATUS_DATA) {
			return;
		}
		counter_add(&r->env.stats->overloads, step.status == DNS_STATUS_OVERLOAD);
		step.source = DNS_SOURCE_SELF;
		step.expires_ms = now_ms;
	}
	take_step(request, &step);
}

void dns_resolver_run(struct dns_resolver *resolver, uint64_t now_ms)
{
	for (unsigned i = 0; i < STEPS_A_RUN && dns_resolver_is_due(resolver); i++) {
		next_step(pop(&resolver->due), now_ms);
	}
}

bool dns_resolver_is_due(const struct dns_resolver *resolver)
{
	return !resolver->stopped && !list_is_empty(&resolver->due);
}
