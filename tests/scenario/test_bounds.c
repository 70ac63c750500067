/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Joining, limits, cancelling and stopping, in every state. */

#include "base/util.h"
#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool answer_after_10_ms(struct scenario *s, const struct sim_query *q)
{
	sim_answer(s, q, 10);
	return true;
}

static int setup(void **state)
{
	scenario_setup(state);
	struct scenario *s = *state;

	s->behave = answer_after_10_ms;
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "a.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "b.example");
	scenario_record(s, "a.example", DNS_TYPE_A, 300, CLIENT);
	scenario_record(s, "b.example", DNS_TYPE_A, 300, CLIENT);
	return 0;
}

static void test_same_address_is_looked_up_once(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup lookups[100] = {{.calls = 0}};

	scenario_start(s);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		sim_lookup_start(&lookups[i], s, CLIENT, DNS_FCRDNS_DOUBLE);
	}
	scenario_run(s, 100);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		sim_lookup_expect(&lookups[i], DNS_FCRDNS_VERIFIED, "a.example b.example");
		assert_ptr_equal(lookups[i].result, lookups[0].result);
	}
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		sim_lookup_clear(&lookups[i]);
	}
	assert_int_equal(s->query_count, 3);
}

static void test_same_question_is_asked_once(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup one = {.calls = 0};
	struct sim_lookup other = {.calls = 0};

	scenario_start(s);
	scenario_record(s, "2.2.0.192.in-addr.arpa", DNS_TYPE_PTR, 300, "a.example");
	sim_lookup_start(&one, s, CLIENT, DNS_FCRDNS_DOUBLE);
	sim_lookup_start(&other, s, "192.0.2.2", DNS_FCRDNS_DOUBLE);
	scenario_run(s, 100);
	sim_lookup_expect(&one, DNS_FCRDNS_VERIFIED, "a.example b.example");
	sim_lookup_expect(&other, DNS_FCRDNS_MISMATCH, "");
	assert_int_equal(sim_asked(s, "a.example"), 1);
	assert_int_equal(s->query_count, 4);
	sim_lookup_clear(&one);
	sim_lookup_clear(&other);
}

static void test_cached(void **state)
{
	struct scenario *s = *state;
	struct addr addr = sim_addr(CLIENT);
	struct sim_lookup l = {.calls = 0};

	scenario_start(s);
	assert_null(dns_fcrdns_cached(s->engine, &addr, DNS_FCRDNS_DOUBLE));
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 100);
	const struct dns_fcrdns_result *cached =
		dns_fcrdns_cached(s->engine, &addr, DNS_FCRDNS_DOUBLE);

	assert_ptr_equal(cached, l.result);
	dns_fcrdns_result_unref(cached);
	assert_null(dns_fcrdns_cached(s->engine, &addr, DNS_FCRDNS_SINGLE));
	/* The other mode finds the answer of the PTR in the cache. */
	scenario_expect(s, CLIENT, DNS_FCRDNS_SINGLE, DNS_FCRDNS_UNVERIFIED, "a.example b.example");
	assert_int_equal(s->query_count, 3);
	s->now_ms = l.result->expires_ms - 1;
	cached = dns_fcrdns_cached(s->engine, &addr, DNS_FCRDNS_DOUBLE);
	assert_non_null(cached);
	dns_fcrdns_result_unref(cached);
	s->now_ms++;
	assert_null(dns_fcrdns_cached(s->engine, &addr, DNS_FCRDNS_DOUBLE));
	sim_lookup_clear(&l);
}

static void test_answers_are_cached_as_long_as_they_hold(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, "2.2.0.192.in-addr.arpa", DNS_TYPE_PTR, 300, "a.example");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "a.example b.example");
	s->now_ms += 100000;
	/* The answer about a.example is 100 s old: the new result does not outlive it. */
	uint64_t life_ms =
		scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");

	assert_in_range(life_ms, 190000, 200000);
	assert_int_equal(s->query_count, 4);
}

