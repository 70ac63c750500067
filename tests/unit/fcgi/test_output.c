/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/fcgi/kit.h"

static void a_stream_is_cut_padded_and_ended(void **state)
{
	static const size_t sizes[] = {0, 1, 7, 8, 9, 65528, 65535, 65536, 131070, 131071, 200000};
	static char text[200000];

	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = (char)(i % 251);
	}
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct bytes out = {0};
		size_t at = 0;
		size_t done = 0;
		size_t len = 1;

		fcgi_output_stream(&out, FCGI_STDOUT, 0x102, (struct str){text, sizes[i]});
		while (len > 0) {
			const uint8_t *record = out.data + at;

			assert_true(at + 8 <= out.len);
			len = (size_t)(record[4] << 8 | record[5]);
			assert_int_equal(record[0], 1);
			assert_int_equal(record[1], FCGI_STDOUT);
			assert_int_equal(record[2] << 8 | record[3], 0x102);
			assert_int_equal(record[6], (8 - len % 8) % 8);
			assert_int_equal(record[7], 0);
			assert_true(at + 8 + len + record[6] <= out.len);
			assert_true(len == 65535 || done + len == sizes[i]);
			assert_memory_equal(record + 8, text + done, len);
			for (size_t k = 0; k < record[6]; k++) {
				assert_int_equal(record[8 + len + k], 0);
			}
			done += len;
			at += 8 + len + record[6];
		}
		assert_int_equal(done, sizes[i]);
		assert_int_equal(at, out.len);
		bytes_clear(&out);
	}
}

static void without_memory_nothing_is_half_written(void **state)
{
	static char text[70000];
	struct bytes out = {.max = 66000};

	fcgi_output_stream(&out, FCGI_STDOUT, 1, (struct str){text, sizeof(text)});
	fcgi_output_end(&out, 1, FCGI_REQUEST_COMPLETE);
	assert_true(out.failed);
	assert_int_equal(out.len, 8 + 65535 + 1);
	bytes_clear(&out);
}

static void knows_the_variables(void **state)
{
	assert_int_equal(fcgi_variable_of(str_view("FCGI_MAX_CONNS")), FCGI_VARIABLE_MAX_CONNS);
	assert_int_equal(fcgi_variable_of(str_view("FCGI_MAX_REQS")), FCGI_VARIABLE_MAX_REQS);
	assert_int_equal(fcgi_variable_of(str_view("FCGI_MPXS_CONNS")), FCGI_VARIABLE_MPXS_CONNS);
	assert_int_equal(
		fcgi_variable_of(str_view("DOORWARD_GENERATION")), FCGI_VARIABLE_GENERATION);
	assert_int_equal(fcgi_variable_of(str_view("FCGI_MAX_CONN")), 0);
	assert_int_equal(fcgi_variable_of(str_view("fcgi_max_conns")), 0);
	assert_int_equal(fcgi_variable_of(str_view("")), 0);
}

static void the_greatest_values_fit(void **state)
{
	static const char told[] = "\16\12FCGI_MAX_CONNS4294967295\15\24FCGI_MAX_REQS"
				   "18446744065119617025\17\1FCGI_MPXS_CONNS1\23\20DOORWARD_"
				   "GENERATIONffffffffffffffff";
	const struct fcgi_limits limits = {.max_connections = UINT32_MAX,
		.max_requests_per_connection = UINT32_MAX,
		.generation = UINT64_MAX};
	struct bytes out = {0};

	fcgi_output_values(&out, UINT32_MAX, &limits);
	assert_int_equal(out.data[4] << 8 | out.data[5], sizeof(told) - 1);
	assert_memory_equal(out.data + 8, told, sizeof(told) - 1);
	bytes_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_is_cut_padded_and_ended),
		cmocka_unit_test(without_memory_nothing_is_half_written),
		cmocka_unit_test(knows_the_variables),
		cmocka_unit_test(the_greatest_values_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
