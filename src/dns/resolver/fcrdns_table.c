/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/fcrdns_table.h"

#include "base/hash.h"
#include "base/list.h"
#include "base/util.h"
#include "dns/cache/result.h"
#include "dns/resolver/fcrdns_private.h"

#include <stdlib.h>

#define BUCKETS 4096u
#define WAITERS_A_RUN 4096

struct shared_lookup;

/* A caller that waits for a result. */
struct dns_fcrdns {
	struct list link; /* in the lookup's waiters, or in the table's `clear` */
	struct dns_fcrdns_table *all;
	struct shared_lookup *shared; /* NULL: the result is known */
	const struct dns_fcrdns_result *result;
	void (*done)(void *ctx, const struct dns_fcrdns_result *result);
	void *ctx;
};

struct shared_lookup {
	struct hlist_entry in_bucket;
	struct dns_inflight_entry in_flight;
	struct dns_fcrdns_table *all;
	struct dns_fcrdns_lookup *lookup; /* NULL: DNS is not asked, or not any more */
	struct dns_remote_lookup remote;
	struct list waiters;
	struct dns_prefix_use *prefix;
	struct addr addr;
	enum dns_fcrdns_mode mode;
	uint64_t began_ms;
	uint64_t fresh_ms;
	bool ended;         /* notifying its waiters */
	bool remote_covers; /* the remote cache may have its result */
	bool traced;        /* the trace belongs to one waiter, so no other waiter joins */
	bool refresh;       /* started without a waiter, to refresh a cached result */
};

struct dns_fcrdns_table {
	const struct dns_fcrdns_env *env;
	struct dns_limits *limits;
	struct dns_inflight_queue queue;
	const struct dns_fcrdns_result *overload; /* allocated in advance, for when memory is out */
	const struct dns_fcrdns_result *error;
	struct list clear;
	bool stopped;
	struct dns_answer answer;
	struct hash_key hash_key;
	struct hlist buckets[BUCKETS];
};

struct dns_fcrdns_table *dns_fcrdns_table_new(const struct dns_fcrdns_env *env)
{
	struct dns_fcrdns_table *all = calloc(1, sizeof(*all));
	struct str_list none = {NULL, 0};

	if (all == NULL) {
		return NULL;
	}
	all->env = env;
	all->hash_key = hash_key_new();
	list_init(&all->clear);
	all->limits = env->dns->limits;
	dns_inflight_init(&all->queue, &all->limits->lookups, env->dns->settings->max_in_flight);
	all->overload = dns_fcrdns_result_new(DNS_FCRDNS_ERROR, true, none, NULL, 0);
	all->error = dns_fcrdns_result_new(DNS_FCRDNS_ERROR, false, none, NULL, 0);
	if (all->overload == NULL || all->error == NULL) {
		dns_fcrdns_table_free(all);
		return NULL;
	}
	return all;
}

static void waiter_free(struct dns_fcrdns *w)
{
	dns_fcrdns_result_unref(w->result);
	free(w);
}

/* NULL when the list is empty. */
static struct dns_fcrdns *pop(struct list *waiters)
{
	struct list *first = list_pop(waiters);

	return first != NULL ? CONTAINER_OF(first, struct dns_fcrdns, link) : NULL;
}

static void waiters_free(struct list *waiters)
{
	struct dns_fcrdns *w;

	while ((w = pop(waiters)) != NULL) {
		waiter_free(w);
	}
}

/* Removes the lookup from the table, so that no waiter joins it, and cancels its requests. */
static void end_lookup(struct shared_lookup *s)
{
	struct dns_fcrdns_table *all = s->all;

	hlist_remove(&s->in_bucket);
	dns_prefix_limits_leave(all->limits->prefixes, s->prefix);
	dns_inflight_leave(&all->queue, &s->in_flight);
	dns_remote_lookup_stop(&s->remote);
	dns_fcrdns_lookup_free(s->lookup);
	s->lookup = NULL;
	s->ended = true;
}

