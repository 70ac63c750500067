/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * A remote cache beside DNS: which of the two answers first, and what goes into the cache.
 */

#include "base/util.h"
#include "dns/resolver/offline.h"
#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct dns_remote_question {
	struct world *world;
	uint64_t at_ms;
	uint64_t fresh_ms;
	struct addr addr;
	dns_remote_done *done; /* NULL: answered or cancelled */
	void *ctx;
};

/* A scenario with a remote cache, which the test itself plays. */
struct world {
	struct scenario *s;
	uint64_t start_ms;
	struct dns_remote_cache cache;
	struct dns_remote_question questions[256];
	size_t asked;
	size_t open; /* questions in flight */
	bool away;   /* it cannot be asked */
	bool claims; /* it says at once that another machine is asking DNS: see run */
	size_t puts;
	enum dns_fcrdns_status put_status;
	struct sim_lookup lookup;
};

static struct dns_remote_question *ask(void *ctx, const struct addr *addr,
	enum dns_fcrdns_mode mode, uint64_t fresh_ms, dns_remote_done *done, void *done_ctx)
{
	struct world *w = ctx;

	if (w->away) {
		return NULL;
	}
	assert_true(w->asked < ARRAY_LEN(w->questions));
	struct dns_remote_question *q = &w->questions[w->asked++];

	*q = (struct dns_remote_question){w, w->s->now_ms, fresh_ms, *addr, done, done_ctx};
	w->open++;
	return q;
}

static void cancel(struct dns_remote_question *q)
{
	assert_non_null(q->done);
	q->done = NULL;
	q->world->open--;
}

static void put(void *ctx, const struct addr *addr, enum dns_fcrdns_mode mode,
	const struct dns_fcrdns_result *result)
{
	struct world *w = ctx;

	w->puts++;
	w->put_status = result->status;
}

static void reply(struct dns_remote_question *q, enum dns_remote_reply reply, const char *name)
{
	struct str names[] = {{name, name != NULL ? strlen(name) : 0}};
	dns_remote_done *done = q->done;
	unsigned calls = q->world->lookup.calls;
	const struct dns_fcrdns_result *result = NULL;

	assert_non_null(done);
	if (reply == DNS_REMOTE_RESULT) {
		result = dns_fcrdns_result_new(name != NULL ? DNS_FCRDNS_VERIFIED : DNS_FCRDNS_NONE,
			false, (struct str_list){names, name != NULL}, NULL,
			q->world->s->now_ms + 60000);
		assert_non_null(result);
	}
	q->done = NULL;
	q->world->open--;
	done(q->ctx, reply, result);
	/* A client of the store must not be closed from here, which a waiter could do. */
	assert_int_equal(q->world->lookup.calls, calls);
}

/* Lets `ms` pass, also if nothing happens; a cache that claims answers each question at once. */
static void run(struct world *w, uint64_t ms)
{
	uint64_t end_ms = w->s->now_ms + ms;
	size_t from = w->asked - w->open;

	do {
		for (size_t i = from; w->claims && i < w->asked; i++) {
			if (w->questions[i].done != NULL) {
				reply(&w->questions[i], DNS_REMOTE_CLAIMED, NULL);
			}
		}
		scenario_run(w->s, w->claims && w->s->now_ms < end_ms ? 1 : 0);
		if (!w->claims) {
			scenario_run(w->s, end_ms - w->s->now_ms);
			w->s->now_ms = end_ms;
		} else if (w->s->now_ms < end_ms && dns_core_next(w->s->engine) == UINT64_MAX &&
			   w->open == 0) {
			w->s->now_ms = end_ms;
		}
	} while (w->s->now_ms < end_ms);
}

/* Milliseconds since the start at which the first query for the client's names was sent. */
static uint64_t dns_began(const struct world *w)
{
	assert_true(w->s->query_count > 0);
	return w->s->queries[0].at_ms - w->start_ms;
}

static void begin(struct world *w)
{
	w->start_ms = w->s->now_ms;
	sim_lookup_start(&w->lookup, w->s, CLIENT, DNS_FCRDNS_DOUBLE);
}

static void start(struct world *w)
{
	scenario_start(w->s);
	dns_core_share(w->s->engine, &w->cache);
	begin(w);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	scenario_setup_host((void **)&w->s);
	w->cache = (struct dns_remote_cache){.ask = ask, .cancel = cancel, .put = put, .ctx = w};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	sim_lookup_clear(&w->lookup);
	scenario_teardown((void **)&w->s);
	assert_int_equal(w->open, 0);
	free(w);
	return 0;
}

