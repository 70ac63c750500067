/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/counter.h"
#include "base/util.h"
#include "metrics/prometheus.h"
#include "unit/assert_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void expect(struct bytes *out, const char *text)
{
	assert_false(out->failed);
	assert_bytes(out->data, out->len, text, strlen(text));
	bytes_clear(out);
}

static void family_and_samples(void **state)
{
	struct bytes out;

	bytes_init(&out, 0);
	metrics_prometheus_family(&out, "a_total", METRICS_PROMETHEUS_COUNTER, "What it is.");
	metrics_prometheus_number(&out, "a_total", "", UINT64_MAX);
	metrics_prometheus_number(&out, "a_total", "b=\"c\"", 0);
	metrics_prometheus_real(&out, "d_seconds", "", 0.25);
	expect(&out, "# HELP a_total What it is.\n# TYPE a_total counter\n"
		     "a_total 18446744073709551615\na_total{b=\"c\"} 0\nd_seconds 0.250000\n");
}

static void label_values_are_escaped(void **state)
{
	static const struct {
		struct str value;
		const char *text;
	} cases[] = {
		{{"", 0}, "n=\"\""},
		{{"web", 3}, "n=\"web\""},
		{{"a\"b", 3}, "n=\"a\\\"b\""},
		{{"a\\b", 3}, "n=\"a\\\\b\""},
		{{"a\nb", 3}, "n=\"a\\nb\""},
		{{"a\0\x7f\xff", 4}, "n=\"a???\""},
		{{"{},=", 4}, "n=\"{},=\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bytes out;

		bytes_init(&out, 0);
		metrics_prometheus_label(&out, "n", cases[i].value);
		expect(&out, cases[i].text);
	}
}

static void a_bound_belongs_to_the_bucket_that_it_ends(void **state)
{
	for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
		struct histogram h = {0};
		uint64_t bound = histogram_bounds_us[i];

		histogram_observe(&h, bound);
		histogram_observe(&h, bound + 1);
		assert_int_equal(counter_get(&h.buckets[i]), 1);
		assert_int_equal(counter_get(&h.buckets[i + 1]), 1);
		assert_int_equal(counter_get(&h.sum_us), 2 * bound + 1);
		assert_true(i == 0 || bound > histogram_bounds_us[i - 1]);
	}
}

static void buckets_are_cumulative(void **state)
{
	uint64_t buckets[HISTOGRAM_BOUNDS + 1] = {[0] = 2, [6] = 3, [HISTOGRAM_BOUNDS] = 1};
	const struct metrics_prometheus_histogram h = {buckets, 6003000};
	struct bytes out;

	bytes_init(&out, 0);
	metrics_prometheus_histogram(&out, "t_seconds", &h);
	assert_true(bytes_append_u8(&out, '\0'));
	const char *text = (const char *)out.data;

	assert_non_null(strstr(text, "t_seconds_bucket{le=\"1e-05\"} 2\n"));
	assert_non_null(strstr(text, "t_seconds_bucket{le=\"0.0005\"} 2\n"));
	assert_non_null(strstr(text, "t_seconds_bucket{le=\"0.001\"} 5\n"));
	assert_non_null(strstr(text, "t_seconds_bucket{le=\"5\"} 5\n"));
	assert_non_null(strstr(text, "t_seconds_bucket{le=\"+Inf\"} 6\n"
				     "t_seconds_sum 6.003000\nt_seconds_count 6\n"));
	bytes_clear(&out);
}

static void counters_are_written_with_their_help(void **state)
{
	_Atomic uint64_t counter = 0;

	counter_add(&counter, 3);
	counter_add(&counter, 4);
	assert_int_equal(counter_get(&counter), 7);
	counter_set(&counter, 2);
	assert_int_equal(counter_get(&counter), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(family_and_samples),
		cmocka_unit_test(label_values_are_escaped),
		cmocka_unit_test(a_bound_belongs_to_the_bucket_that_it_ends),
		cmocka_unit_test(buckets_are_cumulative),
		cmocka_unit_test(counters_are_written_with_their_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
