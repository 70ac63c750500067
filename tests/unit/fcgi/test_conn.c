/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/assert_bytes.h"
#include "unit/fcgi/scene.h"

static void answers_at_the_empty_params_record(void **state)
{
	struct scene s;

	scene_init(&s);
	wire_begin(&s.in, 7, FCGI_AUTHORIZER, 0);
	wire_param(&s.in, 7, "A", "1");
	feed_all(&s);
	assert_false(fcgi_protocol.is_idle(&s.conn.net));
	assert_int_equal(s.out.len, 0);
	wire_empty(&s.in, FCGI_PARAMS, 7);
	feed_all(&s);
	assert_events(&s, "0 begin 2\n0 A=1\n0 ready\n");
	wire_answer(&s.expected, 7, ANSWER);
	assert_output(&s);
	assert_true(fcgi_protocol.is_done(&s.conn.net));
	/* STDIN may be to come. */
	assert_true(fcgi_protocol.expects_input(&s.conn.net));
	wire_empty(&s.in, FCGI_STDIN, 7);
	feed_all(&s);
	assert_false(fcgi_protocol.expects_input(&s.conn.net));
	assert_output(&s);
	scene_clear(&s);
}

static void a_kept_connection_takes_the_next_request(void **state)
{
	struct scene s;

	scene_init(&s);
	for (int i = 0; i < 3; i++) {
		wire_request(&s.in, 1, KEEP);
		wire_answer(&s.expected, 1, ANSWER);
	}
	feed_all(&s);
	assert_output(&s);
	assert_false(fcgi_protocol.is_done(&s.conn.net));
	assert_true(fcgi_protocol.is_idle(&s.conn.net));
	fcgi_protocol.stop(&s.conn.net);
	assert_true(fcgi_protocol.is_done(&s.conn.net));
	assert_false(fcgi_protocol.expects_input(&s.conn.net));
	scene_clear(&s);
}

static void takes_nothing_after_the_last_answer(void **state)
{
	struct scene s;

	scene_init(&s);
	wire_request(&s.in, 1, 0);
	wire_request(&s.in, 2, 0);
	wire_record(&s.in, FCGI_GET_VALUES, 0, NULL, 0);
	wire_empty(&s.in, FCGI_STDIN, 0);
	wire_answer(&s.expected, 1, ANSWER);
	feed_all(&s);
	assert_output(&s);
	assert_events(&s, "0 begin 1\n0 REMOTE_ADDR=192.0.2.1\n0 ready\n");
	scene_clear(&s);
}

static void answers_come_in_any_order(void **state)
{
	struct scene s;

	scene_init(&s);
	s.recorder.defer = true;
	wire_request(&s.in, 1, KEEP);
	wire_request(&s.in, 2, KEEP);
	wire_request(&s.in, 3, KEEP);
	feed_all(&s);
	assert_int_equal(s.out.len, 0);
	struct recorded *last = CONTAINER_OF(s.recorder.pending.prev, struct recorded, entry);

	list_remove(&last->entry);
	list_prepend(&s.recorder.pending, &last->entry);
	assert_true(recorder_answer(&s.recorder));
	assert_true(recorder_answer(&s.recorder));
	assert_true(recorder_answer(&s.recorder));
	wire_answer(&s.expected, 3, ANSWER);
	wire_answer(&s.expected, 1, ANSWER);
	wire_answer(&s.expected, 2, ANSWER);
	assert_output(&s);
	scene_clear(&s);
}

static void a_request_too_many_is_overload(void **state)
{
	struct scene s;

	scene_init(&s);
	s.recorder.defer = true;
	for (unsigned id = 1; id <= 4; id++) {
		wire_request(&s.in, id, KEEP);
	}
	feed_all(&s);
	wire_end(&s.expected, 4, FCGI_OVERLOADED);
	assert_output(&s);
	assert_int_equal(s.recorder.active, 3);
	assert_true(recorder_answer(&s.recorder));
	wire_answer(&s.expected, 1, ANSWER);
	s.recorder.defer = false;
	wire_request(&s.in, 4, KEEP);
	wire_answer(&s.expected, 4, ANSWER);
	feed_all(&s);
	assert_output(&s);
	scene_clear(&s);
}

