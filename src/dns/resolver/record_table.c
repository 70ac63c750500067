/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/record_table.h"

#include "base/list.h"
#include "base/util.h"

#include <stdlib.h>

#define QUERIES_MAX 16

struct dns_record_lookup {
	struct list link;
	struct dns_timer deadline;
	struct dns_record_table *all;
	struct dns_request *request;
	unsigned budget;
	bool elsewhere; /* a step came from elsewhere than the static zone */
	void (*done)(void *ctx, const struct dns_record_lookup_result *result);
	void *ctx;
};

struct dns_record_table {
	const struct dns_resolver_env *env;
	struct dns_resolver *resolver;
	struct list list;
};

struct dns_record_table *dns_record_table_new(
	const struct dns_resolver_env *env, struct dns_resolver *resolver)
{
	struct dns_record_table *all = calloc(1, sizeof(*all));

	if (all != NULL) {
		all->env = env;
		all->resolver = resolver;
		list_init(&all->list);
	}
	return all;
}

static void record_lookup_free(struct dns_record_lookup *q)
{
	list_remove(&q->link);
	dns_timer_wheel_clear(q->all->env->wheel, &q->deadline);
	dns_resolver_cancel(q->request);
	free(q);
}

void dns_record_table_free(struct dns_record_table *table)
{
	if (table == NULL) {
		return;
	}
	for (struct list *first; (first = list_first(&table->list)) != NULL;) {
		record_lookup_free(CONTAINER_OF(first, struct dns_record_lookup, link));
	}
	free(table);
}

void dns_record_table_cancel(struct dns_record_lookup *lookup)
{
	if (lookup != NULL) {
		record_lookup_free(lookup);
	}
}

static void tell(struct dns_record_lookup *q, const struct dns_record_lookup_result *result)
{
	void (*done)(void *, const struct dns_record_lookup_result *) = q->done;
	void *ctx = q->ctx;

	record_lookup_free(q);
	done(ctx, result);
}

static void on_step(void *ctx, const struct dns_step *step)
{
	struct dns_record_lookup *q = ctx;

	q->elsewhere = q->elsewhere || step->source != DNS_SOURCE_ZONE;
}

static void on_end(void *ctx, const struct dns_request_end *end)
{
	struct dns_record_lookup *q = ctx;
	struct dns_record_lookup_result result = {
		.status = end->status, .answer = end->answer, .from_zone = !q->elsewhere};

	q->request = NULL;
	tell(q, &result);
}

static void deadline_passed(struct dns_timer *timer, uint64_t now_ms)
{
	struct dns_record_lookup_result result = {.status = DNS_STATUS_TIMEOUT};

	tell(CONTAINER_OF(timer, struct dns_record_lookup, deadline), &result);
}

struct dns_record_lookup *dns_record_table_start(struct dns_record_table *all,
	const struct dns_name *name, enum dns_type type,
	void (*done)(void *ctx, const struct dns_record_lookup_result *result), void *ctx,
	uint64_t now_ms)
{
	const struct dns_resolver_env *env = all->env;
	struct dns_record_lookup *q = malloc(sizeof(*q));

	if (q == NULL) {
		return NULL;
	}
	*q = (struct dns_record_lookup){.all = all,
		.budget = QUERIES_MAX,
		.done = done,
		.ctx = ctx,
		.deadline.fire = deadline_passed};
	q->request = dns_resolver_ask(all->resolver, name, type, &q->budget, on_step, on_end, q);
	if (q->request == NULL) {
		free(q);
		return NULL;
	}
	list_append(&all->list, &q->link);
	dns_timer_wheel_set(env->wheel, &q->deadline, now_ms + env->settings->lookup_timeout_ms);
	return q;
}
