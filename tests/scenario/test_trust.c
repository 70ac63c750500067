/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* When the AD bit of an upstream counts, and when it is needed. */

#include "base/util.h"
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

	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "a.example");
	scenario_record(s, "a.example", DNS_TYPE_A, 300, CLIENT);
	return 0;
}

static void require(struct scenario *s)
{
	s->settings.trust_ad = DNS_YES;
	s->settings.require_ad = true;
}

static void without_it_nothing_is_asked_or_needed(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example");
	assert_false(s->queries[0].ad || s->queries[1].ad);
}

static void trust_asks(void **state)
{
	struct scenario *s = *state;

	s->settings.trust_ad = DNS_YES;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example");
	assert_true(s->queries[0].ad && s->queries[1].ad);
}

static void required_and_there(void **state)
{
	struct scenario *s = *state;

	require(s);
	s->authentic = true;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example");
	scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	/* A cached answer keeps the AD bit of its reply. */
	scenario_expect(s, CLIENT, DNS_FCRDNS_SINGLE, DNS_FCRDNS_UNVERIFIED, "a.example");
	assert_int_equal(s->query_count, 3);
}

static void required_and_not_there(void **state)
{
	struct scenario *s = *state;

	require(s);
	scenario_start(s);
	assert_int_equal(scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, ""), 1000);
	assert_int_equal(s->query_count, 1);
	/* Nor is it proven that the name does not exist. */
	scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	/* It is cached as a failure, and tried again. */
	scenario_expect(s, CLIENT, DNS_FCRDNS_SINGLE, DNS_FCRDNS_ERROR, "");
	assert_int_equal(s->query_count, 2);
	s->authentic = true;
	s->now_ms += 1000;
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example");
}

/* Only the answers of this type are proven. */
static bool prove(struct scenario *s, const struct sim_query *q)
{
	s->authentic = q->type == *(const unsigned *)s->ctx;
	return false;
}

static void both_directions_need_it(void **state)
{
	static const unsigned types[] = {DNS_TYPE_PTR, DNS_TYPE_A};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct scenario *s = *state;
		unsigned type = types[i];

		require(s);
		s->behave = prove;
		s->ctx = &type;
		scenario_start(s);
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
		scenario_expect(s, CLIENT, DNS_FCRDNS_SINGLE,
			type == DNS_TYPE_PTR ? DNS_FCRDNS_UNVERIFIED : DNS_FCRDNS_ERROR,
			type == DNS_TYPE_PTR ? "a.example" : "");
		scenario_teardown(state);
		setup(state);
	}
	scenario_start(*state);
}

static bool prove_all_but_target(struct scenario *s, const struct sim_query *q)
{
	s->authentic = strcmp(q->name, "target.example.") != 0;
	return false;
}

static void each_link_of_a_chain_needs_it(void **state)
{
	struct scenario *s = *state;

	require(s);
	s->records[1] = (struct sim_record){"a.example", DNS_TYPE_CNAME, 300, "target.example"};
	scenario_record(s, "target.example", DNS_TYPE_A, 300, CLIENT);
	s->behave = prove_all_but_target;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	s->behave = NULL;
	s->authentic = true;
	s->now_ms += 60000;
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example");
}

static void the_static_zone_is_proven(void **state)
{
	struct scenario *s = *state;

	require(s);
	scenario_start_with_zone(s, "$TTL 300\n" REVERSE ". PTR z.example.\n"
				    "z.example. A " CLIENT "\n");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "z.example");
	assert_int_equal(s->query_count, 0);
}

/* With this configuration no answer counts: the AD bit does not count without trust_ad. */
static void without_trust_nothing_counts(void **state)
{
	struct scenario *s = *state;

	s->settings.require_ad = true;
	s->authentic = true;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			without_it_nothing_is_asked_or_needed, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(trust_asks, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(required_and_there, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(required_and_not_there, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(both_directions_need_it, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			each_link_of_a_chain_needs_it, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			the_static_zone_is_proven, setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			without_trust_nothing_counts, setup, scenario_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
