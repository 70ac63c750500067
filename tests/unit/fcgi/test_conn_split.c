/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/conn.h"
#include "fcgi/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/assert_bytes.h"
#include "unit/fcgi/scene.h"

/* Everything that a stream can hold, interleaved. */
static void a_rich_stream(struct bytes *in)
{
	char longer[700];
	struct bytes pairs = {0};

	memset(longer, 'l', sizeof(longer));
	wire_pair(&pairs, str_view("LONG"), (struct str){longer, sizeof(longer)});
	wire_pair(&pairs, str_view("SHORT"), str_view("s"));
	wire_begin(in, 1, FCGI_RESPONDER, KEEP);
	wire_empty(in, FCGI_STDIN, 9);
	wire_record_padded(in, FCGI_PARAMS, 1, pairs.data, 3, 5);
	wire_begin(in, 300, FCGI_AUTHORIZER, KEEP);
	wire_record(in, FCGI_GET_VALUES, 0, "\17\0FCGI_MPXS_CONNS\3\0ABC", 22);
	wire_param(in, 300, "OTHER", "o");
	wire_record_padded(in, FCGI_PARAMS, 1, pairs.data + 3, pairs.len - 3, 255);
	wire_record(in, 77, 0, "what", 4);
	wire_record(in, 77, 1, "ignored", 7);
	wire_record(in, FCGI_STDIN, 1, "early body", 10);
	wire_begin(in, 2, FCGI_FILTER, KEEP);
	wire_param(in, 2, "NOBODY", "listens");
	wire_empty(in, FCGI_PARAMS, 2);
	wire_empty(in, FCGI_PARAMS, 300);
	wire_begin(in, 4, FCGI_RESPONDER, KEEP);
	wire_record(in, FCGI_PARAMS, 4, "\5\5cut", 5);
	wire_record_padded(in, FCGI_PARAMS, 1, NULL, 0, 8);
	wire_param(in, 1, "LATE", "1");
	wire_record(in, FCGI_DATA, 1, "d", 1);
	wire_begin(in, 3, FCGI_RESPONDER, KEEP);
	wire_record(in, FCGI_ABORT_REQUEST, 3, NULL, 0);
	wire_record(in, FCGI_ABORT_REQUEST, 3, NULL, 0);
	wire_empty(in, FCGI_PARAMS, 3);
	wire_record(in, FCGI_STDOUT, 4, "mirrored", 8);
	wire_empty(in, FCGI_PARAMS, 4);
	wire_request(in, 5, 0);
	bytes_clear(&pairs);
}

static void rich_stream_result(struct scene *s, struct bytes *events)
{
	char longer[700];

	memset(longer, 'l', sizeof(longer));
	bytes_append_text(events, "0 begin 2\n0 OTHER=o\n0 ready\n1 begin 1\n1 LONG=");
	bytes_append(events, longer, sizeof(longer));
	bytes_append_text(events, "\n1 SHORT=s\n1 ready\n2 begin 1\n2 truncated\n2 ready\n"
				  "3 begin 1\n3 REMOTE_ADDR=192.0.2.1\n3 ready\n");
	wire_record_padded(&s->expected, FCGI_GET_VALUES_RESULT, 0, "\17\1FCGI_MPXS_CONNS1", 18, 0);
	s->expected.data[6] = 6;
	bytes_append(&s->expected, "\0\0\0\0\0", 6);
	wire_record(&s->expected, FCGI_UNKNOWN_TYPE, 0, "\115\0\0\0\0\0\0", 8);
	wire_end(&s->expected, 2, FCGI_UNKNOWN_ROLE);
	wire_answer(&s->expected, 300, ANSWER);
	wire_answer(&s->expected, 1, ANSWER);
	wire_end(&s->expected, 3, FCGI_REQUEST_COMPLETE);
	wire_answer(&s->expected, 4, ANSWER);
	wire_answer(&s->expected, 5, ANSWER);
}

static void check_rich(struct scene *s, const struct bytes *events)
{
	assert_bytes(s->recorder.events.data, s->recorder.events.len, events->data, events->len);
	assert_output(s);
	assert_true(fcgi_protocol.is_done(&s->conn.net));
}

static void the_result_does_not_depend_on_the_split(void **state)
{
	struct bytes stream = {0};

	a_rich_stream(&stream);
	for (size_t a = 0; a <= stream.len; a++) {
		for (size_t b = a; b <= stream.len; b += 1 + (a * 31) % 97) {
			struct bytes events = {0};
			struct scene s;

			scene_init(&s);
			rich_stream_result(&s, &events);
			feed(&s, stream.data, a);
			feed(&s, stream.data + a, b - a);
			feed(&s, stream.data + b, stream.len - b);
			check_rich(&s, &events);
			bytes_clear(&events);
			scene_clear(&s);
		}
	}
	bytes_clear(&stream);
}

static void the_result_is_the_same_byte_by_byte(void **state)
{
	struct bytes stream = {0};
	struct bytes events = {0};
	struct scene s;

	scene_init(&s);
	a_rich_stream(&stream);
	rich_stream_result(&s, &events);
	for (size_t i = 0; i < stream.len; i++) {
		feed(&s, stream.data + i, 1);
	}
	check_rich(&s, &events);
	bytes_clear(&events);
	bytes_clear(&stream);
	scene_clear(&s);
}

