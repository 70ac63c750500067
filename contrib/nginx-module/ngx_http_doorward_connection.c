/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward_client.h"

/* One connection to doorward, with many requests at once; it lives until one side ends. */

#define READ_SIZE 16384
#define GIVEN_UP_MAX (NGX_HTTP_DOORWARD_SLOTS / 2)

typedef enum { SLOT_FREE, SLOT_ASKED, SLOT_GIVEN_UP } slot_e;

struct ngx_http_doorward_connection_s {
	ngx_queue_t queue;
	ngx_http_doorward_server_t *server;
	ngx_http_doorward_peer_t *peer;
	ngx_peer_connection_t pc;
	ngx_connection_t *c;
	ngx_pool_t *pool;
	ngx_http_doorward_reader_t reader;
	ngx_msec_t heard; /* when bytes last came */
	ngx_uint_t busy;  /* slots that are not free */
	ngx_uint_t given_up;
	ngx_uint_t limit; /* of requests at once, as far as doorward has said */
	/*
	 * What the zone counts for the generation that this connection told first, and last; 0: it
	 * has not told one yet.
	 */
	uint64_t first_generation;
	uint64_t generation;
	unsigned polled : 1; /* it was asked for its generation */
	unsigned connected : 1;
	unsigned answered : 1; /* a response has come */
	u_char *out;
	size_t out_size;
	size_t out_len;
	size_t out_sent;
	struct {
		slot_e state;
		ngx_http_doorward_question_t *question;
	} slots[NGX_HTTP_DOORWARD_SLOTS]; /* of the request ids from 1 on */
};

static void read_handler(ngx_event_t *rev);
static void write_handler(ngx_event_t *wev);

static void peer_failed(ngx_http_doorward_peer_t *peer)
{
	peer->backoff = peer->backoff == 0
				? NGX_HTTP_DOORWARD_BACKOFF_MIN
				: ngx_min(peer->backoff * 2, NGX_HTTP_DOORWARD_BACKOFF_MAX);
	peer->retry_at = ngx_current_msec + peer->backoff;
}

static void destroy(ngx_http_doorward_connection_t *connection)
{
	ngx_queue_remove(&connection->queue);
	connection->server->connection_count--;
	if (connection->c != NULL) {
		ngx_close_connection(connection->c);
	}
	if (connection->out != NULL) {
		ngx_free(connection->out);
	}
	ngx_destroy_pool(connection->pool);
}

/* Closes it; its questions are asked again elsewhere, or end. */
static void lose(ngx_http_doorward_connection_t *connection)
{
	ngx_http_doorward_question_t *lost[NGX_HTTP_DOORWARD_SLOTS];
	ngx_uint_t n = 0;

	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_SLOTS; i++) {
		if (connection->slots[i].state == SLOT_ASKED) {
			lost[n] = connection->slots[i].question;
			lost[n]->connection = NULL;
			/* What was never sent may be asked again without counting. */
			lost[n]->tries -= !connection->connected;
			n++;
		}
	}
	if (!connection->answered && (n > 0 || !connection->connected)) {
		peer_failed(connection->peer);
	}
	destroy(connection);
	for (ngx_uint_t i = 0; i < n; i++) {
		ngx_http_doorward_question_lost(lost[i]);
	}
}

static ngx_http_doorward_connection_t *open_peer(
	ngx_http_doorward_server_t *server, ngx_http_doorward_peer_t *peer)
{
	ngx_pool_t *pool = ngx_create_pool(4096, server->log);
	ngx_http_doorward_connection_t *connection;

	if (pool == NULL) {
		return NULL;
	}
	connection = ngx_pcalloc(pool, sizeof(*connection));
	if (connection == NULL) {
		ngx_destroy_pool(pool);
		return NULL;
	}
	connection->server = server;
	connection->peer = peer;
	connection->pool = pool;
	connection->limit = NGX_HTTP_DOORWARD_SLOTS;
	connection->pc.sockaddr = peer->addr.sockaddr;
	connection->pc.socklen = peer->addr.socklen;
	connection->pc.name = &peer->addr.name;
	connection->pc.get = ngx_event_get_peer;
	connection->pc.log = server->log;
	connection->pc.log_error = NGX_ERROR_ERR;
	ngx_queue_insert_tail(&server->connections, &connection->queue);
	server->connection_count++;

	ngx_int_t rc = ngx_event_connect_peer(&connection->pc);

	connection->c = connection->pc.connection;
	if (rc != NGX_OK && rc != NGX_AGAIN) {
		peer_failed(peer);
		destroy(connection);
		return NULL;
	}
	connection->connected = rc == NGX_OK;
	connection->heard = ngx_current_msec;
	connection->c->data = connection;
	connection->c->log = server->log;
	connection->c->read->log = server->log;
	connection->c->write->log = server->log;
	connection->c->read->handler = read_handler;
	connection->c->write->handler = write_handler;
	connection->c->idle = 1;
	if (ngx_handle_read_event(connection->c->read, 0) != NGX_OK) {
		peer_failed(peer);
		destroy(connection);
		return NULL;
	}
	return connection;
}