static void the_stdin_of_a_refused_request_is_waited_for(void **state)
{
	struct scene s;

	scene_init(&s);
	wire_begin(&s.in, 1, FCGI_FILTER, 0);
	wire_param(&s.in, 1, "A", "1");
	wire_empty(&s.in, FCGI_PARAMS, 1);
	feed_all(&s);
	wire_end(&s.expected, 1, FCGI_UNKNOWN_ROLE);
	assert_output(&s);
	assert_true(fcgi_protocol.is_done(&s.conn.net));
	assert_true(fcgi_protocol.expects_input(&s.conn.net));
	wire_empty(&s.in, FCGI_STDIN, 1);
	feed_all(&s);
	assert_false(fcgi_protocol.expects_input(&s.conn.net));
	assert_events(&s, "");
	scene_clear(&s);
}

static void abort_is_answered_in_each_state(void **state)
{
	struct scene s;

	scene_init(&s);
	s.recorder.defer = true;
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	wire_record(&s.in, FCGI_ABORT_REQUEST, 1, NULL, 0);
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	wire_record(&s.in, FCGI_PARAMS, 1, "\5\5part", 6);
	wire_record(&s.in, FCGI_ABORT_REQUEST, 1, "content?", 8);
	wire_request(&s.in, 1, KEEP);
	wire_record(&s.in, FCGI_ABORT_REQUEST, 1, NULL, 0);
	feed_all(&s);
	assert_events(&s, "0 begin 1\n0 REMOTE_ADDR=192.0.2.1\n0 ready\n0 abort\n");
	assert_int_equal(s.pool.stats->aborted, 3);
	for (int i = 0; i < 3; i++) {
		wire_end(&s.expected, 1, FCGI_REQUEST_COMPLETE);
	}
	assert_output(&s);
	assert_true(fcgi_protocol.is_idle(&s.conn.net));
	/* What was left of the aborted request's pair does not leak into the next one. */
	s.recorder.defer = false;
	s.recorder.events.len = 0;
	wire_request(&s.in, 1, 0);
	feed_all(&s);
	assert_events(&s, "1 begin 1\n1 REMOTE_ADDR=192.0.2.1\n1 ready\n");
	scene_clear(&s);
}

static void too_many_params_deny_and_the_connection_lives(void **state)
{
	char value[1000];
	struct scene s;

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	scene_init(&s);
	s.pool.limits.max_params = 2500;
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	wire_begin(&s.in, 2, FCGI_RESPONDER, KEEP);
	for (int i = 0; i < 200; i++) {
		wire_param(&s.in, 1, "N", value);
		if (i == 100) {
			wire_param(&s.in, 2, "B", "2");
		}
	}
	wire_empty(&s.in, FCGI_PARAMS, 2);
	wire_empty(&s.in, FCGI_PARAMS, 1);
	wire_request(&s.in, 1, KEEP);
	feed_all(&s);
	struct bytes events = {0};

	bytes_appendf(
		&events, "0 begin 1\n0 B=2\n0 ready\n1 begin 1\n1 N=%s\n1 N=%s\n", value, value);
	bytes_append_text(&events, "1 oversize\n1 ready\n"
				   "2 begin 1\n2 REMOTE_ADDR=192.0.2.1\n2 ready\n");
	assert_bytes(s.recorder.events.data, s.recorder.events.len, events.data, events.len);
	bytes_clear(&events);
	assert_int_equal(s.pool.stats->oversize, 1);
	scene_clear(&s);
}