void dns_fcrdns_table_free(struct dns_fcrdns_table *table)
{
	if (table == NULL) {
		return;
	}
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct hlist_entry *at; (at = table->buckets[i].first) != NULL;) {
			struct shared_lookup *s = CONTAINER_OF(at, struct shared_lookup, in_bucket);

			end_lookup(s);
			waiters_free(&s->waiters);
			free(s);
		}
	}
	waiters_free(&table->clear);
	dns_fcrdns_result_unref(table->overload);
	dns_fcrdns_result_unref(table->error);
	free(table);
}

void dns_fcrdns_table_stop(struct dns_fcrdns_table *table)
{
	table->stopped = true;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct hlist_entry *at = table->buckets[i].first; at != NULL; at = at->next) {
			dns_remote_lookup_stop(
				&CONTAINER_OF(at, struct shared_lookup, in_bucket)->remote);
		}
	}
}

/* The waiter must be in no queue. */
static void tell(struct dns_fcrdns *w, const struct dns_fcrdns_result *result)
{
	void (*done)(void *, const struct dns_fcrdns_result *) = w->done;
	void *ctx = w->ctx;

	dns_fcrdns_result_ref(result);
	waiter_free(w);
	done(ctx, result);
}

static void keep(const struct dns_resolver_env *dns, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_result *result)
{
	counter_add(
		&dns->stats->cache_evictions, dns_cache_put_result(dns->cache, addr, mode, result));
}

static void lookup_ended(
	void *ctx, enum dns_fcrdns_lookup_end end, const struct dns_fcrdns_result *result)
{
	struct shared_lookup *s = ctx;
	struct dns_fcrdns_table *all = s->all;
	const struct dns_resolver_env *dns = all->env->dns;
	struct dns_fcrdns *w;

	switch (end) {
	case DNS_FCRDNS_LOOKUP_PARTIAL:
		/*
		 * A refresh has found a complete result in the cache, which is better while it is
		 * valid.
		 */
		if (!s->refresh || !list_is_empty(&s->waiters)) {
			keep(dns, &s->addr, s->mode, result);
		}
		break;
	case DNS_FCRDNS_LOOKUP_RESULT:
		if (s->remote_covers) {
			dns_remote_put(all->env->remote, &s->addr, s->mode, result);
		}
		keep(dns, &s->addr, s->mode, result);
		break;
	case DNS_FCRDNS_LOOKUP_LOCAL:
		keep(dns, &s->addr, s->mode, result);
		break;
	case DNS_FCRDNS_LOOKUP_OVERLOAD:
		result = dns_fcrdns_result_ref(all->overload);
		break;
	case DNS_FCRDNS_LOOKUP_NO_MEMORY:
		result = dns_fcrdns_result_ref(all->error);
		break;
	}
	end_lookup(s);
	/* One at a time: the callback may cancel the next waiter, or close the engine. */
	while (!all->stopped && (w = pop(&s->waiters)) != NULL) {
		tell(w, result);
	}
	waiters_free(&s->waiters);
	dns_fcrdns_result_unref(result);
	free(s);
}

static struct hlist *bucket_of(
	struct dns_fcrdns_table *all, const struct addr *addr, enum dns_fcrdns_mode mode)
{
	uint64_t hash = hash_bytes(&all->hash_key, addr, sizeof(*addr));

	return &all->buckets[(hash + (unsigned)mode) % BUCKETS];
}

static struct shared_lookup *find(
	struct dns_fcrdns_table *all, const struct addr *addr, enum dns_fcrdns_mode mode)
{
	for (struct hlist_entry *at = bucket_of(all, addr, mode)->first; at != NULL;
		at = at->next) {
		struct shared_lookup *s = CONTAINER_OF(at, struct shared_lookup, in_bucket);

		if (s->mode == mode && !s->traced && addr_eq(&s->addr, addr)) {
			return s;
		}
	}
	return NULL;
}

/* Ends the lookup; its waiters are notified at the next run. */
static void end_with(struct shared_lookup *s, const struct dns_fcrdns_result *result)
{
	struct dns_fcrdns_table *all = s->all;
	struct dns_fcrdns *w;

	end_lookup(s);
	while ((w = pop(&s->waiters)) != NULL) {
		w->shared = NULL;
		w->result = dns_fcrdns_result_ref(result);
		counter_add(&all->env->dns->stats->overloads, result == all->overload);
		list_append(&all->clear, &w->link);
	}
	free(s);
}

