/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/fcgi/kit.h"

#define ROOMY 100000

/* Feeds a piece, from memory of exactly its size; what comes of it is appended to *out. */
static enum fcgi_params_result feed(
	struct fcgi_params *p, const uint8_t *data, size_t len, struct bytes *out)
{
	uint8_t *copy = calloc(len > 0 ? len : 1, 1);
	struct str rest = str_from_bytes(copy, len);
	struct str name;
	struct str value;
	enum fcgi_params_result result;

	memcpy(copy, data, len);
	while ((result = fcgi_params_next(p, &rest, &name, &value)) == FCGI_PARAMS_PAIR) {
		bytes_append_str(out, name);
		bytes_append_u8(out, '=');
		bytes_append_str(out, value);
		bytes_append_u8(out, ';');
	}
	assert_true(result != FCGI_PARAMS_MORE || rest.len == 0);
	free(copy);
	return result;
}

static void a_stream(struct bytes *stream, struct bytes *expected)
{
	char longer[300];

	memset(longer, 'v', sizeof(longer));
	wire_pair(stream, str_view("A"), str_view("1"));
	wire_pair(stream, str_view("EMPTY"), str_view(""));
	wire_pair(stream, str_view(""), str_view("nameless"));
	wire_pair(stream, str_view(""), str_view(""));
	wire_pair(stream, str_view("CERT"), (struct str){longer, sizeof(longer)});
	wire_pair(stream, (struct str){longer, 128}, str_view("x"));
	/* Four bytes for lengths that would fit in one. */
	bytes_append(stream, "\x80\0\0\1\x80\0\0\2Bcd", 11);
	wire_pair(stream, (struct str){"N\0L", 3}, (struct str){"\0", 1});

	bytes_append_text(expected, "A=1;EMPTY=;=nameless;=;CERT=");
	bytes_append(expected, longer, sizeof(longer));
	bytes_append_text(expected, ";");
	bytes_append(expected, longer, 128);
	bytes_append(expected, "=x;B=cd;N\0L=\0;", 14);
}

static void gives_the_same_pairs_however_split(void **state)
{
	struct bytes stream = {0};
	struct bytes expected = {0};
	struct bytes out = {0};

	a_stream(&stream, &expected);
	for (size_t a = 0; a <= stream.len; a++) {
		for (size_t b = a; b <= stream.len; b += 1 + a % 5) {
			struct fcgi_params p;

			fcgi_params_init(&p, stream.len);
			bytes_reset(&out, ROOMY);
			assert_int_equal(feed(&p, stream.data, a, &out), FCGI_PARAMS_MORE);
			assert_int_equal(feed(&p, stream.data + a, b - a, &out), FCGI_PARAMS_MORE);
			assert_int_equal(
				feed(&p, stream.data + b, stream.len - b, &out), FCGI_PARAMS_MORE);
			assert_true(fcgi_params_is_between(&p));
			assert_int_equal(out.len, expected.len);
			assert_memory_equal(out.data, expected.data, out.len);
			fcgi_params_clear(&p);
		}
	}
	bytes_clear(&out);
	bytes_clear(&expected);
	bytes_clear(&stream);
}

static void reads_byte_by_byte(void **state)
{
	struct bytes stream = {0};
	struct bytes expected = {0};
	struct bytes out = {0};
	struct fcgi_params p;

	a_stream(&stream, &expected);
	fcgi_params_init(&p, ROOMY);
	for (size_t i = 0; i < stream.len; i++) {
		assert_int_equal(feed(&p, stream.data + i, 1, &out), FCGI_PARAMS_MORE);
	}
	assert_true(fcgi_params_is_between(&p));
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(out.data, expected.data, out.len);
	fcgi_params_clear(&p);
	bytes_clear(&out);
	bytes_clear(&expected);
	bytes_clear(&stream);
}

static void may_end_only_between_pairs(void **state)
{
	struct bytes stream = {0};
	struct bytes out = {0};

	wire_pair(&stream, str_view("NAME"), str_view("value"));
	size_t first = stream.len;
	char longer[200] = {0};

	wire_pair(&stream, str_view("X"), (struct str){longer, sizeof(longer)});
	for (size_t cut = 0; cut <= stream.len; cut++) {
		struct fcgi_params p;

		fcgi_params_init(&p, ROOMY);
		assert_int_equal(feed(&p, stream.data, cut, &out), FCGI_PARAMS_MORE);
		assert_int_equal(
			fcgi_params_is_between(&p), cut == 0 || cut == first || cut == stream.len);
		fcgi_params_clear(&p);
	}
	bytes_clear(&out);
	bytes_clear(&stream);
}

