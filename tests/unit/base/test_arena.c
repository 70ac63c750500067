/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void gives_zeroed_aligned_memory(void **state)
{
	struct arena a;

	arena_init(&a, 100);
	for (int round = 0; round < 3; round++) {
		for (size_t size = 0; size < 300; size++) {
			unsigned char *at = arena_alloc(&a, size, 1);

			assert_non_null(at);
			assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++) {
				assert_int_equal(at[i], 0);
			}
			memset(at, 0xa5, size);
		}
		arena_reset(&a);
	}
	arena_clear(&a);
}

static void keeps_what_it_gave(void **state)
{
	unsigned char *given[200];
	struct arena a;

	arena_init(&a, 256);
	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		given[i] = arena_alloc(&a, i, 3);
		memset(given[i], (int)i, 3 * i);
	}
	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		for (size_t at = 0; at < 3 * i; at++) {
			assert_int_equal(given[i][at], i);
		}
	}
	arena_clear(&a);
}

static void refuses_sizes_that_overflow(void **state)
{
	struct arena a;

	arena_init(&a, 64);
	assert_null(arena_alloc(&a, SIZE_MAX, 2));
	assert_null(arena_alloc(&a, SIZE_MAX / 2 + 1, 2));
	assert_null(arena_alloc(&a, SIZE_MAX, 1));
	assert_null(arena_alloc(&a, SIZE_MAX - 15, 1));
	assert_null(arena_dup(&a, (struct str){"", SIZE_MAX}).data);
	assert_non_null(arena_alloc(&a, 0, SIZE_MAX));
	arena_clear(&a);
}

static void resets_to_one_chunk(void **state)
{
	struct arena a;

	arena_init(&a, 1024);
	arena_reset(&a);
	assert_null(a.chunks);
	void *first = arena_alloc(&a, 16, 1);

	arena_reset(&a);
	assert_ptr_equal(arena_alloc(&a, 16, 1), first);
	/* A chunk made for one very large wish is not kept. */
	(void)arena_alloc(&a, 4097, 1);
	arena_reset(&a);
	assert_null(a.chunks);
	arena_clear(&a);
	assert_null(a.chunks);
	assert_non_null(arena_alloc(&a, 1, 1));
	arena_clear(&a);
}

static void copies_strings(void **state)
{
	struct arena a;

	arena_init(&a, 64);
	struct str copy = arena_dup(&a, (struct str){"a\0bXX", 3});

	assert_int_equal(copy.len, 3);
	assert_memory_equal(copy.data, "a\0b", 4);
	copy = arena_dup(&a, (struct str){NULL, 0});
	assert_non_null(copy.data);
	assert_int_equal(copy.len, 0);
	assert_int_equal(copy.data[0], '\0');
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(keeps_what_it_gave),
		cmocka_unit_test(refuses_sizes_that_overflow),
		cmocka_unit_test(resets_to_one_chunk),
		cmocka_unit_test(copies_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
