/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/transport.h"

#include "base/clock.h"
#include "base/epoll.h"
#include "dns/upstream/tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define POOL_LOOPBACK 8u /* on loopback other hosts cannot spoof */
#define POOL_MAX 64u
#define QUERIES_MAX 10000u
#define AGE_MAX_MS 60000u
#define RECEIVE_BUFFER (4 * 1024 * 1024)
#define DATAGRAM_MAX 65535
#define DATAGRAMS_A_TURN 256
#define UDP_MAX (DNS_SOCKETS_MAX - DNS_TCP_MAX) /* numbers from here on are connections */

struct udp {
	uv_poll_t poll;
	struct dns_transport *transport;
	int fd;
	int number;
	uint32_t queries;
	uint32_t in_flight;
	uint64_t opened_ms;
	struct udp **place; /* in its pool; NULL: it is retired, and only waits for replies */
	bool closing;
};

struct pool {
	struct udp *sockets[POOL_MAX];
	uint32_t size;
};

struct dns_transport {
	uv_loop_t *loop;
	const struct endpoint *upstreams;
	struct dns_transport_events events;
	struct pool pools[DNS_MAX_UPSTREAMS];
	struct udp *sockets[UDP_MAX]; /* indexed by number */
	size_t open_count;            /* handles that libuv has not closed yet */
	struct dns_tcp *tcp;
	bool closing;
	uint8_t datagram[DATAGRAM_MAX];
};

static bool is_loopback(const struct addr *addr)
{
	static const struct addr v6 = {.family = ADDR_V6, .bytes = {[15] = 1}};

	return addr->family == ADDR_V4 ? addr->bytes[0] == 127 : addr_eq(addr, &v6);
}

static void on_tcp_message(void *ctx, int number, const uint8_t *message, size_t len)
{
	struct dns_transport *t = ctx;

	t->events.receive(t->events.ctx, UDP_MAX + number, message, len);
}

static void on_tcp_lost(void *ctx, int number)
{
	struct dns_transport *t = ctx;

	t->events.unreachable(t->events.ctx, UDP_MAX + number);
}

static void on_tcp_settled(void *ctx)
{
	struct dns_transport *t = ctx;

	t->events.settled(t->events.ctx);
}

static void tell_if_closed(void *ctx)
{
	struct dns_transport *t = ctx;

	if (dns_transport_is_closed(t)) {
		t->events.closed(t->events.ctx);
	}
}

struct dns_transport *dns_transport_new(uv_loop_t *loop, const struct endpoint *upstreams,
	size_t upstream_count, uint32_t patience_ms, const struct dns_transport_events *events)
{
	struct dns_transport *t = calloc(1, sizeof(*t));
	struct dns_tcp_events tcp_events = {.receive = on_tcp_message,
		.lost = on_tcp_lost,
		.settled = on_tcp_settled,
		.closed = tell_if_closed,
		.ctx = t};

	if (t == NULL) {
		return NULL;
	}
	t->tcp = dns_tcp_new(loop, upstreams, patience_ms, &tcp_events);
	if (t->tcp == NULL) {
		free(t);
		return NULL;
	}
	t->loop = loop;
	t->upstreams = upstreams;
	t->events = *events;
	for (size_t i = 0; i < upstream_count; i++) {
		t->pools[i].size = is_loopback(&upstreams[i].addr) ? POOL_LOOPBACK : POOL_MAX;
	}
	return t;
}

void dns_transport_free(struct dns_transport *transport)
{
	if (transport != NULL) {
		dns_tcp_free(transport->tcp);
		free(transport);
	}
}

bool dns_transport_is_closed(const struct dns_transport *transport)
{
	return transport->open_count == 0 && dns_tcp_is_closed(transport->tcp);
}

static void on_closed(uv_handle_t *handle)
{
	struct udp *s = handle->data;
	struct dns_transport *t = s->transport;

	free(s);
	t->open_count--;
	if (t->closing) {
		tell_if_closed(t);
	}
}

static void close_udp(struct udp *s)
{
	if (s->closing) {
		return;
	}
	s->closing = true;
	s->transport->sockets[s->number] = NULL;
	uv_poll_stop(&s->poll);
	uv_close((uv_handle_t *)&s->poll, on_closed);
	close(s->fd);
}

void dns_transport_close(struct dns_transport *transport)
{
	transport->closing = true;
	dns_tcp_close(transport->tcp);
	for (int i = 0; i < UDP_MAX; i++) {
		if (transport->sockets[i] != NULL) {
			close_udp(transport->sockets[i]);
		}
	}
}

/*
 * Receives a datagram, or an error that the kernel kept for this socket; false when there is no
 * more.
 */
static bool receive_one(struct udp *s)
{
	struct dns_transport *t = s->transport;
	ssize_t len = recv(s->fd, t->datagram, sizeof(t->datagram), MSG_DONTWAIT);

	if (len >= 0) {
		t->events.receive(t->events.ctx, s->number, t->datagram, (size_t)len);
		return true;
	}
	if (errno == EAGAIN) {
		return false;
	}
	if (errno != EINTR) {
		t->events.unreachable(t->events.ctx, s->number);
	}
	return true;
}

static void on_readable(uv_poll_t *poll, int status, int events);

