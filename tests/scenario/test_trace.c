/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * The trace of a lookup for people: which source answered each query, and whether it was sent at
 * all.
 */

#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct story {
	char text[2048];
	size_t len;
	const struct dns_fcrdns_result *result;
};

static void tell(void *ctx, const struct dns_fcrdns_trace_step *step)
{
	struct story *story = ctx;

	story->len += (size_t)snprintf(story->text + story->len, sizeof(story->text) - story->len,
		"%.*s: %.*s, %u s, %.*s%s%s\n", (int)step->name.len, step->name.data,
		(int)step->answer.len, step->answer.data, step->ttl_s, (int)step->server.len,
		step->server.data, step->cached ? ", cached" : "", step->joined ? ", joined" : "");
	assert_true(story->len < sizeof(story->text));
}

static void done(void *ctx, const struct dns_fcrdns_result *result)
{
	((struct story *)ctx)->result = result;
}

static void expect(struct scenario *s, const char *text)
{
	struct story story = {.len = 0};
	struct dns_fcrdns_trace trace = {.step = tell, .ctx = &story};
	struct addr addr = sim_addr(CLIENT);

	assert_non_null(
		dns_fcrdns_start(s->engine, &addr, DNS_FCRDNS_DOUBLE, &trace, done, &story));
	scenario_run(s, 5000);
	assert_non_null(story.result);
	dns_fcrdns_result_unref(story.result);
	assert_string_equal(story.text, text);
}

static void joined_and_cached(void **state)
{
	struct scenario *s = *state;

	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "a.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "b.example");
	scenario_record(s, "a.example", DNS_TYPE_CNAME, 200, "t.example");
	scenario_record(s, "b.example", DNS_TYPE_CNAME, 200, "t.example");
	scenario_record(s, "t.example", DNS_TYPE_A, 100, CLIENT);
	scenario_start(s);
	expect(s, REVERSE ": a.example, b.example, 300 s, 127.0.0.1:53\n"
			  "a.example: CNAME t.example, 200 s, 127.0.0.1:53\n"
			  "b.example: CNAME t.example, 200 s, 127.0.0.1:53\n"
			  "t.example: 192.0.2.1, 100 s, 127.0.0.1:53\n"
			  "t.example: 192.0.2.1, 100 s, 127.0.0.1:53, joined\n");
	assert_int_equal(s->query_count, 4);
	s->now_ms += 60000;
	expect(s, REVERSE ": a.example, b.example, 240 s, cache, cached\n"
			  "a.example: CNAME t.example, 140 s, cache, cached\n"
			  "b.example: CNAME t.example, 140 s, cache, cached\n"
			  "t.example: 192.0.2.1, 40 s, cache, cached\n"
			  "t.example: 192.0.2.1, 40 s, cache, cached\n");
	assert_int_equal(s->query_count, 4);
}

static void not_authentic(void **state)
{
	struct scenario *s = *state;

	s->settings.trust_ad = DNS_YES;
	s->settings.require_ad = true;
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "a.example");
	scenario_start(s);
	expect(s, REVERSE ": not authentic, 1 s, 127.0.0.1:53\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			joined_and_cached, scenario_setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(not_authentic, scenario_setup, scenario_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
