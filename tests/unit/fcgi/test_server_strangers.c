/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/fcgi/world.h"

#include <fastcgi.h>

#define CONNECTIONS 32
#define STRANGERS (CONNECTIONS / NET_STRANGERS_PART)
#define RESERVE (CONNECTIONS / NET_RESERVE_PART / 2)

/* Who connects from now on. */
static bool knows(const void *ctx, const struct addr *from)
{
	return !*(const bool *)ctx;
}

static void open_world(struct world *w, bool *strange)
{
	world_init(w);
	w->settings.max_connections = CONNECTIONS;
	world_start(w);
	w->service.knows = knows;
	w->service.knows_ctx = strange;
	*strange = true;
}

static bool is_closed(int fd)
{
	struct bytes got = {0};
	bool closed = world_read(fd, &got);

	bytes_clear(&got);
	return closed;
}

static void the_newest_strangers_stay_and_others_do_not_wait_for_them(void **state)
{
	int strangers[10 * STRANGERS];
	int known[CONNECTIONS];
	struct world w;
	bool strange;

	open_world(&w, &strange);
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
		strangers[i] = world_connect(&w);
		world_run(&w);
	}
	assert_int_equal(w.server->stranger_count, STRANGERS);
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
		assert_int_equal(is_closed(strangers[i]), i + STRANGERS < ARRAY_LEN(strangers));
	}
	assert_int_equal(w.service.stats->ended[NET_END_CROWDED], ARRAY_LEN(strangers) - STRANGERS);
	strange = false;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		known[i] = world_connect(&w);
		world_run(&w);
	}
	assert_int_equal(w.server->peer_count, CONNECTIONS + STRANGERS);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		world_ask(&w, known[i], 1, KEEP);
		world_run(&w);
		world_expect_answer(&w, known[i], 1, false);
		close(known[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
		close(strangers[i]);
	}
	world_run(&w);
	assert_int_equal(w.server->peer_count, 0);
	assert_int_equal(w.server->stranger_count, 0);
	world_clear(&w);
}

static void a_stranger_asks_once(void **state)
{
	struct world w;
	bool strange;

	open_world(&w, &strange);
	int fd = world_connect(&w);

	world_ask(&w, fd, 1, KEEP);
	world_run(&w);
	world_expect_answer(&w, fd, 1, true);
	assert_int_equal(w.server->stranger_count, 0);
	close(fd);
	world_clear(&w);
}

/* Whatever it does: nothing, half a request, or not to take its answer's end. */
static void the_time_of_a_stranger_runs_from_its_beginning(void **state)
{
	for (int does = 0; does < 2; does++) {
		struct world w;
		bool strange;

		open_world(&w, &strange);
		w.settings.request_timeout_ms = 50;
		net_server_configure(w.server, &w.settings);
		int fd = world_connect(&w);

		while (w.server->peer_count == 0) {
			world_turn(&w, true);
		}
		while (w.server->peer_count > 0) {
			if (does == 1) {
				(void)send(fd, "\1", 1, MSG_NOSIGNAL);
			}
			world_turn(&w, true);
		}
		assert_int_equal(w.service.stats->ended[NET_END_REQUEST_TIMEOUT] +
					 w.service.stats->ended[NET_END_DONE] +
					 w.service.stats->ended[NET_END_PEER],
			1);
		close(fd);
		world_clear(&w);
	}
}

