/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reads_big_endian(void **state)
{
	static const uint8_t data[] = {0xfe, 0x80, 0x01, 0xff, 0x00, 0x00, 0x80, 'a', 'b'};
	struct reader r;

	reader_init(&r, data, sizeof(data));
	assert_int_equal(reader_left(&r), 9);
	assert_int_equal(reader_u8(&r), 0xfe);
	assert_int_equal(reader_u16(&r), 0x8001);
	assert_true(reader_u32(&r) == 0xff000080);
	assert_ptr_equal(reader_take(&r, 2), data + 7);
	assert_int_equal(reader_left(&r), 0);
	assert_ptr_equal(reader_take(&r, 0), data + 9);
	assert_false(r.failed);
}

/* Each read at each length that is too short for it. */
static void fails_for_good(void **state)
{
	static const uint8_t data[] = {1, 2, 3, 4};

	for (size_t len = 0; len < sizeof(data); len++) {
		struct reader r;

		reader_init(&r, data, len);
		assert_int_equal(reader_u32(&r), 0);
		assert_true(r.failed);
		assert_int_equal(reader_left(&r), 0);
		assert_int_equal(reader_u8(&r), 0);
		assert_null(reader_take(&r, 0));
		assert_null(reader_take(&r, 1));
		reader_init(&r, data, len);
		assert_null(reader_take(&r, len + 1));
		assert_true(r.failed);
		reader_init(&r, data, len);
		assert_null(reader_take(&r, SIZE_MAX));
		assert_true(r.failed);
		if (len < 2) {
			reader_init(&r, data, len);
			assert_int_equal(reader_u16(&r), 0);
			assert_true(r.failed);
		}
	}
}

static void reads_nothing_of_nothing(void **state)
{
	struct reader r;

	reader_init(&r, NULL, 0);
	assert_int_equal(reader_left(&r), 0);
	(void)reader_take(&r, 0);
	assert_false(r.failed);
	assert_int_equal(reader_u8(&r), 0);
	assert_true(r.failed);
}

static void puts_big_endian(void **state)
{
	uint8_t out[6];

	put_u16(out, 0x8001);
	put_u32(out + 2, 0xfe0102ff);
	assert_memory_equal(out, "\x80\x01\xfe\x01\x02\xff", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_endian),
		cmocka_unit_test(fails_for_good),
		cmocka_unit_test(reads_nothing_of_nothing),
		cmocka_unit_test(puts_big_endian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
