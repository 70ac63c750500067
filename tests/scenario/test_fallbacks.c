/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* When a query is sent in another way: over TCP, with a cookie, without both. */

#include "base/util.h"
#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RCODE_BADCOOKIE 23

static void expect_verified(struct scenario *s)
{
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
}

/* Asserts how the queries were sent, in order: "UTT" is UDP, TCP, TCP. */
static void expect_ways(const struct scenario *s, const char *ways)
{
	char got[64] = "";

	assert_in_range(s->query_count, 0, sizeof(got) - 1);
	for (size_t i = 0; i < s->query_count; i++) {
		got[i] = s->queries[i].tcp ? 'T' : 'U';
	}
	assert_string_equal(got, ways);
}

static bool truncate_udp(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply reply;

	if (q->tcp) {
		return false;
	}
	sim_begin(&reply, q, RCODE_OK);
	reply.bytes[2] |= 2;
	sim_send(s, q, &reply, 1);
	return true;
}

static void test_truncated_goes_over_tcp(void **state)
{
	struct scenario *s = *state;

	s->behave = truncate_udp;
	scenario_start(s);
	expect_verified(s);
	expect_ways(s, "UTUT");
}

static bool truncate_all(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply reply;

	sim_begin(&reply, q, RCODE_OK);
	reply.bytes[2] |= 2;
	sim_add(&reply, q->name, q->type, 300, q->type == DNS_TYPE_A ? CLIENT : "host.example");
	sim_send(s, q, &reply, 1);
	return true;
}

static void test_truncated_over_tcp_is_error(void **state)
{
	struct scenario *s = *state;

	s->behave = truncate_all;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	expect_ways(s, "UT");
}

static void test_use_tcp(void **state)
{
	struct scenario *s = *state;

	s->settings.use_tcp = DNS_YES;
	scenario_start(s);
	expect_verified(s);
	expect_ways(s, "TT");
}

/* Breaks the connection of the first s->tcp queries, as *s->ctx counts them down. */
static bool break_connections(struct scenario *s, const struct sim_query *q)
{
	unsigned *left = s->ctx;

	if (!q->tcp || *left == 0) {
		return false;
	}
	--*left;
	sim_unreachable(s, q, 1);
	return true;
}

static void test_closed_once_is_no_failure(void **state)
{
	struct scenario *s = *state;
	unsigned left = 1;

	s->settings.use_tcp = DNS_YES;
	s->settings.attempts = 1;
	s->behave = break_connections;
	s->ctx = &left;
	scenario_start(s);
	expect_verified(s);
	expect_ways(s, "TTT");
	assert_int_not_equal(s->queries[0].socket, s->queries[1].socket);
	assert_int_equal(s->connections, 1);
}

static void test_closed_twice_is(void **state)
{
	struct scenario *s = *state;
	unsigned left = 2;

	s->settings.use_tcp = DNS_YES;
	s->settings.attempts = 1;
	s->behave = break_connections;
	s->ctx = &left;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	expect_ways(s, "TT");
}

static bool silent_over_tcp(struct scenario *s, const struct sim_query *q)
{
	return q->tcp || truncate_udp(s, q);
}

static void test_slow_tcp_ends_in_time(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};
	uint64_t start_ms = s->now_ms;

	s->behave = silent_over_tcp;
	scenario_start(s);
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 10000);
	sim_lookup_expect(&l, DNS_FCRDNS_ERROR, "");
	assert_in_range(l.done_ms - start_ms, 1, 2500);
	sim_lookup_clear(&l);
}

static void test_who_finds_no_room_waits(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup lookups[40] = {{.calls = 0}};
	char addr[16];

	s->settings.use_tcp = DNS_YES;
	s->tcp_room = 2;
	s->settings.case_randomization = false;
	scenario_start(s);
	for (unsigned i = 0; i < ARRAY_LEN(lookups); i++) {
		snprintf(addr, sizeof(addr), "192.0.2.%u", i + 2);
		sim_lookup_start(&lookups[i], s, addr, DNS_FCRDNS_DOUBLE);
	}
	dns_fcrdns_cancel(lookups[30].handle);
	scenario_run(s, 2500);
	for (unsigned i = 0; i < ARRAY_LEN(lookups); i++) {
		if (i != 30) {
			sim_lookup_expect(&lookups[i], DNS_FCRDNS_NONE, "");
			sim_lookup_clear(&lookups[i]);
		}
	}
	assert_int_equal(s->query_count, 39);
}

static void flip_id(struct scenario *s, const struct sim_query *q, unsigned times)
{
	struct sim_reply reply;

	sim_begin(&reply, q, RCODE_NXDOMAIN);
	for (unsigned i = 0; i < times; i++) {
		reply.bytes[0] ^= (uint8_t)(1 << i);
		sim_send(s, q, &reply, 1);
	}
}

