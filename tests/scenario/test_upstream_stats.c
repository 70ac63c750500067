/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* What is counted of each upstream. */

#include "dns/upstream/stats.h"
#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct dns_stats_upstream *counted(const struct scenario *s, size_t upstream)
{
	return &dns_core_stats(s->engine)->upstreams[upstream];
}

/* The first fails; the second truncates over UDP and is slower over TCP. */
static bool one_fails_one_truncates(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply reply;

	if (q->upstream == 0) {
		sim_rcode(s, q, RCODE_SERVFAIL, 2);
	} else if (q->tcp) {
		sim_answer(s, q, 30);
	} else {
		sim_begin(&reply, q, RCODE_OK);
		reply.bytes[2] |= 2;
		sim_send(s, q, &reply, 10);
	}
	return true;
}

static void each_has_counters_of_its_own(void **state)
{
	struct scenario *s = *state;

	s->settings.nameserver_count = 2;
	s->behave = one_fails_one_truncates;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
	const struct dns_stats_upstream *first = counted(s, 0);
	const struct dns_stats_upstream *second = counted(s, 1);
	uint64_t failed = counter_get(&first->troubles[DNS_STATS_SERVFAIL]);
	uint64_t truncated = counter_get(&second->fallbacks);

	assert_in_range(failed, 1, 2);
	assert_int_equal(truncated, 2); /* the PTR and the A */
	assert_int_equal(counter_get(&second->queries[0]), truncated);
	assert_int_equal(counter_get(&second->queries[1]), truncated);
	assert_int_equal(counter_get(&second->replies), 2 * truncated);
	assert_int_equal(counter_get(&second->replies_us), 40000 * truncated);
	assert_int_equal(counter_get(&second->slowest_us), 30000);
	assert_int_equal(counter_get(&first->slowest_us), 2000);
	assert_int_equal(counter_get(&first->queries[1]), 0);
	assert_int_equal(counter_get(&first->fallbacks), 0);
	for (size_t i = 0; i < DNS_STATS_TROUBLES; i++) {
		assert_int_equal(counter_get(&second->troubles[i]), 0);
	}
	assert_int_equal(counter_get(&first->queries[0]) + 2 * truncated, s->query_count);
}

static bool silent(struct scenario *s, const struct sim_query *q)
{
	return true;
}

static void silence_is_counted(void **state)
{
	struct scenario *s = *state;

	s->behave = silent;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	assert_int_equal(counter_get(&counted(s, 0)->troubles[DNS_STATS_TIMEOUT]), s->query_count);
	assert_int_equal(counter_get(&counted(s, 0)->replies), 0);
}

static bool with_cookie(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply reply;
	uint8_t cookie[16];

	assert_in_range(q->cookie_len, 8, 16);
	memcpy(cookie, q->cookie, 8);
	memset(cookie + 8, 7, 8);
	sim_begin(&reply, q, RCODE_OK);
	if (q->type == DNS_TYPE_A) {
		sim_add(&reply, q->name, DNS_TYPE_A, 300, CLIENT);
	} else {
		sim_add(&reply, q->name, DNS_TYPE_PTR, 300, "host.example");
	}
	sim_add_cookie(&reply, cookie, sizeof(cookie), RCODE_OK);
	sim_send(s, q, &reply, 1);
	return true;
}

static void cookies_are_seen(void **state)
{
	struct scenario *s = *state;

	s->settings.cookies = true;
	s->behave = with_cookie;
	scenario_start(s);
	assert_int_equal(counter_get(&counted(s, 0)->cookies), 0);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");
	assert_int_equal(counter_get(&counted(s, 0)->cookies), 1);
}

static void counters_stay_with_the_server(void **state)
{
	static struct dns_stats_upstream u;
	struct endpoint one;
	struct endpoint other;

	assert_true(endpoint_parse(str_view("192.0.2.1"), 53, &one));
	assert_true(endpoint_parse(str_view("192.0.2.2"), 53, &other));
	dns_stats_upstream_take(&u, &one);
	counter_set(&u.known, 1);
	counter_set(&u.queries[0], 5);
	dns_stats_upstream_take(&u, &one);
	assert_int_equal(counter_get(&u.known), 0);
	assert_int_equal(counter_get(&u.queries[0]), 5);
	dns_stats_upstream_take(&u, &other);
	assert_int_equal(counter_get(&u.queries[0]), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scenario_setup_host, scenario_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_has_counters_of_its_own),
		TEST(silence_is_counted),
		TEST(cookies_are_seen),
		cmocka_unit_test(counters_stay_with_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
