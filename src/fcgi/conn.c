/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/conn.h"

#include "base/reader.h"
#include "fcgi/fault.h"
#include "fcgi/output.h"
#include "fcgi/pool.h"
#include "fcgi/request.h"

#include <assert.h>
#include <fastcgi.h>
#include <string.h>

static_assert(sizeof(struct fcgi_conn) <= 320, "an idle connection is small");
static_assert(offsetof(struct fcgi_conn, net) == 0, "a connection begins with its net_conn");

static struct fcgi_conn *conn_of(const struct net_conn *net)
{
	return (struct fcgi_conn *)(uintptr_t)net;
}

static void init(struct net_conn *net, void *pool, const struct addr *from)
{
	struct fcgi_conn *c = conn_of(net);

	c->pool = pool;
	c->from = *from;
	list_init(&c->requests);
}

static void abort_one(struct fcgi_request *r)
{
	struct fcgi_pool *pool = r->conn->pool;
	void *app_request = fcgi_request_release(r);

	counter_add(&pool->stats->aborted, 1);
	if (app_request != NULL) {
		pool->app.abort(app_request);
	}
}

static void clear(struct net_conn *net)
{
	struct fcgi_conn *c = conn_of(net);

	c->dead = true;
	for (struct fcgi_request *r; (r = fcgi_request_first(&c->requests)) != NULL;) {
		abort_one(r);
	}
	fcgi_stream_clear(&c->values);
}

static void tell(struct fcgi_conn *c, const char *what)
{
	const struct fcgi_app *app = &c->pool->app;

	if (app->refused != NULL) {
		app->refused(app->ctx, &c->from, what);
	}
}

/* The peer broke the protocol: the meaning of all further records is uncertain. */
static void refuse_stream(struct fcgi_conn *c, const char *what)
{
	c->bad = true;
	c->last = true;
	counter_add(&c->pool->stats->protocol_errors, 1);
	tell(c, what);
	for (struct fcgi_request *r; (r = fcgi_request_first(&c->requests)) != NULL;) {
		abort_one(r);
	}
}

static void refuse_request(struct fcgi_conn *c, uint16_t id, uint8_t protocol_status)
{
	c->stdin_owed++;
	fcgi_output_end(c->net.out, id, protocol_status);
}

static void begin_request(struct fcgi_conn *c, uint64_t now)
{
	uint16_t id = c->reader.record.id;
	struct reader body;

	reader_init(&body, c->begin, sizeof(c->begin));
	uint16_t role = reader_u16(&body);
	uint8_t flags = reader_u8(&body);

	if (fcgi_request_find(c, id) != NULL) {
		/* It would be unclear to which of the two requests further PARAMS belong. */
		refuse_stream(c, "FCGI_BEGIN_REQUEST with the id of a request that is active");
		return;
	}
	if ((flags & FCGI_KEEP_CONN) == 0 || c->net.leaving) {
		c->last = true;
	}
	if (role != FCGI_RESPONDER && role != FCGI_AUTHORIZER) {
		counter_add(&c->pool->stats->unknown_roles, 1);
		tell(c, "a role other than responder and authorizer");
		refuse_request(c, id, FCGI_UNKNOWN_ROLE);
		return;
	}
	/*
	 * FCGI_CANT_MPX_CONN is the response of an application that takes one request at a time
	 * (5.5), which FCGI_GET_VALUES has said, too. One that does multiplex is overloaded.
	 */
	uint32_t max = c->pool->limits.max_requests_per_connection;

	if (c->request_count >= max) {
		counter_add(&c->pool->stats->too_many, 1);
		tell(c, "more requests at once than max_requests_per_connection");
		refuse_request(c, id, max > 1 ? FCGI_OVERLOADED : FCGI_CANT_MPX_CONN);
		return;
	}
	if (fcgi_request_take(c, id, (enum fcgi_role)role, now) == NULL) {
		counter_add(&c->pool->stats->no_memory, 1);
		refuse_request(c, id, FCGI_OVERLOADED);
	}
}