static void poll(ngx_http_doorward_connection_t *connection);

static ngx_uint_t is_due(const ngx_http_doorward_peer_t *peer)
{
	return peer->backoff == 0 || (ngx_msec_int_t)(peer->retry_at - ngx_current_msec) <= 0;
}

ngx_http_doorward_connection_t *ngx_http_doorward_connection_get(ngx_http_doorward_server_t *server)
{
	ngx_http_doorward_connection_t *best = NULL;
	ngx_http_doorward_peer_t *peers = server->peers.elts;

	for (ngx_queue_t *q = ngx_queue_head(&server->connections);
		q != ngx_queue_sentinel(&server->connections); q = ngx_queue_next(q)) {
		ngx_http_doorward_connection_t *connection =
			ngx_queue_data(q, ngx_http_doorward_connection_t, queue);

		if (connection->busy < connection->limit &&
			(best == NULL || connection->busy < best->busy)) {
			best = connection;
		}
	}
	if (best != NULL || server->connection_count >= NGX_HTTP_DOORWARD_CONNECTIONS) {
		return best;
	}
	for (ngx_uint_t i = 0; i < server->peers.nelts && best == NULL; i++) {
		if (is_due(&peers[i])) {
			best = open_peer(server, &peers[i]);
			if (best != NULL && server->dmcf != NULL) {
				poll(best);
			}
		}
	}
	return best;
}

ngx_msec_t ngx_http_doorward_connection_retry_in(ngx_http_doorward_server_t *server)
{
	ngx_http_doorward_peer_t *peers = server->peers.elts;
	ngx_msec_int_t soonest = NGX_HTTP_DOORWARD_BACKOFF_MAX;

	for (ngx_uint_t i = 0; i < server->peers.nelts; i++) {
		ngx_msec_int_t left =
			is_due(&peers[i]) ? 0
					  : (ngx_msec_int_t)(peers[i].retry_at - ngx_current_msec);

		soonest = ngx_min(soonest, left);
	}
	return (ngx_msec_t)ngx_max(soonest, 1);
}

/* Room for more bytes to send; NULL: no memory. */
static u_char *out_reserve(ngx_http_doorward_connection_t *connection, size_t more)
{
	size_t left = connection->out_len - connection->out_sent;

	if (connection->out_sent > 0 && connection->out_len + more > connection->out_size) {
		ngx_memmove(connection->out, connection->out + connection->out_sent, left);
		connection->out_len = left;
		connection->out_sent = 0;
	}
	if (connection->out_len + more > connection->out_size) {
		size_t size = ngx_max(2 * connection->out_size, connection->out_len + more);
		u_char *bigger = ngx_alloc(size, connection->server->log);

		if (bigger == NULL) {
			return NULL;
		}
		if (connection->out != NULL) {
			ngx_memcpy(bigger, connection->out, connection->out_len);
			ngx_free(connection->out);
		}
		connection->out = bigger;
		connection->out_size = size;
	}
	return connection->out + connection->out_len;
}

/* What has to be sent goes out together at the end of this round of the event loop. */
static void send_later(ngx_http_doorward_connection_t *connection)
{
	if (connection->c->write->ready) {
		ngx_post_event(connection->c->write, &ngx_posted_events);
	}
}

ngx_int_t ngx_http_doorward_connection_send(
	ngx_http_doorward_connection_t *connection, ngx_http_doorward_question_t *question)
{
	size_t size = ngx_http_doorward_request_size(question->params.len);
	u_char *p = out_reserve(connection, size);
	ngx_uint_t slot = 0;

	if (p == NULL) {
		return NGX_ERROR;
	}
	while (connection->slots[slot].state != SLOT_FREE) {
		slot++;
	}
	ngx_http_doorward_request_write(
		p, (unsigned)slot + 1, question->params.data, question->params.len);
	connection->out_len += size;
	connection->slots[slot].state = SLOT_ASKED;
	connection->slots[slot].question = question;
	connection->busy++;
	connection->c->idle = 0;
	question->connection = connection;
	question->slot = slot;
	question->tries++;
	question->sent = ngx_current_msec;
	question->zone_slot = connection->polled ? connection->peer->slot : NGX_ERROR;
	question->generation = connection->generation;
	send_later(connection);
	return NGX_OK;
}