/* However many connections one socket has, the other one gets its own. */
static void each_socket_has_a_reserve(void **state)
{
	int first[CONNECTIONS];
	int second[CONNECTIONS];
	struct world other;
	struct world w;

	world_init(&other);
	world_init(&w);
	w.settings.max_connections = CONNECTIONS;
	world_start(&w);
	assert_int_equal(net_server_listen(w.server, other.listener, &w.service), 0);
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		first[i] = world_connect(&w);
		world_run(&w);
	}
	assert_int_equal(w.server->peer_count, CONNECTIONS - RESERVE);
	for (size_t i = 0; i < ARRAY_LEN(second); i++) {
		second[i] = world_connect(&other);
		world_run(&w);
	}
	assert_int_equal(w.server->peer_count, CONNECTIONS);
	for (size_t i = 0; i < RESERVE; i++) {
		world_ask(&w, second[i], 1, KEEP);
		world_run(&w);
		world_expect_answer(&w, second[i], 1, false);
	}
	/* What becomes free beyond the reserve is for those that wait. */
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		close(first[i]);
	}
	world_run(&w);
	assert_int_equal(w.server->peer_count, CONNECTIONS - RESERVE);
	for (size_t i = 0; i < ARRAY_LEN(second); i++) {
		close(second[i]);
	}
	world_run(&w);
	assert_int_equal(w.server->peer_count, 0);
	world_clear(&w);
	world_clear(&other);
}

/* One each where that is no more than half of what there is, else none. */
static void a_small_limit_has_a_small_reserve(void **state)
{
	static const struct {
		uint32_t max;
		uint32_t first; /* that many the first socket gets */
	} cases[] = {{2, 2}, {3, 3}, {4, 3}, {7, 6}, {8, 7}, {16, 14}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fds[20];
		struct world other;
		struct world w;

		world_init(&other);
		world_init(&w);
		w.settings.max_connections = cases[i].max;
		world_start(&w);
		assert_int_equal(net_server_listen(w.server, other.listener, &w.service), 0);
		for (size_t k = 0; k < ARRAY_LEN(fds); k++) {
			fds[k] = world_connect(&w);
			world_run(&w);
		}
		assert_int_equal(w.server->peer_count, cases[i].first);
		int fd = world_connect(&other);

		world_run(&w);
		assert_int_equal(w.server->peer_count,
			cases[i].first + (cases[i].first < cases[i].max ? 1 : 0));
		close(fd);
		for (size_t k = 0; k < ARRAY_LEN(fds); k++) {
			close(fds[k]);
		}
		world_run(&w);
		world_clear(&w);
		world_clear(&other);
	}
}

/* Those that have been incomplete for longest go, and the others are answered. */
static void incomplete_requests_are_bounded_in_all(void **state)
{
	enum { PIECE = 30000, MAX = 10 * PIECE };
	static char value[PIECE];
	struct world w;
	int fds[40];

	world_init(&w);
	w.settings.incomplete_max = MAX;
	world_start(&w);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = world_connect(&w);
		wire_begin(&w.in, 1, FCGI_RESPONDER, KEEP);
		wire_record(&w.in, FCGI_PARAMS, 1, value, sizeof(value));
		world_send(&w, fds[i]);
		world_run(&w);
		assert_in_range(w.pool.incomplete_bytes, PIECE, MAX);
	}
	size_t left = 0;

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		bool closed = is_closed(fds[i]);

		left += closed ? 0 : 1;
		/* The newest stay. */
		assert_true(closed || left > 0);
		assert_false(closed && left > 0);
	}
	assert_in_range(left, 3, 10);
	assert_int_equal(w.service.stats->ended[NET_END_INCOMPLETE], ARRAY_LEN(fds) - left);
	wire_record(&w.in, FCGI_PARAMS, 1, NULL, 0);
	world_send(&w, fds[ARRAY_LEN(fds) - 1]);
	world_run(&w);
	assert_int_equal(w.recorder.begun, 1);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		close(fds[i]);
	}
	world_run(&w);
	assert_int_equal(w.pool.incomplete_bytes, 0);
	world_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_strangers_stay_and_others_do_not_wait_for_them),
		cmocka_unit_test(a_stranger_asks_once),
		cmocka_unit_test(the_time_of_a_stranger_runs_from_its_beginning),
		cmocka_unit_test(each_socket_has_a_reserve),
		cmocka_unit_test(a_small_limit_has_a_small_reserve),
		cmocka_unit_test(incomplete_requests_are_bounded_in_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
