/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Names that must have the client's address, and lists that may contain it, with simulated time and
 * network.
 */

#include "base/util.h"
#include "dns/membership.h"
#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOME "home.dyn.example"
#define LIST "bl.example"
#define LISTED "1.2.0.192.bl.example"
#define LISTED6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example"

struct asked {
	struct scenario *s;
	struct dns_membership *handle;
	unsigned calls;
	uint64_t done_ms;
	struct dns_membership_result result;
};

static void on_done(void *ctx, const struct dns_membership_result *result)
{
	struct asked *a = ctx;

	a->calls++;
	a->handle = NULL;
	a->result = *result;
	a->done_ms = a->s->now_ms;
}

static void ask(struct asked *a, struct scenario *s, enum dns_membership_kind kind,
	const char *name, const char *addr)
{
	struct addr parsed = sim_addr(addr);
	struct dns_membership_query question = {kind, str_view(name), &parsed};

	*a = (struct asked){.s = s};
	a->handle = dns_membership_start(s->engine, &question, NULL, on_done, a, &a->result);
	assert_int_equal(a->calls, 0);
}

static bool known(struct scenario *s, enum dns_membership_kind kind, const char *name,
	const char *addr, struct dns_membership_result *result)
{
	struct addr parsed = sim_addr(addr);
	struct dns_membership_query question = {kind, str_view(name), &parsed};

	return dns_membership_known(s->engine, &question, result);
}

/*
 * One query from start to end; returns how long the result is valid. From then on it is answered
 * from the cache.
 */
static uint64_t expect(struct scenario *s, enum dns_membership_kind kind, const char *name,
	const char *addr, enum dns_membership_status status)
{
	struct dns_membership_result again;
	struct asked a;

	assert_false(known(s, kind, name, addr, &again));
	ask(&a, s, kind, name, addr);
	assert_non_null(a.handle);
	scenario_run(s, s->settings.lookup_timeout_ms);
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.result.status, status);
	assert_false(a.result.overload);
	size_t asked = s->query_count;

	if (s->now_ms < a.result.expires_ms) {
		assert_true(known(s, kind, name, addr, &again));
		assert_int_equal(again.status, status);
		assert_int_equal(again.expires_ms, a.result.expires_ms);
	}
	assert_int_equal(s->query_count, asked);
	return a.result.expires_ms - a.done_ms;
}

static void test_forward(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, HOME, DNS_TYPE_A, 120, "198.51.100.7");
	scenario_record(s, HOME, DNS_TYPE_A, 60, CLIENT);
	scenario_record(s, HOME, DNS_TYPE_AAAA, 300, "2001:db8::1");
	assert_int_equal(
		expect(s, DNS_MEMBERSHIP_FORWARD, HOME, CLIENT, DNS_MEMBERSHIP_YES), 60000);
	assert_int_equal(
		expect(s, DNS_MEMBERSHIP_FORWARD, HOME, "2001:db8::1", DNS_MEMBERSHIP_YES), 300000);
	assert_int_equal(s->query_count, 2);

	/* The addresses of the name answer the query of every client. */
	struct dns_membership_result result;

	assert_true(known(s, DNS_MEMBERSHIP_FORWARD, HOME, "192.0.2.2", &result));
	assert_int_equal(result.status, DNS_MEMBERSHIP_NO);
	assert_true(known(s, DNS_MEMBERSHIP_FORWARD, HOME, "2001:db8::2", &result));
	assert_int_equal(result.status, DNS_MEMBERSHIP_NO);
	/* A private address is compared like any other. */
	assert_true(known(s, DNS_MEMBERSHIP_FORWARD, HOME, "10.0.0.1", &result));
	assert_int_equal(result.status, DNS_MEMBERSHIP_NO);
	s->now_ms += 61000;
	assert_false(known(s, DNS_MEMBERSHIP_FORWARD, HOME, CLIENT, &result));
	assert_true(known(s, DNS_MEMBERSHIP_FORWARD, HOME, "2001:db8::1", &result));
}

