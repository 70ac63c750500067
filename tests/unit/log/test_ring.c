/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "log/ring.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SIZE 256
#define OVERHEAD 24 /* as the header says */
#define LINES 20000

static void put(struct log_ring *q, const char *text)
{
	const struct log_record record = {LOG_LEVEL_WARNING, true, 1234567890};

	log_ring_put(q, &record, str_view(text));
}

static void assert_takes(struct log_ring *q, const char *expected)
{
	struct log_record record;
	struct bytes text;

	bytes_init(&text, 0);
	assert_true(log_ring_take(q, &record, &text));
	assert_true(str_eq_text(bytes_view(&text), expected));
	assert_int_equal(record.level, LOG_LEVEL_WARNING);
	assert_int_equal(record.wall_ms, 1234567890);
	assert_true(record.finished);
	bytes_clear(&text);
}

/* Every record begins and ends at every place of the room once. */
static void keeps_order_around_the_end(void **state)
{
	static const char text[] = "0123456789012345678901234567890123456789";
	struct log_ring *q = log_ring_new(SIZE);

	for (size_t i = 0; i < 10 * SIZE; i++) {
		put(q, text + i % 40);
		put(q, text + i % 7);
		assert_takes(q, text + i % 40);
		assert_false(log_ring_is_empty(q));
		assert_takes(q, text + i % 7);
		assert_true(log_ring_is_empty(q));
	}
	assert_int_equal(log_ring_lost(q), 0);
	log_ring_free(q);
}

static void loses_what_has_no_room(void **state)
{
	char text[SIZE + 2];
	struct log_ring *q = log_ring_new(SIZE);
	struct log_record record;
	struct bytes taken;

	memset(text, 'x', sizeof(text));
	text[SIZE - OVERHEAD + 1] = '\0';
	put(q, text);
	assert_int_equal(log_ring_lost(q), 1);
	assert_true(log_ring_is_empty(q));
	text[SIZE - OVERHEAD] = '\0';
	assert_false(log_ring_is_half_full(q));
	put(q, text);
	assert_true(log_ring_is_half_full(q));
	put(q, "");
	assert_int_equal(log_ring_lost(q), 2);
	assert_takes(q, text);
	put(q, "");
	assert_false(log_ring_is_half_full(q));
	assert_takes(q, "");
	bytes_init(&taken, 0);
	assert_false(log_ring_take(q, &record, &taken));
	assert_int_equal(log_ring_lost(q), 2);
	log_ring_free(q);
}

static void *put_numbers(void *arg)
{
	char text[32];

	for (int i = 0; i < LINES; i++) {
		snprintf(text, sizeof(text), "%d", i);
		put(arg, text);
	}
	return NULL;
}

/* What is not lost comes in order, while both are at it. */
static void carries_from_thread_to_thread(void **state)
{
	struct log_ring *q = log_ring_new(SIZE);
	struct log_record record;
	struct bytes text;
	pthread_t thread;
	uint64_t taken = 0;
	uint64_t next = 0;
	uint64_t number;

	bytes_init(&text, 0);
	assert_int_equal(pthread_create(&thread, NULL, put_numbers, q), 0);
	while (taken + log_ring_lost(q) < LINES) {
		if (log_ring_take(q, &record, &text)) {
			assert_true(str_to_u64(bytes_view(&text), LINES, &number));
			assert_true(number >= next);
			next = number + 1;
			taken++;
		}
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(taken > 0);
	assert_true(log_ring_is_empty(q));
	bytes_clear(&text);
	log_ring_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order_around_the_end),
		cmocka_unit_test(loses_what_has_no_room),
		cmocka_unit_test(carries_from_thread_to_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
