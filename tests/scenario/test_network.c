/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Faults of the network and of servers. */

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

static void expect_verified(struct scenario *s)
{
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
}

static const struct dns_stats *stats(const struct scenario *s)
{
	return dns_core_stats(s->engine);
}

static bool lose_first(struct scenario *s, const struct sim_query *q)
{
	return s->query_count == 1;
}

static void test_loss(void **state)
{
	struct scenario *s = *state;
	uint64_t start_ms = s->now_ms;

	s->behave = lose_first;
	scenario_start(s);
	expect_verified(s);
	assert_int_equal(s->query_count, 3);
	assert_int_equal(s->queries[1].at_ms - start_ms, 500);
	assert_int_equal(stats(s)->retransmits, 1);
	assert_int_equal(stats(s)->timeouts, 1);
	/* Each send has an ID of its own. */
	assert_memory_not_equal(s->queries[0].bytes, s->queries[1].bytes, 2);
}

static bool answer_slowly(struct scenario *s, const struct sim_query *q)
{
	sim_answer(s, q, 700);
	return true;
}

static void test_answer_to_an_earlier_send(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};
	uint64_t start_ms = s->now_ms;

	s->behave = answer_slowly;
	scenario_start(s);
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 5000);
	sim_lookup_expect(&l, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(l.done_ms - start_ms, 1400);
	/*
	 * The PTR's first send is answered after the second has left; no query waits for the later
	 * reply.
	 */
	assert_int_equal(sim_asked(s, REVERSE), 2);
	assert_int_equal(stats(s)->wrong_replies, 1);
	sim_lookup_clear(&l);
}

static void test_timeout_follows_the_round_trip(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	expect_verified(s);
	s->behave = answer_slowly; /* 700 ms; now 250, then 500, and then the reply */
	uint64_t start_ms = s->now_ms;

	scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	assert_int_equal(s->query_count, 4);
	assert_int_equal(s->queries[3].at_ms - start_ms, 250);
}

static bool answer_twice(struct scenario *s, const struct sim_query *q)
{
	sim_answer(s, q, 1);
	sim_answer(s, q, 1);
	return true;
}

static void test_duplicates(void **state)
{
	struct scenario *s = *state;

	s->behave = answer_twice;
	scenario_start(s);
	expect_verified(s);
	scenario_run(s, 100);
	assert_int_equal(s->query_count, 2);
	assert_int_equal(stats(s)->wrong_replies, 2);
}

/* Spoofed replies, each wrong in one way, before the true one. */
static bool spoof(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply *reply;

	if (q->type != DNS_TYPE_A || q->tcp) {
		return false;
	}
	reply = malloc(sizeof(*reply));
	assert_non_null(reply);
	sim_begin(reply, q, RCODE_OK);
	sim_add(reply, q->name, DNS_TYPE_A, 300, CLIENT);
	for (unsigned bit = 0; bit < 16; bit++) {
		reply->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		sim_send(s, q, reply, 1);
		reply->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t i = 12; i < 12 + q->question_len; i++) {
		reply->bytes[i] ^= 0x20; /* a letter's case, a length, the type, the class */
		sim_send(s, q, reply, 1);
		reply->bytes[i] ^= 0x20;
	}
	reply->bytes[2] &= 0x7f; /* a query */
	sim_send(s, q, reply, 1);
	reply->bytes[2] |= 0x80;
	reply->bytes[5] = 0; /* no question */
	sim_send(s, q, reply, 1);
	reply->bytes[5] = 1;
	for (int socket = 0; socket < 4; socket++) {
		if (socket != q->socket) {
			sim_send_on(s, socket, reply->bytes, reply->len, 1);
		}
	}
	for (size_t len = 0; len < 12; len++) {
		sim_send_on(s, q->socket, reply->bytes, len, 1);
	}
	sim_answer(s, q, 2);
	free(reply);
	return true;
}

static void test_spoofed_replies_change_nothing(void **state)
{
	struct scenario *s = *state;

	s->behave = spoof;
	s->records[1].data = "198.51.100.1"; /* the truth: it does not point back */
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");
	/* At the third wrong ID the query was sent over TCP, and no reply over UDP counted. */
	assert_int_equal(s->query_count, 3);
	assert_true(s->queries[2].tcp);
	assert_int_equal(stats(s)->wrong_replies, 16 + s->queries[1].question_len + 2 + 3 + 12 + 1);
}