static void test_forward_along_cnames(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, HOME, DNS_TYPE_CNAME, 30, "a.example");
	scenario_record(s, "a.example", DNS_TYPE_CNAME, 300, "b.example");
	scenario_record(s, "b.example", DNS_TYPE_A, 300, CLIENT);
	scenario_record(s, "x.example", DNS_TYPE_CNAME, 300, "y.example");
	scenario_record(s, "y.example", DNS_TYPE_CNAME, 300, "x.example");
	assert_int_equal(
		expect(s, DNS_MEMBERSHIP_FORWARD, HOME, CLIENT, DNS_MEMBERSHIP_YES), 30000);
	expect(s, DNS_MEMBERSHIP_FORWARD, "x.example", CLIENT, DNS_MEMBERSHIP_NO);
	expect(s, DNS_MEMBERSHIP_FORWARD, HOME, "2001:db8::1", DNS_MEMBERSHIP_NO);
}

static void test_forward_that_is_nowhere(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, HOME, DNS_TYPE_AAAA, 300, "2001:db8::1");
	/* NODATA and NXDOMAIN are cached by the SOA. */
	assert_int_equal(expect(s, DNS_MEMBERSHIP_FORWARD, HOME, CLIENT, DNS_MEMBERSHIP_NO), 60000);
	assert_int_equal(
		expect(s, DNS_MEMBERSHIP_FORWARD, "gone.example", CLIENT, DNS_MEMBERSHIP_NO),
		60000);
}

static void test_lists(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, LISTED, DNS_TYPE_A, 300, "127.0.0.2");
	scenario_record(s, LISTED6, DNS_TYPE_A, 600, "127.0.0.10");
	scenario_record(s, "2.2.0.192." LIST, DNS_TYPE_A, 60, "127.255.255.254");
	scenario_record(s, "3.2.0.192." LIST, DNS_TYPE_A, 60, "203.0.113.80");
	assert_int_equal(expect(s, DNS_MEMBERSHIP_DNSBL, LIST, CLIENT, DNS_MEMBERSHIP_YES), 300000);
	assert_int_equal(
		expect(s, DNS_MEMBERSHIP_DNSBL, LIST, "2001:db8::1", DNS_MEMBERSHIP_YES), 600000);
	assert_int_equal(
		expect(s, DNS_MEMBERSHIP_DNSBL, LIST, "192.0.2.2", DNS_MEMBERSHIP_UNKNOWN), 60000);
	assert_int_equal(
		expect(s, DNS_MEMBERSHIP_DNSBL, LIST, "192.0.2.3", DNS_MEMBERSHIP_UNKNOWN), 60000);
	assert_int_equal(
		expect(s, DNS_MEMBERSHIP_DNSBL, LIST, "192.0.2.4", DNS_MEMBERSHIP_NO), 60000);
	assert_int_equal(s->query_count, 5);
	for (size_t i = 0; i < s->query_count; i++) {
		assert_int_equal(s->queries[i].type, DNS_TYPE_A);
	}
}

static void test_special_addresses_are_on_no_list(void **state)
{
	static const char *const addrs[] = {
		"10.0.0.1", "127.0.0.2", "192.168.1.1", "fe80::1", "fd00::1", "::1"};
	struct scenario *s = *state;
	struct dns_membership_result result;
	struct asked a;

	scenario_start(s);
	for (size_t i = 0; i < ARRAY_LEN(addrs); i++) {
		assert_true(known(s, DNS_MEMBERSHIP_DNSBL, LIST, addrs[i], &result));
		assert_int_equal(result.status, DNS_MEMBERSHIP_NO);
		assert_int_equal(result.expires_ms, s->now_ms + s->settings.max_ttl_s * 1000);
		ask(&a, s, DNS_MEMBERSHIP_DNSBL, LIST, addrs[i]);
		assert_null(a.handle);
		assert_int_equal(a.result.status, DNS_MEMBERSHIP_NO);
	}
	scenario_run(s, 1000);
	assert_int_equal(s->query_count, 0);
}

static void test_special_addresses_with_private_ptr(void **state)
{
	struct scenario *s = *state;

	s->settings.private_ptr = true;
	scenario_start(s);
	scenario_record(s, "2.0.0.127." LIST, DNS_TYPE_A, 300, "127.0.0.2");
	expect(s, DNS_MEMBERSHIP_DNSBL, LIST, "127.0.0.2", DNS_MEMBERSHIP_YES);
	expect(s, DNS_MEMBERSHIP_DNSBL, LIST, "127.0.0.1", DNS_MEMBERSHIP_NO);
}

