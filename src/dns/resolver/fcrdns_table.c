/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/fcrdns_table.h"

#include "base/hash.h"
#include "base/util.h"
#include "dns/cache/result.h"
#include "dns/wire/special_use.h"

#include <stdlib.h>
#include <sys/queue.h>

#define BUCKETS 4096u
#define WAITERS_A_RUN 4096

struct shared_lookup;
TAILQ_HEAD(waiter_queue, dns_fcrdns);
LIST_HEAD(lookup_list, shared_lookup);

/* Somebody who waits for a result. */
struct dns_fcrdns {
	TAILQ_ENTRY(dns_fcrdns) link; /* of the look-up, or of those whose result is clear */
	struct dns_fcrdns_table *all;
	struct shared_lookup *shared; /* NULL: the result is clear */
	const struct dns_fcrdns_result *result;
	void (*done)(void *ctx, const struct dns_fcrdns_result *result);
	void *ctx;
};

struct shared_lookup {
	LIST_ENTRY(shared_lookup) in_bucket;
	struct dns_crowd_member in_flight;
	struct dns_fcrdns_table *all;
	struct dns_fcrdns_lookup *lookup; /* NULL: ended, and telling those who wait */
	struct waiter_queue waiters;
	struct dns_prefix_use *prefix;
	struct addr addr;
	enum dns_fcrdns_mode mode;
	bool traced;  /* the trace is one waiter's, so nobody joins */
	bool refresh; /* nobody waited for it when it began */
};

struct dns_fcrdns_table {
	const struct dns_fcrdns_lookup_ground *ground;
	struct dns_limits *limits;
	struct dns_crowd crowd;
	const struct dns_fcrdns_result *overload; /* made beforehand, for when memory is out */
	const struct dns_fcrdns_result *error;
	struct waiter_queue clear;
	bool stopped;
	struct dns_answer answer;
	struct hash_key hash_key;
	struct lookup_list buckets[BUCKETS];
};

struct dns_fcrdns_table *dns_fcrdns_table_new(const struct dns_fcrdns_lookup_ground *ground)
{
	struct dns_fcrdns_table *all = calloc(1, sizeof(*all));
	struct str_list none = {NULL, 0};

