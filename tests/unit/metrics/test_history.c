/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "metrics/history.h"

#include "config/config_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define BEGAN_MS 5000

struct fixture {
	struct metrics *metrics;
	struct metrics_policy **counts;
	struct metrics_history *history;
};

static void open_fixture(struct fixture *f)
{
	static const char text[] = "[policy default]\nallow = *\n";
	struct diag diag;

	diag_init(&diag);
	struct config *config = config_load_text("test", str_view(text), &diag);

	assert_non_null(config);
	f->metrics = metrics_new(2, 0);
	assert_non_null(f->metrics);
	assert_true(metrics_know_policies(f->metrics, config));
	f->counts = metrics_policies(f->metrics, 1, config);
	assert_non_null(f->counts);
	f->history = metrics_history_new(f->metrics, BEGAN_MS);
	assert_non_null(f->history);
	diag_clear(&diag);
	config_unref(config);
}

static void close_fixture(struct fixture *f)
{
	metrics_history_free(f->history);
	free(f->counts);
	metrics_free(f->metrics);
}

static void decide(struct fixture *f, uint64_t n)
{
	counter_add(&f->counts[0]->decisions[AUTHZ_ALLOW][POLICY_REASON_RULE], n);
}

static uint64_t at(unsigned step)
{
	return BEGAN_MS + (uint64_t)step * METRICS_HISTORY_STEP_S * 1000;
}

/* Whether the document, written at a time, has the text. */
static bool has(struct fixture *f, uint64_t now_ms, const char *text)
{
	struct bytes out;

	bytes_init(&out, 0);
	metrics_history_write(f->history, now_ms, 1000, &out);
	assert_false(out.failed);
	bool found = memmem(out.data, out.len, text, strlen(text)) != NULL;

	if (!found) {
		print_message("%.*s\n", (int)out.len, (const char *)out.data);
	}
	bytes_clear(&out);
	return found;
}

static void counts_fall_into_their_steps(void **state)
{
	struct fixture f;

	open_fixture(&f);
	assert_true(has(&f, at(0), "\"series\":[]"));
	decide(&f, 3);
	assert_true(has(&f, at(0) + 9999, "\"values\":[],\"current\":3"));
	assert_true(has(&f, at(1), "\"values\":[3],\"current\":0"));
	decide(&f, 2);
	assert_true(has(&f, at(1) + 1, "\"values\":[3],\"current\":2"));
	/* Two steps without a sample. */
	decide(&f, 4);
	assert_true(has(&f, at(4) + 2500, "\"values\":[3,2,0,0],\"current\":4"));
	assert_true(has(&f, at(4) + 2500, "\"end\":998,\"current_ms\":2500"));
	close_fixture(&f);
}

static void an_hour_is_kept(void **state)
{
	struct fixture f;

	open_fixture(&f);
	for (unsigned step = 0; step < 3 * METRICS_HISTORY_STEPS; step++) {
		decide(&f, step + 1);
		metrics_history_sample(f.history, at(step));
	}
	unsigned last = 3 * METRICS_HISTORY_STEPS - 1;
	char begin[64];
	char end[64];

	snprintf(begin, sizeof(begin), "\"values\":[%u,%u,", last - METRICS_HISTORY_STEPS + 1,
		last - METRICS_HISTORY_STEPS + 2);
	snprintf(end, sizeof(end), ",%u],\"current\":%u", last, last + 1);
	assert_true(has(&f, at(last), begin));
	assert_true(has(&f, at(last), end));
	assert_true(has(&f, at(last), "\"steps\":360"));
	/* An hour later nothing of it is there. */
	assert_true(has(&f, at(last + METRICS_HISTORY_STEPS), "\"series\":[{"));
	assert_true(has(&f, at(last + METRICS_HISTORY_STEPS + 1), "\"series\":[]"));
	assert_true(has(&f, at(last + 100 * METRICS_HISTORY_STEPS), "\"series\":[]"));
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_fall_into_their_steps),
		cmocka_unit_test(an_hour_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