/* Counts the lookup in flight; false when out of memory, or with *full at a limit. */
static bool find_place(
	struct dns_fcrdns_table *all, struct shared_lookup *s, uint64_t now_ms, bool *full)
{
	enum dns_prefix_entry entry =
		dns_prefix_limits_enter(all->limits->prefixes, &s->addr, &s->prefix);

	*full = entry == DNS_PREFIX_FULL;
	counter_add(&all->env->dns->stats->prefix_full, *full);
	if (entry != DNS_PREFIX_IN) {
		return false;
	}
	if (dns_inflight_enter(&all->queue, &s->in_flight, now_ms)) {
		return true;
	}
	struct dns_inflight_entry *oldest = dns_inflight_evictable(&all->queue, now_ms);

	counter_add(&all->env->dns->stats->in_flight_full, 1);
	if (oldest != NULL) {
		end_with(CONTAINER_OF(oldest, struct shared_lookup, in_flight), all->overload);
		if (dns_inflight_enter(&all->queue, &s->in_flight, now_ms)) {
			return true;
		}
	}
	*full = true;
	dns_prefix_limits_leave(all->limits->prefixes, s->prefix);
	return false;
}

/* False when out of memory. */
static bool ask_dns(struct shared_lookup *s, const struct dns_fcrdns_trace *trace)
{
	s->lookup = dns_fcrdns_lookup_start(
		s->all->env, &s->addr, s->mode, s->fresh_ms, trace, lookup_ended, s, s->began_ms);
	return s->lookup != NULL;
}

static void remote_begin(struct dns_remote_lookup *remote, uint64_t now_ms)
{
	struct shared_lookup *s = CONTAINER_OF(remote, struct shared_lookup, remote);

	if (!ask_dns(s, NULL)) {
		end_with(s, s->all->error);
	}
}

static void remote_found(
	struct dns_remote_lookup *remote, const struct dns_fcrdns_result *result, uint64_t now_ms)
{
	struct shared_lookup *s = CONTAINER_OF(remote, struct shared_lookup, remote);
	const struct dns_resolver_env *dns = s->all->env->dns;

	dns_fcrdns_lookup_set_refresh(dns->settings, result, now_ms);
	keep(dns, &s->addr, s->mode, result);
	end_with(s, result);
	dns_fcrdns_result_unref(result);
}

/* True: DNS is asked later, if at all. */
static bool ask_remote(struct shared_lookup *s)
{
	struct dns_remote_env *remote = s->all->env->remote;

	s->remote_covers = !s->traced && dns_remote_covers(remote, &s->addr, &s->all->answer);
	s->remote.addr = s->addr;
	s->remote.mode = s->mode;
	s->remote.fresh_ms = s->fresh_ms;
	s->remote.begin = remote_begin;
	s->remote.found = remote_found;
	return s->remote_covers && dns_remote_lookup_start(&s->remote, remote, s->began_ms);
}

/* NULL when out of memory; *full: at a limit instead. */
static struct shared_lookup *shared_new(struct dns_fcrdns_table *all, const struct addr *addr,
	enum dns_fcrdns_mode mode, uint64_t fresh_ms, const struct dns_fcrdns_trace *trace,
	uint64_t now_ms, bool *full)
{
	struct shared_lookup *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		return NULL;
	}
	s->all = all;
	s->addr = *addr;
	s->mode = mode;
	s->traced = trace != NULL;
	s->began_ms = now_ms;
	s->fresh_ms = fresh_ms;
	s->refresh = fresh_ms > 0;
	list_init(&s->waiters);
	if (!find_place(all, s, now_ms, full)) {
		free(s);
		return NULL;
	}
	hlist_add(bucket_of(all, addr, mode), &s->in_bucket);
	if (!ask_remote(s) && !ask_dns(s, trace)) {
		end_lookup(s);
		free(s);
		return NULL;
	}
	return s;
}

