/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Servers that compare names with their case, or do not support EDNS or cookies: their replies must
 * not become a definite no, and they are queried in a way that they support.
 */

#include "base/util.h"
#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* How a server treats queries that it does not support. */
enum mood { FINE, SILENT, NODATA, SAYS_SERVFAIL, SAYS_REFUSED, SAYS_NXDOMAIN, SAYS_GARBAGE };

struct server {
	enum mood mixed_case;
	enum dns_type mixed_case_type; /* 0: of each type */
	enum mood edns;
	enum mood cookie;
	bool over_udp_alone; /* supports them over TCP */
	bool without_tcp;
};

static bool is_mixed_case(const struct sim_query *q)
{
	for (size_t i = 12; i < 12 + q->question_len - 4; i++) {
		if (q->bytes[i] >= 'A' && q->bytes[i] <= 'Z') {
			return true;
		}
	}
	return false;
}

static void show(struct scenario *s, const struct sim_query *q, enum mood mood)
{
	struct sim_reply reply;

	switch (mood) {
	case FINE:
	case SILENT:
		break;
	case NODATA:
		sim_begin(&reply, q, RCODE_OK);
		sim_add_soa(&reply, "", 60, 60);
		sim_send(s, q, &reply, 1);
		break;
	case SAYS_NXDOMAIN:
		sim_rcode(s, q, RCODE_NXDOMAIN, 1);
		break;
	case SAYS_SERVFAIL:
		sim_rcode(s, q, RCODE_SERVFAIL, 1);
		break;
	case SAYS_REFUSED:
		sim_rcode(s, q, RCODE_REFUSED, 1);
		break;
	case SAYS_GARBAGE:
		sim_begin(&reply, q, RCODE_OK);
		reply.bytes[reply.len++] = 7;
		sim_send(s, q, &reply, 1);
		break;
	}
}

static bool daemon_run(struct scenario *s, const struct sim_query *q)
{
	const struct server *servers = s->ctx;
	const struct server *server = &servers[q->upstream];
	enum mood mood = FINE;

	if (q->tcp && server->without_tcp) {
		sim_unreachable(s, q, 1);
		return true;
	}
	if (q->tcp && server->over_udp_alone) {
		return false;
	}
	if (is_mixed_case(q) &&
		(server->mixed_case_type == 0 || server->mixed_case_type == q->type)) {
		mood = server->mixed_case;
	}
	mood = mood == FINE && q->cookie_len > 0 ? server->cookie : mood;
	mood = mood == FINE && q->edns ? server->edns : mood;
	if (mood == FINE) {
		return false;
	}
	show(s, q, mood);
	return true;
}

static struct scenario *begin(void **state, struct server *servers)
{
	struct scenario *s = *state;

	s->settings.cookies = true;
	s->settings.max_ttl_s = 5;
	s->behave = daemon_run;
	s->ctx = servers;
	return s;
}

/* Asserts the result of one lookup, that it took at most this long, and that the next one is quick.
 */
static void expect_verified_within(struct scenario *s, uint64_t first_ms)
{
	for (unsigned i = 0; i < 2; i++) {
		struct sim_lookup l = {.calls = 0};
		uint64_t start_ms = s->now_ms;

		sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
		scenario_run(s, 2500);
		sim_lookup_expect(&l, DNS_FCRDNS_VERIFIED, "host.example");
		assert_in_range(l.done_ms - start_ms, 0, i == 0 ? first_ms : 20);
		sim_lookup_clear(&l);
		s->now_ms = start_ms + 30000; /* later than the result */
	}
}