static void test_the_static_zone_has_the_say(void **state)
{
	struct scenario *s = *state;
	struct dns_membership_result result;

	scenario_start_with_zone(s, "1.0.0.10.bl.example. 60 IN A 127.0.0.2\n"
				    "home.dyn.example. 60 IN A 192.0.2.1\n");
	assert_true(known(s, DNS_MEMBERSHIP_DNSBL, LIST, "10.0.0.1", &result));
	assert_int_equal(result.status, DNS_MEMBERSHIP_YES);
	assert_true(known(s, DNS_MEMBERSHIP_FORWARD, HOME, CLIENT, &result));
	assert_int_equal(result.status, DNS_MEMBERSHIP_YES);
	assert_int_equal(result.expires_ms, s->now_ms + 60000);
	assert_int_equal(s->query_count, 0);
}

static bool answer_servfail(struct scenario *s, const struct sim_query *query)
{
	sim_rcode(s, query, RCODE_SERVFAIL, 10);
	return true;
}

static bool be_silent(struct scenario *s, const struct sim_query *query)
{
	return true;
}

static void test_failures_are_unknown_and_remembered(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	s->behave = answer_servfail;
	expect(s, DNS_MEMBERSHIP_FORWARD, HOME, CLIENT, DNS_MEMBERSHIP_UNKNOWN);
	expect(s, DNS_MEMBERSHIP_DNSBL, LIST, CLIENT, DNS_MEMBERSHIP_UNKNOWN);
}

/* With servers of any slowness, the lookup ends in time, and the next one does not wait as long. */
static void test_the_deadline(void **state)
{
	struct scenario *s = *state;
	struct dns_membership_result result;
	struct asked a;

	s->settings.timeout_ms = 2000;
	scenario_start(s);
	s->behave = be_silent;
	uint64_t began_ms = s->now_ms;

	ask(&a, s, DNS_MEMBERSHIP_DNSBL, LIST, CLIENT);
	while (a.calls == 0) {
		scenario_run(s, 100);
		assert_true(s->now_ms <= began_ms + s->settings.lookup_timeout_ms + 100);
	}
	assert_int_equal(a.result.status, DNS_MEMBERSHIP_UNKNOWN);
	assert_true(a.result.expires_ms >= a.done_ms + 1000);
	assert_true(known(s, DNS_MEMBERSHIP_DNSBL, LIST, CLIENT, &result) ||
		    s->now_ms >= a.result.expires_ms);
}

static void test_cancelling(void **state)
{
	struct scenario *s = *state;
	struct asked a;
	struct asked b;

	scenario_start(s);
	s->behave = be_silent;
	ask(&a, s, DNS_MEMBERSHIP_FORWARD, HOME, CLIENT);
	dns_membership_cancel(a.handle);
	ask(&a, s, DNS_MEMBERSHIP_FORWARD, HOME, CLIENT);
	ask(&b, s, DNS_MEMBERSHIP_FORWARD, HOME, "192.0.2.2");
	scenario_run(s, 100);
	/* Both share one query. */
	assert_int_equal(sim_asked(s, HOME), 1);
	dns_membership_cancel(a.handle);
	scenario_run(s, s->settings.lookup_timeout_ms);
	assert_int_equal(a.calls, 0);
	assert_int_equal(b.calls, 1);
	assert_int_equal(b.result.status, DNS_MEMBERSHIP_UNKNOWN);
	/* And a query that is in flight when the engine is freed. */
	ask(&a, s, DNS_MEMBERSHIP_DNSBL, LIST, CLIENT);
	scenario_run(s, 10);
	dns_membership_cancel(NULL);
}

/*
 * One network cannot have more than its share of queries to lists; a name is queried once for all
 * clients.
 */
static void test_a_flood_from_one_network(void **state)
{
	struct scenario *s = *state;
	struct asked a[6];
	char addr[32];

	s->settings.max_in_flight_per_prefix = 4;
	scenario_start(s);
	s->behave = be_silent;
	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		snprintf(addr, sizeof(addr), "192.0.2.%zu", i + 1);
		ask(&a[i], s, DNS_MEMBERSHIP_DNSBL, LIST, addr);
		if (i < 4) {
			assert_non_null(a[i].handle);
		} else {
			assert_null(a[i].handle);
			assert_int_equal(a[i].result.status, DNS_MEMBERSHIP_UNKNOWN);
			assert_true(a[i].result.overload);
		}
	}
	struct asked other;

	ask(&other, s, DNS_MEMBERSHIP_DNSBL, LIST, "198.51.100.1");
	assert_non_null(other.handle);
	scenario_run(s, s->settings.lookup_timeout_ms);
	assert_int_equal(other.calls, 1);
	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		snprintf(addr, sizeof(addr), "192.0.2.%zu", i + 1);
		ask(&a[i], s, DNS_MEMBERSHIP_FORWARD, HOME, addr);
		assert_non_null(a[i].handle);
	}
	scenario_run(s, s->settings.lookup_timeout_ms);
}