static void test_overload(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup lookups[6] = {{.calls = 0}};
	uint64_t start_ms = s->now_ms;
	char addr[16];

	s->settings.max_in_flight = 4;
	s->settings.case_randomization = false;
	scenario_start(s);
	for (unsigned i = 0; i < ARRAY_LEN(lookups); i++) {
		snprintf(addr, sizeof(addr), "198.51.%u.1", i);
		sim_lookup_start(&lookups[i], s, addr, DNS_FCRDNS_DOUBLE);
	}
	scenario_run(s, 100);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		bool over = i >= 4;

		sim_lookup_expect(&lookups[i], over ? DNS_FCRDNS_ERROR : DNS_FCRDNS_NONE, "");
		assert_int_equal(lookups[i].result->overload, over);
		assert_int_equal(lookups[i].done_ms - start_ms, over ? 0 : 10);
		sim_lookup_clear(&lookups[i]);
	}
	assert_int_equal(dns_core_stats(s->engine)->overloads, 2);
	/* It is not cached. */
	scenario_expect(s, "198.51.5.1", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
}

static void test_overload_of_queries_in_the_middle(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};
	struct sim_lookup fill[2] = {{.calls = 0}};

	s->settings.max_in_flight = 2;
	scenario_start(s);
	scenario_run(s, 0);
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 5);
	sim_lookup_start(&fill[0], s, "198.51.100.1", DNS_FCRDNS_DOUBLE);
	scenario_run(s, 100);
	/* With one query of another lookup in flight there is room for only one of two names. */
	sim_lookup_expect(&l, DNS_FCRDNS_VERIFIED, "a.example");
	assert_int_equal(l.result->expires_ms - l.done_ms, 5000);
	sim_lookup_clear(&l);
	sim_lookup_clear(&fill[0]);
}

static void test_overload_of_a_prefix(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup lookups[6] = {{.calls = 0}};
	static const char *const addresses[] = {"2001:db8:0:1::1", "2001:db8:0:1::2",
		"2001:db8:0:1:ffff::3", "2001:db8:0:2::1", "192.0.2.9", "192.0.2.8"};

	s->settings.max_in_flight_per_prefix = 2;
	scenario_start(s);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		sim_lookup_start(&lookups[i], s, addresses[i], DNS_FCRDNS_DOUBLE);
	}
	scenario_run(s, 100);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		assert_int_equal(lookups[i].calls, 1);
		assert_int_equal(lookups[i].result->overload, i == 2);
		sim_lookup_clear(&lookups[i]);
	}
	scenario_expect(s, addresses[2], DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
}

/* Cancels at each millisecond of a lookup's life: no callback is called, nothing is left. */
static void test_cancel_in_every_state(void **state)
{
	for (uint64_t ms = 0; ms < 40; ms++) {
		struct scenario *s = *state;
		struct sim_lookup l = {.calls = 0};

		scenario_start(s);
		sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
		if (ms > 0) {
			scenario_run(s, ms - 1);
		}
		bool done = l.calls == 1;

		dns_fcrdns_cancel(l.handle);
		assert_int_equal(s->acquired, 0);
		scenario_run(s, 5000);
		assert_int_equal(l.calls, done);
		assert_int_equal(done, ms > 20);
		sim_lookup_clear(&l);
		scenario_teardown(state);
		setup(state);
	}
	scenario_start(*state);
}

static void test_cancel_of_one_who_joined(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup one = {.calls = 0};
	struct sim_lookup other = {.calls = 0};

	scenario_start(s);
	sim_lookup_start(&one, s, CLIENT, DNS_FCRDNS_DOUBLE);
	sim_lookup_start(&other, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 5);
	dns_fcrdns_cancel(one.handle);
	scenario_run(s, 100);
	assert_int_equal(one.calls, 0);
	sim_lookup_expect(&other, DNS_FCRDNS_VERIFIED, "a.example b.example");
	sim_lookup_clear(&other);
}

static void cancel_the_other(struct sim_lookup *l)
{
	struct sim_lookup *other = l->ctx;

	if (other->handle != NULL) {
		dns_fcrdns_cancel(other->handle);
		other->handle = NULL;
	}
}