static void test_names_in_mixed_case_that_do_not_exist(void **state)
{
	static const enum mood moods[] = {
		SAYS_NXDOMAIN, NODATA, SAYS_SERVFAIL, SAYS_REFUSED, SAYS_GARBAGE};
	static const enum dns_type types[] = {0, DNS_TYPE_PTR, DNS_TYPE_A};

	for (size_t i = 0; i < ARRAY_LEN(moods) * ARRAY_LEN(types); i++) {
		struct server server = {.mixed_case = moods[i % ARRAY_LEN(moods)],
			.mixed_case_type = types[i / ARRAY_LEN(moods)]};
		struct scenario *s = begin(state, &server);

		scenario_start(s);
		expect_verified_within(s, 50);
		assert_true(s->queries[s->query_count - 1].tcp);
		/* Learnt: names are no longer sent in mixed case. */
		assert_false(is_mixed_case(&s->queries[s->query_count - 1]));
		assert_false(is_mixed_case(&s->queries[s->query_count - 2]));
		scenario_teardown(state);
		scenario_setup_host(state);
	}
	scenario_start(*state);
}

static void test_without_tcp_it_is_unknown(void **state)
{
	struct server server = {.mixed_case = SAYS_NXDOMAIN, .without_tcp = true};
	struct scenario *s = begin(state, &server);

	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
}

