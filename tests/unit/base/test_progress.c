/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

struct seen {
	unsigned shown;
	unsigned ended;
	uint64_t done;
	uint64_t total;
	const char *what;
};

static void show(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct seen *seen = ctx;

	assert_true(done <= total);
	seen->shown++;
	seen->done = done;
	seen->total = total;
	seen->what = what;
}

static void ended(void *ctx, const char *what, uint64_t took_ms)
{
	struct seen *seen = ctx;

	seen->ended++;
	seen->what = what;
}

static struct progress progress_to(struct seen *seen)
{
	return (struct progress){.show = show, .ended = ended, .ctx = seen};
}

static void it_is_shown_in_hundredths(void **state)
{
	struct seen seen = {0};
	struct progress p = progress_to(&seen);

	progress_begin(&p, "a");
	for (uint64_t done = 0; done <= 1000000; done++) {
		progress_at(&p, done, 1000000);
	}
	progress_end(&p);
	assert_in_range(seen.shown, 99, 101);
	assert_int_equal(seen.total, 1000000);
	assert_int_equal(seen.ended, 1);
	assert_string_equal(seen.what, "a");
}

/* A file may grow while it is read. */
static void more_than_all_is_all(void **state)
{
	struct seen seen = {0};
	struct progress p = progress_to(&seen);

	progress_begin(&p, "a");
	progress_at(&p, 5000, 10);
	assert_int_equal(seen.done, 10);
	progress_at(&p, 0, 0);
	assert_int_equal(seen.shown, 1);
}

static void nothing_is_shown_of_nothing(void **state)
{
	struct seen seen = {0};
	struct progress p = progress_to(&seen);

	progress_begin(&p, "a");
	progress_at(&p, 1, 0);
	progress_at(&p, 2, 100);
	progress_end(&p);
	assert_int_equal(seen.shown, 0);
	assert_int_equal(seen.ended, 1);
	progress_at(&p, 50, 100);
	progress_end(&p);
	assert_int_equal(seen.shown, 0);
	assert_int_equal(seen.ended, 1);
}

static void short_files_are_not_shown(void **state)
{
	struct seen seen = {0};
	struct progress p = progress_to(&seen);

	progress_begin(&p, "a");
	progress_at_byte(&p, 0, PROGRESS_SHORT_FILE);
	assert_int_equal(seen.shown, 0);
	progress_at_byte(&p, 0, PROGRESS_SHORT_FILE + 1);
	assert_int_equal(seen.shown, 1);
}

static void what_is_in_another_ends_both(void **state)
{
	struct seen seen = {0};
	struct progress p = progress_to(&seen);

	progress_begin(&p, "outer");
	progress_at(&p, 0, 10);
	progress_begin(&p, "inner");
	progress_at(&p, 0, 10);
	assert_string_equal(seen.what, "inner");
	progress_end(&p);
	progress_at(&p, 9, 10);
	progress_end(&p);
	assert_int_equal(seen.shown, 2);
	assert_int_equal(seen.ended, 1);
}

static void no_one_need_be_told(void **state)
{
	struct progress p = {0};

	progress_begin(NULL, "a");
	progress_at(NULL, 1, 2);
	progress_at_byte(NULL, 1, PROGRESS_SHORT_FILE + 1);
	progress_end(NULL);
	progress_begin(&p, "a");
	progress_at(&p, 1, 2);
	assert_int_equal(p.next, 2);
	progress_end(&p);
	assert_null(p.what);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_shown_in_hundredths),
		cmocka_unit_test(more_than_all_is_all),
		cmocka_unit_test(nothing_is_shown_of_nothing),
		cmocka_unit_test(short_files_are_not_shown),
		cmocka_unit_test(what_is_in_another_ends_both),
		cmocka_unit_test(no_one_need_be_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