static bool silence(struct scenario *s, const struct sim_query *q)
{
	return true;
}

static bool slow(struct scenario *s, const struct sim_query *q)
{
	sim_answer(s, q, 30);
	return true;
}

static bool fail_one(struct scenario *s, const struct sim_query *q)
{
	if (strcmp(q->name, s->word) != 0) {
		return false;
	}
	sim_rcode(s, q, RCODE_SERVFAIL, 0);
	return true;
}

static bool is_cached(struct world *w)
{
	struct addr addr = sim_addr(CLIENT);
	const struct dns_fcrdns_result *result =
		dns_fcrdns_cached(w->s->engine, &addr, DNS_FCRDNS_DOUBLE);

	dns_fcrdns_result_unref(result);
	return result != NULL;
}

static void the_cache_is_first(void **state)
{
	struct world *w = *state;

	start(w);
	run(w, 4);
	assert_int_equal(w->asked, 1);
	assert_int_equal(w->s->query_count, 0);
	reply(&w->questions[0], DNS_REMOTE_RESULT, "remote.example");
	run(w, 0);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "remote.example");
	run(w, 1000);
	assert_int_equal(w->s->query_count, 0);
	assert_int_equal(w->puts, 0);
	assert_true(is_cached(w));
	assert_int_equal(dns_core_stats(w->s->engine)->remote_hits, 1);
}

static void dns_is_first(void **state)
{
	struct world *w = *state;

	start(w);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(dns_began(w), 5);
	assert_int_equal(w->open, 0);
	assert_int_equal(w->puts, 1);
	assert_int_equal(w->put_status, DNS_FCRDNS_VERIFIED);
	assert_int_equal(dns_core_stats(w->s->engine)->remote_late, 1);
}

static void a_late_result_is_faster_than_dns(void **state)
{
	struct world *w = *state;

	w->s->behave = slow;
	start(w);
	run(w, 20);
	assert_int_equal(dns_began(w), 5);
	reply(&w->questions[0], DNS_REMOTE_RESULT, NULL);
	run(w, 0);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_NONE, "");
	assert_int_equal(w->s->acquired, 0);
	run(w, 1000);
	assert_int_equal(w->puts, 0);
	assert_int_equal(w->lookup.calls, 1);
}

/* Once DNS is asked, only a result is of interest. */
static void late_words_change_nothing(void **state)
{
	static const enum dns_remote_reply words[] = {DNS_REMOTE_NONE, DNS_REMOTE_CLAIMED};
	struct world *w = *state;

	w->s->behave = slow;
	start(w);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		run(w, 20);
		reply(&w->questions[i], words[i], NULL);
		run(w, 1000);
		sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
		assert_int_equal(w->asked, i + 1);
		assert_int_equal(w->puts, i + 1);
		sim_lookup_clear(&w->lookup);
		w->lookup.calls = 0;
		w->s->now_ms += 3600000;
		begin(w);
	}
	run(w, 1000);
}

static void nothing_there_is_said_at_once(void **state)
{
	struct world *w = *state;

	start(w);
	run(w, 2);
	reply(&w->questions[0], DNS_REMOTE_NONE, NULL);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(dns_began(w), 2);
	assert_int_equal(w->asked, 1);
	assert_int_equal(w->puts, 1);
}

static void a_cache_that_is_away_costs_nothing(void **state)
{
	struct world *w = *state;

	w->away = true;
	start(w);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(dns_began(w), 0);
	assert_int_equal(w->lookup.done_ms, w->start_ms);
	/* It may be back by now. */
	assert_int_equal(w->puts, 1);
}

static void another_machine_asks_dns(void **state)
{
	static const uint64_t times[] = {0, 5, 15, 35, 75};
	struct world *w = *state;

	start(w);
	w->claims = true;
	run(w, 75);
	assert_int_equal(w->asked, 5);
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		assert_int_equal(w->questions[i].at_ms - w->start_ms, times[i]);
	}
	w->claims = false;
	reply(&w->questions[4], DNS_REMOTE_RESULT, "remote.example");
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "remote.example");
	assert_int_equal(w->lookup.done_ms - w->start_ms, 75);
	assert_int_equal(w->s->query_count, 0);
	assert_int_equal(dns_core_stats(w->s->engine)->remote_waits, 1);
	assert_int_equal(dns_core_stats(w->s->engine)->remote_fruitless, 0);
}

/* The other machine has ended, or its lookup has failed. */
static void a_claim_ends(void **state)
{
	struct world *w = *state;

	start(w);
	reply(&w->questions[0], DNS_REMOTE_CLAIMED, NULL);
	run(w, 6);
	reply(&w->questions[1], DNS_REMOTE_NONE, NULL);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(dns_began(w), 6);
	assert_int_equal(w->puts, 1);
}