static bool two_wrong_ids(struct scenario *s, const struct sim_query *q)
{
	flip_id(s, q, 2);
	sim_answer(s, q, 2);
	return true;
}

static bool three_wrong_ids(struct scenario *s, const struct sim_query *q)
{
	flip_id(s, q, 3);
	sim_answer(s, q, 2);
	return true;
}

static void test_wrong_ids(void **state)
{
	struct scenario *s = *state;

	s->behave = two_wrong_ids;
	scenario_start(s);
	expect_verified(s);
	expect_ways(s, "UU");
	s->now_ms += 4000000;
	s->behave = three_wrong_ids;
	expect_verified(s);
	expect_ways(s, "UUUTUT");
}

/* A reply that is repeated after its query has ended does not count as a guess. */
static bool answer_five_times(struct scenario *s, const struct sim_query *q)
{
	for (unsigned i = 0; i < 5; i++) {
		sim_answer(s, q, i);
	}
	return true;
}

static void test_late_answers_are_no_guesses(void **state)
{
	struct scenario *s = *state;
	char addr[16];

	s->behave = answer_five_times;
	scenario_start(s);
	for (unsigned i = 2; i < 60; i++) {
		snprintf(addr, sizeof(addr), "192.0.2.%u", i);
		scenario_expect(s, addr, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	}
	for (size_t i = 0; i < s->query_count; i++) {
		assert_false(s->queries[i].tcp);
	}
}

static bool fold_case(struct scenario *s, const struct sim_query *q)
{
	struct sim_query folded = *q;

	if (s->word != NULL && q->tcp) {
		return false;
	}
	for (size_t i = 12; i < 12 + q->question_len - 4; i++) {
		folded.bytes[i] = (uint8_t)ascii_lower((char)folded.bytes[i]);
	}
	sim_answer(s, &folded, 1);
	return true;
}

static void test_folded_case(void **state)
{
	struct scenario *s = *state;

	s->behave = fold_case;
	scenario_start(s);
	expect_verified(s);
	/* Two replies do not count; then over TCP, and the next query over TCP at once. */
	expect_ways(s, "UUTT");
	s->now_ms += 16 * 60 * 1000;
	scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	/*
	 * Over TCP once more in lower case: the server has not shown yet that it ignores the case.
	 */
	expect_ways(s, "UUTTUUTT");
}

static void test_folded_by_somebody_else(void **state)
{
	struct scenario *s = *state;

	s->behave = fold_case;
	s->word = "over TCP the case is kept";
	scenario_start(s);
	expect_verified(s);
	expect_ways(s, "UUTUUT");
}

/* A server with cookies that behaves in one of several ways. */
struct cookie_server {
	uint8_t secret; /* the value of every octet of its cookies */
	bool insists;
	bool forgets; /* it no longer sends cookies */
	bool forges;  /* over UDP it sends a wrong client part */
	bool stubborn;
};

static bool serve_cookies(struct scenario *s, const struct sim_query *q)
{
	const struct cookie_server *server = s->ctx;
	struct sim_reply reply;
	uint8_t cookie[16];
	bool known;

	if (q->cookie_len < 8) {
		return false;
	}
	memcpy(cookie, q->cookie, 8);
	memset(cookie + 8, server->secret, 8);
	known = q->cookie_len == 16 && memcmp(q->cookie, cookie, 16) == 0;
	sim_begin(&reply, q, RCODE_OK);
	if (server->forges && !q->tcp) {
		cookie[7] ^= 1;
	}
	if ((server->insists && !known && !q->tcp) || (server->stubborn && !q->tcp)) {
		sim_add_cookie(&reply, cookie, 16, RCODE_BADCOOKIE);
	} else {
		if (q->type == DNS_TYPE_A) {
			sim_add(&reply, q->name, DNS_TYPE_A, 300, CLIENT);
		} else {
			sim_add(&reply, q->name, DNS_TYPE_PTR, 300, "host.example");
		}
		sim_add_cookie(&reply, cookie, server->forgets ? 0 : 16, RCODE_OK);
	}
	sim_send(s, q, &reply, 1);
	return true;
}

static struct scenario *cookie_scenario(void **state, struct cookie_server *server)
{
	struct scenario *s = *state;

	s->settings.cookies = true;
	s->behave = serve_cookies;
	s->ctx = server;
	scenario_start(s);
	return s;
}

static void test_cookie_comes_back(void **state)
{
	struct cookie_server server = {.secret = 7};
	struct scenario *s = cookie_scenario(state, &server);

	expect_verified(s);
	expect_ways(s, "UU");
	assert_int_equal(s->queries[0].cookie_len, 8);
	assert_int_equal(s->queries[1].cookie_len, 16);
	assert_memory_equal(s->queries[0].cookie, s->queries[1].cookie, 8);
	assert_memory_equal(s->queries[1].cookie + 8, "\7\7\7\7\7\7\7\7", 8);
}

static void test_bad_cookie(void **state)
{
	struct cookie_server server = {.secret = 7, .insists = true};
	struct scenario *s = cookie_scenario(state, &server);

	expect_verified(s);
	expect_ways(s, "UUU");
	assert_int_equal(s->queries[1].cookie_len, 16);
	server.secret = 8;
	s->now_ms += 400000;
	expect_verified(s);
	expect_ways(s, "UUUUUU");
	assert_int_equal(s->queries[4].cookie[15], 8);
}

static void test_bad_cookie_again_goes_over_tcp(void **state)
{
	struct cookie_server server = {.secret = 7, .stubborn = true};
	struct scenario *s = cookie_scenario(state, &server);

	expect_verified(s);
	expect_ways(s, "UUTUUT");
}

static void test_wrong_client_cookie_is_dropped(void **state)
{
	struct cookie_server server = {.secret = 7, .forges = true};
	struct scenario *s = cookie_scenario(state, &server);
	uint64_t start_ms = s->now_ms;

	expect_verified(s);
	expect_ways(s, "UUU");
	assert_int_equal(s->queries[1].cookie_len, 0);
	assert_int_equal(s->queries[2].cookie_len, 0);
	assert_true(s->queries[1].edns);
	assert_int_equal(dns_core_stats(s->engine)->wrong_replies, 1);
	assert_in_range(s->now_ms - start_ms, 0, 10000);
	/* The cookie is tried again. */
	s->now_ms += 16 * 60 * 1000;
	server.forges = false;
	expect_verified(s);
	assert_int_equal(s->queries[3].cookie_len, 8);
	assert_int_equal(s->queries[4].cookie_len, 16);
}

/* If cookies have worked before, one forged reply does not end their use over UDP. */
static void test_wrong_cookie_of_one_with_cookies_goes_over_tcp(void **state)
{
	struct cookie_server server = {.secret = 7};
	struct scenario *s = cookie_scenario(state, &server);

	expect_verified(s);
	server.forges = true;
	s->now_ms += 400000;
	expect_verified(s);
	expect_ways(s, "UUUTT");
	server.forges = false;
	s->now_ms += 16 * 60 * 1000;
	expect_verified(s);
	expect_ways(s, "UUUTTUU");
	assert_int_equal(s->queries[5].cookie_len, 16);
}

static void test_missing_cookie_is_asked_for_over_tcp(void **state)
{
	struct cookie_server server = {.secret = 7};
	struct scenario *s = cookie_scenario(state, &server);

	expect_verified(s);
	server.forgets = true;
	s->now_ms += 400000;
	expect_verified(s);
	/*
	 * TCP shows that the server no longer sends cookies: from then on a missing cookie is
	 * accepted.
	 */
	expect_ways(s, "UUUTU");
	assert_int_equal(s->queries[4].cookie_len, 8);
}

static bool formerr_to_edns(struct scenario *s, const struct sim_query *q)
{
	if (!q->edns) {
		assert_int_equal(q->cookie_len, 0);
		return false;
	}
	sim_rcode(s, q, RCODE_FORMERR, 1);
	return true;
}

static void test_without_edns_there_is_no_cookie(void **state)
{
	struct scenario *s = *state;

	s->settings.cookies = true;
	s->behave = formerr_to_edns;
	scenario_start(s);
	expect_verified(s);
	assert_int_equal(s->queries[0].cookie_len, 8);
	assert_false(s->queries[1].edns);
	assert_false(s->queries[2].edns);
}

static bool formerr_always(struct scenario *s, const struct sim_query *q)
{
	sim_rcode(s, q, RCODE_FORMERR, 1);
	return true;
}

static void test_edns_is_not_given_up_for_nothing(void **state)
{
	struct scenario *s = *state;

	s->behave = formerr_always;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	s->behave = NULL;
	s->now_ms += 5000;
	size_t before = s->query_count;

	expect_verified(s);
	assert_true(s->queries[before].edns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scenario_setup_host, scenario_teardown)
		TEST(test_truncated_goes_over_tcp),
		TEST(test_truncated_over_tcp_is_error),
		TEST(test_use_tcp),
		TEST(test_closed_once_is_no_failure),
		TEST(test_closed_twice_is),
		TEST(test_slow_tcp_ends_in_time),
		TEST(test_who_finds_no_room_waits),
		TEST(test_wrong_ids),
		TEST(test_late_answers_are_no_guesses),
		TEST(test_folded_case),
		TEST(test_folded_by_somebody_else),
		TEST(test_cookie_comes_back),
		TEST(test_bad_cookie),
		TEST(test_bad_cookie_again_goes_over_tcp),
		TEST(test_wrong_client_cookie_is_dropped),
		TEST(test_wrong_cookie_of_one_with_cookies_goes_over_tcp),
		TEST(test_missing_cookie_is_asked_for_over_tcp),
		TEST(test_without_edns_there_is_no_cookie),
		TEST(test_edns_is_not_given_up_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
