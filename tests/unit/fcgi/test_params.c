/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/assert_bytes.h"
#include "unit/fcgi/kit.h"

/* Reads a stream from memory of exactly its size; the pairs are appended to *out. Each pair is a
 * view of the stream, right behind the one before. */
static enum fcgi_params_fault read_all(const uint8_t *data, size_t len, struct bytes *out)
{
	char *copy = malloc(len > 0 ? len : 1);
	struct fcgi_params p = {{copy, len}, FCGI_PARAMS_SOUND};
	const char *at = copy;
	struct str name;
	struct str value;

	if (len > 0) {
		memcpy(copy, data, len);
	}
	while (fcgi_params_next(&p, &name, &value)) {
		assert_in_range(name.data - at, 2, 8);
		assert_ptr_equal(name.data + name.len, value.data);
		at = value.data + value.len;
		assert_int_equal(at - copy + (ptrdiff_t)p.rest.len, len);
		bytes_append_str(out, name);
		bytes_append_u8(out, '=');
		bytes_append_str(out, value);
		bytes_append_u8(out, ';');
	}
	assert_int_equal(p.fault == FCGI_PARAMS_SOUND, at == copy + len);
	assert_false(fcgi_params_next(&p, &name, &value));
	free(copy);
	return p.fault;
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
	wire_pair(stream, (struct str){longer, 127}, (struct str){longer, 127});
	/* Four bytes for lengths that would fit in one. */
	bytes_append(stream, "\x80\0\0\1\x80\0\0\2Bcd", 11);
	wire_pair(stream, (struct str){"N\0L", 3}, (struct str){"\0", 1});

	bytes_append_text(expected, "A=1;EMPTY=;=nameless;=;CERT=");
	bytes_append(expected, longer, sizeof(longer));
	bytes_append_text(expected, ";");
	bytes_append(expected, longer, 128);
	bytes_append_text(expected, "=x;");
	bytes_append(expected, longer, 127);
	bytes_append_text(expected, "=");
	bytes_append(expected, longer, 127);
	bytes_append(expected, ";B=cd;N\0L=\0;", 12);
}

static void gives_every_pair_in_its_place(void **state)
{
	struct bytes stream = {0};
	struct bytes expected = {0};
	struct bytes out = {0};

	a_stream(&stream, &expected);
	assert_int_equal(read_all(stream.data, stream.len, &out), FCGI_PARAMS_SOUND);
	assert_bytes(out.data, out.len, expected.data, expected.len);
	bytes_clear(&out);
	bytes_clear(&expected);
	bytes_clear(&stream);
}

/* Cut at every length: the pairs before the cut, and a fault but where one ends. */
static void may_end_only_between_pairs(void **state)
{
	struct bytes stream = {0};
	struct bytes expected = {0};
	struct bytes out = {0};
	size_t ends = 0;

	a_stream(&stream, &expected);
	for (size_t cut = 0; cut <= stream.len; cut++) {
		size_t before = out.len;

		bytes_reset(&out, SIZE_MAX);
		enum fcgi_params_fault fault = read_all(stream.data, cut, &out);
		bool ended = cut == 0 || out.len > before;

		assert_int_equal(fault, ended ? FCGI_PARAMS_SOUND : FCGI_PARAMS_TRUNCATED);
		assert_true(out.len >= before);
		if (out.len > 0) {
			assert_memory_equal(out.data, expected.data, out.len);
		}
		ends += ended;
	}
	assert_int_equal(ends, 10);
	bytes_clear(&out);
	bytes_clear(&expected);
	bytes_clear(&stream);
}

static void announced_giants_are_truncated(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"\xff\xff\xff\xff\xff\xff\xff\xff", 8},
		{"\xff\xff\xff\xff\0", 5},
		{"\0\xff\xff\xff\xff", 5},
		{"\1\x80\x01\x86\x9bN", 6},
		{"\xff\xff\xff\xff\xff\xff\xff\xffname", 12},
	};
	struct bytes out = {0};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(read_all((const uint8_t *)cases[i].bytes, cases[i].len, &out),
			FCGI_PARAMS_TRUNCATED);
	}
	assert_int_equal(out.len, 0);
	bytes_clear(&out);
}

/* An absent value has no data; one that came has, also at the very end. */
static void an_empty_value_is_not_absent(void **state)
{
	static const char *const streams[] = {"\1\0A", "\1\x80\0\0\0A"};
	static const size_t lens[] = {3, 6};

	for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
		struct fcgi_params p = {{streams[i], lens[i]}, FCGI_PARAMS_SOUND};
		struct str name;
		struct str value;

		assert_true(fcgi_params_next(&p, &name, &value));
		assert_int_equal(value.len, 0);
		assert_non_null(value.data);
		assert_false(fcgi_params_next(&p, &name, &value));
		assert_int_equal(p.fault, FCGI_PARAMS_SOUND);
	}
}

static void a_fault_from_before_stays(void **state)
{
	static const char stream[] = "\1\1Aa\1\1B";

	for (size_t len = 0; len < sizeof(stream); len++) {
		struct fcgi_params p = {{stream, len}, FCGI_PARAMS_OVERSIZE};
		struct str name;
		struct str value;

		assert_int_equal(fcgi_params_next(&p, &name, &value), len >= 4);
		assert_false(fcgi_params_next(&p, &name, &value));
		assert_int_equal(p.fault, FCGI_PARAMS_OVERSIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_every_pair_in_its_place),
		cmocka_unit_test(may_end_only_between_pairs),
		cmocka_unit_test(announced_giants_are_truncated),
		cmocka_unit_test(an_empty_value_is_not_absent),
		cmocka_unit_test(a_fault_from_before_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