static void a_cut_stream_leaves_nothing_behind(void **state)
{
	struct bytes stream = {0};

	a_rich_stream(&stream);
	for (size_t cut = 0; cut <= stream.len; cut++) {
		for (int defer = 0; defer < 2; defer++) {
			struct scene s;

			scene_init(&s);
			s.recorder.defer = defer != 0;
			feed(&s, stream.data, cut);
			fcgi_protocol.eof(&s.conn.net);
			assert_true(list_is_empty(&s.pool.incomplete));
			while (recorder_answer(&s.recorder)) {
			}
			assert_true(fcgi_protocol.is_done(&s.conn.net));
			assert_int_equal(s.recorder.active, 0);
			scene_clear(&s);

			scene_init(&s);
			s.recorder.defer = defer != 0;
			feed(&s, stream.data, cut);
			scene_clear(&s);
		}
	}
	bytes_clear(&stream);
}

/* Pairs of every kind of length, and none. */
static void some_pairs(struct bytes *pairs, struct bytes *events)
{
	char longer[300];

	memset(longer, 'v', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	wire_pair(pairs, str_view("A"), str_view("1"));
	wire_pair(pairs, str_view(""), str_view(""));
	wire_pair(pairs, str_view("CERT"), str_view(longer));
	wire_pair(pairs, str_view("EMPTY"), str_view(""));
	bytes_append(pairs, "\x80\0\0\1\x80\0\0\2Bcd", 11);
	bytes_appendf(
		events, "0 begin 1\n0 A=1\n0 =\n0 CERT=%s\n0 EMPTY=\n0 B=cd\n0 ready\n", longer);
}

/* Each piece is a record of its own; each comes from memory of its own, or the first two, or the
 * last two from the same. */
static void feed_cut(struct scene *s, const struct bytes *pairs, size_t a, size_t b, int together)
{
	const size_t ends[] = {a, b, pairs->len};
	size_t from = 0;

	wire_begin(&s->in, 1, FCGI_RESPONDER, KEEP);
	for (int i = 0; i < 3; i++) {
		if (ends[i] > from) {
			wire_record(&s->in, FCGI_PARAMS, 1, pairs->data + from, ends[i] - from);
		}
		from = ends[i];
		if (i != together) {
			feed_all(s);
		}
	}
	wire_empty(&s->in, FCGI_PARAMS, 1);
	feed_all(s);
}

static void params_are_the_same_cut_anywhere(void **state)
{
	struct bytes pairs = {0};
	struct bytes events = {0};

	some_pairs(&pairs, &events);
	for (size_t a = 0; a <= pairs.len; a++) {
		for (size_t b = a; b <= pairs.len; b += 1 + (a * 31) % 13) {
			for (int together = 0; together < 4; together++) {
				struct scene s;

				scene_init(&s);
				feed_cut(&s, &pairs, a, b, together);
				assert_bytes(s.recorder.events.data, s.recorder.events.len,
					events.data, events.len);
				scene_clear(&s);
			}
		}
	}
	bytes_clear(&events);
	bytes_clear(&pairs);
}

/* Both are views of the same input, until it goes. */
static void params_that_lie_in_the_same_input_are_kept_apart(void **state)
{
	struct bytes stream = {0};

	wire_begin(&stream, 1, FCGI_RESPONDER, KEEP);
	wire_begin(&stream, 2, FCGI_AUTHORIZER, KEEP);
	wire_param(&stream, 1, "A", "of the first");
	wire_param(&stream, 2, "B", "of the second");
	size_t first = stream.len;

	wire_param(&stream, 2, "C", "more");
	wire_empty(&stream, FCGI_PARAMS, 2);
	wire_param(&stream, 1, "D", "late");
	wire_empty(&stream, FCGI_PARAMS, 1);
	for (size_t cut = first; cut < stream.len; cut++) {
		for (int defer = 0; defer < 2; defer++) {
			struct scene s;

			scene_init(&s);
			s.recorder.defer = defer != 0;
			feed(&s, stream.data, first);
			feed(&s, stream.data + first, cut - first);
			feed(&s, stream.data + cut, stream.len - cut);
			assert_events(&s, "0 begin 2\n0 B=of the second\n0 C=more\n0 ready\n"
					  "1 begin 1\n1 A=of the first\n1 D=late\n1 ready\n");
			while (recorder_answer(&s.recorder)) {
			}
			wire_answer(&s.expected, 2, ANSWER);
			wire_answer(&s.expected, 1, ANSWER);
			assert_output(&s);
			scene_clear(&s);
		}
	}
	bytes_clear(&stream);
}

/* Neither while a request waits, nor in what is kept for the next ones. */
static void large_params_leave_no_memory_taken(void **state)
{
	static const char value[50000];
	struct bytes pairs = {0};
	struct scene s;

	scene_init(&s);
	s.recorder.defer = true;
	wire_pair(&pairs, str_view("A"), (struct str){value, sizeof(value)});
	wire_pair(&pairs, str_view("B"), (struct str){value, sizeof(value)});
	feed_cut(&s, &pairs, 40000, 80000, 3);
	const struct fcgi_request *r = fcgi_request_first(&s.conn.requests);

	assert_int_equal(s.recorder.active, 1);
	assert_in_range(r->params.gathered.capacity, 0, FCGI_STREAM_KEEP);
	assert_true(recorder_answer(&s.recorder));
	s.recorder.defer = false;
	feed_cut(&s, &pairs, 50000, 99000, 3);
	assert_int_equal(s.pool.spare_count, 1);
	r = fcgi_request_first(&s.pool.spare);
	assert_in_range(r->params.gathered.capacity, 0, FCGI_STREAM_KEEP);
	assert_int_equal(s.recorder.begun, 2);
	bytes_clear(&pairs);
	scene_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_result_does_not_depend_on_the_split),
		cmocka_unit_test(the_result_is_the_same_byte_by_byte),
		cmocka_unit_test(a_cut_stream_leaves_nothing_behind),
		cmocka_unit_test(params_are_the_same_cut_anywhere),
		cmocka_unit_test(large_params_leave_no_memory_taken),
		cmocka_unit_test(params_that_lie_in_the_same_input_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