/* The cache answers the first question, and not the second. */
static void the_cache_goes_away_while_a_lookup_waits(void **state)
{
	struct world *w = *state;

	start(w);
	reply(&w->questions[0], DNS_REMOTE_CLAIMED, NULL);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(dns_began(w), 25);
	assert_int_equal(w->asked, 2);
	sim_lookup_clear(&w->lookup);
	/* Or it is known to be away. */
	w->lookup.calls = 0;
	w->s->now_ms += 3600000;
	w->s->query_count = 0;
	begin(w);
	reply(&w->questions[2], DNS_REMOTE_CLAIMED, NULL);
	w->away = true;
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(dns_began(w), 5);
}

static void a_wait_is_bounded(void **state)
{
	struct world *w = *state;

	start(w);
	w->claims = true;
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_in_range(dns_began(w), 160, 200);
	assert_int_equal(dns_core_stats(w->s->engine)->remote_fruitless, 1);
}

/* Also if the last question is not answered. */
static void a_wait_is_bounded_in_silence(void **state)
{
	struct world *w = *state;

	start(w);
	w->claims = true;
	run(w, 190);
	w->claims = false;
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_in_range(dns_began(w), 180, 200);
}

static void a_wait_takes_half_of_the_time_at_most(void **state)
{
	struct world *w = *state;

	w->s->settings.lookup_timeout_ms = 100;
	w->s->behave = silence;
	start(w);
	w->claims = true;
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_ERROR, "");
	assert_in_range(dns_began(w), 30, 50);
	/* lookup_timeout is the time of the whole lookup. */
	assert_int_equal(w->lookup.done_ms - w->start_ms, 100);
	assert_int_equal(w->puts, 0);
}

/* `ms` after the last one, from whose records nothing is left in the cache of doorward. */
static uint64_t look_up_a_cold_client(struct world *w, uint64_t ms)
{
	for (size_t i = 0; i < w->s->record_count; i++) {
		w->s->records[i].ttl = 0;
	}
	w->s->now_ms += ms;
	w->s->query_count = 0;
	w->lookup.calls = 0;
	begin(w);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	sim_lookup_clear(&w->lookup);
	return dns_began(w);
}

/* A hostile store delays 16 lookups in 10 s, not each one. */
static void waits_without_fruit_are_given_up(void **state)
{
	struct world *w = *state;
	uint64_t given_up_ms;

	w->s->settings.min_ttl_s = 0;
	scenario_start(w->s);
	dns_core_share(w->s->engine, &w->cache);
	w->claims = true;
	for (unsigned i = 0; i < 16; i++) {
		assert_true(look_up_a_cold_client(w, 3600000) > 100);
	}
	given_up_ms = w->s->now_ms;
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(look_up_a_cold_client(w, 1000), 0);
	}
	assert_true(w->s->now_ms < given_up_ms + 10000);
	assert_true(look_up_a_cold_client(w, 10000) > 100);
	assert_int_equal(dns_core_stats(w->s->engine)->remote_fruitless, 17);
}

static void only_what_each_machine_would_find_is_put(void **state)
{
	struct world *w = *state;

	w->s->behave = fail_one;
	/* A failure */
	w->s->word = REVERSE ".";
	start(w);
	reply(&w->questions[0], DNS_REMOTE_NONE, NULL);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_ERROR, "");
	assert_int_equal(w->puts, 0);
}

static void incomplete_results_are_not_put(void **state)
{
	struct world *w = *state;

	scenario_record(w->s, REVERSE, DNS_TYPE_PTR, 300, "other.example");
	w->s->behave = fail_one;
	w->s->word = "other.example.";
	start(w);
	reply(&w->questions[0], DNS_REMOTE_NONE, NULL);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_true(w->lookup.result->incomplete);
	assert_int_equal(w->puts, 0);
}

static void results_with_unasked_names_are_not_put(void **state)
{
	struct world *w = *state;

	scenario_record(w->s, REVERSE, DNS_TYPE_PTR, 300, "other.example");
	w->s->settings.max_ptr = 1;
	start(w);
	reply(&w->questions[0], DNS_REMOTE_NONE, NULL);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(w->lookup.result->unasked.count, 1);
	assert_int_equal(w->puts, 0);
}

static void no_ptr_is_put(void **state)
{
	struct world *w = *state;

	w->s->record_count = 0;
	start(w);
	reply(&w->questions[0], DNS_REMOTE_NONE, NULL);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_NONE, "");
	assert_int_equal(w->puts, 1);
	assert_int_equal(w->put_status, DNS_FCRDNS_NONE);
}

