/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_HTTP_KIT_H
#define DW_TEST_HTTP_KIT_H

#include "http/conn.h"
#include "http/fault.h"

#include <stdlib.h>
#include <string.h>

/* An application that writes down what it is asked, and answers at once or when it is told to.
 * Shared with the fuzz target. */
struct listener_app {
	struct bytes events;
	struct bytes refused; /* "STATUS: why", one after the other */
	struct http_conn *waiting;
	bool defer;
	bool silent;
	unsigned aborted;
};

#define KIT_ANSWER "Status: 200 OK\r\nX-Doorward-Reason: rule\r\n\r\n"
#define KIT_DATE "Thu, 01 Jan 1970 00:00:01 GMT"

static inline int64_t kit_wall_s(void)
{
	return 1;
}

static inline void *kit_request(
	void *ctx, struct http_conn *conn, const struct http_head *head, const struct addr *from)
{
	struct listener_app *app = ctx;

	bytes_append_str(&app->events, head->method);
	bytes_append_text(&app->events, " ");
	bytes_append_str(&app->events, head->target);
	for (size_t i = 0; i < head->header_count; i++) {
		bytes_append_text(&app->events, "|");
		bytes_append_str(&app->events, head->headers[i].name);
		bytes_append_text(&app->events, "=");
		bytes_append_str(&app->events, head->headers[i].value);
	}
	if (head->content.data != NULL) {
		bytes_append_text(&app->events, "|");
		bytes_append_visible(&app->events, head->content);
	}
	bytes_append_text(&app->events, "\n");
	if (app->waiting != NULL) {
		abort();
	}
	if (app->defer) {
		app->waiting = conn;
		return app;
	}
	if (!app->silent) {
		http_reply(conn, str_view(KIT_ANSWER));
	}
	return NULL;
}

static inline void kit_abort(void *app_request)
{
	struct listener_app *app = app_request;

	app->waiting = NULL;
	app->aborted++;
}

static inline void kit_refused(void *ctx, const struct http_refusal *refusal)
{
	struct listener_app *app = ctx;

	bytes_append_text(&app->refused, refusal->status);
	bytes_append_text(&app->refused, ": ");
	http_fault_describe(refusal, &app->refused);
}

static inline bool kit_answer(struct listener_app *app, const char *answer)
{
	struct http_conn *conn = app->waiting;

	if (conn == NULL) {
		return false;
	}
	app->waiting = NULL;
	http_reply(conn, str_view(answer));
	return true;
}

/* A connection with its application and what it said. */
struct http_scene {
	struct listener_app app;
	struct http_pool pool;
	struct http_conn conn;
	struct bytes out;
};

/* The test looks at `out` itself. */
static inline void ignore_answered(struct net_conn *conn)
{
	(void)conn;
}

static inline void http_scene_init(struct http_scene *s, uint32_t max_head)
{
	const struct http_app app = {
		.ctx = &s->app, .request = kit_request, .abort = kit_abort, .refused = kit_refused};
	const struct addr from = {.family = ADDR_NONE};

	*s = (struct http_scene){.out = {0}};
	http_pool_init(&s->pool, &app, max_head, kit_wall_s);
	s->conn.net = (struct net_conn){.out = &s->out, .answered = ignore_answered};
	http_protocol.init(&s->conn.net, &s->pool, &from);
}

static inline void http_scene_clear(struct http_scene *s)
{
	uint64_t since;

	http_protocol.clear(&s->conn.net);
	if (s->app.waiting != NULL || http_pool_oldest(&s->pool, &since) != NULL ||
		s->pool.incomplete_bytes != 0) {
		abort();
	}
	bytes_clear(&s->app.events);
	bytes_clear(&s->app.refused);
	bytes_clear(&s->out);
}

/* From memory of exactly the input's size. */
static inline size_t http_scene_feed(struct http_scene *s, struct str input, uint64_t now)
{
	char *copy = malloc(input.len + 1);

	memcpy(copy, input.data, input.len);
	size_t used = http_protocol.feed(&s->conn.net, (struct str){copy, input.len}, now);

	free(copy);
	return used;
}

#endif
