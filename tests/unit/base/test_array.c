/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void keeps_what_was_appended(void **state)
{
	uint32_t *items = NULL;
	size_t capacity = 0;
	size_t moves = 0;

	for (size_t count = 0; count < 1000; count++) {
		size_t before = capacity;
		uint32_t *room = array_reserve(items, count, &capacity, sizeof(*items));

		assert_non_null(room);
		assert_true(capacity > count);
		moves += capacity != before;
		items = room;
		items[count] = (uint32_t)count;
	}
	assert_in_range(moves, 2, 10);
	for (size_t i = 0; i < 1000; i++) {
		assert_int_equal(items[i], i);
	}
	free(items);
}

static void a_size_that_overflows_changes_nothing(void **state)
{
	size_t capacity = 0;

	assert_null(array_reserve(NULL, 0, &capacity, SIZE_MAX / 2));
	assert_int_equal(capacity, 0);
	capacity = SIZE_MAX / 2 + 1;
	assert_null(array_reserve(NULL, capacity, &capacity, 1));
	assert_int_equal(capacity, SIZE_MAX / 2 + 1);
}

static void grows_within_an_arena(void **state)
{
	uint32_t *items = NULL;
	size_t capacity = 0;
	struct arena arena;

	arena_init(&arena, 256);
	for (size_t count = 0; count < 100; count++) {
		items = array_reserve_in(&arena, items, count, &capacity, sizeof(*items));
		assert_non_null(items);
		items[count] = (uint32_t)count;
	}
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(items[i], i);
	}
	capacity = SIZE_MAX / 2 + 1;
	assert_null(array_reserve_in(&arena, items, capacity, &capacity, 1));
	assert_int_equal(capacity, SIZE_MAX / 2 + 1);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_was_appended),
		cmocka_unit_test(a_size_that_overflows_changes_nothing),
		cmocka_unit_test(grows_within_an_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
