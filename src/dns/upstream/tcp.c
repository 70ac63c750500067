/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/tcp.h"

#include "base/epoll.h"
#include "base/reader.h"
#include "base/util.h"
#include "dns/wire/tcp_frame.h"

#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_EACH 2u
#define IDLE_MS 10000u
#define UNSENT_MAX (64u * 1024) /* bytes that a peer may leave unread */
#define READ_MAX (64u * 1024)

struct connection {
	uv_tcp_t socket;
	uv_timer_t timer;
	uv_connect_t connect;
	struct dns_tcp *all;
	struct dns_tcp_frames frames;
	size_t upstream;
	int number;
	uint32_t in_flight;  /* acquired, and not released */
	uint32_t unanswered; /* sent, without a reply yet */
	uint8_t handles;     /* that libuv has not closed yet */
	bool connecting;
	bool retired; /* removed from its pool */
	bool closing;
};

struct output {
	uv_write_t write;
	uint8_t frame[DNS_TCP_FRAME_PREFIX + DNS_QUERY_MAX];
};

struct dns_tcp {
	uv_loop_t *loop;
	const struct endpoint *upstreams;
	uint32_t patience_ms;
	struct dns_tcp_events events;
	struct connection *pools[DNS_MAX_UPSTREAMS][CONNECTIONS_EACH];
	struct connection *connections[DNS_TCP_MAX]; /* indexed by number */
	size_t open_count;
	bool closing;
	uint8_t input[READ_MAX];
};

struct dns_tcp *dns_tcp_new(uv_loop_t *loop, const struct endpoint *upstreams, uint32_t patience_ms,
	const struct dns_tcp_events *events)
{
	struct dns_tcp *tcp = calloc(1, sizeof(*tcp));

	if (tcp != NULL) {
		tcp->loop = loop;
		tcp->upstreams = upstreams;
		tcp->patience_ms = patience_ms;
		tcp->events = *events;
	}
	return tcp;
}

void dns_tcp_free(struct dns_tcp *tcp)
{
	free(tcp);
}

bool dns_tcp_is_closed(const struct dns_tcp *tcp)
{
	return tcp->open_count == 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct connection *c = handle->data;
	struct dns_tcp *tcp = c->all;

	if (--c->handles > 0) {
		return;
	}
	dns_tcp_frames_clear(&c->frames);
	free(c);
	tcp->open_count--;
	if (tcp->closing && tcp->open_count == 0) {
		tcp->events.closed(tcp->events.ctx);
	}
}

static void leave_pool(struct connection *c)
{
	struct connection **pool = c->all->pools[c->upstream];

	c->retired = true;
	for (size_t i = 0; i < CONNECTIONS_EACH; i++) {
		if (pool[i] == c) {
			pool[i] = NULL;
		}
	}
}

static void close_connection(struct connection *c)
{
	if (c->closing) {
		return;
	}
	c->closing = true;
	leave_pool(c);
	c->all->connections[c->number] = NULL;
	uv_close((uv_handle_t *)&c->socket, on_closed);
	uv_close((uv_handle_t *)&c->timer, on_closed);
}

/*
 * Removes the connection from its pool before the callbacks run, so that none of them can acquire
 * it again.
 */
static void lose(struct connection *c)
{
	struct dns_tcp *tcp = c->all;
	bool waited_for = c->in_flight > 0;

	if (c->closing) {
		return;
	}
	leave_pool(c);
	if (waited_for) {
		c->in_flight++; /* keeps its number in use until all callbacks have run */
		tcp->events.lost(tcp->events.ctx, c->number);
	}
	close_connection(c);
	if (waited_for && !tcp->closing) {
		tcp->events.settled(tcp->events.ctx);
	}
}

void dns_tcp_close(struct dns_tcp *tcp)
{
	tcp->closing = true;
	for (size_t i = 0; i < DNS_TCP_MAX; i++) {
		if (tcp->connections[i] != NULL) {
			close_connection(tcp->connections[i]);
		}
	}
}

static void on_timer(uv_timer_t *timer)
{
	lose(timer->data);
}

static void wait_on(struct connection *c)
{
	bool idle = !c->connecting && c->unanswered == 0;

	uv_timer_start(&c->timer, on_timer, idle ? IDLE_MS : c->all->patience_ms, 0);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct connection *c = handle->data;

	*buffer = uv_buf_init((char *)c->all->input, sizeof(c->all->input));
}

/* Only a reply to an open query prolongs a connection's life. */
static void take_message(struct connection *c, const uint8_t *message, size_t len)
{
	struct dns_tcp *tcp = c->all;

	if (c->unanswered > 0) {
		c->unanswered--;
		wait_on(c);
	}
	tcp->events.receive(tcp->events.ctx, c->number, message, len);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct connection *c = stream->data;
	struct dns_tcp *tcp = c->all;
	const uint8_t *at = tcp->input;
	size_t left = got > 0 ? (size_t)got : 0;
	enum dns_tcp_frame frame = DNS_TCP_FRAME_DONE;
	const uint8_t *message;
	size_t len;

	if (got < 0) {
		lose(c);
		return;
	}
	while (!c->closing && frame == DNS_TCP_FRAME_DONE) {
		frame = dns_tcp_frames_next(&c->frames, &at, &left, &message, &len);
		if (frame == DNS_TCP_FRAME_DONE) {
			take_message(c, message, len);
		}
	}
	if (frame == DNS_TCP_FRAME_BAD) {
		lose(c);
	} else if (!tcp->closing) {
		tcp->events.settled(tcp->events.ctx);
	}
}