static void abort_request(struct fcgi_conn *c)
{
	struct fcgi_request *r = fcgi_request_find(c, c->reader.record.id);

	if (r != NULL) {
		abort_one(r);
		fcgi_output_end(c->net.out, c->reader.record.id, FCGI_REQUEST_COMPLETE);
	}
}

static void count_fault(struct fcgi_stats *stats, enum fcgi_params_fault fault)
{
	switch (fault) {
	case FCGI_PARAMS_SOUND:
		break;
	case FCGI_PARAMS_OVERSIZE:
		counter_add(&stats->oversize, 1);
		break;
	case FCGI_PARAMS_TRUNCATED:
		counter_add(&stats->bad_params, 1);
		break;
	case FCGI_PARAMS_NO_MEMORY:
		counter_add(&stats->no_memory, 1);
		break;
	}
}

/* Hands the request over: the application's `request` is fcgi_request of worker/dispatch.c. */
static void end_params(struct fcgi_request *r)
{
	struct fcgi_pool *pool = r->conn->pool;
	struct fcgi_params params = {r->params.all, r->fault};

	list_remove(&r->by_age);
	r->ready = true;
	fcgi_request_count(r);
	void *app_request = pool->app.request(pool->app.ctx, r, r->role, &params);

	if (app_request != NULL) {
		r->app_request = app_request;
		/* The decision takes time: the buffer of its parameters is freed meanwhile. */
		fcgi_stream_reset(&r->params, 0);
	}
	count_fault(pool->stats, params.fault);
}

/* Copies pieces of parameters before the memory of the input is freed. */
static void keep_pieces(struct fcgi_conn *c)
{
	for (struct list *at = c->requests.next; at != &c->requests; at = at->next) {
		fcgi_request_keep_params(CONTAINER_OF(at, struct fcgi_request, by_conn));
	}
	if (!fcgi_stream_keep(&c->values)) {
		fcgi_stream_reset(&c->values, 0);
	}
}

static void end_stdin(struct fcgi_conn *c)
{
	if (c->reader.record.content_len > 0) {
		return;
	}
	struct fcgi_request *r = fcgi_request_find(c, c->reader.record.id);

	if (r != NULL) {
		r->stdin_ended = true;
	} else if (c->stdin_owed > 0) {
		c->stdin_owed--;
	}
}

static unsigned variables_asked(struct str content)
{
	struct fcgi_params params = {content, FCGI_PARAMS_SOUND};
	unsigned variables = 0;
	struct str name;
	struct str value;

	while (fcgi_params_next(&params, &name, &value)) {
		variables |= fcgi_variable_of(name);
	}
	return variables;
}

/* FastCGI 1.0, 4: management records have the id 0. */
static void end_management(struct fcgi_conn *c)
{
	if (c->reader.record.type != FCGI_GET_VALUES) {
		fcgi_output_unknown_type(c->net.out, c->reader.record.type);
		return;
	}
	fcgi_output_values(c->net.out, variables_asked(c->values.all), &c->pool->limits);
	fcgi_stream_reset(&c->values, 0);
}

static void on_header(struct fcgi_conn *c)
{
	const struct fcgi_record *record = &c->reader.record;

	c->current = NULL;
	if (record->id == FCGI_NULL_REQUEST_ID) {
		fcgi_stream_reset(&c->values, 0);
	} else if (record->type == FCGI_BEGIN_REQUEST) {
		c->begin_have = 0;
		if (record->content_len != sizeof(c->begin)) {
			refuse_stream(c, "FCGI_BEGIN_REQUEST with a body of other than 8 bytes");
		}
	} else if (record->type == FCGI_PARAMS) {
		struct fcgi_request *r = fcgi_request_find(c, record->id);

		c->current = r != NULL && !r->ready ? r : NULL;
	}
}

static void on_content(struct fcgi_conn *c, struct str piece)
{
	const struct fcgi_record *record = &c->reader.record;

	if (record->id == FCGI_NULL_REQUEST_ID) {
		if (record->type == FCGI_GET_VALUES && !fcgi_stream_add(&c->values, piece)) {
			fcgi_stream_reset(&c->values, 0);
		}
	} else if (record->type == FCGI_BEGIN_REQUEST) {
		memcpy(c->begin + c->begin_have, piece.data, piece.len);
		c->begin_have = (uint8_t)(c->begin_have + piece.len);
	} else if (c->current != NULL) {
		fcgi_request_add_params(c->current, piece);
	}
}

