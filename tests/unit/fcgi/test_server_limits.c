/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/server.h"

#include "fcgi/web_server_addrs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/fcgi/world.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

/* Lets time pass until the server has closed all but `left` connections. */
static void wait_until_left(struct world *w, uint32_t left)
{
	while (w->server->peer_count > left) {
		world_turn(w, true);
	}
	assert_int_equal(w->server->peer_count, left);
}

static void accepting_pauses_at_the_limit_and_goes_on(void **state)
{
	struct world w;
	int fds[4];

	world_init(&w);
	/* One of two servers that share the limit. */
	w.settings.max_connections = 5;
	w.settings.worker_count = 2;
	world_start(&w);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = world_connect(&w);
		world_ask(&w, fds[i], 1, KEEP);
		world_run(&w);
		assert_int_equal(w.server->peer_count, i < 2 ? i + 1 : 2);
	}
	assert_int_equal(w.recorder.begun, 2);
	close(fds[0]);
	world_run(&w);
	assert_int_equal(w.recorder.begun, 3);
	world_expect_answer(&w, fds[2], 1, false);
	world_expect(&w, fds[3], false);
	w.settings.max_connections = 6;
	net_server_configure(w.server, &w.settings);
	world_run(&w);
	world_expect_answer(&w, fds[3], 1, false);
	for (size_t i = 1; i < ARRAY_LEN(fds); i++) {
		close(fds[i]);
	}
	world_run(&w);
	assert_int_equal(w.server->peer_count, 0);
	world_clear(&w);
}

static void every_server_accepts_one(void **state)
{
	struct world w;

	world_init(&w);
	w.settings.max_connections = 1;
	w.settings.worker_count = 8;
	world_start(&w);
	int fd = world_connect(&w);

	world_ask(&w, fd, 1, 0);
	world_run(&w);
	assert_int_equal(w.recorder.begun, 1);
	close(fd);
	world_run(&w);
	world_clear(&w);
}

static void without_descriptors_connections_wait(void **state)
{
	struct rlimit old;
	struct world w;
	int fd = world_open(&w);

	world_ask(&w, fd, 1, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = old.rlim_max};

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	world_turn(&w, true);
	assert_true(w.server->starved);
	assert_false(w.server->listeners->accepting);
	/* One more try a tenth of a second later, none meanwhile. */
	uint64_t first_retry = w.server->retry_at;

	while (w.server->retry_at == first_retry) {
		world_turn(&w, true);
	}
	assert_true(w.server->retry_at >= first_retry + 100);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	while (w.recorder.begun == 0) {
		world_turn(&w, true);
	}
	assert_false(w.server->starved);
	world_expect_answer(&w, fd, 1, true);
	close(fd);
	world_clear(&w);
}

static void a_silent_connection_is_closed(void **state)
{
	struct world w;

	world_init(&w);
	w.settings.request_timeout_ms = 1;
	world_start(&w);
	int silent = world_connect(&w);
	int slow = world_connect(&w);

	assert_int_equal(send(slow, "\1\1\0", 3, MSG_NOSIGNAL), 3);
	world_run(&w);
	wait_until_left(&w, 0);
	world_expect(&w, silent, true);
	world_expect(&w, slow, true);
	close(silent);
	close(slow);
	world_clear(&w);
}

/*
 * Makes the time of requests and idle connections short once a connection is in the state that it
 * is closed for: on a busy machine it would be closed before.
 */
static void hurry(struct world *w)
{
	w->settings.request_timeout_ms = 1;
	w->settings.idle_timeout_ms = 1;
	net_server_configure(w->server, &w->settings);
}

static void an_incomplete_request_is_closed_and_one_that_waits_for_us_is_not(void **state)
{
	struct world w;

	world_init(&w);
	w.recorder.defer = true;
	world_start(&w);
	int waiting = world_connect(&w);

	world_ask(&w, waiting, 1, 0);
	world_run(&w);
	int incomplete = world_connect(&w);

	w.recorder.events.len = 0;
	wire_begin(&w.in, 1, FCGI_RESPONDER, KEEP);
	wire_param(&w.in, 1, "A", "1");
	world_send(&w, incomplete);
	while (list_is_empty(&w.pool.incomplete)) {
		world_turn(&w, true);
	}
	hurry(&w);
	wait_until_left(&w, 1);
	world_assert_events(&w, "");
	assert_int_equal(w.pool.stats->aborted, 1);
	world_expect(&w, incomplete, true);
	assert_true(recorder_answer(&w.recorder));
	world_run(&w);
	world_expect_answer(&w, waiting, 1, true);
	close(incomplete);
	close(waiting);
	world_clear(&w);
}

