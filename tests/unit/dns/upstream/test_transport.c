/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define QUERIES_BEFORE_REPLACED 10000
#define PATIENCE_MS 2500

/* How many more descriptors the kernel has room for in epoll sets. */
static int watches_left = INT_MAX;

/* Also libuv calls this one. */
int epoll_ctl(int set, int how, int fd, struct epoll_event *event)
{
	int result = (int)syscall(SYS_epoll_ctl, set, how, fd, event);

	if (how != EPOLL_CTL_ADD || result != 0 || watches_left-- > 0) {
		return result;
	}
	watches_left = 0;
	syscall(SYS_epoll_ctl, set, EPOLL_CTL_DEL, fd, event);
	errno = ENOSPC;
	return -1;
}

struct world {
	uv_loop_t loop;
	struct endpoint upstream;
	struct dns_transport *transport;
	struct dns_network network;
	struct random_pool random;
	int server;
	unsigned received;
	unsigned unreachable;
	unsigned settled;
	unsigned closed;
	int last_socket;
	size_t last_len;
};

static void on_receive(void *ctx, int socket, const uint8_t *reply, size_t len)
{
	struct world *w = ctx;

	w->received++;
	w->last_socket = socket;
	w->last_len = len;
}

static void on_unreachable(void *ctx, int socket)
{
	struct world *w = ctx;

	w->unreachable++;
	w->last_socket = socket;
}

static void on_settled(void *ctx)
{
	((struct world *)ctx)->settled++;
}

static void on_closed(void *ctx)
{
	((struct world *)ctx)->closed++;
}

static void world_start(struct world *w)
{
	struct dns_transport_events events = {on_receive, on_unreachable, on_settled, on_closed, w};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);

	*w = (struct world){.server = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
	assert_true(w->server >= 0);
	assert_int_equal(bind(w->server, (struct sockaddr *)&in, len), 0);
	assert_int_equal(getsockname(w->server, (struct sockaddr *)&in, &len), 0);
	assert_true(addr_from_sockaddr((struct sockaddr *)&in, &w->upstream.addr));
	w->upstream.port = ntohs(in.sin_port);
	assert_int_equal(uv_loop_init(&w->loop), 0);
	random_pool_init(&w->random);
	w->transport = dns_transport_new(&w->loop, &w->upstream, 1, PATIENCE_MS, &events);
	assert_non_null(w->transport);
	w->network = dns_transport_network(w->transport);
}

static void world_end(struct world *w)
{
	dns_transport_close(w->transport);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_true(dns_transport_is_closed(w->transport));
	assert_int_equal(w->closed, 1);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	dns_transport_free(w->transport);
	close(w->server);
}

static int acquire(struct world *w)
{
	int socket = w->network.acquire(w->network.ctx, 0, DNS_WAY_UDP, &w->random);

	assert_in_range(socket, 0, DNS_SOCKETS_MAX - 1);
	return socket;
}

static enum dns_sent send_on(struct world *w, int socket)
{
	return w->network.send(w->network.ctx, socket, (const uint8_t *)"query", 5);
}

/* The port that the next datagram at the server comes from. */
static uint16_t take_at_server(struct world *w)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char bytes[16];

	assert_int_equal(
		recvfrom(w->server, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len), 5);
	assert_int_equal(sendto(w->server, bytes, 3, 0, (struct sockaddr *)&from, len), 3);
	return from.sin_port;
}

static void there_and_back(void **state)
{
	struct world w;

	world_start(&w);
	int socket = acquire(&w);

	assert_int_equal(send_on(&w, socket), DNS_SENT);
	take_at_server(&w);
	while (w.settled == 0) {
		uv_run(&w.loop, UV_RUN_ONCE);
	}
	assert_int_equal(w.received, 1);
	assert_int_equal(w.last_socket, socket);
	assert_int_equal(w.last_len, 3);
	w.network.release(w.network.ctx, socket);
	world_end(&w);
}

static void packets_of_strangers_are_ignored(void **state)
{
	struct world w;
	struct sockaddr_in to;
	socklen_t len = sizeof(to);
	char bytes[16];

	world_start(&w);
	int socket_number = acquire(&w);
	int stranger = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(send_on(&w, socket_number), DNS_SENT);
	assert_int_equal(
		recvfrom(w.server, bytes, sizeof(bytes), 0, (struct sockaddr *)&to, &len), 5);
	assert_int_equal(sendto(stranger, "spoofed", 7, 0, (struct sockaddr *)&to, len), 7);
	assert_int_equal(sendto(w.server, "true", 4, 0, (struct sockaddr *)&to, len), 4);
	while (w.settled == 0) {
		uv_run(&w.loop, UV_RUN_ONCE);
	}
	assert_int_equal(w.received, 1);
	assert_int_equal(w.last_len, 4);
	close(stranger);
	world_end(&w);
}

