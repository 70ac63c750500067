/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/assert_bytes.h"
#include "unit/fcgi/world.h"

#define ONE_REQUEST "0 begin 1\n0 REMOTE_ADDR=192.0.2.1\n0 ready\n"

static void a_request_that_is_there_is_answered_and_closed_at_once(void **state)
{
	struct world w;
	int fd = world_open(&w);

	world_ask(&w, fd, 1, 0);
	world_turn(&w, false);
	world_expect_answer(&w, fd, 1, true);
	assert_int_equal(w.server->peer_count, 0);
	close(fd);
	world_clear(&w);
}

static void a_request_in_pieces_is_answered(void **state)
{
	struct world w;
	int fd = world_open(&w);

	wire_request(&w.in, 1, 0);
	for (size_t i = 0; i < w.in.len; i++) {
		assert_int_equal(send(fd, w.in.data + i, 1, MSG_NOSIGNAL), 1);
		world_run(&w);
	}
	world_expect_answer(&w, fd, 1, true);
	assert_int_equal(w.server->peer_count, 0);
	close(fd);
	world_clear(&w);
}

static void kept_connections_do_not_stand_in_the_way(void **state)
{
	struct world w;
	int kept[64];

	world_init(&w);
	world_start(&w);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		kept[i] = world_connect(&w);
		world_ask(&w, kept[i], 1, KEEP);
		world_run(&w);
		world_expect_answer(&w, kept[i], 1, false);
	}
	int fd = world_connect(&w);

	world_ask(&w, fd, 1, 0);
	world_turn(&w, false);
	world_expect_answer(&w, fd, 1, true);
	close(fd);
	assert_int_equal(w.server->peer_count, ARRAY_LEN(kept));
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		world_ask(&w, kept[i], 2, KEEP);
	}
	world_run(&w);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		world_expect_answer(&w, kept[i], 2, false);
		close(kept[i]);
	}
	world_run(&w);
	assert_int_equal(w.server->peer_count, 0);
	world_clear(&w);
}

static void a_body_that_comes_late_does_not_cost_the_answer(void **state)
{
	static const uint8_t body[65535];
	struct world w;
	int fd = world_open(&w);

	wire_begin(&w.in, 1, FCGI_RESPONDER, 0);
	wire_empty(&w.in, FCGI_PARAMS, 1);
	world_send(&w, fd);
	world_run(&w);
	for (int i = 0; i < 8; i++) {
		wire_record(&w.in, FCGI_STDIN, 1, body, sizeof(body));
		world_send(&w, fd);
		world_run(&w);
	}
	world_expect_answer(&w, fd, 1, true);
	assert_int_equal(w.server->peer_count, 1);
	close(fd);
	world_run(&w);
	assert_int_equal(w.server->peer_count, 0);
	world_clear(&w);
}