static void test_cancel_from_inside_a_callback(void **state)
{
	static const char *const addresses[] = {CLIENT, "10.0.0.1", "192.0.2.77"};

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct scenario *s = *state;
		struct sim_lookup other = {.calls = 0};
		struct sim_lookup one = {.then = cancel_the_other, .ctx = &other};

		scenario_start(s);
		sim_lookup_start(&one, s, addresses[i], DNS_FCRDNS_DOUBLE);
		sim_lookup_start(&other, s, addresses[i], DNS_FCRDNS_DOUBLE);
		scenario_run(s, 100);
		assert_int_equal(one.calls, 1);
		assert_int_equal(other.calls, 0);
		sim_lookup_clear(&one);
		scenario_teardown(state);
		setup(state);
	}
	scenario_start(*state);
}

static void stop_everything(struct sim_lookup *l)
{
	dns_core_stop(l->s->engine);
}

/* A callback that closes the engine is the last that is called. */
static void test_stop_from_inside_a_callback(void **state)
{
	static const char *const addresses[] = {CLIENT, "10.0.0.1", "192.0.2.77"};

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct scenario *s = *state;
		struct sim_lookup lookups[4] = {{.then = stop_everything}};

		scenario_start(s);
		sim_lookup_start(&lookups[0], s, addresses[i], DNS_FCRDNS_DOUBLE);
		sim_lookup_start(&lookups[1], s, addresses[i], DNS_FCRDNS_DOUBLE);
		sim_lookup_start(&lookups[2], s, "192.0.2.78", DNS_FCRDNS_DOUBLE);
		sim_lookup_start(&lookups[3], s, "10.0.0.2", DNS_FCRDNS_DOUBLE);
		scenario_run(s, 100);
		assert_int_equal(lookups[0].calls, 1);
		assert_int_equal(lookups[1].calls, 0);
		for (size_t k = 0; k < ARRAY_LEN(lookups); k++) {
			sim_lookup_clear(&lookups[k]);
		}
		scenario_teardown(state);
		setup(state);
	}
	scenario_start(*state);
}

static void test_stop_in_every_state(void **state)
{
	for (uint64_t ms = 0; ms < 30; ms++) {
		struct scenario *s = *state;
		struct sim_lookup lookups[3] = {{.calls = 0}};

		scenario_start(s);
		sim_lookup_start(&lookups[0], s, CLIENT, DNS_FCRDNS_DOUBLE);
		sim_lookup_start(&lookups[1], s, CLIENT, DNS_FCRDNS_SINGLE);
		sim_lookup_start(&lookups[2], s, "10.0.0.1", DNS_FCRDNS_DOUBLE);
		if (ms > 0) {
			scenario_run(s, ms - 1);
		}
		unsigned calls = lookups[0].calls + lookups[1].calls + lookups[2].calls;

		dns_core_stop(s->engine);
		scenario_run(s, 5000);
		assert_int_equal(lookups[0].calls + lookups[1].calls + lookups[2].calls, calls);
		for (size_t k = 0; k < ARRAY_LEN(lookups); k++) {
			sim_lookup_clear(&lookups[k]);
		}
		scenario_teardown(state);
		setup(state);
	}
	scenario_start(*state);
}

struct again {
	struct sim_lookup next;
	unsigned left;
};

static void start_another(struct sim_lookup *l)
{
	struct again *again = l->ctx;

	if (again->left > 0) {
		again->left--;
		sim_lookup_start(
			l, l->s, again->left % 2 == 0 ? CLIENT : "10.0.0.1", DNS_FCRDNS_DOUBLE);
	}
}

static void test_start_from_inside_a_callback(void **state)
{
	struct scenario *s = *state;
	struct again again = {.left = 1000};

	scenario_start(s);
	again.next = (struct sim_lookup){.then = start_another, .ctx = &again};
	sim_lookup_start(&again.next, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 100000);
	assert_int_equal(again.next.calls, 1001);
	assert_int_equal(s->query_count, 3);
	sim_lookup_clear(&again.next);
}

