/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/conn.h"

#include "base/util.h"

#include <assert.h>

#define REFUSAL(status) "Status: " status "\r\nContent-Type: text/plain\r\n\r\n" status "\n"
#define BAD "400 Bad Request"
#define TOO_LARGE "431 Request Header Fields Too Large"

void http_pool_init(struct http_pool *pool, const struct http_app *app, uint32_t max_head,
	int64_t (*wall_s)(void))
{
	*pool = (struct http_pool){.app = *app, .max_head = max_head, .wall_s = wall_s};
	list_init(&pool->incomplete);
	pool->stats = &pool->own_stats;
}

struct http_conn *http_pool_oldest(const struct http_pool *pool, uint64_t *since)
{
	struct list *entry = list_first(&pool->incomplete);

	if (entry == NULL) {
		return NULL;
	}
	struct http_conn *c = CONTAINER_OF(entry, struct http_conn, by_age);

	*since = c->since;
	return c;
}

static_assert(sizeof(struct http_conn) <= 320, "an idle connection is small");
static_assert(offsetof(struct http_conn, net) == 0, "a connection begins with its net_conn");

static struct http_conn *conn_of(const struct net_conn *net)
{
	return (struct http_conn *)(uintptr_t)net;
}

static void init(struct net_conn *net, void *pool, const struct addr *from)
{
	struct http_conn *c = conn_of(net);

	c->pool = pool;
	c->from = *from;
	list_init(&c->by_age);
	bytes_init(&c->partial, 0);
}

static void count_partial(struct http_conn *c)
{
	c->pool->incomplete_bytes += c->partial.capacity - c->counted;
	c->counted = c->partial.capacity;
}

static void forget_partial(struct http_conn *c)
{
	list_remove(&c->by_age);
	bytes_clear(&c->partial);
	count_partial(c);
	c->scanned = 0;
	c->head_len = 0;
	c->body_len = 0;
}

static void clear(struct net_conn *net)
{
	struct http_conn *c = conn_of(net);
	void *app_request = c->app_request;

	forget_partial(c);
	c->pending = false;
	c->app_request = NULL;
	if (app_request != NULL) {
		counter_add(&c->pool->stats->aborted, 1);
		c->pool->app.abort(app_request);
	}
}

void http_reply(struct http_conn *c, struct str cgi)
{
	struct http_pool *pool = c->pool;
	struct str date = http_date_at(&pool->date, pool->wall_s());
	enum http_persistence persistence = c->last       ? HTTP_CLOSE
					    : c->http_1_0 ? HTTP_KEEP_SAYING
							  : HTTP_KEEP;

	assert(c->pending);
	c->pending = false;
	c->app_request = NULL;
	if (!http_response(c->net.out, cgi, date, persistence, c->head_only)) {
		counter_add(&pool->stats->unanswered, 1);
		cgi = str_view(REFUSAL("503 Service Unavailable"));
		if (!http_response(c->net.out, cgi, date, persistence, c->head_only)) {
			c->last = true;
		}
	}
	c->net.answered(&c->net);
}

static uint32_t max_head(const struct http_conn *c)
{
	uint32_t max = c->pool->max_head;

	return c->net.stranger && max > HTTP_STRANGER_HEAD_MAX ? HTTP_STRANGER_HEAD_MAX : max;
}

/* Rejects the head, and closes: the meaning of further bytes is uncertain. */
static void refuse(struct http_conn *c, bool too_large, struct str text)
{
	const struct http_app *app = &c->pool->app;
	struct http_stats *stats = c->pool->stats;
	const struct http_refusal refusal = {
		.status = too_large ? TOO_LARGE : BAD,
		.from = &c->from,
		.text = text,
		.max_head = max_head(c),
		.too_large = too_large,
	};

	counter_add(too_large ? &stats->too_large : &stats->bad, 1);
	if (app->refused != NULL) {
		app->refused(app->ctx, &refusal);
	}
	c->pending = true;
	c->last = true;
	c->more = true;
	c->http_1_0 = false;
	c->head_only = false;
	http_reply(c, str_view(too_large ? REFUSAL(TOO_LARGE) : REFUSAL(BAD)));
}

/* Hands the request over: the application's `request` is http_request of worker/dispatch.c. */
static void take_request(struct http_conn *c, struct str text, struct str content)
{
	struct http_pool *pool = c->pool;
	struct http_head *head = &pool->head;

	c->net.spoken = true;
	switch (http_head_parse(text, head)) {
	case HTTP_HEAD_GOOD:
		break;
	case HTTP_HEAD_BAD:
		refuse(c, false, text);
		return;
	case HTTP_HEAD_TOO_MANY:
		refuse(c, true, text);
		return;
	}
	c->pending = true;
	c->last = c->last || !head->keep || c->net.leaving;
	c->more = head->body && content.len == 0;
	head->content = content;
	c->http_1_0 = head->http_1_0;
	c->head_only = str_eq_text(head->method, "HEAD");
	c->app_request = pool->app.request(pool->app.ctx, c, head, &c->from);
	if (c->pending && c->app_request == NULL) {
		http_reply(c, (struct str){NULL, 0});
	}
}

/* Empty lines before a request are skipped (RFC 9112, 2.2). */
static size_t blank_lines(struct str text)
{
	size_t len = 0;

	while (text.len - len >= 2 && text.data[len] == '\r' && text.data[len + 1] == '\n') {
		len += 2;
	}
	return len;
}