static void private_addresses_are_not_asked_for(void **state)
{
	struct world *w = *state;
	struct sim_lookup l = {.calls = 0};

	w->s->settings.private_ptr = true;
	scenario_start(w->s);
	dns_core_share(w->s->engine, &w->cache);
	sim_lookup_start(&l, w->s, "10.0.0.1", DNS_FCRDNS_DOUBLE);
	run(w, 1000);
	sim_lookup_expect(&l, DNS_FCRDNS_NONE, "");
	sim_lookup_clear(&l);
	assert_true(w->s->query_count > 0);
	assert_int_equal(w->asked + w->puts, 0);
}

static void the_static_zone_is_not_shared(void **state)
{
	struct world *w = *state;

	/* Of the reverse name: not asked for. */
	scenario_start_with_zone(w->s, REVERSE ". 300 IN PTR host.example.\n");
	dns_core_share(w->s->engine, &w->cache);
	begin(w);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(w->asked + w->puts, 0);
}

static void what_has_a_part_from_the_static_zone_is_not_put(void **state)
{
	struct world *w = *state;

	scenario_start_with_zone(w->s, "host.example. 300 IN A " CLIENT "\n");
	dns_core_share(w->s->engine, &w->cache);
	begin(w);
	reply(&w->questions[0], DNS_REMOTE_NONE, NULL);
	run(w, 1000);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(w->s->query_count, 1);
	assert_int_equal(w->puts, 0);
}

static void ignore_step(void *ctx, const struct dns_fcrdns_trace_step *step)
{
}

static void count_result(void *ctx, const struct dns_fcrdns_result *result)
{
	(*(unsigned *)ctx)++;
	dns_fcrdns_result_unref(result);
}

static void a_trace_shows_each_query(void **state)
{
	struct world *w = *state;
	struct addr addr = sim_addr(CLIENT);
	struct dns_fcrdns_trace trace = {.step = ignore_step};
	unsigned results = 0;

	scenario_start(w->s);
	dns_core_share(w->s->engine, &w->cache);
	assert_non_null(dns_fcrdns_start(
		w->s->engine, &addr, DNS_FCRDNS_DOUBLE, &trace, count_result, &results));
	run(w, 1000);
	assert_int_equal(results, 1);
	assert_int_equal(w->s->query_count, 2);
	assert_int_equal(w->asked + w->puts, 0);
}

static void lookups_of_one_client_ask_once(void **state)
{
	struct world *w = *state;
	struct sim_lookup second = {.calls = 0};

	start(w);
	run(w, 1);
	sim_lookup_start(&second, w->s, CLIENT, DNS_FCRDNS_DOUBLE);
	run(w, 1);
	assert_int_equal(w->asked, 1);
	reply(&w->questions[0], DNS_REMOTE_RESULT, "remote.example");
	run(w, 0);
	sim_lookup_expect(&w->lookup, DNS_FCRDNS_VERIFIED, "remote.example");
	sim_lookup_expect(&second, DNS_FCRDNS_VERIFIED, "remote.example");
	sim_lookup_clear(&second);
}

/* At each millisecond of a lookup that waits, asks the cache, asks both, and is about to end. */
static void it_can_be_cancelled_at_any_time(void **state)
{
	struct world *w = *state;

	w->s->behave = slow;
	scenario_start(w->s);
	dns_core_share(w->s->engine, &w->cache);
	for (uint64_t ms = 0; ms < 70; ms++) {
		begin(w);
		size_t first = w->asked - 1;

		if (ms % 2 == 1) {
			reply(&w->questions[first], DNS_REMOTE_CLAIMED, NULL);
		}
		run(w, ms);
		if (ms % 3 == 2 && w->open > 0) {
			reply(&w->questions[w->asked - 1], DNS_REMOTE_RESULT, "remote.example");
		}
		if (w->lookup.handle != NULL) {
			dns_fcrdns_cancel(w->lookup.handle);
			assert_int_equal(w->lookup.calls, 0);
		}
		assert_int_equal(w->open, 0);
		assert_int_equal(w->s->acquired, 0);
		sim_lookup_clear(&w->lookup);
		w->lookup = (struct sim_lookup){.calls = 0};
		w->s->now_ms += 3600000;
		run(w, 100);
		assert_int_equal(w->lookup.calls, 0);
	}
}