static void test_case_is_random(void **state)
{
	struct scenario *s = *state;
	bool differ = false;

	s->behave = answer_slowly;
	scenario_start(s);
	for (unsigned i = 0; i < 8; i++) {
		expect_verified(s);
		s->now_ms += 400000;
	}
	for (size_t i = 1; i < s->query_count; i++) {
		const struct sim_query *a = &s->queries[0];
		const struct sim_query *b = &s->queries[i];

		differ = differ ||
			 (a->type == b->type && memcmp(a->bytes + 12, b->bytes + 12, 24) != 0);
	}
	assert_true(differ);
}

static void test_case_as_it_is(void **state)
{
	struct scenario *s = *state;

	s->settings.case_randomization = false;
	scenario_start(s);
	expect_verified(s);
	assert_memory_equal(s->queries[1].bytes + 12, "\4host\7example", 14);
}

static bool refuse_edns(struct scenario *s, const struct sim_query *q)
{
	if (!q->edns) {
		return false;
	}
	sim_rcode(s, q, RCODE_FORMERR, 1);
	return true;
}

static void test_edns_fallback(void **state)
{
	struct scenario *s = *state;

	s->behave = refuse_edns;
	s->settings.attempts = 1;
	scenario_start(s);
	expect_verified(s);
	/* Remembered: the second query is sent without it at once. */
	assert_int_equal(s->query_count, 3);
	assert_true(s->queries[0].edns);
	assert_false(s->queries[1].edns);
	assert_false(s->queries[2].edns);
	s->now_ms += 16 * 60 * 1000;
	scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	assert_true(s->queries[3].edns);
	assert_false(s->queries[4].edns);
}

static bool formerr(struct scenario *s, const struct sim_query *q)
{
	sim_rcode(s, q, RCODE_FORMERR, 1);
	return true;
}

static void test_edns_fallback_happens_once(void **state)
{
	struct scenario *s = *state;

	s->behave = formerr;
	s->settings.case_randomization = false;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	assert_int_equal(s->query_count, 2);
}

static void test_without_edns(void **state)
{
	struct scenario *s = *state;

	s->settings.edns_size = 0;
	scenario_start(s);
	expect_verified(s);
	assert_false(s->queries[0].edns);
}

/* Servers whose digit is in s->word fail, each in the way that s->ctx gives. */
static bool fail_upstreams(struct scenario *s, const struct sim_query *q)
{
	const unsigned *rcode = s->ctx;

	if (strchr(s->word, (int)('0' + q->upstream)) == NULL) {
		return false;
	}
	if (rcode != NULL) {
		sim_rcode(s, q, *rcode, 1);
	}
	return true;
}

static void test_failure_goes_to_one_other(void **state)
{
	static const unsigned rcodes[] = {RCODE_SERVFAIL, RCODE_REFUSED};

	for (size_t i = 0; i < ARRAY_LEN(rcodes); i++) {
		struct scenario *s = *state;
		unsigned rcode = rcodes[i];

		s->behave = fail_upstreams;
		s->word = "0";
		s->ctx = &rcode;
		s->settings.nameserver_count = 3;
		s->settings.case_randomization = false;
		s->settings.edns_size = 0;
		scenario_start(s);
		expect_verified(s);
		assert_int_equal(s->query_count, 4);
		assert_int_equal(s->queries[1].upstream, 1);
		scenario_teardown(state);
		scenario_setup_host(state);
	}
	scenario_start(*state);
}

static void test_two_failures_are_enough(void **state)
{
	struct scenario *s = *state;
	unsigned rcode = RCODE_SERVFAIL;

	s->behave = fail_upstreams;
	s->word = "01";
	s->ctx = &rcode;
	s->settings.nameserver_count = 3;
	s->settings.case_randomization = false;
	s->settings.edns_size = 0;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	assert_int_equal(s->query_count, 2);
}

static void test_silence_goes_to_the_next(void **state)
{
	struct scenario *s = *state;
	uint64_t start_ms = s->now_ms;

	s->behave = fail_upstreams;
	s->word = "0";
	s->settings.nameserver_count = 2;
	scenario_start(s);
	expect_verified(s);
	/* The next query goes first to the server that replied. */
	assert_int_equal(s->query_count, 3);
	assert_int_equal(s->queries[1].upstream, 1);
	assert_int_equal(s->queries[1].at_ms - start_ms, 500);
	/* It is tried now and then, and is suspended after three queries without a reply. */
	scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	size_t before = s->query_count;

	for (unsigned i = 3; i < 200; i++) {
		char addr[16];

		snprintf(addr, sizeof(addr), "192.0.2.%u", i);
		scenario_expect(s, addr, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	}
	assert_int_equal(s->query_count - before, 197 + 2);
}

static void test_unreachable_goes_to_the_next_at_once(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};
	uint64_t start_ms = s->now_ms;

	s->unreachable[0] = true;
	s->settings.nameserver_count = 2;
	scenario_start(s);
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 5000);
	sim_lookup_expect(&l, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(l.done_ms - start_ms, 0);
	sim_lookup_clear(&l);
}

