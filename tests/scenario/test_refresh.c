/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Results in use are looked up again before they expire, and a failure of that lookup does not
 * remove them.
 */

#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	scenario_setup(state);
	struct scenario *s = *state;

	s->settings.refresh = true;
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 100, "a.example");
	scenario_record(s, "a.example", DNS_TYPE_A, 300, CLIENT);
	return 0;
}

/* The cached result; NULL: a miss. The engine runs what a hit starts. */
static const char *hit(struct scenario *s)
{
	struct addr addr = sim_addr(CLIENT);
	const struct dns_fcrdns_result *result =
		dns_fcrdns_cached(s->engine, &addr, DNS_FCRDNS_DOUBLE);
	const char *word = result != NULL ? dns_fcrdns_status_word(result->status) : NULL;

	dns_fcrdns_result_unref(result);
	return word;
}

static void expect_hit(struct scenario *s, const char *word)
{
	const char *got = hit(s);

	assert_string_equal(got != NULL ? got : "no hit", word);
}

/* Looks the client up, and lets time pass until `ms` before the result expires. */
static uint64_t look_up(struct scenario *s, uint64_t ms)
{
	uint64_t life_ms =
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example");
	uint64_t end_ms = s->now_ms + life_ms;

	s->now_ms = end_ms - ms;
	return end_ms;
}

static void off_unless_asked_for(void **state)
{
	struct scenario *s = *state;

	s->settings.refresh = false;
	scenario_start(s);
	look_up(s, 1);
	expect_hit(s, "verified");
	scenario_run(s, 1000);
	assert_int_equal(s->query_count, 2);
	s->now_ms += 1000;
	assert_null(hit(s));
}

static void in_the_last_tenth(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	uint64_t end_ms = look_up(s, 10001);

	expect_hit(s, "verified");
	assert_int_equal(dns_core_next(s->engine), UINT64_MAX);
	s->now_ms++;
	unsigned woken = s->woken;

	expect_hit(s, "verified");
	assert_int_equal(s->woken, woken + 1);
	expect_hit(s, "verified");
	expect_hit(s, "verified");
	scenario_run(s, 1000);
	/* Only a result that would have expired is looked up again, once for any number of hits. */
	assert_int_equal(s->query_count, 3);
	assert_int_equal(sim_asked(s, REVERSE), 2);
	assert_int_equal(dns_core_stats(s->engine)->refreshes, 1);
	s->now_ms = end_ms;
	expect_hit(s, "verified");
	assert_int_equal(s->query_count, 3);
	s->now_ms = end_ms + 89999;
	expect_hit(s, "verified");
}

static void a_result_without_hits_is_not_refreshed_for_ever(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	look_up(s, 5000);
	scenario_run(s, 5000);
	assert_int_equal(s->query_count, 2);
}

/* A client that asks once a second never waits, though its names live for 5 s. */
static void a_client_in_use_never_waits(void **state)
{
	struct scenario *s = *state;

	s->records[0].ttl = 0;
	s->records[1].ttl = 1;
	scenario_start(s);
	assert_int_equal(
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example"),
		5000);
	for (unsigned i = 0; i < 100; i++) {
		expect_hit(s, "verified");
		scenario_run(s, 500);
		s->now_ms += 500;
	}
	assert_in_range(s->query_count, 40, 90);
}

static bool fail_all(struct scenario *s, const struct sim_query *q)
{
	sim_rcode(s, q, RCODE_SERVFAIL, 10);
	return true;
}

static bool fail_forward(struct scenario *s, const struct sim_query *q)
{
	return q->type == DNS_TYPE_A && fail_all(s, q);
}

static bool silence(struct scenario *s, const struct sim_query *q)
{
	return true;
}

/* Neither shorter nor longer, and without repeated attempts. */
static void expect_failure_changes_nothing(struct scenario *s)
{
	uint64_t end_ms = look_up(s, 9000);
	size_t before = s->query_count;

	expect_hit(s, "verified");
	scenario_run(s, 5000);
	assert_true(s->query_count > before);
	before = s->query_count;
	s->now_ms = end_ms - 1;
	expect_hit(s, "verified");
	scenario_run(s, 0);
	assert_int_equal(s->query_count, before);
	s->now_ms = end_ms;
	assert_null(hit(s));
}