static void an_incomplete_request_is_closed_though_others_go_on(void **state)
{
	struct world w;

	world_init(&w);
	w.recorder.defer = true;
	world_start(&w);
	int fd = world_connect(&w);

	wire_begin(&w.in, 1, FCGI_RESPONDER, KEEP);
	world_ask(&w, fd, 2, KEEP);
	world_run(&w);
	assert_int_equal(w.recorder.active, 1);
	hurry(&w);
	wait_until_left(&w, 0);
	assert_int_equal(w.recorder.active, 0);
	close(fd);
	world_clear(&w);
}

static void an_idle_connection_is_closed(void **state)
{
	struct world w;

	world_init(&w);
	world_start(&w);
	int fd = world_connect(&w);

	world_ask(&w, fd, 1, KEEP);
	world_run(&w);
	assert_int_equal(w.recorder.begun, 1);
	hurry(&w);
	wait_until_left(&w, 0);
	world_expect_answer(&w, fd, 1, true);
	close(fd);
	world_clear(&w);
}

static void a_peer_that_takes_no_answer_is_closed(void **state)
{
	size_t len = 1024 * 1024;
	char *text = calloc(len, 1);
	struct world w;

	world_init(&w);
	w.recorder.answer = (struct str){text, len};
	world_start(&w);
	int fd = world_connect(&w);

	world_ask(&w, fd, 1, KEEP);
	world_run(&w);
	assert_int_equal(w.recorder.begun, 1);
	hurry(&w);
	wait_until_left(&w, 0);
	close(fd);
	free(text);
	world_clear(&w);
}

static void a_peer_that_does_not_close_is_closed(void **state)
{
	struct world w;
	int fd = world_open(&w);

	wire_begin(&w.in, 1, FCGI_AUTHORIZER, 0);
	wire_empty(&w.in, FCGI_PARAMS, 1);
	world_send(&w, fd);
	world_run(&w);
	world_expect_answer(&w, fd, 1, true);
	assert_int_equal(w.server->peer_count, 1);
	wait_until_left(&w, 0);
	close(fd);
	world_clear(&w);
}

static void on_drained(void *ctx)
{
	struct world *w = ctx;

	w->drained++;
	world_close(w);
}

static void last_chance_is_over(struct world *w)
{
	w->server->drain_at = 0;
	net_server_enter(w->server);
	net_server_leave(w->server);
	world_run(w);
}

static void draining_answers_what_is_in_flight(void **state)
{
	struct world w;
	int idle = world_open(&w);
	int asking = world_connect(&w);
	int silent = world_connect(&w);
	int mute = world_connect(&w);
	int waiting = world_connect(&w);

	wire_request(&w.in, 1, KEEP);
	assert_int_equal(send(idle, w.in.data, w.in.len, 0), w.in.len);
	world_send(&w, asking);
	world_run(&w);
	w.recorder.defer = true;
	world_ask(&w, waiting, 3, KEEP);
	world_run(&w);
	assert_int_equal(w.server->peer_count, 5);
	world_expect_answer(&w, idle, 1, false);
	world_expect_answer(&w, asking, 1, false);

	/* This one is under way already when draining begins. */
	w.recorder.defer = false;
	world_ask(&w, asking, 2, KEEP);
	net_server_drain(w.server, NET_DRAIN_NEW, on_drained, &w);
	assert_int_equal(w.drained, 0);
	int late = world_connect(&w);

	world_run(&w);
	world_expect(&w, idle, true);
	world_expect_answer(&w, asking, 2, true);
	world_expect(&w, late, false);
	world_expect(&w, silent, false);
	world_expect(&w, mute, false);
	world_ask(&w, silent, 4, KEEP);
	world_run(&w);
	world_expect_answer(&w, silent, 4, true);
	last_chance_is_over(&w);
	world_expect(&w, mute, true);
	assert_int_equal(w.server->peer_count, 1);
	assert_int_equal(w.drained, 0);
	assert_true(recorder_answer(&w.recorder));
	assert_int_equal(w.drained, 0);
	world_run(&w);
	world_expect_answer(&w, waiting, 3, true);
	assert_int_equal(w.drained, 1);
	close(idle);
	close(asking);
	close(silent);
	close(mute);
	close(waiting);
	close(late);
	world_clear(&w);
}