/* Whether in one record or many, from the same memory or not. */
static void as_many_params_as_may_come_pass_and_one_byte_more_does_not(void **state)
{
	struct bytes pair = {0};

	wire_pair(&pair, str_view("FIRST"), str_view("1"));
	wire_pair(&pair, str_view("NAME"), str_view("a value"));
	for (size_t step = 1; step <= pair.len; step++) {
		for (uint32_t less = 0; less < 2; less++) {
			struct scene s;

			scene_init(&s);
			s.pool.limits.max_params = (uint32_t)pair.len - less;
			wire_begin(&s.in, 1, FCGI_AUTHORIZER, KEEP);
			for (size_t at = 0; at < pair.len; at += step) {
				size_t left = pair.len - at;

				wire_record(&s.in, FCGI_PARAMS, 1, pair.data + at,
					left < step ? left : step);
				if (at % 3 == 0) {
					feed_all(&s);
				}
			}
			wire_empty(&s.in, FCGI_PARAMS, 1);
			feed_all(&s);
			assert_events(
				&s, less == 0 ? "0 begin 2\n0 FIRST=1\n0 NAME=a value\n0 ready\n"
					      : "0 begin 2\n0 FIRST=1\n0 oversize\n0 ready\n");
			s.recorder.events.len = 0;
			s.pool.limits.max_params = 100;
			wire_request(&s.in, 1, KEEP);
			feed_all(&s);
			assert_events(&s, "1 begin 1\n1 REMOTE_ADDR=192.0.2.1\n1 ready\n");
			assert_int_equal(s.pool.stats->oversize, less);
			scene_clear(&s);
		}
	}
	bytes_clear(&pair);
}

static void reads_params_in_records_of_the_greatest_length(void **state)
{
	struct bytes pairs = {0};
	char *value = calloc(60001, 1);
	struct scene s;

	scene_init(&s);
	memset(value, 'v', 60000);
	wire_pair(&pairs, str_view("A"), str_view(value));
	wire_pair(&pairs, str_view("B"), str_view(value));
	assert_true(pairs.len > 65535);
	wire_begin(&s.in, 1, FCGI_RESPONDER, 0);
	wire_record(&s.in, FCGI_PARAMS, 1, pairs.data, 65535);
	wire_record(&s.in, FCGI_PARAMS, 1, pairs.data + 65535, pairs.len - 65535);
	wire_empty(&s.in, FCGI_PARAMS, 1);
	feed_all(&s);
	struct bytes events = {0};

	bytes_appendf(&events, "0 begin 1\n0 A=%s\n0 B=%s\n0 ready\n", value, value);
	assert_bytes(s.recorder.events.data, s.recorder.events.len, events.data, events.len);
	bytes_clear(&events);
	bytes_clear(&pairs);
	free(value);
	scene_clear(&s);
}

static void bodies_of_any_size_are_passed_over(void **state)
{
	uint8_t *body = calloc(65535, 1);
	struct scene s;

	scene_init(&s);
	s.recorder.defer = true;
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	wire_record(&s.in, FCGI_STDIN, 1, body, 65535);
	wire_param(&s.in, 1, "CONTENT_LENGTH", "9999999");
	wire_empty(&s.in, FCGI_PARAMS, 1);
	for (int i = 0; i < 20; i++) {
		wire_record_padded(&s.in, FCGI_STDIN, 1, body, 65535, 1);
		wire_record_padded(&s.in, FCGI_DATA, 1, body, 65535, 1);
	}
	feed_all(&s);
	assert_true(recorder_answer(&s.recorder));
	wire_answer(&s.expected, 1, ANSWER);
	for (int i = 0; i < 20; i++) {
		wire_record_padded(&s.in, FCGI_STDIN, 1, body, 65535, 1);
	}
	wire_empty(&s.in, FCGI_STDIN, 1);
	feed_all(&s);
	assert_output(&s);
	assert_events(&s, "0 begin 1\n0 CONTENT_LENGTH=9999999\n0 ready\n");
	free(body);
	scene_clear(&s);
}