struct told {
	struct scenario *s;
	char text[2048];
	struct dns_fcrdns *cancel;
};

static void on_step(void *ctx, const struct dns_fcrdns_trace_step *step)
{
	struct told *told = ctx;
	size_t len = strlen(told->text);
	char type[16];

	snprintf(told->text + len, sizeof(told->text) - len, "%.*s %s %.*s %u %u %.*s%s\n",
		(int)step->name.len, step->name.data, dns_type_word(step->type, type),
		(int)step->answer.len, step->answer.data, step->ttl_s, step->us / 1000,
		(int)step->server.len, step->server.data, step->cached ? " cached" : "");
	dns_fcrdns_cancel(told->cancel);
	told->cancel = NULL;
}

static void trace_done(void *ctx, const struct dns_fcrdns_result *result)
{
	dns_fcrdns_result_unref(result);
}

static void test_trace(void **state)
{
	struct scenario *s = *state;
	struct told told = {.text = ""};
	struct dns_fcrdns_trace trace = {on_step, &told};
	struct addr addr = sim_addr(CLIENT);
	struct sim_lookup other = {.calls = 0};

	scenario_start(s);
	scenario_record(s, "c.example", DNS_TYPE_CNAME, 60, "d.example");
	s->records[1].data = "c.example";
	assert_non_null(
		dns_fcrdns_start(s->engine, &addr, DNS_FCRDNS_DOUBLE, &trace, trace_done, NULL));
	sim_lookup_start(&other, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 100);
	sim_lookup_expect(&other, DNS_FCRDNS_VERIFIED, "a.example");
	sim_lookup_clear(&other);
	assert_string_equal(told.text,
		"1.2.0.192.in-addr.arpa PTR a.example, c.example 300 10 127.0.0.1:53\n"
		"a.example A 192.0.2.1 300 10 127.0.0.1:53\n"
		"c.example A CNAME d.example 60 10 127.0.0.1:53\n"
		"d.example A NXDOMAIN 60 10 127.0.0.1:53\n");
	told.text[0] = '\0';
	assert_non_null(
		dns_fcrdns_start(s->engine, &addr, DNS_FCRDNS_SINGLE, &trace, trace_done, NULL));
	scenario_run(s, 100);
	assert_string_equal(
		told.text, "1.2.0.192.in-addr.arpa PTR a.example, c.example 299 0 cache cached\n");
}

static void test_cancel_from_inside_a_trace(void **state)
{
	for (unsigned cached = 0; cached < 2; cached++) {
		struct scenario *s = *state;
		struct told told = {.text = ""};
		struct dns_fcrdns_trace trace = {on_step, &told};
		struct addr addr = sim_addr(CLIENT);

		scenario_start(s);
		if (cached > 0) {
			scenario_expect(s, CLIENT, DNS_FCRDNS_SINGLE, DNS_FCRDNS_UNVERIFIED,
				"a.example b.example");
		}
		told.cancel = dns_fcrdns_start(
			s->engine, &addr, DNS_FCRDNS_DOUBLE, &trace, trace_done, NULL);
		scenario_run(s, 100);
		assert_int_equal(s->query_count, 1);
		assert_int_equal(s->acquired, 0);
		scenario_teardown(state);
		setup(state);
	}
	scenario_start(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scenario_teardown)
		TEST(test_same_address_is_looked_up_once),
		TEST(test_same_question_is_asked_once),
		TEST(test_cached),
		TEST(test_answers_are_cached_as_long_as_they_hold),
		TEST(test_overload),
		TEST(test_overload_of_queries_in_the_middle),
		TEST(test_overload_of_a_prefix),
		TEST(test_cancel_in_every_state),
		TEST(test_cancel_of_one_who_joined),
		TEST(test_cancel_from_inside_a_callback),
		TEST(test_stop_from_inside_a_callback),
		TEST(test_stop_in_every_state),
		TEST(test_start_from_inside_a_callback),
		TEST(test_trace),
		TEST(test_cancel_from_inside_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