static const ngx_http_doorward_text_t generation_name = {
	(const unsigned char *)"DOORWARD_GENERATION", sizeof("DOORWARD_GENERATION") - 1};

static void poll(ngx_http_doorward_connection_t *connection)
{
	u_char *p = out_reserve(connection, NGX_HTTP_DOORWARD_GET_VALUES_MAX);

	if (p != NULL) {
		connection->out_len +=
			(size_t)(ngx_http_doorward_get_values_write(p, generation_name) - p);
		connection->polled = 1;
		send_later(connection);
	}
}

void ngx_http_doorward_connections_poll(ngx_http_doorward_server_t *server)
{
	if (ngx_queue_empty(&server->connections)) {
		(void)ngx_http_doorward_connection_get(server);
		return;
	}
	for (ngx_queue_t *q = ngx_queue_head(&server->connections);
		q != ngx_queue_sentinel(&server->connections); q = ngx_queue_next(q)) {
		ngx_http_doorward_connection_t *connection =
			ngx_queue_data(q, ngx_http_doorward_connection_t, queue);

		/* One that takes no more bytes has enough questions to answer. */
		if (connection->c->write->ready) {
			poll(connection);
		}
	}
}

/* A doorward that does not know the name has one generation. */
static void take_values(
	ngx_http_doorward_connection_t *connection, const ngx_http_doorward_event_t *event)
{
	ngx_http_doorward_text_t value = {NULL, 0};

	if (connection->server->dmcf != NULL) {
		(void)ngx_http_doorward_pairs_find(event->piece, generation_name, &value);
		connection->generation = ngx_http_doorward_zone_learn(
			connection->server->dmcf->zone, connection->peer->slot, value);
		if (connection->first_generation == 0) {
			connection->first_generation = connection->generation;
		}
	}
}

void ngx_http_doorward_connection_give_up(ngx_http_doorward_question_t *question)
{
	ngx_http_doorward_connection_t *connection = question->connection;

	connection->slots[question->slot].state = SLOT_GIVEN_UP;
	connection->slots[question->slot].question = NULL;
	connection->given_up++;
	question->connection = NULL;
	/* A server that has said nothing at all since then may be gone. */
	if (!connection->connected || connection->given_up >= GIVEN_UP_MAX ||
		(ngx_msec_int_t)(connection->heard - question->sent) <= 0) {
		ngx_log_error(NGX_LOG_ERR, connection->server->log, 0,
			"doorward: %V is silent, its connection is closed",
			&connection->peer->addr.name);
		lose(connection);
	}
}

/* An END_REQUEST. NGX_ERROR: of no request. */
static ngx_int_t take_end(
	ngx_http_doorward_connection_t *connection, const ngx_http_doorward_event_t *event)
{
	ngx_uint_t slot = event->id - 1;
	ngx_http_doorward_question_t *question;

	if (slot >= NGX_HTTP_DOORWARD_SLOTS || connection->slots[slot].state == SLOT_FREE) {
		return NGX_ERROR;
	}
	question = connection->slots[slot].question;
	connection->given_up -= connection->slots[slot].state == SLOT_GIVEN_UP;
	connection->slots[slot].state = SLOT_FREE;
	connection->slots[slot].question = NULL;
	connection->busy--;
	connection->answered = 1;
	connection->peer->backoff = 0;
	if (!event->complete) {
		/* FCGI_OVERLOADED, FCGI_CANT_MPX_CONN: more than it takes on one connection. */
		connection->limit = ngx_max(connection->busy, 1);
	}
	if (question == NULL) {
		return NGX_OK;
	}
	question->connection = NULL;
	if (question->generation == 0) {
		/* It was sent after the connection was asked, so it is of this generation, or
		 * later. */
		question->generation = connection->first_generation;
	}
	if (event->complete) {
		ngx_http_doorward_question_end(question, NGX_HTTP_DOORWARD_ANSWERED);
	} else {
		ngx_http_doorward_question_lost(question);
	}
	return NGX_OK;
}

