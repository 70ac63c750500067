/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Connections on a real loop, to a server that the test plays with blocking calls. */

#include "dns/upstream/tcp.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MESSAGE "messageof12b"
#define FRAME "\0\14" MESSAGE
#define FRAME_LEN (sizeof(FRAME) - 1)

struct world {
	uv_loop_t loop;
	struct endpoint upstream;
	struct dns_tcp *tcp;
	int listener;
	unsigned received;
	unsigned lost;
	unsigned settled;
	unsigned closed;
	int last;
	int again; /* acquired when one was lost; -1: not wanted */
};

static void on_receive(void *ctx, int number, const uint8_t *message, size_t len)
{
	struct world *w = ctx;

	assert_int_equal(len, 12);
	assert_memory_equal(message, MESSAGE, 12);
	w->received++;
	w->last = number;
}

static void on_lost(void *ctx, int number)
{
	struct world *w = ctx;

	w->lost++;
	w->last = number;
	dns_tcp_release(w->tcp, number);
	if (w->again == 0) {
		w->again = dns_tcp_acquire(w->tcp, 0, true);
		assert_int_not_equal(w->again, number);
	}
}

static void on_settled(void *ctx)
{
	((struct world *)ctx)->settled++;
}

static void on_closed(void *ctx)
{
	((struct world *)ctx)->closed++;
}

static void world_start(struct world *w, uint32_t patience_ms)
{
	struct dns_tcp_events events = {on_receive, on_lost, on_settled, on_closed, w};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);

	*w = (struct world){.listener = socket(AF_INET, SOCK_STREAM, 0), .again = -1};
	assert_true(w->listener >= 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&in, len), 0);
	assert_int_equal(listen(w->listener, 64), 0);
	assert_int_equal(getsockname(w->listener, (struct sockaddr *)&in, &len), 0);
	assert_true(addr_from_sockaddr((struct sockaddr *)&in, &w->upstream.addr));
	w->upstream.port = ntohs(in.sin_port);
	assert_int_equal(uv_loop_init(&w->loop), 0);
	w->tcp = dns_tcp_new(&w->loop, &w->upstream, patience_ms, &events);
	assert_non_null(w->tcp);
}

static void world_end(struct world *w)
{
	bool open = !dns_tcp_is_closed(w->tcp);

	dns_tcp_close(w->tcp);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_true(dns_tcp_is_closed(w->tcp));
	assert_int_equal(w->closed, open ? 1 : 0);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	dns_tcp_free(w->tcp);
	if (w->listener >= 0) {
		close(w->listener);
	}
}

static int acquire_and_send(struct world *w)
{
	int number = dns_tcp_acquire(w->tcp, 0, false);

	assert_in_range(number, 0, DNS_TCP_MAX - 1);
	assert_int_equal(dns_tcp_send(w->tcp, number, (const uint8_t *)MESSAGE, 12), DNS_SENT);
	return number;
}

static void run_until(struct world *w, const unsigned *count, unsigned wanted)
{
	while (*count < wanted) {
		uv_run(&w->loop, UV_RUN_ONCE);
	}
	assert_int_equal(*count, wanted);
}

/* The next connection, once its first `count` queries are there. */
static int accept_queries(struct world *w, unsigned count)
{
	uint8_t bytes[FRAME_LEN];
	int fd = accept(w->listener, NULL, NULL);

	assert_true(fd >= 0);
	for (unsigned i = 0; i < count; i++) {
		while (recv(fd, bytes, FRAME_LEN, MSG_PEEK | MSG_DONTWAIT) < (ssize_t)FRAME_LEN) {
			uv_run(&w->loop, UV_RUN_NOWAIT);
		}
		assert_int_equal(recv(fd, bytes, FRAME_LEN, 0), FRAME_LEN);
		assert_memory_equal(bytes, FRAME, FRAME_LEN);
	}
	return fd;
}

static void pipelines_and_answers_in_pieces(void **state)
{
	struct world w;

	world_start(&w, 5000);
	int number = acquire_and_send(&w);

	assert_int_equal(acquire_and_send(&w), number);
	assert_int_equal(acquire_and_send(&w), number);
	int peer = accept_queries(&w, 3);

	for (size_t i = 0; i < FRAME_LEN; i++) {
		assert_int_equal(send(peer, &FRAME[i], 1, 0), 1);
		run_until(&w, &w.settled, (unsigned)i + 1);
	}
	assert_int_equal(w.received, 1);
	assert_int_equal(w.last, number);
	assert_int_equal(send(peer, FRAME FRAME, 2 * FRAME_LEN, 0), 2 * FRAME_LEN);
	run_until(&w, &w.received, 3);
	for (unsigned i = 0; i < 3; i++) {
		dns_tcp_release(w.tcp, number);
	}
	assert_int_equal(acquire_and_send(&w), number);
	close(peer);
	world_end(&w);
	assert_int_equal(w.lost, 0);
}

