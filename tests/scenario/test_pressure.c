/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * At the limit of queries in flight: which lookups are pushed out, which are refused at once, and
 * which stay.
 */

#include "base/util.h"
#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Silence for reverse names of 198.51.0.0/16; the rest is answered at once. */
static bool silence(struct scenario *s, const struct sim_query *q)
{
	return strstr(q->name, "51.198.in-addr.arpa") != NULL;
}

static int setup(void **state)
{
	scenario_setup(state);
	struct scenario *s = *state;

	s->behave = silence;
	s->settings.max_in_flight = 8;
	return 0;
}

static void start(struct sim_lookup *l, struct scenario *s, unsigned number)
{
	char addr[24];

	snprintf(addr, sizeof(addr), "198.51.%u.1", number);
	sim_lookup_start(l, s, addr, DNS_FCRDNS_DOUBLE);
}

static void expect_overload(const struct sim_lookup *l, bool overload)
{
	sim_lookup_expect(l, overload ? DNS_FCRDNS_ERROR : DNS_FCRDNS_NONE, "");
	assert_int_equal(l->result->overload, overload);
}

static void full_and_young_is_overload_at_once(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup slow[8] = {{.calls = 0}};
	struct sim_lookup new = {.calls = 0};

	scenario_start(s);
	for (unsigned i = 0; i < ARRAY_LEN(slow); i++) {
		start(&slow[i], s, i);
	}
	scenario_run(s, 200);
	uint64_t now_ms = s->now_ms;

	sim_lookup_start(&new, s, "203.0.113.1", DNS_FCRDNS_DOUBLE);
	scenario_run(s, 0);
	expect_overload(&new, true);
	assert_int_equal(new.done_ms, now_ms);
	sim_lookup_clear(&new);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		assert_int_equal(slow[i].calls, 0);
	}
	scenario_run(s, 5000);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		sim_lookup_expect(&slow[i], DNS_FCRDNS_ERROR, "");
		assert_false(slow[i].result->overload);
		sim_lookup_clear(&slow[i]);
	}
}

/*
 * The half that came first stays; of the others the oldest are pushed out, one for each new query.
 */
static void new_ones_push_out_the_old_of_the_second_half(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup slow[8] = {{.calls = 0}};
	struct sim_lookup new[2] = {{.calls = 0}};

	scenario_start(s);
	for (unsigned i = 0; i < ARRAY_LEN(slow); i++) {
		start(&slow[i], s, i);
		scenario_run(s, 1);
	}
	scenario_run(s, 250);
	uint64_t now_ms = s->now_ms;

	for (unsigned i = 0; i < ARRAY_LEN(new); i++) {
		char addr[24];

		snprintf(addr, sizeof(addr), "203.0.113.%u", i);
		sim_lookup_start(&new[i], s, addr, DNS_FCRDNS_DOUBLE);
	}
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		assert_int_equal(slow[i].calls, 0); /* never inside the call of another */
	}
	scenario_run(s, 0);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		bool pushed = i == 4 || i == 5;

		assert_int_equal(slow[i].calls, pushed);
		if (pushed) {
			expect_overload(&slow[i], true);
			assert_int_equal(slow[i].done_ms, now_ms);
			sim_lookup_clear(&slow[i]);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(new); i++) {
		expect_overload(&new[i], false);
		sim_lookup_clear(&new[i]);
	}
	assert_int_equal(dns_core_stats(s->engine)->overloads, 2);
	scenario_run(s, 5000);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		if (i != 4 && i != 5) {
			assert_int_equal(slow[i].calls, 1);
			assert_false(slow[i].result->overload);
			sim_lookup_clear(&slow[i]);
		}
	}
	/* All places are free again, and overload is not cached. */
	scenario_expect(s, "203.0.113.9", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	for (unsigned i = 4; i < 6; i++) {
		char addr[24];

		snprintf(addr, sizeof(addr), "198.51.%u.1", i);
		scenario_expect(s, addr, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	}
}

static void cancel_all(struct sim_lookup *l)
{
	struct sim_lookup *others = l->ctx;

	for (size_t i = 0; i < 8; i++) {
		if (others[i].handle != NULL) {
			dns_fcrdns_cancel(others[i].handle);
			others[i].handle = NULL;
		}
	}
}

/* A lookup that is pushed out cancels all others, also those that were pushed out with it. */
static void the_pushed_may_cancel_others(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup slow[8] = {{.calls = 0}};
	struct sim_lookup new[3] = {{.calls = 0}};

	scenario_start(s);
	for (unsigned i = 0; i < ARRAY_LEN(slow); i++) {
		slow[i].then = cancel_all;
		slow[i].ctx = slow;
		start(&slow[i], s, i);
	}
	scenario_run(s, 250);
	for (unsigned i = 0; i < ARRAY_LEN(new); i++) {
		char addr[24];

		snprintf(addr, sizeof(addr), "203.0.113.%u", i);
		sim_lookup_start(&new[i], s, addr, DNS_FCRDNS_DOUBLE);
	}
	scenario_run(s, 5000);
	unsigned told = 0;

	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		told += slow[i].calls;
		sim_lookup_clear(&slow[i]);
	}
	assert_int_equal(told, 1);
	for (size_t i = 0; i < ARRAY_LEN(new); i++) {
		expect_overload(&new[i], false);
		sim_lookup_clear(&new[i]);
	}
}

