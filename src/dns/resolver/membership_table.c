/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/membership_table.h"

#include "base/list.h"
#include "dns/resolver/membership_judge.h"
#include "dns/resolver/trace.h"
#include "dns/wire/special_use.h"

#include <stdlib.h>
#include <string.h>

#define QUERIES_MAX 16

struct dns_membership {
	struct list link;
	struct dns_inflight_entry in_flight;
	bool counted; /* in_flight is in the queue */
	struct dns_timer deadline;
	struct dns_membership_table *all;
	struct dns_request *request;
	struct dns_prefix_use *prefix; /* NULL: not counted */
	const struct dns_fcrdns_trace *trace;
	void (*done)(void *ctx, const struct dns_membership_result *result);
	void *ctx;
	unsigned budget;
	enum dns_membership_kind kind;
	enum dns_type type;
	struct addr addr;
	struct dns_name name;
	/* The result is known; only the list's text is looked up, for the trace. */
	bool text_only;
	struct dns_membership_result result;
};

struct dns_membership_table {
	const struct dns_fcrdns_env *env;
	struct dns_limits *limits;
	struct dns_inflight_queue queue;
	struct list list;
	struct dns_answer answer;
};

struct dns_membership_table *dns_membership_table_new(const struct dns_fcrdns_env *env)
{
	struct dns_membership_table *all = calloc(1, sizeof(*all));

	if (all == NULL) {
		return NULL;
	}
	all->env = env;
	list_init(&all->list);
	all->limits = env->dns->limits;
	dns_inflight_init(
		&all->queue, &all->limits->memberships, env->dns->settings->max_in_flight);
	return all;
}

static void leave_queue(struct dns_membership *m)
{
	if (m->counted) {
		dns_inflight_leave(&m->all->queue, &m->in_flight);
		m->counted = false;
	}
}

static void membership_free(struct dns_membership *m)
{
	list_remove(&m->link);
	leave_queue(m);
	dns_timer_wheel_clear(m->all->env->dns->wheel, &m->deadline);
	dns_resolver_cancel(m->request);
	if (m->prefix != NULL) {
		dns_prefix_limits_leave(m->all->limits->list_prefixes, m->prefix);
	}
	free(m);
}

void dns_membership_table_free(struct dns_membership_table *table)
{
	if (table == NULL) {
		return;
	}
	for (struct list *first; (first = list_first(&table->list)) != NULL;) {
		membership_free(CONTAINER_OF(first, struct dns_membership, link));
	}
	free(table);
}

void dns_membership_table_cancel(struct dns_membership *lookup)
{
	if (lookup != NULL) {
		membership_free(lookup);
	}
}

static void tell(struct dns_membership *m, const struct dns_membership_result *result)
{
	void (*done)(void *, const struct dns_membership_result *) = m->done;
	void *ctx = m->ctx;

	membership_free(m);
	done(ctx, result);
}

static void on_step(void *ctx, const struct dns_step *step)
{
	const struct dns_membership *m = ctx;

	dns_trace_step(m->trace, step, m->all->env->upstreams);
}

static void on_text_end(void *ctx, const struct dns_request_end *end)
{
	struct dns_membership *m = ctx;
	struct dns_membership_result result = m->result;

	m->request = NULL;
	tell(m, &result);
}

/* RFC 5782 section 2.1: a TXT record of the same name says for people what the answer means. */
static bool ask_for_text(struct dns_membership *m, const struct dns_request_end *end)
{
	if (m->trace == NULL || m->kind != DNS_MEMBERSHIP_DNSBL || end->status != DNS_STATUS_DATA) {
		return false;
	}
	m->type = DNS_TYPE_TXT;
	m->text_only = true;
	m->request = dns_resolver_ask(
		m->all->env->resolver, &m->name, m->type, &m->budget, on_step, on_text_end, m);
	return m->request != NULL;
}

static void on_end(void *ctx, const struct dns_request_end *end)
{
	struct dns_membership *m = ctx;

	m->request = NULL;
	m->result = dns_membership_result_of(m->kind, &m->addr, end);
	if (!ask_for_text(m, end)) {
		struct dns_membership_result result = m->result;

		tell(m, &result);
	}
}

/* Caches the timeout as a failure, so that the next lookup fails at once (RFC 9520). */
static void deadline_passed(struct dns_timer *timer, uint64_t now_ms)
{
	struct dns_membership *m = CONTAINER_OF(timer, struct dns_membership, deadline);
	const struct dns_resolver_env *dns = m->all->env->dns;
	struct dns_cache *cache = dns->cache;
	struct dns_cached failure = {DNS_STATUS_TIMEOUT,
		now_ms + dns_cache_answer_backoff_ms(cache, &m->name, m->type, now_ms)};
	struct dns_membership_result result = {
		.status = DNS_MEMBERSHIP_UNKNOWN, .expires_ms = failure.expires_ms};
	struct dns_step step = {.name = &m->name,
		.type = m->type,
		.status = failure.status,
		.expires_ms = failure.expires_ms,
		.source = DNS_SOURCE_SELF,
		.us = dns->settings->lookup_timeout_ms * 1000,
		.now_ms = now_ms};

	if (m->trace != NULL) {
		on_step(m, &step);
	}
	counter_add(&dns->stats->deadlines, 1);
	counter_add(&dns->stats->cache_evictions,
		dns_cache_put_answer(cache, &m->name, m->type, &failure, NULL));
	if (m->text_only) {
		result = m->result;
	}
	tell(m, &result);
}