static void has_two_connections_of_a_hundred(void **state)
{
	struct world w;
	unsigned first = 0;

	world_start(&w, 5000);
	for (unsigned i = 0; i < 200; i++) {
		first += acquire_and_send(&w) == 0;
	}
	assert_int_equal(first, 100);
	assert_int_equal(dns_tcp_acquire(w.tcp, 0, false), DNS_SOCKET_BUSY);
	assert_int_equal(dns_tcp_acquire(w.tcp, 0, true), DNS_SOCKET_BUSY);
	dns_tcp_release(w.tcp, 1);
	assert_int_equal(dns_tcp_acquire(w.tcp, 0, false), 1);
	close(accept_queries(&w, 100));
	close(accept_queries(&w, 100));
	world_end(&w);
}

static void tells_what_a_closing_peer_lost(void **state)
{
	struct world w;

	world_start(&w, 5000);
	w.again = 0;
	int number = acquire_and_send(&w);

	close(accept_queries(&w, 1));
	run_until(&w, &w.lost, 1);
	assert_int_equal(w.last, number);
	assert_int_equal(w.settled, 1);
	assert_int_equal(
		dns_tcp_send(w.tcp, number, (const uint8_t *)MESSAGE, 12), DNS_SENT_UNREACHABLE);
	assert_int_equal(dns_tcp_send(w.tcp, w.again, (const uint8_t *)MESSAGE, 12), DNS_SENT);
	close(accept_queries(&w, 1));
	world_end(&w);
}

static void is_silent_about_an_idle_one(void **state)
{
	struct world w;

	world_start(&w, 5000);
	int number = acquire_and_send(&w);
	int peer = accept_queries(&w, 1);

	assert_int_equal(send(peer, FRAME, FRAME_LEN, 0), FRAME_LEN);
	run_until(&w, &w.received, 1);
	dns_tcp_release(w.tcp, number);
	close(peer);
	uv_run(&w.loop, UV_RUN_DEFAULT);
	assert_int_equal(w.lost, 0);
	assert_true(dns_tcp_is_closed(w.tcp));
	world_end(&w);
}

static void loses_what_is_refused(void **state)
{
	struct world w;

	world_start(&w, 5000);
	close(w.listener);
	w.listener = -1;
	acquire_and_send(&w);
	run_until(&w, &w.lost, 1);
	world_end(&w);
}

static void gives_up_the_silent(void **state)
{
	static const char *const beginnings[] = {"", "\0", "\0\14mess", "\377\377"};

	for (size_t i = 0; i < 4; i++) {
		struct world w;

		world_start(&w, 20);
		acquire_and_send(&w);
		int peer = accept_queries(&w, 1);
		size_t len = i == 0 ? 0 : i == 1 ? 1 : i == 2 ? 6 : 2;

		assert_int_equal(send(peer, beginnings[i], len, 0), len);
		run_until(&w, &w.lost, 1);
		assert_int_equal(w.received, 0);
		close(peer);
		world_end(&w);
	}
}

static void closes_on_nonsense(void **state)
{
	struct world w;

	world_start(&w, 5000);
	acquire_and_send(&w);
	int peer = accept_queries(&w, 1);

	assert_int_equal(send(peer, FRAME "\0\13", FRAME_LEN + 2, 0), FRAME_LEN + 2);
	run_until(&w, &w.lost, 1);
	assert_int_equal(w.received, 1);
	close(peer);
	world_end(&w);
}

static void retires_the_old_for_a_fresh_one(void **state)
{
	struct world w;

	world_start(&w, 5000);
	for (unsigned i = 0; i < 101; i++) {
		acquire_and_send(&w);
	}
	int first = accept_queries(&w, 100);
	int second = accept_queries(&w, 1);

	assert_int_equal(dns_tcp_acquire(w.tcp, 0, true), 2);
	assert_int_equal(dns_tcp_acquire(w.tcp, 0, true), 2);
	/* What the old one owes still comes. */
	assert_int_equal(send(first, FRAME, FRAME_LEN, 0), FRAME_LEN);
	run_until(&w, &w.received, 1);
	assert_int_equal(w.last, 0);
	for (unsigned i = 0; i < 100; i++) {
		dns_tcp_release(w.tcp, 0);
	}
	assert_int_equal(
		dns_tcp_send(w.tcp, 0, (const uint8_t *)MESSAGE, 12), DNS_SENT_UNREACHABLE);
	close(first);
	close(second);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipelines_and_answers_in_pieces),
		cmocka_unit_test(has_two_connections_of_a_hundred),
		cmocka_unit_test(tells_what_a_closing_peer_lost),
		cmocka_unit_test(is_silent_about_an_idle_one),
		cmocka_unit_test(loses_what_is_refused),
		cmocka_unit_test(gives_up_the_silent),
		cmocka_unit_test(closes_on_nonsense),
		cmocka_unit_test(retires_the_old_for_a_fresh_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