static void who_keeps_a_connection_may_ask_once_more_if_there_is_time(void **state)
{
	struct world w;
	int asks = world_open(&w);
	int idle = world_connect(&w);

	for (uint16_t id = 1; id <= 2; id++) {
		int fd = id == 1 ? asks : idle;

		world_ask(&w, fd, id, KEEP);
		world_run(&w);
		world_expect_answer(&w, fd, id, false);
	}
	net_server_drain(w.server, NET_DRAIN_ALL, on_drained, &w);
	world_run(&w);
	world_expect(&w, asks, false);
	world_expect(&w, idle, false);
	world_ask(&w, asks, 3, KEEP);
	world_run(&w);
	world_expect_answer(&w, asks, 3, true);
	world_expect(&w, idle, false);
	last_chance_is_over(&w);
	world_expect(&w, idle, true);
	assert_int_equal(w.drained, 1);
	close(asks);
	close(idle);
	world_clear(&w);
}

static void draining_an_idle_server_ends_at_once(void **state)
{
	struct world w;

	world_init(&w);
	world_start(&w);
	net_server_drain(w.server, NET_DRAIN_NEW, on_drained, &w);
	assert_int_equal(w.drained, 0);
	world_run(&w);
	assert_int_equal(w.drained, 1);
	world_clear(&w);
}

static void count_event(uv_poll_t *poll, int status, int events)
{
	assert_int_equal(status, 0);
	++*(unsigned *)poll->data;
	uv_poll_stop(poll);
}

/* Their owner closes them then, and their numbers go to others. */
static void who_drains_leaves_the_listening_descriptors_alone(void **state)
{
	struct world w;
	uv_poll_t poll;
	unsigned events = 0;

	world_init(&w);
	w.recorder.defer = true;
	world_start(&w);
	int fd = world_connect(&w);

	world_ask(&w, fd, 1, KEEP);
	world_run(&w);
	net_server_drain(w.server, NET_DRAIN_NEW, on_drained, &w);
	int other = eventfd(0, EFD_NONBLOCK);

	assert_int_equal(dup2(other, w.listener), w.listener);
	close(other);
	assert_int_equal(uv_poll_init(&w.loop, &poll, w.listener), 0);
	poll.data = &events;
	assert_int_equal(uv_poll_start(&poll, UV_READABLE, count_event), 0);
	world_run(&w);
	assert_true(recorder_answer(&w.recorder));
	world_run(&w);
	world_run(&w);
	assert_int_equal(w.drained, 1);
	assert_int_equal(eventfd_write(w.listener, 1), 0);
	world_run(&w);
	assert_int_equal(events, 1);
	uv_close((uv_handle_t *)&poll, NULL);
	close(fd);
	world_clear(&w);
}

static void closing_aborts_what_is_in_flight(void **state)
{
	struct world w;

	world_init(&w);
	w.recorder.defer = true;
	world_start(&w);
	int fd = world_connect(&w);

	wire_request(&w.in, 1, KEEP);
	wire_begin(&w.in, 2, FCGI_RESPONDER, KEEP);
	world_send(&w, fd);
	world_run(&w);
	w.recorder.events.len = 0;
	world_close(&w);
	world_assert_events(&w, "0 abort\n");
	assert_int_equal(w.pool.stats->aborted, 2);
	world_expect(&w, fd, true);
	close(fd);
	world_clear(&w);
}

/* A TCP listener on a port that was free a moment ago. */
static int tcp_listener(struct world *w, struct sockaddr_in *sin)
{
	socklen_t len = sizeof(*sin);
	char text[64];
	int probe = socket(AF_INET, SOCK_STREAM, 0);

	*sin = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(probe, (struct sockaddr *)sin, sizeof(*sin)), 0);
	assert_int_equal(getsockname(probe, (struct sockaddr *)sin, &len), 0);
	close(probe);
	snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(sin->sin_port));
	return world_listener(w, text);
}