/* True if no query is needed: the result is *out. */
static bool is_clear(struct dns_membership_table *all, const struct dns_membership_query *query,
	const struct dns_name *name, enum dns_type type, uint64_t now_ms,
	struct dns_membership_result *out)
{
	const struct dns_resolver_env *dns = all->env->dns;

	if (query->kind != DNS_MEMBERSHIP_DNSBL || dns->settings->private_ptr ||
		!dns_addr_is_special_use(query->addr) ||
		(dns->zone != NULL && dns_zone_answer(dns->zone, name, type, &all->answer))) {
		return false;
	}
	*out = (struct dns_membership_result){.status = DNS_MEMBERSHIP_NO,
		.expires_ms = now_ms + dns->settings->max_ttl_s * UINT64_C(1000)};
	return true;
}

bool dns_membership_table_known(struct dns_membership_table *table,
	const struct dns_membership_query *query, uint64_t now_ms,
	struct dns_membership_result *out)
{
	struct dns_request_end end;
	struct dns_name name;
	enum dns_type type;

	if (!dns_membership_ask(query, &name, &type)) {
		return false;
	}
	if (is_clear(table, query, &name, type, now_ms, out)) {
		return true;
	}
	if (!dns_resolver_known(table->env->resolver, &name, type, now_ms, &table->answer, &end)) {
		return false;
	}
	*out = dns_membership_result_of(query->kind, query->addr, &end);
	return true;
}

/*
 * Takes a place in flight, if need be by evicting another lookup, which is notified at the next
 * run.
 */
static bool enter_queue(struct dns_membership *m, uint64_t now_ms)
{
	struct dns_inflight_queue *queue = &m->all->queue;

	m->counted = dns_inflight_enter(queue, &m->in_flight, now_ms);
	counter_add(&m->all->env->dns->stats->in_flight_full, !m->counted);
	struct dns_inflight_entry *oldest =
		m->counted ? NULL : dns_inflight_evictable(queue, now_ms);

	if (oldest != NULL) {
		struct dns_membership *old = CONTAINER_OF(oldest, struct dns_membership, in_flight);

		leave_queue(old);
		dns_resolver_evict(old->request);
		m->counted = dns_inflight_enter(queue, &m->in_flight, now_ms);
	}
	return m->counted;
}

/*
 * Counts the lookup in flight and sends the query. False when out of memory, or at a limit:
 * *overload.
 */
static bool ask(struct dns_membership *m, uint64_t now_ms, bool *overload)
{
	if (m->kind == DNS_MEMBERSHIP_DNSBL) {
		enum dns_prefix_entry entry = dns_prefix_limits_enter(
			m->all->limits->list_prefixes, &m->addr, &m->prefix);

		*overload = entry == DNS_PREFIX_FULL;
		counter_add(&m->all->env->dns->stats->prefix_full, *overload);
		if (entry != DNS_PREFIX_IN) {
			return false;
		}
	}
	if (!enter_queue(m, now_ms)) {
		*overload = true;
		return false;
	}
	m->request = dns_resolver_ask(m->all->env->resolver, &m->name, m->type, &m->budget,
		m->trace != NULL ? on_step : NULL, on_end, m);
	return m->request != NULL;
}

struct dns_membership *dns_membership_table_start(struct dns_membership_table *all,
	const struct dns_membership_query *query, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_membership_result *result), void *ctx,
	uint64_t now_ms, struct dns_membership_result *out)
{
	const struct dns_resolver_env *dns = all->env->dns;
	struct dns_name name;
	enum dns_type type;

	*out = (struct dns_membership_result){
		.status = DNS_MEMBERSHIP_UNKNOWN, .expires_ms = now_ms};
	if (!dns_membership_ask(query, &name, &type) ||
		is_clear(all, query, &name, type, now_ms, out)) {
		return NULL;
	}
	struct dns_membership *m = malloc(sizeof(*m));

	if (m == NULL) {
		return NULL;
	}
	*m = (struct dns_membership){.all = all,
		.trace = trace,
		.done = done,
		.ctx = ctx,
		.budget = QUERIES_MAX,
		.kind = query->kind,
		.type = type,
		.addr = *query->addr,
		.name = name,
		.deadline.fire = deadline_passed};
	list_append(&all->list, &m->link);
	if (!ask(m, now_ms, &out->overload)) {
		counter_add(&dns->stats->overloads, out->overload);
		membership_free(m);
		return NULL;
	}
	dns_timer_wheel_set(dns->wheel, &m->deadline, now_ms + dns->settings->lookup_timeout_ms);
	return m;
}
