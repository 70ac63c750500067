/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/fcgi/scene.h"

static void without_multiplexing_it_says_so(void **state)
{
	struct scene s;

	scene_init(&s);
	s.pool.limits.max_requests_per_connection = 1;
	s.recorder.defer = true;
	wire_request(&s.in, 1, KEEP);
	wire_request(&s.in, 2, KEEP);
	wire_record(&s.in, FCGI_GET_VALUES, 0, "\17\0FCGI_MPXS_CONNS", 17);
	feed_all(&s);
	wire_end(&s.expected, 2, FCGI_CANT_MPX_CONN);
	wire_record(&s.expected, FCGI_GET_VALUES_RESULT, 0, "\17\1FCGI_MPXS_CONNS0", 18);
	s.expected.data[s.expected.len - 18 - 2] = 6;
	bytes_append(&s.expected, "\0\0\0\0\0", 6);
	assert_output(&s);
	scene_clear(&s);
}

static void unknown_roles_are_refused_one_by_one(void **state)
{
	for (unsigned role = 0; role < 0x10000; role += role < 8 ? 1 : 0x1fff) {
		bool known = role == FCGI_RESPONDER || role == FCGI_AUTHORIZER;
		struct scene s;

		scene_init(&s);
		wire_begin(&s.in, 1, role, KEEP);
		wire_empty(&s.in, FCGI_PARAMS, 1);
		wire_empty(&s.in, FCGI_STDIN, 1);
		feed_all(&s);
		if (known) {
			wire_answer(&s.expected, 1, ANSWER);
		} else {
			wire_end(&s.expected, 1, FCGI_UNKNOWN_ROLE);
		}
		assert_output(&s);
		assert_int_equal(s.recorder.begun, known);
		assert_false(fcgi_protocol.is_done(&s.conn.net));
		scene_clear(&s);
	}
}

static void tells_its_values(void **state)
{
	static const char asked[] = "\16\0FCGI_MAX_CONNS\15\0FCGI_MAX_REQS\17\0FCGI_MPXS_CONNS"
				    "\16\3FCGI_MAX_CONNSxyz\7\0UNKNOWN";
	static const char told[] = "\16\4FCGI_MAX_CONNS1000\15\4FCGI_MAX_REQS3000"
				   "\17\1FCGI_MPXS_CONNS1";
	struct scene s;

	scene_init(&s);
	wire_record(&s.in, FCGI_GET_VALUES, 0, asked, sizeof(asked) - 1);
	feed_all(&s);
	wire_record(&s.expected, FCGI_GET_VALUES_RESULT, 0, told, sizeof(told) - 1);
	s.expected.data[6] = (uint8_t)(-(sizeof(told) - 1) & 7);
	for (size_t i = 0; i < (-(sizeof(told) - 1) & 7); i++) {
		bytes_append_u8(&s.expected, 0);
	}
	assert_output(&s);
	scene_clear(&s);
}

static void garbage_in_get_values_is_answered_with_what_was_understood(void **state)
{
	struct scene s;

	scene_init(&s);
	wire_record(&s.in, FCGI_GET_VALUES, 0, "\377\377\377\377\377", 5);
	wire_record(&s.in, FCGI_GET_VALUES, 0, "\16", 1);
	wire_record(&s.in, FCGI_GET_VALUES, 0, NULL, 0);
	feed_all(&s);
	for (int i = 0; i < 3; i++) {
		wire_record(&s.expected, FCGI_GET_VALUES_RESULT, 0, NULL, 0);
	}
	assert_output(&s);
	assert_null(s.conn.values.gathered.data);
	scene_clear(&s);
}