static void a_pool_of_ports(void **state)
{
	struct world w;
	uint16_t ports[64];
	size_t distinct = 0;

	world_start(&w);
	for (unsigned i = 0; i < 400; i++) {
		int socket = acquire(&w);
		size_t known = 0;

		assert_int_equal(send_on(&w, socket), DNS_SENT);
		w.network.release(w.network.ctx, socket);
		uint16_t port = take_at_server(&w);

		while (known < distinct && ports[known] != port) {
			known++;
		}
		assert_true(known < 64);
		ports[known] = port;
		distinct += known == distinct;
	}
	assert_int_equal(distinct, 8);
	world_end(&w);
}

static void a_socket_is_replaced_when_its_ids_are_recycled(void **state)
{
	struct world w;

	world_start(&w);
	int kept = acquire(&w);

	assert_int_equal(send_on(&w, kept), DNS_SENT);
	uint16_t port = take_at_server(&w);

	for (unsigned i = 0; i < 20 * QUERIES_BEFORE_REPLACED; i++) {
		w.network.release(w.network.ctx, acquire(&w));
	}
	/* Out of the pool, and yet there for the query that waits on it. */
	assert_int_equal(send_on(&w, kept), DNS_SENT);
	assert_int_equal(take_at_server(&w), port);
	while (w.received < 2) {
		uv_run(&w.loop, UV_RUN_ONCE);
	}
	assert_int_equal(w.last_socket, kept);
	w.network.release(w.network.ctx, kept);
	assert_int_equal(send_on(&w, kept), DNS_SENT_UNREACHABLE);
	world_end(&w);
}

static void no_process_listens(void **state)
{
	struct world w;

	world_start(&w);
	close(w.server);
	int socket = acquire(&w);

	/* Twice: an error does not end the socket's life. */
	for (unsigned i = 1; i <= 2; i++) {
		assert_int_equal(send_on(&w, socket), DNS_SENT);
		while (w.unreachable < i) {
			uv_run(&w.loop, UV_RUN_ONCE);
		}
		assert_int_equal(w.last_socket, socket);
	}
	world_end(&w);
}

static void turn(struct world *w)
{
	uv_run(&w->loop, UV_RUN_NOWAIT);
}

static void on_time(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, NULL);
}

/* libuv watches a descriptor of its own once a loop that has something to do runs. */
static void start_watching(struct world *w)
{
	uv_timer_t timer;

	uv_timer_init(&w->loop, &timer);
	uv_timer_start(&timer, on_time, 0, 0);
	turn(w);
	turn(w);
}

static void a_socket_that_cannot_be_watched_is_not_used(void **state)
{
	struct world w;

	world_start(&w);
	start_watching(&w);
	for (int left = 0; left < 2; left++) {
		watches_left = left;
		assert_int_equal(w.network.acquire(w.network.ctx, 0, DNS_WAY_UDP, &w.random),
			DNS_SOCKET_NONE);
		turn(&w);
	}
	watches_left = INT_MAX;
	assert_int_equal(send_on(&w, acquire(&w)), DNS_SENT);
	take_at_server(&w);
	while (w.received == 0) {
		uv_run(&w.loop, UV_RUN_ONCE);
	}
	world_end(&w);
}

static void a_socket_that_cannot_be_watched_again_is_given_up(void **state)
{
	struct world w;

	world_start(&w);
	close(w.server);
	int socket = acquire(&w);

	start_watching(&w);
	assert_int_equal(send_on(&w, socket), DNS_SENT);
	watches_left = 0;
	/* The error that the kernel kept, and then the loss of the socket. */
	while (w.unreachable < 2) {
		uv_run(&w.loop, UV_RUN_ONCE);
	}
	turn(&w);
	w.network.release(w.network.ctx, socket);
	assert_int_equal(send_on(&w, socket), DNS_SENT_UNREACHABLE);
	watches_left = INT_MAX;
	assert_int_equal(send_on(&w, acquire(&w)), DNS_SENT);
	world_end(&w);
}

static void a_closed_transport_has_no_sockets(void **state)
{
	struct world w;

	world_start(&w);
	int socket = acquire(&w);

	dns_transport_close(w.transport);
	assert_int_equal(w.network.acquire(w.network.ctx, 0, DNS_WAY_UDP, &w.random), -1);
	assert_int_equal(send_on(&w, socket), DNS_SENT_UNREACHABLE);
	w.network.release(w.network.ctx, socket);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(packets_of_strangers_are_ignored),
		cmocka_unit_test(a_pool_of_ports),
		cmocka_unit_test(a_socket_is_replaced_when_its_ids_are_recycled),
		cmocka_unit_test(no_process_listens),
		cmocka_unit_test(a_socket_that_cannot_be_watched_is_not_used),
		cmocka_unit_test(a_socket_that_cannot_be_watched_again_is_given_up),
		cmocka_unit_test(a_closed_transport_has_no_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