static void on_step(void *ctx, const struct dns_fcrdns_trace_step *step)
{
	char *told = ctx;
	size_t len = strlen(told);

	snprintf(told + len, 256 - len, "%.*s %d %.*s; ", (int)step->name.len, step->name.data,
		step->type, (int)step->answer.len, step->answer.data);
}

static void test_traces(void **state)
{
	struct scenario *s = *state;
	char told[256] = "";
	struct dns_fcrdns_trace trace = {on_step, told};
	struct addr client = sim_addr(CLIENT);
	struct dns_membership_query question = {DNS_MEMBERSHIP_DNSBL, str_view(LIST), &client};
	struct asked a = {.s = s};

	scenario_start(s);
	scenario_record(s, LISTED, DNS_TYPE_A, 300, "127.0.0.2");
	for (unsigned i = 1; i <= 2; i++) {
		a.handle =
			dns_membership_start(s->engine, &question, &trace, on_done, &a, &a.result);
		scenario_run(s, 1000);
		assert_int_equal(a.calls, i);
	}
	/* The list has no text about it. */
	assert_string_equal(told, LISTED " 1 127.0.0.2; " LISTED " 16 NODATA; " LISTED
					 " 1 127.0.0.2; " LISTED " 16 NODATA; ");
	assert_int_equal(s->query_count, 2);
}

/* With a trace the list's text is asked for; the server does with its query what it wants. */
static void explain(struct scenario *s, char told[256], struct asked *a)
{
	struct dns_fcrdns_trace trace = {on_step, told};
	struct addr client = sim_addr(CLIENT);
	struct dns_membership_query question = {DNS_MEMBERSHIP_DNSBL, str_view(LIST), &client};

	*a = (struct asked){.s = s};
	told[0] = '\0';
	a->handle = dns_membership_start(s->engine, &question, &trace, on_done, a, &a->result);
	scenario_run(s, 60000);
	assert_int_equal(a->calls, 1);
	assert_null(a->handle);
}

static bool say_why(struct scenario *s, const struct sim_query *query)
{
	static const char hostile[] = "\x12"
				      "see \x1b[31m\xe2\x80\xae\n\" why"
				      "\3abc";
	struct sim_reply reply;

	if (query->type != DNS_TYPE_TXT) {
		return false;
	}
	sim_begin(&reply, query, RCODE_OK);
	sim_add_raw(&reply, LISTED, DNS_TYPE_TXT, 60, hostile, sizeof(hostile) - 1);
	sim_send(s, query, &reply, 1);
	return true;
}

static void test_the_text_of_a_listing_is_shown(void **state)
{
	struct scenario *s = *state;
	char told[256];
	struct asked a;

	s->behave = say_why;
	scenario_start(s);
	scenario_record(s, LISTED, DNS_TYPE_A, 300, "127.0.0.2");
	explain(s, told, &a);
	assert_int_equal(a.result.status, DNS_MEMBERSHIP_YES);
	assert_string_equal(told, LISTED " 1 127.0.0.2; " LISTED
					 " 16 \"see \\x1b[31m\\xe2\\x80\\xae\\x0a\" whyabc\"; ");
}

static bool keep_the_text(struct scenario *s, const struct sim_query *query)
{
	(void)s;
	return query->type == DNS_TYPE_TXT;
}

static bool cut_the_text(struct scenario *s, const struct sim_query *query)
{
	struct sim_reply reply;

	if (query->type != DNS_TYPE_TXT) {
		return false;
	}
	sim_begin(&reply, query, RCODE_OK);
	sim_add_raw(&reply, LISTED, DNS_TYPE_TXT, 60,
		"\x20"
		"cut",
		4);
	sim_send(s, query, &reply, 1);
	return true;
}

static bool refuse_the_text(struct scenario *s, const struct sim_query *query)
{
	if (query->type == DNS_TYPE_TXT) {
		sim_rcode(s, query, RCODE_REFUSED, 1);
	}
	return query->type == DNS_TYPE_TXT;
}

