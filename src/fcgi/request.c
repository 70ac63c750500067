/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/request.h"

#include "fcgi/pool.h"

#include <stdlib.h>

#define SPARE_MAX 1024 /* requests kept for reuse */

void fcgi_pool_init(
	struct fcgi_pool *pool, const struct fcgi_app *app, const struct fcgi_limits *limits)
{
	*pool = (struct fcgi_pool){.app = *app, .limits = *limits};
	list_init(&pool->incomplete);
	list_init(&pool->spare);
	pool->stats = &pool->own_stats;
}

struct fcgi_request *fcgi_request_first(const struct list *by_conn)
{
	struct list *entry = list_first(by_conn);

	return entry != NULL ? CONTAINER_OF(entry, struct fcgi_request, by_conn) : NULL;
}

static void request_free(struct fcgi_request *r)
{
	fcgi_stream_clear(&r->params);
	free(r);
}

void fcgi_pool_clear(struct fcgi_pool *pool)
{
	for (struct fcgi_request *r; (r = fcgi_request_first(&pool->spare)) != NULL;) {
		list_remove(&r->by_conn);
		request_free(r);
	}
	pool->spare_count = 0;
}

struct fcgi_conn *fcgi_pool_oldest(const struct fcgi_pool *pool, uint64_t *since)
{
	struct list *entry = list_first(&pool->incomplete);

	if (entry == NULL) {
		return NULL;
	}
	const struct fcgi_request *r = CONTAINER_OF(entry, struct fcgi_request, by_age);

	*since = r->since;
	return r->conn;
}

struct fcgi_request *fcgi_request_take(
	struct fcgi_conn *c, uint16_t id, enum fcgi_role role, uint64_t now)
{
	struct fcgi_pool *pool = c->pool;
	struct fcgi_request *r = fcgi_request_first(&pool->spare);

	if (r != NULL) {
		list_remove(&r->by_conn);
		pool->spare_count--;
	} else {
		r = calloc(1, sizeof(*r));
		if (r == NULL) {
			return NULL;
		}
	}
	r->conn = c;
	r->app_request = NULL;
	r->since = now;
	r->id = id;
	r->role = role;
	r->fault = FCGI_PARAMS_SOUND;
	r->ready = false;
	r->stdin_ended = false;
	list_append(&c->requests, &r->by_conn);
	list_append(&pool->incomplete, &r->by_age);
	c->request_count++;
	return r;
}

void fcgi_request_count(struct fcgi_request *r)
{
	size_t bytes = r->ready ? 0 : r->params.gathered.capacity;

	r->conn->pool->incomplete_bytes += bytes - r->counted;
	r->counted = bytes;
}

/* Drops the parameters. */
static void lose_params(struct fcgi_request *r)
{
	r->fault = FCGI_PARAMS_NO_MEMORY;
	fcgi_stream_reset(&r->params, FCGI_STREAM_KEEP);
}

void fcgi_request_add_params(struct fcgi_request *r, struct str piece)
{
	size_t max = r->conn->pool->limits.max_params;
	size_t room = max > r->params.all.len ? max - r->params.all.len : 0;

	if (r->fault != FCGI_PARAMS_SOUND) {
		return;
	}
	if (piece.len > room) {
		r->fault = FCGI_PARAMS_OVERSIZE;
		piece.len = room;
	}
	if (!fcgi_stream_add(&r->params, piece)) {
		lose_params(r);
	}
}

void fcgi_request_keep_params(struct fcgi_request *r)
{
	if (!fcgi_stream_keep(&r->params)) {
		lose_params(r);
	}
	fcgi_request_count(r);
}

void *fcgi_request_release(struct fcgi_request *r)
{
	struct fcgi_conn *c = r->conn;
	struct fcgi_pool *pool = c->pool;
	void *app_request = r->app_request;

	if (!r->stdin_ended) {
		c->stdin_owed++;
	}
	if (c->current == r) {
		c->current = NULL;
	}
	c->request_count--;
	list_remove(&r->by_conn);
	list_remove(&r->by_age);
	pool->incomplete_bytes -= r->counted;
	r->counted = 0;
	if (pool->spare_count >= SPARE_MAX) {
		request_free(r);
		return app_request;
	}
	fcgi_stream_reset(&r->params, FCGI_STREAM_KEEP);
	list_prepend(&pool->spare, &r->by_conn);
	pool->spare_count++;
	return app_request;
}

struct fcgi_request *fcgi_request_find(const struct fcgi_conn *c, uint16_t id)
{
	for (struct list *at = c->requests.next; at != &c->requests; at = at->next) {
		struct fcgi_request *r = CONTAINER_OF(at, struct fcgi_request, by_conn);

		if (r->id == id) {
			return r;
		}
	}
	return NULL;
}