static ngx_int_t take_stdout(
	ngx_http_doorward_connection_t *connection, const ngx_http_doorward_event_t *event)
{
	ngx_uint_t slot = event->id - 1;

	if (slot >= NGX_HTTP_DOORWARD_SLOTS || connection->slots[slot].state == SLOT_FREE) {
		return NGX_ERROR;
	}
	if (connection->slots[slot].question != NULL) {
		ngx_http_doorward_question_take(connection->slots[slot].question, event->piece);
	}
	return NGX_OK;
}

static ngx_int_t take_bytes(
	ngx_http_doorward_connection_t *connection, const u_char *p, const u_char *last)
{
	ngx_http_doorward_event_t event;
	ngx_int_t rc = NGX_OK;

	while (rc == NGX_OK) {
		switch (ngx_http_doorward_record_read(&connection->reader, &p, last, &event)) {
		case NGX_HTTP_DOORWARD_MORE:
			return NGX_OK;
		case NGX_HTTP_DOORWARD_STDOUT:
			rc = take_stdout(connection, &event);
			break;
		case NGX_HTTP_DOORWARD_END:
			rc = take_end(connection, &event);
			break;
		case NGX_HTTP_DOORWARD_VALUES:
			take_values(connection, &event);
			break;
		case NGX_HTTP_DOORWARD_BAD:
			rc = NGX_ERROR;
			break;
		}
	}
	return rc;
}

/* NGX_OK: goes on; NGX_ERROR: the connection is gone. */
static ngx_int_t finish_connect(ngx_http_doorward_connection_t *connection)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(connection->c->fd, SOL_SOCKET, SO_ERROR, (void *)&err, &len) == -1) {
		err = ngx_socket_errno;
	}
	if (err != 0) {
		ngx_log_error(NGX_LOG_ERR, connection->server->log, err,
			"doorward: connect() to %V failed", &connection->peer->addr.name);
		lose(connection);
		return NGX_ERROR;
	}
	connection->connected = 1;
	return NGX_OK;
}

static void read_handler(ngx_event_t *rev)
{
	ngx_connection_t *c = rev->data;
	ngx_http_doorward_connection_t *connection = c->data;
	u_char buf[READ_SIZE];

	if (c->close && connection->busy == 0) {
		lose(connection);
		return;
	}
	if (!connection->connected) {
		if (!rev->ready || finish_connect(connection) != NGX_OK) {
			return;
		}
	}
	while (rev->ready) {
		ssize_t n = c->recv(c, buf, READ_SIZE);

		if (n == NGX_AGAIN) {
			break;
		}
		if (n == NGX_ERROR || n == 0) {
			lose(connection);
			return;
		}
		connection->heard = ngx_current_msec;
		if (take_bytes(connection, buf, buf + n) != NGX_OK) {
			ngx_log_error(NGX_LOG_ERR, connection->server->log, 0,
				"doorward: %V breaks the protocol, its connection is closed",
				&connection->peer->addr.name);
			lose(connection);
			return;
		}
	}
	c->idle = connection->busy == 0;
	if (ngx_handle_read_event(rev, 0) != NGX_OK ||
		((c->close || ngx_exiting) && connection->busy == 0)) {
		lose(connection);
	}
}

static void write_handler(ngx_event_t *wev)
{
	ngx_connection_t *c = wev->data;
	ngx_http_doorward_connection_t *connection = c->data;

	if (!wev->ready) {
		return;
	}
	if (!connection->connected && finish_connect(connection) != NGX_OK) {
		return;
	}
	while (connection->out_sent < connection->out_len && wev->ready) {
		ssize_t n = c->send(c, connection->out + connection->out_sent,
			connection->out_len - connection->out_sent);

		if (n == NGX_ERROR) {
			lose(connection);
			return;
		}
		if (n > 0) {
			connection->out_sent += (size_t)n;
		}
	}
	if (connection->out_sent == connection->out_len) {
		connection->out_sent = connection->out_len = 0;
	}
	if (ngx_handle_write_event(wev, 0) != NGX_OK) {
		lose(connection);
	}
}

void ngx_http_doorward_connections_close(ngx_http_doorward_server_t *server)
{
	while (!ngx_queue_empty(&server->connections)) {
		ngx_queue_t *q = ngx_queue_head(&server->connections);

		destroy(ngx_queue_data(q, ngx_http_doorward_connection_t, queue));
	}
}
