/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/cert_verifier.h"

#include "base/clock.h"
#include "base/list.h"

#include <stdlib.h>

struct authz_cert_verifier {
	struct authz_trust_stores *stores;
	uv_idle_t turn; /* active while there are checks to do */
	struct list checks;
	size_t count;
	struct authz_cert_verifier_stats own_stats;
	struct authz_cert_verifier_stats *stats;
};

/* One certificate's check, and the requests that wait for it. */
struct check {
	struct list link; /* in verifier.checks */
	struct list waits;
	struct cert_check_request *request;
	bool vouched;
	int64_t wall_s;
	struct authz_cert_verifier *verifier;
};

struct authz_cert_verifier_wait {
	struct list link;
	struct check *check;
	void (*done)(void *ctx, const struct cert_check_result *checked);
	void *ctx;
};

struct authz_cert_verifier *authz_cert_verifier_new(
	uv_loop_t *loop, struct authz_trust_stores *stores, struct authz_cert_verifier_stats *stats)
{
	struct authz_cert_verifier *v = calloc(1, sizeof(*v));

	if (v == NULL) {
		return NULL;
	}
	v->stats = stats != NULL ? stats : &v->own_stats;
	list_init(&v->checks);
	uv_idle_init(loop, &v->turn);
	v->turn.data = v;
	v->stores = authz_trust_stores_ref(stores);
	return v;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void authz_cert_verifier_close(struct authz_cert_verifier *v)
{
	if (v != NULL) {
		authz_trust_stores_unref(v->stores);
		uv_close((uv_handle_t *)&v->turn, on_closed);
	}
}

const struct authz_trust_stores *authz_cert_verifier_trusts(const struct authz_cert_verifier *v)
{
	return v->stores;
}

static const struct cert_check_result *known(const struct authz_cert_verifier *v,
	const struct cert_check_request *request, int64_t wall_s)
{
	if (request->given != NULL) {
		return NULL;
	}
	return cert_cache_get(authz_trust_stores_cache(v->stores), request, wall_s, clock_ms());
}

const struct cert_check_result *authz_cert_verifier_known(
	struct authz_cert_verifier *v, const struct cert_check_request *request, int64_t wall_s)
{
	const struct cert_check_result *found = known(v, request, wall_s);

	counter_add(found != NULL ? &v->stats->hits : &v->stats->misses, 1);
	return found;
}

static void check_remove(struct check *c)
{
	struct authz_cert_verifier *v = c->verifier;

	list_remove(&c->link);
	if (--v->count == 0) {
		uv_idle_stop(&v->turn);
	}
}

static void check_free(struct check *c)
{
	free(c->request);
	free(c);
}

/* Another worker may have checked the certificate meanwhile. */
static const struct cert_check_result *find_out(struct check *c)
{
	struct authz_cert_verifier *v = c->verifier;
	const struct cert_check_result *checked = known(v, c->request, c->wall_s);

	if (checked == NULL) {
		uint64_t began_us = clock_us();

		checked = cert_check(c->request, c->wall_s);
		histogram_observe(&v->stats->check_time, clock_us() - began_us);
		counter_add(
			&v->stats->over_limit, checked != NULL && cert_is_over_limit(checked->why));
		if (checked != NULL && c->request->given == NULL) {
			cert_cache_put(authz_trust_stores_cache(v->stores), c->request, checked,
				c->vouched, clock_ms());
		}
	}
	return checked;
}

static void on_turn(uv_idle_t *turn)
{
	struct authz_cert_verifier *v = turn->data;
	struct check *c = CONTAINER_OF(list_first(&v->checks), struct check, link);
	const struct cert_check_result *checked = find_out(c);
	struct list *first;

	check_remove(c);
	/* `done` may cancel other waits: the list is read from its beginning each time. */
	while ((first = list_pop(&c->waits)) != NULL) {
		struct authz_cert_verifier_wait *wait =
			CONTAINER_OF(first, struct authz_cert_verifier_wait, link);

		wait->done(wait->ctx, checked != NULL ? cert_check_result_ref(checked) : NULL);
		free(wait);
	}
	cert_check_result_unref(checked);
	check_free(c);
}

/* The check of the same certificate, if one is queued already, else a new one. */
static struct check *check_for(struct authz_cert_verifier *v,
	const struct cert_check_request *request, bool vouched, int64_t wall_s, bool *overload)
{
	for (struct list *l = v->checks.next; l != &v->checks; l = l->next) {
		struct check *c = CONTAINER_OF(l, struct check, link);

		if (c->vouched == vouched && c->wall_s == wall_s &&
			cert_check_request_eq(c->request, request)) {
			return c;
		}
	}
	*overload = v->count >= AUTHZ_CERT_VERIFIER_QUEUE_MAX;
	counter_add(&v->stats->queue_full, *overload);

	struct check *c = *overload ? NULL : calloc(1, sizeof(*c));

	if (c == NULL) {
		return NULL;
	}
	c->request = cert_check_request_dup(request);
	if (c->request == NULL) {
		free(c);
		return NULL;
	}
	c->vouched = vouched;
	c->wall_s = wall_s;
	c->verifier = v;
	list_init(&c->waits);
	list_append(&v->checks, &c->link);
	if (v->count++ == 0) {
		uv_idle_start(&v->turn, on_turn);
	}
	return c;
}

struct authz_cert_verifier_wait *authz_cert_verifier_ask(struct authz_cert_verifier *v,
	const struct cert_check_request *request, bool vouched, int64_t wall_s,
	void (*done)(void *ctx, const struct cert_check_result *checked), void *ctx, bool *overload)
{
	struct authz_cert_verifier_wait *wait = calloc(1, sizeof(*wait));

	*overload = false;
	if (wait == NULL) {
		return NULL;
	}
	wait->check = check_for(v, request, vouched, wall_s, overload);
	if (wait->check == NULL) {
		free(wait);
		return NULL;
	}
	wait->done = done;
	wait->ctx = ctx;
	list_append(&wait->check->waits, &wait->link);
	return wait;
}

void authz_cert_verifier_cancel(struct authz_cert_verifier_wait *wait)
{
	struct check *c = wait->check;

	list_remove(&wait->link);
	free(wait);
	if (list_is_empty(&c->waits) && c->link.next != &c->link) {
		check_remove(c);
		check_free(c);
	}
}