/* A name that is not found in either case does not exist, and TCP is not needed to tell. */
static void test_negative_twice_is_believed(void **state)
{
	struct server server = {.without_tcp = true};
	struct scenario *s = begin(state, &server);

	scenario_start(s);
	scenario_expect(s, "192.0.2.7", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	assert_int_equal(s->query_count, 2);
	assert_false(is_mixed_case(&s->queries[1]));
	/* A server that found a name in mixed case is believed, for a minute, for this type. */
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
	scenario_expect(s, "192.0.2.8", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	assert_int_equal(s->query_count, 5);
	s->now_ms += 61000;
	scenario_expect(s, "192.0.2.9", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	assert_int_equal(s->query_count, 7);
}

static void test_habit_changes(void **state)
{
	struct server server = {.mixed_case = FINE};
	struct scenario *s = begin(state, &server);

	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
	server.mixed_case = SAYS_NXDOMAIN;
	s->now_ms += 400000;
	expect_verified_within(s, 50);
	server.mixed_case = FINE;
	s->now_ms += 1000000;
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
	assert_false(s->queries[s->query_count - 1].tcp);
}

/* Each of several upstreams behaves in its own way. */
static void test_several_upstreams(void **state)
{
	struct server servers[2] = {
		{.mixed_case = SAYS_NXDOMAIN}, {.edns = SAYS_REFUSED, .mixed_case = NODATA}};
	struct scenario *s = begin(state, servers);

	s->settings.nameserver_count = 2;
	s->settings.rotate = true;
	scenario_start(s);
	for (unsigned i = 0; i < 6; i++) {
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
		s->now_ms += 400000;
	}
}

static void test_edns_that_is_not_borne(void **state)
{
	static const enum mood moods[] = {SAYS_SERVFAIL, SAYS_REFUSED, SAYS_GARBAGE};

	for (size_t i = 0; i < ARRAY_LEN(moods); i++) {
		struct server server = {.edns = moods[i]};
		struct scenario *s = begin(state, &server);

		scenario_start(s);
		expect_verified_within(s, 20);
		assert_int_equal(s->query_count, 5); /* one query with EDNS */
		scenario_teardown(state);
		scenario_setup_host(state);
	}
	scenario_start(*state);
}

static void test_silence_to_edns_or_cookie(void **state)
{
	for (unsigned attempts = 2; attempts <= 3; attempts++) {
		for (unsigned i = 0; i < 2; i++) {
			struct server server = {
				.edns = i == 0 ? SILENT : FINE, .cookie = i == 1 ? SILENT : FINE};
			struct scenario *s = begin(state, &server);

			s->settings.attempts = attempts;
			scenario_start(s);
			/* 500 ms for the first query, and 250 for the second. */
			expect_verified_within(s, 1100);
			scenario_teardown(state);
			scenario_setup_host(state);
		}
	}
	scenario_start(*state);
}

/* With one send a query, the ways to ask take turns until one of them gets a reply. */
static void test_silence_with_one_attempt(void **state)
{
	struct server server = {.edns = SILENT};
	struct scenario *s = begin(state, &server);
	unsigned failures = 0;

	s->settings.attempts = 1;
	scenario_start(s);
	for (unsigned i = 0; i < 8; i++) {
		struct sim_lookup l = {.calls = 0};

		sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
		scenario_run(s, 2500);
		assert_int_equal(l.calls, 1);
		failures += l.result->status == DNS_FCRDNS_ERROR;
		assert_true(i < 5 || l.result->status == DNS_FCRDNS_VERIFIED);
		sim_lookup_clear(&l);
		s->now_ms += 5000;
	}
	assert_in_range(failures, 1, 4);
}

static void test_three_silent_to_edns(void **state)
{
	struct server servers[3] = {{.edns = SILENT}, {.edns = SILENT}, {.edns = SILENT}};
	struct scenario *s = begin(state, servers);

	s->settings.nameserver_count = 3;
	scenario_start(s);
	for (unsigned i = 0; i < 6; i++) {
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
		s->now_ms += 310000;
	}
}

/* A middlebox appears on the path to a server that supports EDNS: no lookup is lost. */
static void test_edns_stops_working(void **state)
{
	struct server server = {.edns = FINE};
	struct scenario *s = begin(state, &server);

	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
	assert_true(s->queries[1].edns);
	server.edns = SILENT;
	s->now_ms += 400000;
	for (unsigned i = 0; i < 4; i++) {
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
		s->now_ms += 310000;
	}
}

/* One SERVFAIL for a name does not end EDNS for an upstream that has replied with it. */
static bool servfail_of_a_name(struct scenario *s, const struct sim_query *q)
{
	if (strncmp(q->name, "9.", 2) != 0) {
		return false;
	}
	sim_rcode(s, q, q->edns ? RCODE_SERVFAIL : RCODE_NXDOMAIN, 1);
	return true;
}

static void test_client_cannot_switch_edns_off(void **state)
{
	struct scenario *s = *state;

	s->behave = servfail_of_a_name;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
	scenario_expect(s, "192.0.2.9", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	s->now_ms += 400000;
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
	for (size_t i = 0; i < s->query_count; i++) {
		assert_true(s->queries[i].edns);
	}
}

/* In lower case over UDP, a forger has less to guess: such a reply never supplies an address. */
static bool forge_in_lower_case(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply reply;

	if (q->type != DNS_TYPE_A || q->tcp) {
		return false;
	}
	if (is_mixed_case(q)) {
		sim_rcode(s, q, RCODE_NXDOMAIN, 1);
		return true;
	}
	sim_begin(&reply, q, RCODE_OK);
	sim_add(&reply, q->name, DNS_TYPE_A, 300, "192.0.2.5");
	sim_send(s, q, &reply, 1);
	return true;
}

static void test_forged_address_in_lower_case(void **state)
{
	struct scenario *s = *state;

	scenario_record(s, "5.2.0.192.in-addr.arpa", DNS_TYPE_PTR, 300, "x.googlebot.example");
	s->behave = forge_in_lower_case;
	scenario_start(s);
	scenario_expect(s, "192.0.2.5", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");
	assert_true(s->queries[s->query_count - 1].tcp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scenario_setup_host, scenario_teardown)
		TEST(test_names_in_mixed_case_that_do_not_exist),
		TEST(test_without_tcp_it_is_unknown),
		TEST(test_negative_twice_is_believed),
		TEST(test_habit_changes),
		TEST(test_several_upstreams),
		TEST(test_edns_that_is_not_borne),
		TEST(test_silence_to_edns_or_cookie),
		TEST(test_silence_with_one_attempt),
		TEST(test_three_silent_to_edns),
		TEST(test_edns_stops_working),
		TEST(test_client_cannot_switch_edns_off),
		TEST(test_forged_address_in_lower_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