static bool is_idle(const struct net_conn *net)
{
	return conn_of(net)->request_count == 0;
}

static bool is_done(const struct net_conn *net)
{
	return conn_of(net)->last && is_idle(net);
}

static bool takes_input(const struct net_conn *net)
{
	return net->out->len <= FCGI_OUTPUT_MAX;
}

/*
 * Records of other types, and those of ids that are not active, are ignored (3.3): whether a body
 * comes depends on the front end, and an authorizer does not need it.
 */
static void on_end(struct fcgi_conn *c, uint64_t now)
{
	const struct fcgi_record *record = &c->reader.record;

	c->net.spoken = true;
	if (record->id != FCGI_NULL_REQUEST_ID && record->type == FCGI_STDIN) {
		end_stdin(c);
	} else if (is_done(&c->net)) {
		return;
	} else if (record->id == FCGI_NULL_REQUEST_ID) {
		end_management(c);
	} else if (record->type == FCGI_BEGIN_REQUEST) {
		begin_request(c, now);
	} else if (record->type == FCGI_ABORT_REQUEST) {
		abort_request(c);
	} else if (c->current != NULL && record->content_len == 0) {
		end_params(c->current);
	}
}

static size_t read_records(struct fcgi_conn *c, struct str input, uint64_t now)
{
	struct str rest = input;
	struct str piece;

	while (!c->bad) {
		switch (fcgi_record_read(&c->reader, &rest, &piece)) {
		case FCGI_READ_MORE:
			return input.len;
		case FCGI_READ_HEADER:
			on_header(c);
			break;
		case FCGI_READ_CONTENT:
			on_content(c, piece);
			break;
		case FCGI_READ_END:
			on_end(c, now);
			if (!takes_input(&c->net)) {
				return input.len - rest.len;
			}
			break;
		case FCGI_READ_BAD:
			refuse_stream(c, fcgi_fault_describe(c->reader.header[0], !c->net.spoken));
			break;
		}
	}
	return input.len;
}

static size_t feed(struct net_conn *net, struct str input, uint64_t now)
{
	struct fcgi_conn *c = conn_of(net);
	size_t used = read_records(c, input, now);

	keep_pieces(c);
	return used;
}

static void eof(struct net_conn *net)
{
	struct fcgi_conn *c = conn_of(net);
	struct list *at = c->requests.next;

	net->eof = true;
	c->last = true;
	while (at != &c->requests) {
		struct fcgi_request *r = CONTAINER_OF(at, struct fcgi_request, by_conn);

		if (r->ready) {
			at = at->next;
		} else {
			abort_one(r);
			at = c->requests.next;
		}
	}
}

static void stop(struct net_conn *net)
{
	conn_of(net)->last = true;
}

static bool expects_input(const struct net_conn *net)
{
	const struct fcgi_conn *c = conn_of(net);

	return !net->eof &&
	       (c->bad || c->stdin_owed > 0 || !fcgi_record_reader_is_between(&c->reader));
}

static struct net_conn *oldest(const void *pool, uint64_t *since)
{
	struct fcgi_conn *c = fcgi_pool_oldest(pool, since);

	return c != NULL ? &c->net : NULL;
}

static size_t incomplete_bytes(const void *pool)
{
	return ((const struct fcgi_pool *)pool)->incomplete_bytes;
}

const struct net_protocol fcgi_protocol = {
	.conn_size = sizeof(struct fcgi_conn),
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

void fcgi_reply(struct fcgi_request *r, struct str output)
{
	struct fcgi_conn *c = r->conn;

	assert(r->ready);
	if (!c->dead) {
		fcgi_output_stream(c->net.out, FCGI_STDOUT, r->id, output);
		fcgi_output_end(c->net.out, r->id, FCGI_REQUEST_COMPLETE);
		c->net.answered(&c->net);
	}
	fcgi_request_release(r);
}