/* Then no callback is called, and no bytes are gathered. */
static void what_is_asked_after_the_end_is_forgotten(void **state)
{
	static const uint8_t asked[60000] = {0};
	struct scene s;

	scene_init(&s);
	wire_begin(&s.in, 1, FCGI_RESPONDER, 0);
	wire_empty(&s.in, FCGI_PARAMS, 1);
	wire_answer(&s.expected, 1, ANSWER);
	for (int i = 0; i < 10; i++) {
		wire_record(&s.in, FCGI_GET_VALUES, 0, asked, sizeof(asked));
		feed_all(&s);
		assert_true(s.conn.values.all.len <= sizeof(asked));
		wire_record(&s.in, FCGI_GET_VALUES, 0, asked, sizeof(asked));
	}
	feed_all(&s);
	assert_true(fcgi_protocol.expects_input(&s.conn.net));
	assert_true(s.conn.values.all.len <= sizeof(asked));
	assert_output(&s);
	scene_clear(&s);
}

static void every_other_management_record_is_unknown(void **state)
{
	struct scene s;

	scene_init(&s);
	for (unsigned type = 0; type < 256; type++) {
		const uint8_t body[8] = {(uint8_t)type};

		if (type == FCGI_GET_VALUES) {
			continue;
		}
		wire_record(&s.in, type, 0, "01234567", type % 9);
		wire_record(&s.expected, FCGI_UNKNOWN_TYPE, 0, body, sizeof(body));
	}
	feed_all(&s);
	assert_output(&s);
	assert_int_equal(s.recorder.begun, 0);
	assert_false(fcgi_protocol.is_done(&s.conn.net));
	scene_clear(&s);
}

static void records_of_inactive_ids_are_ignored(void **state)
{
	struct scene s;

	scene_init(&s);
	for (unsigned type = 0; type < 256; type++) {
		if (type != FCGI_BEGIN_REQUEST) {
			wire_record(&s.in, type, 5, "content", 7);
			wire_empty(&s.in, type, 6);
		}
	}
	feed_all(&s);
	assert_int_equal(s.out.len, 0);
	assert_events(&s, "");
	scene_clear(&s);
}

/* After these nothing of the stream is believed any more. */
static void assert_refused(struct scene *s, unsigned aborted)
{
	feed_all(s);
	wire_request(&s->in, 9, 0);
	feed_all(s);
	assert_events(s, "");
	assert_int_equal(s->pool.stats->aborted, aborted);
	assert_int_equal(s->pool.stats->protocol_errors, 1);
	assert_int_equal(s->out.len, s->expected.len);
	assert_true(fcgi_protocol.is_done(&s->conn.net));
	assert_true(fcgi_protocol.expects_input(&s->conn.net));
	scene_clear(s);
}

static void a_second_begin_of_an_active_id_ends_the_connection(void **state)
{
	struct scene s;

	scene_init(&s);
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	wire_param(&s.in, 1, "A", "1");
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	wire_param(&s.in, 1, "B", "2");
	wire_empty(&s.in, FCGI_PARAMS, 1);
	assert_refused(&s, 1);
}

static void a_begin_of_another_size_ends_the_connection(void **state)
{
	for (size_t len = 0; len < 20; len++) {
		struct scene s;

		if (len == 8) {
			continue;
		}
		scene_init(&s);
		wire_begin(&s.in, 2, FCGI_RESPONDER, KEEP);
		wire_record(&s.in, FCGI_BEGIN_REQUEST, 1,
			"\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", len);
		wire_param(&s.in, 2, "A", "1");
		assert_refused(&s, 1);
	}
}

static void a_wrong_version_ends_the_connection(void **state)
{
	struct scene s;

	scene_init(&s);
	wire_begin(&s.in, 1, FCGI_RESPONDER, KEEP);
	bytes_append_u8(&s.in, 2);
	wire_param(&s.in, 1, "A", "1");
	assert_refused(&s, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_multiplexing_it_says_so),
		cmocka_unit_test(unknown_roles_are_refused_one_by_one),
		cmocka_unit_test(tells_its_values),
		cmocka_unit_test(garbage_in_get_values_is_answered_with_what_was_understood),
		cmocka_unit_test(what_is_asked_after_the_end_is_forgotten),
		cmocka_unit_test(every_other_management_record_is_unknown),
		cmocka_unit_test(records_of_inactive_ids_are_ignored),
		cmocka_unit_test(a_second_begin_of_an_active_id_ends_the_connection),
		cmocka_unit_test(a_begin_of_another_size_ends_the_connection),
		cmocka_unit_test(a_wrong_version_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
