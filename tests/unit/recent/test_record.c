/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/record.h"

#include "authz/packed_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static const struct authz_request_id id = {.text = "0123456789abcdef01234567"};

struct fixture {
	struct recent_ring *ring;
	struct authz_input input;
	struct recent_copy copy;
	struct bytes out;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->ring = recent_ring_new(2);
	assert_non_null(f->ring);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	recent_ring_free(f->ring);
	bytes_clear(&f->out);
	free(f);
	return 0;
}

/* Notes a request of these inputs, and reads it from the ring. */
static void note(struct fixture *f)
{
	const struct authz_decision_log_request request = {.input = &f->input,
		.id = &id,
		.wall_s = 1767225600,
		.duration_us = 1234,
		.max_age_s = 60};
	const uint64_t number = recent_ring_end(f->ring);
	struct recent_record *record = recent_ring_begin(f->ring);
	struct bytes packed = {0};
	struct prefix ip;

	assert_true(prefix_parse(str_view("192.0.2.7"), &ip));
	authz_packed_word(&packed, "verdict", "deny");
	authz_packed_number(&packed, "status", 403);
	authz_packed_prefix(&packed, "ip", &ip);
	authz_packed_text(&packed, "hostname", str_view("a.Example"));
	struct recent_fields *fields =
		recent_fields_new(bytes_view(&packed), 1U << AUTHZ_TEXT_DETAIL);

	bytes_clear(&packed);
	assert_non_null(record);
	assert_non_null(fields);
	recent_record_fill(record, fields, &request, 5);
	recent_ring_commit(f->ring);
	recent_fields_unref(fields);
	assert_true(recent_ring_read(f->ring, number, &f->copy));
	bytes_reset(&f->out, SIZE_MAX);
	recent_record_write(&f->copy, &f->out);
	assert_true(bytes_append_u8(&f->out, '\0'));
}

static void a_record_is_an_object(void **state)
{
	struct fixture *f = *state;

	f->input.values[AUTHZ_INPUT_REQUEST_METHOD] = str_view("GET");
	f->input.values[AUTHZ_INPUT_REQUEST_URI] = str_view("/a\"b");
	f->input.values[AUTHZ_INPUT_USER_AGENT] = str_view("");
	note(f);
	assert_string_equal((const char *)f->out.data,
		"{\"id\":\"0123456789abcdef01234567\",\"time\":\"2026-01-01T00:00:00Z\","
		"\"verdict\":\"deny\",\"status\":403,\"ip\":\"192.0.2.7\",\"hostname\":\"a."
		"Example\",\"method\":\"GET\",\"uri\":\"/a\\\"b\",\"user_agent\":\"\","
		"\"max_age\":60,\"ms\":1.234,\"cut\":[\"detail\"]}");
}

/* Of every length, up to what is kept and beyond, and each beside the others. */
static void claims_of_every_length(void **state)
{
	static const struct {
		enum authz_input_name name;
		size_t max;
	} claims[] = {{AUTHZ_INPUT_REQUEST_METHOD, RECENT_METHOD_MAX},
		{AUTHZ_INPUT_HOST, RECENT_HOST_MAX}, {AUTHZ_INPUT_REQUEST_URI, RECENT_URI_MAX},
		{AUTHZ_INPUT_USER_AGENT, RECENT_USER_AGENT_MAX}};
	struct fixture *f = *state;
	char text[ARRAY_LEN(claims)][300];

	for (size_t len = 0; len < sizeof(text[0]); len++) {
		const char *at = f->copy.record.claims;
		unsigned cut = 0;

		for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
			for (size_t c = 0; c < len; c++) {
				text[i][c] = (char)('a' + (c * 7 + i) % 26);
			}
			/* Exactly as long, so that the sanitizer sees what is read beyond. */
			char *exact = malloc(len + 1);

			memcpy(exact + 1, text[i], len);
			f->input.values[claims[i].name] = (struct str){exact + 1, len};
		}
		note(f);
		for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
			size_t kept = len < claims[i].max ? len : claims[i].max;

			assert_int_equal(f->copy.record.claim_lens[i], kept);
			assert_memory_equal(at, text[i], kept);
			at += kept;
			cut |= len > kept ? 1U << (AUTHZ_TEXT_METHOD + i) : 0;
			free((char *)(uintptr_t)f->input.values[claims[i].name].data - 1);
		}
		assert_int_equal(f->copy.record.claims_cut, cut);
	}
}

static void queries_choose(void **state)
{
	struct fixture *f = *state;
	struct recent_query query = {.id = str_view("0123456789abcdef01234567"),
		.denied = true,
		.by_address = true,
		.host = str_view("EXAMPLE")};
	struct recent_query other = query;

	note(f);
	assert_true(prefix_parse(str_view("192.0.2.0/24"), &query.address));
	assert_true(recent_record_matches(&f->copy, &query));
	assert_true(prefix_parse(str_view("192.0.3.0/24"), &other.address));
	assert_false(recent_record_matches(&f->copy, &other));
	query.policy = str_view("default");
	assert_false(recent_record_matches(&f->copy, &query));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_record_is_an_object, setup, teardown),
		cmocka_unit_test_setup_teardown(claims_of_every_length, setup, teardown),
		cmocka_unit_test_setup_teardown(queries_choose, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