static void on_connected(uv_connect_t *connect, int status)
{
	struct connection *c = connect->data;

	if (c->closing) {
		return;
	}
	c->connecting = false;
	if (status != 0 || uv_read_start((uv_stream_t *)&c->socket, on_alloc, on_read) != 0) {
		lose(c);
		return;
	}
	wait_on(c);
}

static int free_number(const struct dns_tcp *tcp)
{
	for (int i = 0; i < DNS_TCP_MAX; i++) {
		if (tcp->connections[i] == NULL) {
			return i;
		}
	}
	return -1;
}

static bool connect_to(struct connection *c, const struct endpoint *upstream)
{
	struct sockaddr_storage address;
	uv_os_fd_t fd;

	endpoint_to_sockaddr(upstream, &address);
	return uv_tcp_connect(&c->connect, &c->socket, (const struct sockaddr *)&address,
		       on_connected) == 0 &&
	       uv_fileno((const uv_handle_t *)&c->socket, &fd) == 0 &&
	       epoll_reserve(uv_backend_fd(c->socket.loop), fd) == 0;
}

static struct connection *open_connection(struct dns_tcp *tcp, size_t upstream)
{
	int number = free_number(tcp);
	struct connection *c = number >= 0 ? calloc(1, sizeof(*c)) : NULL;

	if (c == NULL || uv_tcp_init(tcp->loop, &c->socket) != 0) {
		free(c);
		return NULL;
	}
	uv_timer_init(tcp->loop, &c->timer);
	c->socket.data = c;
	c->timer.data = c;
	c->connect.data = c;
	c->handles = 2;
	c->all = tcp;
	c->upstream = upstream;
	c->number = number;
	c->connecting = true;
	dns_tcp_frames_init(&c->frames);
	tcp->connections[number] = c;
	tcp->open_count++;
	if (!connect_to(c, &tcp->upstreams[upstream])) {
		close_connection(c);
		return NULL;
	}
	(void)uv_tcp_nodelay(&c->socket, 1);
	wait_on(c);
	return c;
}

static bool has_room(const struct connection *c)
{
	return c->in_flight < DNS_TCP_IN_FLIGHT &&
	       uv_stream_get_write_queue_size((const uv_stream_t *)&c->socket) < UNSENT_MAX;
}

/* The connection of the pool that carries the fewest queries; NULL: all are full. */
static struct connection *roomiest(struct connection *const *pool, bool fresh)
{
	struct connection *best = NULL;

	for (size_t i = 0; i < CONNECTIONS_EACH; i++) {
		struct connection *c = pool[i];

		if (c != NULL && has_room(c) && (c->connecting || !fresh) &&
			(best == NULL || c->in_flight < best->in_flight)) {
			best = c;
		}
	}
	return best;
}

/* The place of the next connection; a fresh one may replace one that is not. */
static struct connection **place(struct connection **pool, bool fresh)
{
	for (size_t i = 0; i < CONNECTIONS_EACH; i++) {
		if (pool[i] == NULL) {
			return &pool[i];
		}
	}
	for (size_t i = 0; fresh && i < CONNECTIONS_EACH; i++) {
		if (!pool[i]->connecting) {
			return &pool[i];
		}
	}
	return NULL;
}

static void retire(struct connection *c)
{
	leave_pool(c);
	if (c->in_flight == 0) {
		close_connection(c);
	}
}

int dns_tcp_acquire(struct dns_tcp *tcp, size_t upstream, bool fresh)
{
	struct connection **pool = tcp->pools[upstream];
	struct connection *c = roomiest(pool, fresh);

	if (c == NULL) {
		struct connection **at = place(pool, fresh);

		if (at == NULL) {
			return DNS_SOCKET_BUSY;
		}
		c = open_connection(tcp, upstream);
		if (c == NULL) {
			return DNS_SOCKET_NONE;
		}
		if (*at != NULL) {
			retire(*at);
		}
		*at = c;
	}
	c->in_flight++;
	return c->number;
}

static void on_written(uv_write_t *write, int status)
{
	struct connection *c = write->data;

	free(CONTAINER_OF(write, struct output, write));
	if (status != 0) {
		lose(c);
	}
}

enum dns_sent dns_tcp_send(struct dns_tcp *tcp, int number, const uint8_t *query, size_t len)
{
	struct connection *c = tcp->connections[number];
	struct output *output = c != NULL && len <= DNS_QUERY_MAX ? malloc(sizeof(*output)) : NULL;

	if (output == NULL) {
		return DNS_SENT_UNREACHABLE;
	}
	uv_buf_t buffer =
		uv_buf_init((char *)output->frame, (unsigned)(DNS_TCP_FRAME_PREFIX + len));

	put_u16(output->frame, (uint16_t)len);
	memcpy(output->frame + DNS_TCP_FRAME_PREFIX, query, len);
	output->write.data = c;
	if (uv_write(&output->write, (uv_stream_t *)&c->socket, &buffer, 1, on_written) != 0) {
		free(output);
		return DNS_SENT_UNREACHABLE;
	}
	if (c->unanswered++ == 0) {
		wait_on(c);
	}
	return DNS_SENT;
}

void dns_tcp_release(struct dns_tcp *tcp, int number)
{
	struct connection *c = tcp->connections[number];

	if (c == NULL) {
		return;
	}
	c->in_flight--;
	if (c->retired && c->in_flight == 0) {
		close_connection(c);
	}
}