static void stops_taking_input_when_nobody_takes_the_output(void **state)
{
	static char text[60000];
	struct scene s;
	size_t answers = 0;

	scene_init(&s);
	memset(text, 'a', sizeof(text));
	s.recorder.answer = (struct str){text, sizeof(text)};
	for (int i = 0; i < 100; i++) {
		wire_request(&s.in, 1, KEEP);
	}
	while (s.in.len > 0) {
		size_t used = feed(&s, s.in.data, s.in.len);

		assert_true(used > 0);
		assert_true(s.out.len <= FCGI_OUTPUT_MAX + sizeof(text) + 64);
		bytes_consume(&s.in, used);
		answers = s.recorder.begun;
		assert_true(s.in.len == 0 || s.out.len > FCGI_OUTPUT_MAX);
		s.out.len = 0;
	}
	assert_int_equal(answers, 100);
	scene_clear(&s);
}

static void finds_the_oldest_incomplete_request(void **state)
{
	struct scene s;
	struct bytes other_out = {0};
	struct fcgi_conn other = {.net = {.out = &other_out, .answered = ignore_answered}};
	uint64_t since;

	scene_init(&s);
	fcgi_protocol.init(&other.net, &s.pool, &s.conn.from);
	assert_null(fcgi_pool_oldest(&s.pool, &since));
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	assert_int_equal(fcgi_protocol.feed(&other.net, bytes_view(&s.in), 100), s.in.len);
	assert_int_equal(fcgi_protocol.feed(&s.conn.net, bytes_view(&s.in), 200), s.in.len);
	assert_ptr_equal(fcgi_pool_oldest(&s.pool, &since), &other);
	assert_int_equal(since, 100);
	s.in.len = 0;
	wire_empty(&s.in, FCGI_PARAMS, 1);
	assert_int_equal(fcgi_protocol.feed(&other.net, bytes_view(&s.in), 300), s.in.len);
	assert_ptr_equal(fcgi_pool_oldest(&s.pool, &since), &s.conn);
	assert_int_equal(since, 200);
	fcgi_protocol.eof(&s.conn.net);
	assert_null(fcgi_pool_oldest(&s.pool, &since));
	fcgi_protocol.clear(&other.net);
	bytes_clear(&other_out);
	scene_clear(&s);
}

static void eof_aborts_what_is_incomplete_and_answers_what_is_ready(void **state)
{
	struct scene s;

	scene_init(&s);
	s.recorder.defer = true;
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	wire_request(&s.in, 2, KEEP);
	wire_begin(&s.in, 3, FCGI_RESPONDER, KEEP);
	feed_all(&s);
	fcgi_protocol.eof(&s.conn.net);
	assert_events(&s, "0 begin 1\n0 REMOTE_ADDR=192.0.2.1\n0 ready\n");
	assert_int_equal(s.pool.stats->aborted, 2);
	assert_false(fcgi_protocol.is_done(&s.conn.net));
	assert_true(recorder_answer(&s.recorder));
	wire_answer(&s.expected, 2, ANSWER);
	assert_output(&s);
	assert_true(fcgi_protocol.is_done(&s.conn.net));
	assert_false(fcgi_protocol.expects_input(&s.conn.net));
	scene_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_at_the_empty_params_record),
		cmocka_unit_test(a_kept_connection_takes_the_next_request),
		cmocka_unit_test(takes_nothing_after_the_last_answer),
		cmocka_unit_test(answers_come_in_any_order),
		cmocka_unit_test(a_request_too_many_is_overload),
		cmocka_unit_test(the_stdin_of_a_refused_request_is_waited_for),
		cmocka_unit_test(abort_is_answered_in_each_state),
		cmocka_unit_test(too_many_params_deny_and_the_connection_lives),
		cmocka_unit_test(as_many_params_as_may_come_pass_and_one_byte_more_does_not),
		cmocka_unit_test(reads_params_in_records_of_the_greatest_length),
		cmocka_unit_test(bodies_of_any_size_are_passed_over),
		cmocka_unit_test(stops_taking_input_when_nobody_takes_the_output),
		cmocka_unit_test(finds_the_oldest_incomplete_request),
		cmocka_unit_test(eof_aborts_what_is_incomplete_and_answers_what_is_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
