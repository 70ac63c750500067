/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/record_table.h"

#include "base/util.h"

#include <stdlib.h>
#include <sys/queue.h>

#define QUERIES_MAX 16

struct dns_record_lookup {
	LIST_ENTRY(dns_record_lookup) link;
	struct dns_timer deadline;
	struct dns_record_table *all;
	struct dns_request *request;
	unsigned budget;
	bool elsewhere; /* somebody else than the static zone had a say */
	void (*done)(void *ctx, const struct dns_record_lookup_result *result);
	void *ctx;
};

LIST_HEAD(inquiry_list, dns_record_lookup);

struct dns_record_table {
	const struct dns_ground *ground;
	struct dns_resolver *resolver;
	struct inquiry_list list;
};

struct dns_record_table *dns_record_table_new(
	const struct dns_ground *ground, struct dns_resolver *resolver)
{
	struct dns_record_table *all = calloc(1, sizeof(*all));

	if (all != NULL) {
		all->ground = ground;
		all->resolver = resolver;
		LIST_INIT(&all->list);
	}
	return all;
}

static void inquiry_free(struct dns_record_lookup *q)
{
	LIST_REMOVE(q, link);
	dns_timer_wheel_clear(q->all->ground->wheel, &q->deadline);
	dns_resolver_cancel(q->request);
	free(q);
}

void dns_record_table_free(struct dns_record_table *inquiries)
{
	struct dns_record_lookup *q;

	if (inquiries == NULL) {
		return;
	}
	while ((q = LIST_FIRST(&inquiries->list)) != NULL) {
		inquiry_free(q);
	}
	free(inquiries);
}

void dns_record_table_cancel(struct dns_record_lookup *inquiry)
{
	if (inquiry != NULL) {
		inquiry_free(inquiry);
	}
}

static void tell(struct dns_record_lookup *q, const struct dns_record_lookup_result *result)
{
	void (*done)(void *, const struct dns_record_lookup_result *) = q->done;
	void *ctx = q->ctx;

	inquiry_free(q);
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
	const struct dns_ground *ground = all->ground;
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
	LIST_INSERT_HEAD(&all->list, q, link);
	dns_timer_wheel_set(
		ground->wheel, &q->deadline, now_ms + ground->settings->lookup_timeout_ms);
	return q;
}