static void a_pushed_look_up_may_be_cancelled_before_it_is_told(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup slow[8] = {{.calls = 0}};
	struct sim_lookup new = {.calls = 0};

	scenario_start(s);
	for (unsigned i = 0; i < ARRAY_LEN(slow); i++) {
		start(&slow[i], s, i);
	}
	scenario_run(s, 250);
	sim_lookup_start(&new, s, "203.0.113.1", DNS_FCRDNS_DOUBLE);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		dns_fcrdns_cancel(slow[i].handle);
	}
	scenario_run(s, 5000);
	expect_overload(&new, false);
	sim_lookup_clear(&new);
}

static void a_flood_leaves_room_for_the_quick(void **state)
{
	enum { FLOOD = 4000 };
	struct scenario *s = *state;
	struct sim_lookup *slow = calloc(FLOOD, sizeof(*slow));
	unsigned served = 0;
	unsigned tried = 0;

	assert_non_null(slow);
	s->settings.max_in_flight = 64;
	s->settings.attempts = 1;
	scenario_start(s);
	for (unsigned i = 0; i < FLOOD; i++) {
		char addr[24];

		snprintf(addr, sizeof(addr), "198.51.%u.%u", i % 251, i / 251);
		sim_lookup_start(&slow[i], s, addr, DNS_FCRDNS_DOUBLE);
		scenario_run(s, 5);
		s->query_count = 0;
		if (i % 10 == 9) {
			struct sim_lookup quick = {.calls = 0};

			snprintf(addr, sizeof(addr), "203.0.%u.%u", i % 199, i / 199);
			sim_lookup_start(&quick, s, addr, DNS_FCRDNS_DOUBLE);
			scenario_run(s, 0);
			assert_int_equal(quick.calls, 1);
			served += !quick.result->overload;
			tried++;
			sim_lookup_clear(&quick);
		}
	}
	scenario_run(s, 10000);
	for (unsigned i = 0; i < FLOOD; i++) {
		assert_int_equal(slow[i].calls, 1);
		sim_lookup_clear(&slow[i]);
	}
	free(slow);
	assert_int_equal(served, tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			full_and_young_is_overload_at_once, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			new_ones_push_out_the_old_of_the_second_half, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			the_pushed_may_cancel_others, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(a_pushed_look_up_may_be_cancelled_before_it_is_told,
			setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			a_flood_leaves_room_for_the_quick, setup, scenario_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