static bool nobody_there(struct scenario *s, const struct sim_query *q)
{
	sim_unreachable(s, q, 0);
	return true;
}

static void test_unreachable_is_error_soon(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};
	uint64_t start_ms = s->now_ms;

	s->behave = nobody_there;
	scenario_start(s);
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 5000);
	sim_lookup_expect(&l, DNS_FCRDNS_ERROR, "");
	assert_int_equal(l.done_ms - start_ms, 300);
	assert_int_equal(s->query_count, 3);
	sim_lookup_clear(&l);
}

static bool back_after_150_ms(struct scenario *s, const struct sim_query *q)
{
	return s->now_ms < 1000150 && nobody_there(s, q);
}

static void test_server_that_comes_back(void **state)
{
	struct scenario *s = *state;

	s->behave = back_after_150_ms;
	scenario_start(s);
	expect_verified(s);
}

static void test_dead_server_is_not_hammered(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup lookups[64] = {{.calls = 0}};
	char addr[] = "192.0.2.00";

	s->behave = nobody_there;
	scenario_start(s);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		addr[8] = (char)('1' + i / 10);
		addr[9] = (char)('0' + i % 10);
		sim_lookup_start(&lookups[i], s, addr, DNS_FCRDNS_DOUBLE);
		scenario_run(s, 1);
	}
	scenario_run(s, 5000);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		sim_lookup_expect(&lookups[i], DNS_FCRDNS_ERROR, "");
		sim_lookup_clear(&lookups[i]);
	}
	assert_true(s->query_count < 10);
}

static void test_failures_back_off(void **state)
{
	static const unsigned lives_s[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct scenario *s = *state;
	unsigned rcode = RCODE_SERVFAIL;

	s->behave = fail_upstreams;
	s->word = "0";
	s->ctx = &rcode;
	s->settings.case_randomization = false;
	s->settings.edns_size = 0;
	scenario_start(s);
	for (size_t i = 0; i < ARRAY_LEN(lives_s); i++) {
		uint64_t life_ms =
			scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");

		assert_int_equal(life_ms, lives_s[i] * 1000);
		assert_int_equal(s->query_count, i + 1);
		s->now_ms += life_ms - 1;
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
		assert_int_equal(s->query_count, i + 1);
		s->now_ms += 1;
	}
	s->word = "";
	expect_verified(s);
	s->now_ms += 3600000;
	s->word = "0";
	assert_int_equal(scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, ""), 1000);
}

static bool answer_lame(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply *reply;

	if (q->upstream != 0) {
		return false;
	}
	reply = malloc(sizeof(*reply));
	assert_non_null(reply);
	sim_begin(reply, q, RCODE_OK);
	reply->bytes[3] &= 0x7f; /* without recursion, authority and records */
	sim_send(s, q, reply, 0);
	free(reply);
	return true;
}

static void test_lame(void **state)
{
	struct scenario *s = *state;

	s->behave = answer_lame;
	s->settings.nameserver_count = 2;
	scenario_start(s);
	expect_verified(s);
}

static void test_lame_alone_is_error(void **state)
{
	struct scenario *s = *state;

	s->behave = answer_lame;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scenario_setup_host, scenario_teardown)
		TEST(test_loss),
		TEST(test_answer_to_an_earlier_send),
		TEST(test_timeout_follows_the_round_trip),
		TEST(test_duplicates),
		TEST(test_spoofed_replies_change_nothing),
		TEST(test_case_is_random),
		TEST(test_case_as_it_is),
		TEST(test_edns_fallback),
		TEST(test_edns_fallback_happens_once),
		TEST(test_without_edns),
		TEST(test_failure_goes_to_one_other),
		TEST(test_two_failures_are_enough),
		TEST(test_silence_goes_to_the_next),
		TEST(test_unreachable_goes_to_the_next_at_once),
		TEST(test_unreachable_is_error_soon),
		TEST(test_server_that_comes_back),
		TEST(test_dead_server_is_not_hammered),
		TEST(test_failures_back_off),
		TEST(test_lame),
		TEST(test_lame_alone_is_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