static void does_not_copy_whole_pairs(void **state)
{
	static const char input[] = "\1\3Aone\1\3Btwo";
	struct str rest = {input, sizeof(input) - 1};
	struct str name;
	struct str value;
	struct fcgi_params p;

	fcgi_params_init(&p, ROOMY);
	assert_int_equal(fcgi_params_next(&p, &rest, &name, &value), FCGI_PARAMS_PAIR);
	assert_ptr_equal(name.data, input + 2);
	assert_ptr_equal(value.data, input + 3);
	assert_int_equal(fcgi_params_next(&p, &rest, &name, &value), FCGI_PARAMS_PAIR);
	assert_ptr_equal(value.data, input + 9);
	assert_int_equal(fcgi_params_next(&p, &rest, &name, &value), FCGI_PARAMS_MORE);
	assert_null(p.partial.data);
	fcgi_params_clear(&p);
}

/* For each bound below the stream's length: the pairs that fit, then TOO_LONG; and where it comes
 * does not depend on the split. */
static void keeps_the_bound(void **state)
{
	struct bytes stream = {0};
	struct bytes expected = {0};

	a_stream(&stream, &expected);
	for (size_t max = 0; max < stream.len; max++) {
		struct bytes whole = {0};
		struct bytes bytewise = {0};
		struct fcgi_params p;
		enum fcgi_params_result result = FCGI_PARAMS_MORE;

		fcgi_params_init(&p, max);
		assert_int_equal(feed(&p, stream.data, stream.len, &whole), FCGI_PARAMS_TOO_LONG);
		fcgi_params_reset(&p, max, 0);
		for (size_t i = 0; i < stream.len && result == FCGI_PARAMS_MORE; i++) {
			assert_true(i <= max);
			result = feed(&p, stream.data + i, 1, &bytewise);
		}
		assert_int_equal(result, FCGI_PARAMS_TOO_LONG);
		assert_int_equal(whole.len, bytewise.len);
		assert_true(whole.len <= expected.len);
		if (whole.len > 0) {
			assert_memory_equal(whole.data, bytewise.data, whole.len);
			assert_memory_equal(whole.data, expected.data, whole.len);
		}
		fcgi_params_clear(&p);
		bytes_clear(&whole);
		bytes_clear(&bytewise);
	}
	bytes_clear(&expected);
	bytes_clear(&stream);
}

static void refuses_announced_giants_at_once(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"\xff\xff\xff\xff\xff\xff\xff\xff", 8}, {"\xff\xff\xff\xff\0", 5},
		{"\0\xff\xff\xff\xff", 5},
		{"\1\x80\x01\x86\x9b", 5}, /* 100,001 bytes with lengths and name */
	};
	struct bytes out = {0};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fcgi_params p;

		fcgi_params_init(&p, ROOMY);
		assert_int_equal(feed(&p, (const uint8_t *)cases[i].bytes, cases[i].len, &out),
			FCGI_PARAMS_TOO_LONG);
		fcgi_params_clear(&p);
	}
	assert_int_equal(out.len, 0);
	bytes_clear(&out);
}

static void memory_grows_with_what_came_not_with_what_was_announced(void **state)
{
	struct bytes out = {0};
	struct fcgi_params p;

	fcgi_params_init(&p, ROOMY);
	assert_int_equal(
		feed(&p, (const uint8_t *)"\1\x80\x01\x80\0abc", 8, &out), FCGI_PARAMS_MORE);
	assert_true(p.partial.capacity < 256);
	fcgi_params_clear(&p);
	bytes_clear(&out);
}

static void is_good_as_new_after_a_reset(void **state)
{
	struct bytes out = {0};
	struct fcgi_params p;

	fcgi_params_init(&p, 5);
	assert_int_equal(feed(&p, (const uint8_t *)"\1\x40", 2, &out), FCGI_PARAMS_TOO_LONG);
	fcgi_params_reset(&p, 5, 64);
	assert_int_equal(feed(&p, (const uint8_t *)"\1\1A", 3, &out), FCGI_PARAMS_MORE);
	fcgi_params_reset(&p, 5, 64);
	assert_int_equal(feed(&p, (const uint8_t *)"\1\1Bc", 4, &out), FCGI_PARAMS_MORE);
	assert_int_equal(out.len, 4);
	assert_memory_equal(out.data, "B=c;", 4);
	fcgi_params_clear(&p);
	bytes_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_same_pairs_however_split),
		cmocka_unit_test(reads_byte_by_byte),
		cmocka_unit_test(may_end_only_between_pairs),
		cmocka_unit_test(does_not_copy_whole_pairs),
		cmocka_unit_test(keeps_the_bound),
		cmocka_unit_test(refuses_announced_giants_at_once),
		cmocka_unit_test(memory_grows_with_what_came_not_with_what_was_announced),
		cmocka_unit_test(is_good_as_new_after_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