static void only_the_listed_tcp_peers_are_served(void **state)
{
	static const char *const lists[][2] = {
		{"127.0.0.1/32", "::/0"}, {"192.0.2.1", "127.0.0.0/8"}, {"192.0.2.1", "::1"}};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct prefix peers[2];
		struct sockaddr_in sin;
		struct world w;

		world_init(&w);
		assert_true(prefix_parse(str_view(lists[i][0]), &peers[0]));
		assert_true(prefix_parse(str_view(lists[i][1]), &peers[1]));
		w.settings.peers = peers;
		w.settings.peer_count = 2;
		world_start(&w);
		int listener = tcp_listener(&w, &sin);

		assert_int_equal(net_server_listen(w.server, listener, &w.service), 0);
		int tcp = socket(AF_INET, SOCK_STREAM, 0);

		assert_int_equal(connect(tcp, (struct sockaddr *)&sin, sizeof(sin)), 0);
		int local = world_connect(&w);

		world_run(&w);
		/* A Unix socket's peers are let in by its mode. */
		assert_int_equal(w.server->peer_count, i < 2 ? 2 : 1);
		if (i < 2) {
			struct net_peer *p =
				CONTAINER_OF(list_first(&w.server->peers), struct net_peer, all);
			struct net_peer *q =
				CONTAINER_OF(w.server->peers.prev, struct net_peer, all);
			int delay[2] = {0, 0};
			socklen_t len = sizeof(int);

			getsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &delay[0], &len);
			getsockopt(q->fd, IPPROTO_TCP, TCP_NODELAY, &delay[1], &len);
			assert_true(delay[0] != 0 || delay[1] != 0);
		} else {
			char byte;

			assert_int_equal(recv(tcp, &byte, 1, 0), 0);
		}
		close(tcp);
		close(local);
		world_run(&w);
		world_clear(&w);
		close(listener);
	}
}

static void reads_the_list_of_web_servers(void **state)
{
	static const char *const bad[] = {"", " ", ",", "127.0.0.1,", ",127.0.0.1", "localhost",
		"127.0.0.1 192.0.2.1", "127.0.0.0/8", "127.0.0.1:80", "127.1"};
	struct addr addrs[FCGI_WEB_SERVER_ADDRS_MAX];
	struct bytes text = {0};
	const char *why = NULL;
	size_t count = 77;

	assert_false(fcgi_web_server_addrs_parse((struct str){NULL, 0}, addrs, &count, &why));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		why = NULL;
		assert_false(fcgi_web_server_addrs_parse(str_view(bad[i]), addrs, &count, &why));
		assert_non_null(why);
	}
	for (size_t i = 0; i < FCGI_WEB_SERVER_ADDRS_MAX; i++) {
		bytes_appendf(&text, "%s 192.0.2.%zu ", i > 0 ? "," : "", i);
	}
	assert_true(fcgi_web_server_addrs_parse(bytes_view(&text), addrs, &count, &why));
	assert_int_equal(count, FCGI_WEB_SERVER_ADDRS_MAX);
	bytes_append_text(&text, ",::1");
	assert_false(fcgi_web_server_addrs_parse(bytes_view(&text), addrs, &count, &why));
	bytes_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepting_pauses_at_the_limit_and_goes_on),
		cmocka_unit_test(every_server_accepts_one),
		cmocka_unit_test(without_descriptors_connections_wait),
		cmocka_unit_test(a_silent_connection_is_closed),
		cmocka_unit_test(an_incomplete_request_is_closed_and_one_that_waits_for_us_is_not),
		cmocka_unit_test(an_incomplete_request_is_closed_though_others_go_on),
		cmocka_unit_test(an_idle_connection_is_closed),
		cmocka_unit_test(a_peer_that_takes_no_answer_is_closed),
		cmocka_unit_test(a_peer_that_does_not_close_is_closed),
		cmocka_unit_test(draining_answers_what_is_in_flight),
		cmocka_unit_test(who_keeps_a_connection_may_ask_once_more_if_there_is_time),
		cmocka_unit_test(draining_an_idle_server_ends_at_once),
		cmocka_unit_test(who_drains_leaves_the_listening_descriptors_alone),
		cmocka_unit_test(closing_aborts_what_is_in_flight),
		cmocka_unit_test(only_the_listed_tcp_peers_are_served),
		cmocka_unit_test(reads_the_list_of_web_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