/*
 * Whether the text is a CR that may be half of an empty line, which does not begin a request: it
 * must not keep a connection open that sends nothing else.
 */
static bool is_half_blank(struct str text)
{
	return text.len == 1 && text.data[0] == '\r';
}

/*
 * Whether `text`, which begins a head, is all of it; *len is its length then. Text that is not a
 * head, or is longer than max_head, is rejected, however it is cut into pieces.
 */
static bool head_ends(struct http_conn *c, struct str text, size_t *len)
{
	size_t max = max_head(c);
	struct str within = {text.data, text.len < max ? text.len : max};
	enum http_head_find found =
		is_half_blank(text) ? HTTP_HEAD_MORE : http_head_find(within, &c->scanned, len);

	if (found == HTTP_HEAD_DONE || (found == HTTP_HEAD_MORE && text.len <= max)) {
		return found == HTTP_HEAD_DONE;
	}
	refuse(c, found == HTTP_HEAD_MORE, text);
	forget_partial(c);
	return false;
}

/* The length of the body that is waited for after this head. */
static uint32_t body_of(const struct http_conn *c, struct str text)
{
	struct http_pool *pool = c->pool;
	struct http_head *head = &pool->head;
	bool waits = pool->max_body > 0 && http_head_parse(text, head) == HTTP_HEAD_GOOD &&
		     str_eq_text(head->method, "POST") && head->length <= pool->max_body;

	return waits ? (uint32_t)head->length : 0;
}

/* Whether `text`, which begins a head, has all of its request. */
static bool request_ends(struct http_conn *c, struct str text, size_t *head_len)
{
	if (c->head_len == 0) {
		if (!head_ends(c, text, head_len)) {
			return false;
		}
		c->head_len = (uint32_t)*head_len;
		c->body_len = body_of(c, (struct str){text.data, *head_len});
	}
	*head_len = c->head_len;
	return text.len - c->head_len >= c->body_len;
}

static bool is_idle(const struct net_conn *net)
{
	const struct http_conn *c = conn_of(net);

	return !c->pending && list_is_empty(&c->by_age);
}

static bool is_done(const struct net_conn *net)
{
	return conn_of(net)->last && is_idle(net);
}

static bool takes_input(const struct net_conn *net)
{
	return !conn_of(net)->pending && net->out->len <= HTTP_OUTPUT_MAX;
}

/* Removes one request, or its beginning, from *rest. */
static void feed_some(struct http_conn *c, struct str *rest, uint64_t now)
{
	size_t had = c->partial.len;
	struct str text = *rest;
	size_t len;

	if (had > 0) {
		if (!bytes_append_str(&c->partial, *rest)) {
			c->last = true;
			forget_partial(c);
			return;
		}
		count_partial(c);
		size_t blank = blank_lines(bytes_view(&c->partial));

		/* Only a CR can be left of an empty line. */
		if (blank > 0) {
			*rest = str_from(*rest, blank - had);
			forget_partial(c);
			return;
		}
		text = bytes_view(&c->partial);
	}
	if (request_ends(c, text, &len)) {
		struct str content = {c->body_len > 0 ? text.data + len : NULL, c->body_len};

		list_remove(&c->by_age);
		*rest = str_from(*rest, len + content.len - had);
		take_request(c, (struct str){text.data, len}, content);
		forget_partial(c);
		return;
	}
	if (!is_done(&c->net) && had == 0) {
		if (!is_half_blank(text)) {
			c->since = now;
			list_append(&c->pool->incomplete, &c->by_age);
		}
		bytes_append_str(&c->partial, text);
		count_partial(c);
		c->last = c->last || c->partial.failed;
	}
	*rest = (struct str){NULL, 0};
}

static size_t feed(struct net_conn *net, struct str input, uint64_t now)
{
	struct http_conn *c = conn_of(net);
	struct str rest = input;

	while (!is_done(net)) {
		if (c->partial.len == 0) {
			rest = str_from(rest, blank_lines(rest));
		}
		if (rest.len == 0) {
			break;
		}
		if (!takes_input(net)) {
			return input.len - rest.len;
		}
		feed_some(c, &rest, now);
	}
	return input.len;
}

static void eof(struct net_conn *net)
{
	net->eof = true;
	conn_of(net)->last = true;
	forget_partial(conn_of(net));
}

static void stop(struct net_conn *net)
{
	conn_of(net)->last = true;
}

void http_close_after(struct http_conn *c)
{
	stop(&c->net);
}

static bool expects_input(const struct net_conn *net)
{
	return conn_of(net)->more && !net->eof;
}

static struct net_conn *oldest(const void *pool, uint64_t *since)
{
	struct http_conn *c = http_pool_oldest(pool, since);

	return c != NULL ? &c->net : NULL;
}

static size_t incomplete_bytes(const void *pool)
{
	return ((const struct http_pool *)pool)->incomplete_bytes;
}

const struct net_protocol http_protocol = {
	.conn_size = sizeof(struct http_conn),
	.init = init,
	.clear = clear,
	.feed = feed,
	.eof = eof,
	.stop = stop,
	.takes_input = takes_input,
	.is_done = is_done,
	.expects_input = expects_input,
	.is_idle = is_idle,
	.oldest = oldest,
	.incomplete_bytes = incomplete_bytes,
};
