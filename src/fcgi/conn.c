/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/conn.h"

#include "base/reader.h"
#include "fcgi/output.h"
#include "fcgi/request.h"

#include <assert.h>
#include <fastcgi.h>
#include <string.h>

#define TLS_HANDSHAKE 0x16 /* RFC 8446 5.1: the first byte of a connection */

void fcgi_conn_init(
	struct fcgi_conn *c, struct fcgi_pool *pool, struct bytes *out, const struct addr *from)
{
	*c = (struct fcgi_conn){.pool = pool, .net = {.out = out}, .from = *from};
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

void fcgi_conn_clear(struct fcgi_conn *c)
{
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

/* The peer broke the protocol: nothing that follows can be trusted to mean what it seems to. */
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
		/* Whose PARAMS the next ones are could only be guessed. */
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
	 * FCGI_CANT_MPX_CONN is the word of an application that takes one request at a time (5.5),
	 * which FCGI_GET_VALUES has told, too. One that does multiplex has run out of a resource.
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

/* Nothing of them is left. */
static void lose_params(struct fcgi_request *r)
{
	r->fault = FCGI_PARAMS_NO_MEMORY;
	fcgi_stream_reset(&r->params, FCGI_STREAM_KEEP);
}

/* Of what is too much, as much as may come is kept: it mostly says who sent it. */
static void take_params(struct fcgi_request *r, struct str piece)
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
		/* It takes its time: what its parameters were gathered in is not kept for it. */
		fcgi_stream_reset(&r->params, 0);
	}
	count_fault(pool->stats, params.fault);
}

/* The memory of the input is about to go. */
static void keep_pieces(struct fcgi_conn *c)
{
	for (struct list *at = c->requests.next; at != &c->requests; at = at->next) {
		struct fcgi_request *r = CONTAINER_OF(at, struct fcgi_request, by_conn);

		if (!fcgi_stream_keep(&r->params)) {
			lose_params(r);
		}
		fcgi_request_count(r);
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
	const struct fcgi_limits *limits = &c->pool->limits;

	if (c->reader.record.type != FCGI_GET_VALUES) {
		fcgi_output_unknown_type(c->net.out, c->reader.record.type);
		return;
	}
	fcgi_output_values(c->net.out, variables_asked(c->values.all), limits->max_connections,
		limits->max_requests_per_connection);
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
		take_params(c->current, piece);
	}
}

/* Records of other types, and those of ids that are not active, are ignored (3.3): a body comes or
 * not as the front end pleases, and an authorizer has no use for it. */
static void on_end(struct fcgi_conn *c, uint64_t now)
{
	const struct fcgi_record *record = &c->reader.record;

	c->net.spoken = true;
	if (record->id != FCGI_NULL_REQUEST_ID && record->type == FCGI_STDIN) {
		end_stdin(c);
	} else if (fcgi_conn_is_done(c)) {
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

/* Of a record that begins with another byte than the protocol's version. At the beginning of a
 * connection it is mostly a front end that speaks something else. */
static const char *what_came(const struct fcgi_conn *c)
{
	uint8_t first = c->reader.header[0];

	if (c->net.spoken) {
		return "a record of another version than FastCGI 1, or bytes between two records";
	}
	if (first >= 'A' && first <= 'Z') {
		return "an HTTP request on a FastCGI socket: use fastcgi_pass (not proxy_pass) in "
		       "the front end, or listen = http:… here";
	}
	if (first == TLS_HANDSHAKE) {
		return "TLS on a FastCGI socket: the front end must speak FastCGI, in plain";
	}
	return "not FastCGI: the first byte of a record is its version, 1";
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
			if (c->net.out->len > FCGI_OUTPUT_MAX) {
				return input.len - rest.len;
			}
			break;
		case FCGI_READ_BAD:
			refuse_stream(c, what_came(c));
			break;
		}
	}
	return input.len;
}

size_t fcgi_conn_feed(struct fcgi_conn *c, struct str input, uint64_t now)
{
	size_t used = read_records(c, input, now);

	keep_pieces(c);
	return used;
}

void fcgi_conn_eof(struct fcgi_conn *c)
{
	struct list *at = c->requests.next;

	c->net.eof = true;
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

void fcgi_conn_stop(struct fcgi_conn *c)
{
	c->last = true;
}

void fcgi_conn_reply(struct fcgi_request *r, struct str output)
{
	struct fcgi_conn *c = r->conn;

	assert(r->ready);
	if (!c->dead) {
		fcgi_output_stream(c->net.out, FCGI_STDOUT, r->id, output);
		fcgi_output_end(c->net.out, r->id, FCGI_REQUEST_COMPLETE);
	}
	fcgi_request_release(r);
}

struct fcgi_conn *fcgi_conn_of(const struct fcgi_request *r)
{
	return r->conn;
}

bool fcgi_conn_is_done(const struct fcgi_conn *c)
{
	return c->last && c->request_count == 0;
}

bool fcgi_conn_expects_input(const struct fcgi_conn *c)
{
	return !c->net.eof &&
	       (c->bad || c->stdin_owed > 0 || !fcgi_record_reader_is_between(&c->reader));
}

bool fcgi_conn_is_idle(const struct fcgi_conn *c)
{
	return c->request_count == 0;
}