/* Whatever becomes of the text, and however long it takes, the listing is what it is. */
static void test_the_text_has_no_part_in_the_result(void **state)
{
	static bool (*const ways[])(struct scenario *, const struct sim_query *) = {
		keep_the_text, cut_the_text, refuse_the_text};
	struct scenario *s = *state;
	char told[256];
	struct asked a;

	scenario_start(s);
	scenario_record(s, LISTED, DNS_TYPE_A, 3000, "127.0.0.2");
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		s->behave = ways[i];
		s->now_ms += 300000;
		explain(s, told, &a);
		assert_int_equal(a.result.status, DNS_MEMBERSHIP_YES);
		assert_int_equal(a.result.code_count, 1);
		assert_non_null(strstr(told, LISTED " 16 "));
	}
	/* A request that ends while the text is looked up. */
	struct dns_fcrdns_trace trace = {on_step, told};
	struct addr client = sim_addr(CLIENT);
	struct dns_membership_query question = {DNS_MEMBERSHIP_DNSBL, str_view(LIST), &client};

	told[0] = '\0';
	s->behave = keep_the_text;
	s->now_ms += 300000;
	a = (struct asked){.s = s};
	a.handle = dns_membership_start(s->engine, &question, &trace, on_done, &a, &a.result);
	scenario_run(s, 10);
	assert_int_equal(a.calls, 0);
	dns_membership_cancel(a.handle);
	scenario_run(s, 60000);
	assert_int_equal(a.calls, 0);
}

static void expect_codes(struct scenario *s, const char *addr, const char *expected)
{
	char got[256] = "";
	struct asked a;

	ask(&a, s, DNS_MEMBERSHIP_DNSBL, LIST, addr);
	scenario_run(s, 10000);
	assert_int_equal(a.calls, 1);
	for (size_t i = 0; i < a.result.code_count; i++) {
		const uint8_t *o = a.result.codes[i].octets;
		size_t len = strlen(got);

		snprintf(got + len, sizeof(got) - len, "%u.%u.%u.%u ", o[0], o[1], o[2], o[3]);
	}
	assert_string_equal(got, expected);
	assert_int_equal(
		a.result.status, expected[0] != '\0' ? DNS_MEMBERSHIP_YES : DNS_MEMBERSHIP_UNKNOWN);
}

static void test_codes(void **state)
{
	static char many[DNS_CODES_MAX + 1][16];
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, LISTED, DNS_TYPE_A, 300, "127.0.0.10");
	scenario_record(s, LISTED, DNS_TYPE_A, 300, "127.0.0.2");
	scenario_record(s, LISTED, DNS_TYPE_A, 300, "127.0.0.10");
	expect_codes(s, CLIENT, "127.0.0.2 127.0.0.10 ");
	/* One record that is no code takes the others with it. */
	scenario_record(s, "2.2.0.192." LIST, DNS_TYPE_A, 60, "127.0.0.2");
	scenario_record(s, "2.2.0.192." LIST, DNS_TYPE_A, 60, "127.255.255.254");
	expect_codes(s, "192.0.2.2", "");
	scenario_record(s, "3.2.0.192." LIST, DNS_TYPE_A, 60, "127.0.0.2");
	scenario_record(s, "3.2.0.192." LIST, DNS_TYPE_A, 60, "203.0.113.80");
	expect_codes(s, "192.0.2.3", "");
	scenario_record(s, "4.2.0.192." LIST, DNS_TYPE_A, 60, "127.0.0.1");
	expect_codes(s, "192.0.2.4", "");
	/* More codes than any list has. */
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		snprintf(many[i], sizeof(many[i]), "127.0.3.%zu", i);
		scenario_record(s, "5.2.0.192." LIST, DNS_TYPE_A, 60, many[i]);
	}
	expect_codes(s, "192.0.2.5", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scenario_setup, scenario_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forward),
		TEST(test_forward_along_cnames),
		TEST(test_forward_that_is_nowhere),
		TEST(test_lists),
		TEST(test_special_addresses_are_on_no_list),
		TEST(test_special_addresses_with_private_ptr),
		TEST(test_the_static_zone_has_the_say),
		TEST(test_failures_are_unknown_and_remembered),
		TEST(test_the_deadline),
		TEST(test_cancelling),
		TEST(test_a_flood_from_one_network),
		TEST(test_traces),
		TEST(test_the_text_of_a_listing_is_shown),
		TEST(test_the_text_has_no_part_in_the_result),
		TEST(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