static bool watch(struct udp *s)
{
	if (uv_poll_start(&s->poll, UV_READABLE, on_readable) == 0 &&
		epoll_reserve(uv_backend_fd(s->transport->loop), s->fd) == 0) {
		return true;
	}
	uv_poll_stop(&s->poll);
	return false;
}

static void retire(struct udp *s)
{
	s->place = NULL;
	if (s->in_flight == 0) {
		close_udp(s);
	}
}

/* No reply can be received any more. */
static void lose(struct udp *s)
{
	struct dns_transport *t = s->transport;

	if (s->place != NULL) {
		*s->place = NULL;
	}
	t->events.unreachable(t->events.ctx, s->number);
	retire(s);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct udp *s = poll->data;
	struct dns_transport *t = s->transport;

	for (unsigned i = 0; i < DATAGRAMS_A_TURN && !s->closing; i++) {
		if (!receive_one(s)) {
			break;
		}
	}
	/* An error on the socket makes libuv stop watching it; reading has cleared it. */
	if (status < 0 && !s->closing && !watch(s)) {
		lose(s);
	}
	if (!t->closing) {
		t->events.settled(t->events.ctx);
	}
}

static int connected_socket(const struct endpoint *upstream)
{
	struct sockaddr_storage address;
	socklen_t len = endpoint_to_sockaddr(upstream, &address);
	int size = RECEIVE_BUFFER;
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		return -1;
	}
	/* As much as the system allows; the default holds 256 replies. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (connect(fd, (const struct sockaddr *)&address, len) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int free_number(const struct dns_transport *t)
{
	for (int i = 0; i < UDP_MAX; i++) {
		if (t->sockets[i] == NULL) {
			return i;
		}
	}
	return -1;
}

static struct udp *open_udp(struct dns_transport *t, size_t upstream)
{
	int number = free_number(t);
	int fd = number >= 0 ? connected_socket(&t->upstreams[upstream]) : -1;
	struct udp *s = fd >= 0 ? calloc(1, sizeof(*s)) : NULL;

	if (s == NULL || uv_poll_init(t->loop, &s->poll, fd) != 0) {
		if (fd >= 0) {
			close(fd);
		}
		free(s);
		return NULL;
	}
	s->poll.data = s;
	s->transport = t;
	s->fd = fd;
	s->number = number;
	s->opened_ms = uv_now(t->loop);
	t->sockets[number] = s;
	t->open_count++;
	if (!watch(s)) {
		close_udp(s);
		return NULL;
	}
	return s;
}

/*
 * The socket at the place drawn, opened if need be; if no more can be opened, any socket of the
 * pool.
 */
static struct udp *draw(struct dns_transport *t, size_t upstream, uint32_t place)
{
	struct pool *pool = &t->pools[upstream];
	struct udp *s = pool->sockets[place];

	if (s == NULL || s->queries >= QUERIES_MAX ||
		uv_now(t->loop) - s->opened_ms >= AGE_MAX_MS) {
		struct udp *fresh = open_udp(t, upstream);

		if (fresh != NULL && s != NULL) {
			retire(s);
		}
		if (fresh != NULL) {
			fresh->place = &pool->sockets[place];
			*fresh->place = fresh;
		}
	}
	for (uint32_t i = 0; i < pool->size; i++) {
		s = pool->sockets[(place + i) % pool->size];
		if (s != NULL) {
			return s;
		}
	}
	return NULL;
}

static int acquire(void *ctx, size_t upstream, enum dns_way way, struct random_pool *random)
{
	struct dns_transport *t = ctx;

	if (t->closing) {
		return DNS_SOCKET_NONE;
	}
	if (way != DNS_WAY_UDP) {
		int number = dns_tcp_acquire(t->tcp, upstream, way == DNS_WAY_TCP_FRESH);

		return number >= 0 ? UDP_MAX + number : number;
	}
	struct udp *s = draw(t, upstream, random_below(random, t->pools[upstream].size));

	if (s == NULL) {
		return DNS_SOCKET_NONE;
	}
	s->queries++;
	s->in_flight++;
	return s->number;
}

static enum dns_sent send_query(void *ctx, int socket, const uint8_t *query, size_t len)
{
	struct dns_transport *t = ctx;
	const struct udp *s = socket < UDP_MAX ? t->sockets[socket] : NULL;

	if (socket >= UDP_MAX) {
		return dns_tcp_send(t->tcp, socket - UDP_MAX, query, len);
	}
	if (s == NULL) {
		return DNS_SENT_UNREACHABLE;
	}
	if (send(s->fd, query, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno == EAGAIN ||
		errno == ENOBUFS || errno == EINTR) {
		return DNS_SENT; /* a lost datagram is retransmitted */
	}
	return DNS_SENT_UNREACHABLE;
}

static void release(void *ctx, int socket)
{
	struct dns_transport *t = ctx;
	struct udp *s = socket < UDP_MAX ? t->sockets[socket] : NULL;

	if (socket >= UDP_MAX) {
		dns_tcp_release(t->tcp, socket - UDP_MAX);
	}
	if (s == NULL) {
		return;
	}
	s->in_flight--;
	if (s->place == NULL && s->in_flight == 0) {
		close_udp(s);
	}
}

static uint64_t now_us(void *ctx)
{
	return clock_us();
}

struct dns_network dns_transport_network(struct dns_transport *transport)
{
	return (struct dns_network){.acquire = acquire,
		.send = send_query,
		.release = release,
		.now_us = now_us,
		.ctx = transport};
}
