/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/stream.h"
#include "unit/assert_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_holds(const struct fcgi_stream *s, struct str expected)
{
	assert_bytes(s->all.data, s->all.len, expected.data, expected.len);
}

static void one_piece_is_not_copied(void **state)
{
	static const char piece[] = "one piece";
	struct fcgi_stream s = {0};

	assert_true(fcgi_stream_add(&s, str_view(piece)));
	assert_ptr_equal(s.all.data, piece);
	assert_int_equal(s.all.len, sizeof(piece) - 1);
	assert_null(s.gathered.data);
	fcgi_stream_clear(&s);
	assert_int_equal(s.all.len, 0);
}

/* Cut twice anywhere; `kept`: after which pieces their memory goes, as bits. */
static void check_pieces(struct str text, size_t a, size_t b, unsigned kept)
{
	const size_t ends[] = {a, b, text.len};
	struct fcgi_stream s = {0};
	char *memory[ARRAY_LEN(ends)];
	size_t from = 0;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		size_t len = ends[i] - from;

		memory[i] = malloc(len + 1);
		memcpy(memory[i], text.data + from, len);
		if (len > 0) {
			assert_true(fcgi_stream_add(&s, (struct str){memory[i], len}));
		}
		from = ends[i];
		if ((kept >> i & 1) != 0) {
			assert_true(fcgi_stream_keep(&s));
			for (size_t k = 0; k <= i; k++) {
				memset(memory[k], 'X', ends[k] - (k > 0 ? ends[k - 1] : 0));
			}
		}
	}
	assert_holds(&s, text);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		free(memory[i]);
	}
	fcgi_stream_clear(&s);
}

static void pieces_become_one_whatever_goes_when(void **state)
{
	struct str text = str_view("a stream that comes in three pieces, longer than the 64 bytes "
				   "that memory begins with, so that it is moved on the way");

	for (size_t a = 0; a <= text.len; a++) {
		for (size_t b = a; b <= text.len; b += 1 + a % 3) {
			for (unsigned kept = 0; kept < 8; kept++) {
				check_pieces(text, a, b, kept);
			}
		}
	}
}

static void keeping_twice_copies_once(void **state)
{
	struct fcgi_stream s = {0};

	assert_true(fcgi_stream_keep(&s));
	assert_null(s.gathered.data);
	assert_true(fcgi_stream_add(&s, str_view("kept")));
	assert_true(fcgi_stream_keep(&s));
	const char *at = s.all.data;

	assert_true(fcgi_stream_keep(&s));
	assert_ptr_equal(s.all.data, at);
	assert_holds(&s, str_view("kept"));
	fcgi_stream_clear(&s);
}

static void is_good_as_new_after_a_reset(void **state)
{
	struct fcgi_stream s = {0};

	for (size_t keep = 0; keep < 256; keep += 255) {
		assert_true(fcgi_stream_add(&s, str_view("of the last one")));
		assert_true(fcgi_stream_add(&s, str_view(" and the last but one")));
		fcgi_stream_reset(&s, keep);
		assert_int_equal(s.all.len, 0);
		assert_int_equal(s.gathered.data != NULL, keep > 0);
		assert_true(fcgi_stream_add(&s, str_view("next")));
		assert_holds(&s, str_view("next"));
		assert_true(fcgi_stream_keep(&s));
		assert_holds(&s, str_view("next"));
		fcgi_stream_reset(&s, keep);
	}
	fcgi_stream_clear(&s);
}

/* Where memory ends, a bound stands in for it. */
static void without_memory_only_a_reset_helps(void **state)
{
	struct fcgi_stream s = {0};

	bytes_init(&s.gathered, 8);
	assert_true(fcgi_stream_add(&s, str_view("12345")));
	assert_false(fcgi_stream_add(&s, str_view("6789")));
	assert_false(fcgi_stream_add(&s, str_view("0")));
	fcgi_stream_reset(&s, 64);
	assert_true(fcgi_stream_add(&s, str_view("12345")));
	assert_true(fcgi_stream_add(&s, str_view("678")));
	assert_holds(&s, str_view("12345678"));
	fcgi_stream_reset(&s, 64);
	assert_true(fcgi_stream_add(&s, str_view("123456789")));
	assert_false(fcgi_stream_keep(&s));
	fcgi_stream_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_piece_is_not_copied),
		cmocka_unit_test(pieces_become_one_whatever_goes_when),
		cmocka_unit_test(keeping_twice_copies_once),
		cmocka_unit_test(is_good_as_new_after_a_reset),
		cmocka_unit_test(without_memory_only_a_reset_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