static void failure_changes_nothing(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	look_up(s, 100000);
	s->behave = fail_all;
	expect_failure_changes_nothing(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
}

static void silence_changes_nothing(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	look_up(s, 100000);
	s->behave = silence;
	expect_failure_changes_nothing(s);
}

/* A newer result that knows less does not replace a valid one. */
static void partial_failure_changes_nothing(void **state)
{
	struct scenario *s = *state;

	scenario_record(s, REVERSE, DNS_TYPE_PTR, 100, "b.example");
	scenario_record(s, "b.example", DNS_TYPE_A, 105, CLIENT);
	s->settings.case_randomization = false;
	s->settings.edns_size = 0;
	scenario_start(s);
	uint64_t life_ms = scenario_expect(
		s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example b.example");
	uint64_t end_ms = s->now_ms + life_ms;
	struct addr addr = sim_addr(CLIENT);

	s->now_ms = end_ms - 9000;
	s->behave = fail_forward;
	expect_hit(s, "verified");
	scenario_run(s, 5000);
	assert_int_equal(sim_asked(s, "b.example"), 2);
	s->now_ms = end_ms - 1;
	const struct dns_fcrdns_result *result =
		dns_fcrdns_cached(s->engine, &addr, DNS_FCRDNS_DOUBLE);

	assert_non_null(result);
	assert_int_equal(result->names.count, 2);
	dns_fcrdns_result_unref(result);
	s->now_ms = end_ms;
	assert_null(hit(s));
}

/* The new data of the authorities counts at once. */
static void another_answer_counts_at_once(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	look_up(s, 9000);
	s->records[0].data = "other.example";
	expect_hit(s, "verified");
	scenario_run(s, 1000);
	expect_hit(s, "mismatch");
}

static bool answer_late(struct scenario *s, const struct sim_query *q)
{
	sim_answer(s, q, 200);
	return true;
}

/* The result expires while the refresh is in flight: a request that comes then joins it. */
static void joining_a_refresh(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};

	scenario_start(s);
	uint64_t end_ms = look_up(s, 100);

	s->behave = answer_late;
	expect_hit(s, "verified");
	scenario_run(s, 100);
	s->now_ms = end_ms;
	assert_null(hit(s));
	size_t before = s->query_count;

	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 5000);
	sim_lookup_expect(&l, DNS_FCRDNS_VERIFIED, "a.example");
	assert_int_equal(l.done_ms, end_ms + 100);
	assert_int_equal(s->query_count, before);
	sim_lookup_clear(&l);
}

/* At high load, lookups that a request waits for go first. */
static void none_under_pressure(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup slow[4] = {{.calls = 0}};

	s->settings.max_in_flight = 8;
	scenario_start(s);
	look_up(s, 9000);
	s->behave = silence;
	for (unsigned i = 0; i < 4; i++) {
		char addr[24];

		snprintf(addr, sizeof(addr), "198.51.%u.1", i);
		sim_lookup_start(&slow[i], s, addr, DNS_FCRDNS_DOUBLE);
	}
	scenario_run(s, 10);
	size_t before = s->query_count;

	expect_hit(s, "verified");
	scenario_run(s, 10);
	assert_int_equal(s->query_count, before);
	scenario_run(s, 5000);
	for (unsigned i = 0; i < 4; i++) {
		sim_lookup_clear(&slow[i]);
	}
	s->behave = NULL;
	expect_hit(s, "verified");
	scenario_run(s, 10);
	assert_int_equal(sim_asked(s, REVERSE), 2);
}

static void stopping_with_a_refresh_under_way(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	look_up(s, 9000);
	s->behave = silence;
	expect_hit(s, "verified");
	scenario_run(s, 100);
	dns_core_stop(s->engine);
	expect_hit(s, "verified");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(off_unless_asked_for, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(in_the_last_tenth, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			a_result_without_hits_is_not_refreshed_for_ever, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			a_client_in_use_never_waits, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(failure_changes_nothing, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(silence_changes_nothing, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			partial_failure_changes_nothing, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			another_answer_counts_at_once, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(joining_a_refresh, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(none_under_pressure, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			stopping_with_a_refresh_under_way, setup, scenario_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