/* Nothing of an engine that was stopped calls back, and its questions are given up. */
static void it_can_be_stopped_at_any_time(void **state)
{
	struct world *w = *state;

	w->s->behave = silence;
	start(w);
	if (w->s->word != NULL) {
		reply(&w->questions[0], DNS_REMOTE_CLAIMED, NULL);
	}
	run(w, 7);
	assert_int_equal(w->open, 1);
	dns_core_stop(w->s->engine);
	assert_int_equal(w->open, 0);
	run(w, 1000);
	assert_int_equal(w->lookup.calls, 0);
}

static int setup_claimed(void **state)
{
	setup(state);
	((struct world *)*state)->s->word = "claimed";
	return 0;
}

static void stop_engine(struct sim_lookup *l)
{
	dns_core_stop(l->s->engine);
}

static void it_can_be_stopped_by_a_waiter(void **state)
{
	struct world *w = *state;
	struct sim_lookup second = {.calls = 0};

	w->lookup.then = stop_engine;
	start(w);
	sim_lookup_start(&second, w->s, CLIENT, DNS_FCRDNS_DOUBLE);
	reply(&w->questions[0], DNS_REMOTE_RESULT, "remote.example");
	run(w, 1000);
	assert_int_equal(w->lookup.calls, 1);
	assert_int_equal(second.calls, 0);
}

static void a_refresh_takes_what_is_fresher(void **state)
{
	struct world *w = *state;
	struct addr addr = sim_addr(CLIENT);

	w->s->settings.refresh = true;
	start(w);
	reply(&w->questions[0], DNS_REMOTE_RESULT, "remote.example");
	run(w, 0);
	uint64_t end_ms = w->lookup.result->expires_ms;

	w->s->now_ms = w->lookup.result->refresh_ms;
	assert_true(w->s->now_ms < end_ms);
	assert_true(is_cached(w));
	run(w, 1);
	assert_int_equal(w->asked, 2);
	assert_int_equal(w->questions[0].fresh_ms, 0);
	assert_true(w->questions[1].fresh_ms > end_ms);
	reply(&w->questions[1], DNS_REMOTE_RESULT, "newer.example");
	run(w, 1000);
	const struct dns_fcrdns_result *result =
		dns_fcrdns_cached(w->s->engine, &addr, DNS_FCRDNS_DOUBLE);

	assert_non_null(result);
	assert_string_equal(result->names.items[0].data, "newer.example");
	dns_fcrdns_result_unref(result);
	assert_int_equal(w->s->query_count, 0);
}

/* At max_in_flight, a lookup that waits for the cache is evicted as any other. */
static void a_waiting_lookup_can_be_evicted(void **state)
{
	struct world *w = *state;
	struct sim_lookup next = {.calls = 0};

	w->s->settings.max_in_flight = 1;
	w->s->behave = silence;
	start(w);
	w->claims = true;
	run(w, 190);
	w->claims = false;
	run(w, 2000);
	sim_lookup_start(&next, w->s, "198.51.100.1", DNS_FCRDNS_DOUBLE);
	run(w, 0);
	assert_int_equal(w->lookup.calls, 1);
	assert_true(w->lookup.result->overload || next.calls == 1);
	run(w, 5000);
	assert_int_equal(next.calls, 1);
	sim_lookup_clear(&next);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_cache_is_first),
		TEST(dns_is_first),
		TEST(a_late_result_is_faster_than_dns),
		TEST(late_words_change_nothing),
		TEST(nothing_there_is_said_at_once),
		TEST(a_cache_that_is_away_costs_nothing),
		TEST(another_machine_asks_dns),
		TEST(a_claim_ends),
		TEST(the_cache_goes_away_while_a_lookup_waits),
		TEST(a_wait_is_bounded),
		TEST(a_wait_is_bounded_in_silence),
		TEST(a_wait_takes_half_of_the_time_at_most),
		TEST(waits_without_fruit_are_given_up),
		TEST(only_what_each_machine_would_find_is_put),
		TEST(incomplete_results_are_not_put),
		TEST(results_with_unasked_names_are_not_put),
		TEST(no_ptr_is_put),
		TEST(private_addresses_are_not_asked_for),
		TEST(the_static_zone_is_not_shared),
		TEST(what_has_a_part_from_the_static_zone_is_not_put),
		TEST(a_trace_shows_each_query),
		TEST(lookups_of_one_client_ask_once),
		TEST(it_can_be_cancelled_at_any_time),
		TEST(it_can_be_stopped_at_any_time),
		cmocka_unit_test_setup_teardown(
			it_can_be_stopped_at_any_time, setup_claimed, teardown),
		TEST(it_can_be_stopped_by_a_waiter),
		TEST(a_refresh_takes_what_is_fresher),
		TEST(a_waiting_lookup_can_be_evicted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