	if (all == NULL) {
		return NULL;
	}
	all->ground = ground;
	all->hash_key = hash_key_new();
	TAILQ_INIT(&all->clear);
	all->limits = ground->dns->limits;
	dns_crowd_init(&all->crowd, &all->limits->lookups, ground->dns->settings->max_in_flight);
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

static void waiters_free(struct waiter_queue *waiters)
{
	struct dns_fcrdns *w;

	while ((w = TAILQ_FIRST(waiters)) != NULL) {
		TAILQ_REMOVE(waiters, w, link);
		waiter_free(w);
	}
}

/* Nobody joins it from here on, and it asks nothing any more. */
static void end_lookup(struct shared_lookup *s)
{
	struct dns_fcrdns_table *all = s->all;

	LIST_REMOVE(s, in_bucket);
	dns_prefix_limits_leave(all->limits->prefixes, s->prefix);
	dns_crowd_leave(&all->crowd, &s->in_flight);
	dns_fcrdns_lookup_free(s->lookup);
	s->lookup = NULL;
}

void dns_fcrdns_table_free(struct dns_fcrdns_table *lookups)
{
	struct shared_lookup *s;

	if (lookups == NULL) {
		return;
	}
	for (size_t i = 0; i < BUCKETS; i++) {
		while ((s = LIST_FIRST(&lookups->buckets[i])) != NULL) {
			end_lookup(s);
			waiters_free(&s->waiters);
			free(s);
		}
	}
	waiters_free(&lookups->clear);
	dns_fcrdns_result_unref(lookups->overload);
	dns_fcrdns_result_unref(lookups->error);
	free(lookups);
}

void dns_fcrdns_table_stop(struct dns_fcrdns_table *lookups)
{
	lookups->stopped = true;
}

/* The waiter is in no queue. */
static void tell(struct dns_fcrdns *w, const struct dns_fcrdns_result *result)
{
	void (*done)(void *, const struct dns_fcrdns_result *) = w->done;
	void *ctx = w->ctx;

	dns_fcrdns_result_ref(result);
	waiter_free(w);
	done(ctx, result);
}

static void keep(const struct dns_ground *dns, const struct addr *addr, enum dns_fcrdns_mode mode,
	const struct dns_fcrdns_result *result)
{
	counter_add(
		&dns->stats->cache_evictions, dns_cache_put_result(dns->cache, addr, mode, result));
}

static void lookup_ended(
	void *ctx, enum dns_fcrdns_lookup_end end, const struct dns_fcrdns_result *result)
{
	struct shared_lookup *s = ctx;
	struct dns_fcrdns_table *all = s->all;
	const struct dns_ground *dns = all->ground->dns;
	struct dns_fcrdns *w;

	switch (end) {
	case DNS_FCRDNS_LOOKUP_PARTIAL:
		/* The whole one that a refresh finds in the cache is better while it holds. */
		if (!s->refresh || !TAILQ_EMPTY(&s->waiters)) {
			keep(dns, &s->addr, s->mode, result);
		}
		break;
	case DNS_FCRDNS_LOOKUP_RESULT:
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
	/* One at a time: whoever is told may cancel the next, or close everything. */
	while (!all->stopped && (w = TAILQ_FIRST(&s->waiters)) != NULL) {
		TAILQ_REMOVE(&s->waiters, w, link);
		tell(w, result);
	}
	waiters_free(&s->waiters);
	dns_fcrdns_result_unref(result);
	free(s);
}

static struct lookup_list *bucket_of(
	struct dns_fcrdns_table *all, const struct addr *addr, enum dns_fcrdns_mode mode)
{
	uint64_t hash = hash_bytes(&all->hash_key, addr, sizeof(*addr));

	return &all->buckets[(hash + (unsigned)mode) % BUCKETS];
}

static struct shared_lookup *find(
	struct dns_fcrdns_table *all, const struct addr *addr, enum dns_fcrdns_mode mode)
{
	struct shared_lookup *s;

	for (s = LIST_FIRST(bucket_of(all, addr, mode)); s != NULL; s = LIST_NEXT(s, in_bucket)) {
		if (s->mode == mode && !s->traced && addr_eq(&s->addr, addr)) {
			return s;
		}
	}
	return NULL;
}

/* Its place goes to another; who waited for it is told at the next run. */
static void push_out(struct shared_lookup *s)
{
	struct dns_fcrdns_table *all = s->all;
	struct dns_fcrdns *w;

	end_lookup(s);
	while ((w = TAILQ_FIRST(&s->waiters)) != NULL) {
		TAILQ_REMOVE(&s->waiters, w, link);
		w->shared = NULL;
		w->result = dns_fcrdns_result_ref(all->overload);
		counter_add(&all->ground->dns->stats->overloads, 1);
		TAILQ_INSERT_TAIL(&all->clear, w, link);
	}
	free(s);
}

/* Counts it in; false when out of memory, or with *full at a limit. */
static bool find_place(
	struct dns_fcrdns_table *all, struct shared_lookup *s, uint64_t now_ms, bool *full)
{
	enum dns_prefix_entry entry =
		dns_prefix_limits_enter(all->limits->prefixes, &s->addr, &s->prefix);

	*full = entry == DNS_PREFIX_FULL;
	counter_add(&all->ground->dns->stats->prefix_full, *full);
	if (entry != DNS_PREFIX_IN) {
		return false;
	}
	if (dns_crowd_enter(&all->crowd, &s->in_flight, now_ms)) {
		return true;
	}
	struct dns_crowd_member *pushed = dns_crowd_pushed(&all->crowd, now_ms);

	counter_add(&all->ground->dns->stats->in_flight_full, 1);
	if (pushed != NULL) {
		push_out(CONTAINER_OF(pushed, struct shared_lookup, in_flight));
		if (dns_crowd_enter(&all->crowd, &s->in_flight, now_ms)) {
			return true;
		}
	}
	*full = true;
	dns_prefix_limits_leave(all->limits->prefixes, s->prefix);
	return false;
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
	s->refresh = fresh_ms > 0;
	TAILQ_INIT(&s->waiters);
	if (!find_place(all, s, now_ms, full)) {
		free(s);
		return NULL;
	}
	s->lookup = dns_fcrdns_lookup_start(
		all->ground, addr, mode, fresh_ms, trace, lookup_ended, s, now_ms);
	LIST_INSERT_HEAD(bucket_of(all, addr, mode), s, in_bucket);
	if (s->lookup == NULL) {
		end_lookup(s);
		free(s);
		return NULL;
	}
	return s;
}

/* The static zone may know names for addresses that nobody else is asked about. */
static bool is_not_looked_up(struct dns_fcrdns_table *all, const struct addr *addr)
{
	const struct dns_ground *dns = all->ground->dns;
	struct dns_name reverse;

	if (dns->settings->private_ptr || !dns_addr_is_special_use(addr)) {
		return false;
	}
	dns_name_reverse(addr, &reverse);
	return dns->zone == NULL ||
	       !dns_zone_answer(dns->zone, &reverse, DNS_TYPE_PTR, &all->answer);
}

/* What is clear without asking anybody, with a reference; NULL: the look-up goes its way. */
static const struct dns_fcrdns_result *clear_result(struct dns_fcrdns_table *all,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t now_ms)
{
	const struct dns_ground *dns = all->ground->dns;

	if (!is_not_looked_up(all, addr)) {
		return NULL;
	}
	const struct dns_fcrdns_result *result =
		dns_fcrdns_result_new(DNS_FCRDNS_PRIVATE, false, (struct str_list){NULL, 0}, NULL,
			now_ms + dns->settings->max_ttl_s * UINT64_C(1000));

	counter_add(&dns->stats->results[DNS_STATS_PRIVATE], 1);

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
		counter_add(&all->ground->dns->stats->joined, 1);
	} else {
		w->result = clear_result(all, addr, mode, now_ms);
		if (w->result != NULL && trace == NULL &&
			all->ground->dns->settings->offline == NULL) {
			dns_health_private(all->ground->dns->health, addr);
		}
		if (w->result == NULL) {
			w->shared = shared_new(all, addr, mode, 0, trace, now_ms, &full);
		}
	}
	if (full) {
		counter_add(&all->ground->dns->stats->overloads, 1);
		w->result = dns_fcrdns_result_ref(all->overload);
	} else if (w->shared == NULL && w->result == NULL) {
		free(w);
		return NULL;
	}
	TAILQ_INSERT_TAIL(w->shared != NULL ? &w->shared->waiters : &all->clear, w, link);
	return w;
}

void dns_fcrdns_table_cancel(struct dns_fcrdns *waiter)
{
	if (waiter == NULL) {
		return;
	}
	struct shared_lookup *s = waiter->shared;

	TAILQ_REMOVE(s != NULL ? &s->waiters : &waiter->all->clear, waiter, link);
	waiter_free(waiter);
	if (s != NULL && s->lookup != NULL && TAILQ_EMPTY(&s->waiters)) {
		end_lookup(s);
		free(s);
	}
}

/* True if it began. Not while there are so many others that somebody could be pushed out for it. */
static bool refresh(struct dns_fcrdns_table *all, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_result *result, uint64_t now_ms)
{
	const struct dns_ground *dns = all->ground->dns;
	bool full = false;

	if (all->stopped || dns_crowd_is_busy(&all->crowd) || find(all, addr, mode) != NULL ||
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
	const struct dns_ground *dns = all->ground->dns;
	const struct dns_fcrdns_result *result =
		dns_cache_get_result(dns->cache, addr, mode, now_ms);

	*started = false;
	if (result != NULL && !dns_fcrdns_lookup_would_choose(all->ground, result)) {
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

void dns_fcrdns_table_run(struct dns_fcrdns_table *lookups)
{
	for (unsigned i = 0; i < WAITERS_A_RUN && dns_fcrdns_table_is_due(lookups); i++) {
		struct dns_fcrdns *w = TAILQ_FIRST(&lookups->clear);

		TAILQ_REMOVE(&lookups->clear, w, link);
		tell(w, w->result);
	}
}

bool dns_fcrdns_table_is_due(const struct dns_fcrdns_table *lookups)
{
	return !lookups->stopped && !TAILQ_EMPTY(&lookups->clear);
}