/* A result that needs no query, with a reference; NULL: a lookup is needed. */
static const struct dns_fcrdns_result *clear_result(struct dns_fcrdns_table *all,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t now_ms)
{
	const struct dns_resolver_env *dns = all->env->dns;

	if (!dns_fcrdns_is_private(dns, addr, &all->answer)) {
		return NULL;
	}
	const struct dns_fcrdns_result *result = dns_fcrdns_private_result(dns, now_ms);

	if (result == NULL) {
		return dns_fcrdns_result_ref(all->error);
	}
	keep(dns, addr, mode, result);
	return result;
}

struct dns_fcrdns *dns_fcrdns_table_start(struct dns_fcrdns_table *all, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_fcrdns_result *result), void *ctx, uint64_t now_ms)
{
	struct dns_fcrdns *w = malloc(sizeof(*w));
	bool full = false;

	if (w == NULL) {
		return NULL;
	}
	*w = (struct dns_fcrdns){.all = all, .done = done, .ctx = ctx};
	w->shared = trace == NULL ? find(all, addr, mode) : NULL;
	if (w->shared != NULL) {
		counter_add(&all->env->dns->stats->joined, 1);
	} else {
		w->result = clear_result(all, addr, mode, now_ms);
		if (w->result != NULL && trace == NULL &&
			all->env->dns->settings->offline == NULL) {
			dns_health_private(all->env->dns->health, addr);
		}
		if (w->result == NULL) {
			w->shared = shared_new(all, addr, mode, 0, trace, now_ms, &full);
		}
	}
	if (full) {
		counter_add(&all->env->dns->stats->overloads, 1);
		w->result = dns_fcrdns_result_ref(all->overload);
	} else if (w->shared == NULL && w->result == NULL) {
		free(w);
		return NULL;
	}
	list_append(w->shared != NULL ? &w->shared->waiters : &all->clear, &w->link);
	return w;
}

void dns_fcrdns_table_cancel(struct dns_fcrdns *waiter)
{
	if (waiter == NULL) {
		return;
	}
	struct shared_lookup *s = waiter->shared;

	list_remove(&waiter->link);
	waiter_free(waiter);
	if (s != NULL && !s->ended && list_is_empty(&s->waiters)) {
		end_lookup(s);
		free(s);
	}
}

/* True if a refresh was started. None is started while it could evict another lookup. */
static bool refresh(struct dns_fcrdns_table *all, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_result *result, uint64_t now_ms)
{
	const struct dns_resolver_env *dns = all->env->dns;
	bool full = false;

	if (all->stopped || dns_inflight_is_busy(&all->queue) || find(all, addr, mode) != NULL ||
		!dns_cache_claim_result(dns->cache, addr, mode)) {
		return false;
	}
	uint64_t fresh_ms = result->expires_ms + (result->expires_ms - result->refresh_ms);

	if (shared_new(all, addr, mode, fresh_ms, NULL, now_ms, &full) == NULL) {
		return false;
	}
	counter_add(&dns->stats->refreshes, 1);
	return true;
}

const struct dns_fcrdns_result *dns_fcrdns_table_cached(struct dns_fcrdns_table *all,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t now_ms, bool *started)
{
	const struct dns_resolver_env *dns = all->env->dns;
	const struct dns_fcrdns_result *result =
		dns_cache_get_result(dns->cache, addr, mode, now_ms);

	*started = false;
	if (result != NULL && !dns_fcrdns_lookup_would_choose(all->env, result)) {
		dns_fcrdns_result_unref(result);
		result = NULL;
	}
	if (result == NULL) {
		counter_add(&dns->stats->cache_misses, 1);
		return NULL;
	}
	counter_add(&dns->stats->cache_hits, 1);
	if (now_ms >= result->refresh_ms) {
		*started = refresh(all, addr, mode, result, now_ms);
	}
	return result;
}

void dns_fcrdns_table_run(struct dns_fcrdns_table *table)
{
	for (unsigned i = 0; i < WAITERS_A_RUN && dns_fcrdns_table_is_due(table); i++) {
		struct dns_fcrdns *w = pop(&table->clear);

		tell(w, w->result);
	}
}

bool dns_fcrdns_table_is_due(const struct dns_fcrdns_table *table)
{
	return !table->stopped && !list_is_empty(&table->clear);
}