static void a_body_without_end_is_not_read_to_its_end(void **state)
{
	static const uint8_t body[65535];
	struct world w;
	ssize_t sent = 1;

	int fd = world_open(&w);

	wire_begin(&w.in, 1, FCGI_RESPONDER, 0);
	wire_empty(&w.in, FCGI_PARAMS, 1);
	world_send(&w, fd);
	for (int i = 0; i < 1000 && sent > 0; i++) {
		world_run(&w);
		sent = send(fd, body, sizeof(body), MSG_NOSIGNAL);
	}
	assert_int_equal(sent, -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(w.server->peer_count, 0);
	close(fd);
	world_clear(&w);
}

static void a_peer_that_goes_away_aborts_its_requests(void **state)
{
	struct world w;

	world_init(&w);
	w.recorder.defer = true;
	world_start(&w);
	int fd = world_connect(&w);

	world_ask(&w, fd, 1, 0);
	world_run(&w);
	world_assert_events(&w, ONE_REQUEST);
	close(fd);
	world_run(&w);
	world_assert_events(&w, "0 abort\n");
	assert_int_equal(w.server->peer_count, 0);
	world_clear(&w);
}

static void a_peer_that_only_stops_sending_is_answered(void **state)
{
	struct world w;

	world_init(&w);
	w.recorder.defer = true;
	world_start(&w);
	int fd = world_connect(&w);

	wire_request(&w.in, 1, KEEP);
	wire_begin(&w.in, 2, FCGI_RESPONDER, KEEP);
	world_send(&w, fd);
	shutdown(fd, SHUT_WR);
	world_run(&w);
	world_assert_events(&w, ONE_REQUEST);
	assert_int_equal(w.pool.stats->aborted, 1);
	world_expect(&w, fd, false);
	assert_true(recorder_answer(&w.recorder));
	world_run(&w);
	world_expect_answer(&w, fd, 1, true);
	assert_int_equal(w.server->peer_count, 0);
	close(fd);
	world_clear(&w);
}

static void an_answer_to_a_peer_that_left_is_no_error(void **state)
{
	struct world w;

	world_init(&w);
	w.recorder.defer = true;
	world_start(&w);
	int fd = world_connect(&w);

	wire_request(&w.in, 1, KEEP);
	world_ask(&w, fd, 2, KEEP);
	world_run(&w);
	close(fd);
	w.recorder.events.len = 0;
	assert_true(recorder_answer(&w.recorder));
	world_run(&w);
	world_assert_events(&w, "1 abort\n");
	assert_int_equal(w.server->peer_count, 0);
	world_run(&w);
	world_clear(&w);
}

static void what_the_socket_does_not_take_is_sent_later(void **state)
{
	size_t len = 3 * 1024 * 1024 + 5;
	char *text = calloc(len + 1, 1);
	struct world w;
	struct bytes got = {0};
	bool end = false;

	for (size_t i = 0; i < len; i++) {
		text[i] = (char)('a' + i % 23);
	}
	world_init(&w);
	w.recorder.answer = (struct str){text, len};
	world_start(&w);
	int fd = world_connect(&w);

	world_ask(&w, fd, 1, 0);
	for (int i = 0; i < 10000 && !end; i++) {
		world_turn(&w, false);
		end = world_read(fd, &got);
	}
	assert_true(end);
	fcgi_output_stream(&w.expected, FCGI_STDOUT, 1, w.recorder.answer);
	wire_end(&w.expected, 1, FCGI_REQUEST_COMPLETE);
	assert_bytes(got.data, got.len, w.expected.data, w.expected.len);
	assert_int_equal(w.server->peer_count, 0);
	close(fd);
	bytes_clear(&got);
	free(text);
	world_clear(&w);
}

static void a_peer_that_does_not_read_is_not_heard(void **state)
{
	static char text[60000];
	struct world w;
	struct bytes got = {0};

	memset(text, 'a', sizeof(text));
	world_init(&w);
	w.recorder.answer = (struct str){text, sizeof(text)};
	world_start(&w);
	int fd = world_connect(&w);

	for (int i = 0; i < 200; i++) {
		wire_request(&w.in, 1, KEEP);
	}
	world_send(&w, fd);
	world_run(&w);
	/* What is unsent, what the socket holds, and one that went over the bound. */
	assert_true(w.recorder.begun < 20);
	for (int i = 0; i < 10000 && w.recorder.begun < 200; i++) {
		world_read(fd, &got);
		got.len = 0;
		world_turn(&w, false);
	}
	assert_int_equal(w.recorder.begun, 200);
	close(fd);
	world_run(&w);
	assert_int_equal(w.server->peer_count, 0);
	bytes_clear(&got);
	world_clear(&w);
}

/* The request that waits is answered first, over its own connection. */
static void *answer_the_other(
	void *ctx, struct fcgi_request *request, enum fcgi_role role, struct fcgi_params *params)
{
	recorder_answer(ctx);
	return recorder_request(ctx, request, role, params);
}

static void an_answer_may_come_while_another_connection_is_served(void **state)
{
	struct world w;
	int fds[3];

	world_init(&w);
	w.recorder.defer = true;
	struct fcgi_app app = recorder_app(&w.recorder);

	app.request = answer_the_other;
	world_serve(&w, &app);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = world_connect(&w);
		wire_request(&w.in, 1, i == 1 ? 0 : KEEP);
		world_ask(&w, fds[i], 2, i == 1 ? 0 : KEEP);
	}
	world_run(&w);
	while (recorder_answer(&w.recorder)) {
	}
	world_run(&w);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		wire_answer(&w.expected, 1, ANSWER);
		world_expect_answer(&w, fds[i], 2, i == 1);
		close(fds[i]);
	}
	world_run(&w);
	assert_int_equal(w.server->peer_count, 0);
	world_clear(&w);
}

static void a_broken_stream_ends_with_what_was_answered_before(void **state)
{
	struct world w;

	world_init(&w);
	w.recorder.defer = true;
	world_start(&w);
	int fd = world_connect(&w);

	wire_request(&w.in, 1, KEEP);
	wire_record(&w.in, FCGI_GET_VALUES, 0, NULL, 0);
	bytes_append_text(&w.in, "GET / HTTP/1.0\r\n\r\n");
	world_send(&w, fd);
	world_run(&w);
	world_assert_events(&w, ONE_REQUEST "0 abort\n");
	wire_record(&w.expected, FCGI_GET_VALUES_RESULT, 0, NULL, 0);
	world_expect(&w, fd, true);
	close(fd);
	world_run(&w);
	assert_int_equal(w.server->peer_count, 0);
	world_clear(&w);
}

static void memory_is_used_again(void **state)
{
	struct world w;
	struct net_peer *first = NULL;

	world_init(&w);
	world_start(&w);
	for (int i = 0; i < 100; i++) {
		int fd = world_connect(&w);

		world_ask(&w, fd, 1, 0);
		world_run(&w);
		world_expect_answer(&w, fd, 1, true);
		close(fd);
		struct net_peer *p =
			CONTAINER_OF(list_first(&w.service.spare), struct net_peer, all);

		assert_true(first == NULL || first == p);
		first = p;
		assert_ptr_equal(w.service.spare.prev, &p->all);
		assert_int_equal(w.pool.spare_count, 1);
	}
	world_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_that_is_there_is_answered_and_closed_at_once),
		cmocka_unit_test(a_request_in_pieces_is_answered),
		cmocka_unit_test(kept_connections_do_not_stand_in_the_way),
		cmocka_unit_test(a_body_that_comes_late_does_not_cost_the_answer),
		cmocka_unit_test(a_body_without_end_is_not_read_to_its_end),
		cmocka_unit_test(a_peer_that_goes_away_aborts_its_requests),
		cmocka_unit_test(a_peer_that_only_stops_sending_is_answered),
		cmocka_unit_test(an_answer_to_a_peer_that_left_is_no_error),
		cmocka_unit_test(what_the_socket_does_not_take_is_sent_later),
		cmocka_unit_test(a_peer_that_does_not_read_is_not_heard),
		cmocka_unit_test(an_answer_may_come_while_another_connection_is_served),
		cmocka_unit_test(a_broken_stream_ends_with_what_was_answered_before),
		cmocka_unit_test(memory_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
