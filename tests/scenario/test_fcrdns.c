/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* The results of lookups, for all kinds of data in DNS. */

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

#define CLIENT6 "2001:db8::1"
#define REVERSE6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"

static void test_verified(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "Host.Example");
	scenario_record(s, "host.example", DNS_TYPE_A, 120, "198.51.100.7");
	scenario_record(s, "host.example", DNS_TYPE_A, 120, CLIENT);
	uint64_t life =
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example");

	assert_int_equal(life, 120000);
	assert_int_equal(s->query_count, 2);
	assert_int_equal(s->queries[1].type, DNS_TYPE_A);
}

static void test_verified_v6(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE6, DNS_TYPE_PTR, 60, "six.example");
	scenario_record(s, "six.example", DNS_TYPE_AAAA, 300, CLIENT6);
	scenario_record(s, "six.example", DNS_TYPE_A, 300, CLIENT);
	uint64_t life =
		scenario_expect(s, CLIENT6, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "six.example");

	assert_int_equal(life, 60000);
	assert_int_equal(s->query_count, 2);
	assert_int_equal(s->queries[1].type, DNS_TYPE_AAAA);
}

static void test_other_family_confirms_nothing(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE6, DNS_TYPE_PTR, 60, "four.example");
	scenario_record(s, "four.example", DNS_TYPE_A, 300, CLIENT);
	scenario_expect(s, CLIENT6, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");
}

static void test_forged(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "crawl.googlebot.com");
	scenario_record(s, "crawl.googlebot.com", DNS_TYPE_A, 300, "198.51.100.7");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");
}

static void test_forged_to_a_missing_name(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "missing.example");
	uint64_t life = scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");

	assert_int_equal(life, 60000);
}

static void test_single(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "b.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "A.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "192.0.2.9");
	scenario_expect(s, CLIENT, DNS_FCRDNS_SINGLE, DNS_FCRDNS_UNVERIFIED, "a.example b.example");
	assert_int_equal(s->query_count, 1);
}

static void test_single_without_a_usable_name(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "192.0.2.1");
	scenario_expect(s, CLIENT, DNS_FCRDNS_SINGLE, DNS_FCRDNS_MISMATCH, "");
	assert_int_equal(s->query_count, 1);
}

static void test_no_ptr(void **state)
{
	struct scenario *s = *state;

	s->settings.case_randomization = false;
	scenario_start(s);
	assert_int_equal(scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, ""), 60000);
	scenario_record(s, "2.2.0.192.in-addr.arpa", DNS_TYPE_A, 300, CLIENT);
	assert_int_equal(
		scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, ""), 60000);
	assert_int_equal(s->query_count, 2);
}

static void test_every_name_is_confirmed(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "z.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "forged.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "a.example");
	scenario_record(s, "a.example", DNS_TYPE_A, 300, CLIENT);
	scenario_record(s, "z.example", DNS_TYPE_A, 300, CLIENT);
	scenario_record(s, "forged.example", DNS_TYPE_A, 300, "198.51.100.1");
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 2500);
	sim_lookup_expect(&l, DNS_FCRDNS_VERIFIED, "a.example z.example");
	assert_int_equal(l.result->ptr.count, 3);
	assert_string_equal(l.result->ptr.items[1].data, "forged.example");
	sim_lookup_clear(&l);
}

static bool fail_some(struct scenario *s, const struct sim_query *q)
{
	if (strcmp(q->name, s->word) != 0) {
		return false;
	}
	sim_rcode(s, q, RCODE_SERVFAIL, 5);
	return true;
}

static void test_failing_ptr_is_error(void **state)
{
	struct scenario *s = *state;

	s->behave = fail_some;
	s->word = REVERSE ".";
	s->settings.case_randomization = false;
	s->settings.edns_size = 0;
	scenario_start(s);
	assert_int_equal(scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, ""), 1000);
	assert_int_equal(s->query_count, 1);
}

static void test_failing_forward_is_error(void **state)
{
	struct scenario *s = *state;

	s->behave = fail_some;
	s->word = "bad.example.";
	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "bad.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "forged.example");
	scenario_record(s, "forged.example", DNS_TYPE_A, 300, "198.51.100.1");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
}

static void test_some_confirmed_some_failing(void **state)
{
	struct scenario *s = *state;

	s->behave = fail_some;
	s->word = "bad.example.";
	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "bad.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "good.example");
	scenario_record(s, "good.example", DNS_TYPE_A, 300, CLIENT);
	struct sim_lookup l = {.calls = 0};

	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, s->settings.lookup_timeout_ms);
	sim_lookup_expect(&l, DNS_FCRDNS_VERIFIED, "good.example");
	assert_int_equal(l.result->expires_ms - l.done_ms, 5000);
	assert_true(l.result->incomplete);
	sim_lookup_clear(&l);
}

static bool drop_slow(struct scenario *s, const struct sim_query *q)
{
	return strcmp(q->name, "slow.example.") == 0;
}

static void test_deadline_keeps_what_confirmed(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};

	s->behave = drop_slow;
	s->settings.attempts = 10;
	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "slow.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "good.example");
	scenario_record(s, "good.example", DNS_TYPE_A, 300, CLIENT);
	uint64_t start_ms = s->now_ms;

	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 10000);
	sim_lookup_expect(&l, DNS_FCRDNS_VERIFIED, "good.example");
	assert_int_equal(l.done_ms - start_ms, 2500);
	assert_int_equal(l.result->expires_ms - l.done_ms, 5000);
	sim_lookup_clear(&l);
}

static bool drop_all(struct scenario *s, const struct sim_query *q)
{
	return true;
}

static void test_silence_is_error_in_time(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};
	uint64_t start_ms = s->now_ms;

	s->behave = drop_all;
	scenario_start(s);
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 10000);
	sim_lookup_expect(&l, DNS_FCRDNS_ERROR, "");
	assert_false(l.result->overload);
	assert_int_equal(l.done_ms - start_ms, 500 + 833 + 833);
	assert_int_equal(l.result->expires_ms - l.done_ms, 1000);
	assert_int_equal(s->query_count, 3);
	assert_int_equal(s->queries[1].at_ms - start_ms, 500);
	assert_int_equal(s->queries[2].at_ms - start_ms, 1333);
	sim_lookup_clear(&l);
}

static void test_rfc2317(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_CNAME, 30, "1.0/25.2.0.192.in-addr.arpa");
	scenario_record(s, "1.0/25.2.0.192.in-addr.arpa", DNS_TYPE_PTR, 300, "host.example");
	scenario_record(s, "host.example", DNS_TYPE_A, 300, CLIENT);
	assert_int_equal(
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "host.example"),
		30000);
	assert_int_equal(s->query_count, 3);
}

/* c0 -> c1 -> …, one message each; the last has the address. */
static void chain(struct scenario *s, unsigned links, char names[][16])
{
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "c0.example");
	for (unsigned i = 0; i <= links; i++) {
		snprintf(names[i], sizeof(names[i]), "c%u.example", i);
	}
	for (unsigned i = 0; i < links; i++) {
		scenario_record(s, names[i], DNS_TYPE_CNAME, 300, names[i + 1]);
	}
	scenario_record(s, names[links], DNS_TYPE_A, 300, CLIENT);
}

static void test_chain_of_8(void **state)
{
	struct scenario *s = *state;
	char names[10][16];

	scenario_start(s);
	chain(s, 8, names);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "c0.example");
	assert_int_equal(s->query_count, 10);
}

static void test_chain_of_9(void **state)
{
	struct scenario *s = *state;
	char names[10][16];

	scenario_start(s);
	chain(s, 9, names);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	assert_int_equal(s->query_count, 10);
}

static bool chain_in_one_message(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply *reply;

	if (strncmp(q->name, "c0.", 3) != 0) {
		return false;
	}
	reply = malloc(sizeof(*reply));
	assert_non_null(reply);
	sim_begin(reply, q, RCODE_OK);
	sim_add(reply, "c0.example", DNS_TYPE_CNAME, 300, "c1.example");
	sim_add(reply, "c1.example", DNS_TYPE_CNAME, 300, "c2.example");
	sim_add(reply, "c2.example", DNS_TYPE_CNAME, 300, "c3.example");
	sim_send(s, q, reply, 0);
	free(reply);
	return true;
}

static void test_chain_counts_across_messages(void **state)
{
	struct scenario *s = *state;
	char names[10][16];

	s->behave = chain_in_one_message;
	scenario_start(s);
	chain(s, 9, names);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	assert_int_equal(sim_asked(s, "c1.example"), 0);
}

static void test_loop_across_messages(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "a.example");
	scenario_record(s, "a.example", DNS_TYPE_CNAME, 300, "b.example");
	scenario_record(s, "b.example", DNS_TYPE_CNAME, 300, "a.example");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");
	assert_int_equal(s->query_count, 3);
	scenario_record(s, "2.2.0.192.in-addr.arpa", DNS_TYPE_CNAME, 300, "loop.example");
	scenario_record(s, "loop.example", DNS_TYPE_CNAME, 300, "loop.example");
	scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");
}

/* Names that are not host names; | separates labels. */
static bool hostile_names(struct scenario *s, const struct sim_query *q)
{
	static const struct str names[] = {
		{"a\0b.c|example", 13},
		{"good|example\0", 13},
		{"a.b|example", 11},
		{"a\\b|example", 11},
		{"a\nb|example", 11},
		{"a b|example", 11},
		{"a\xff|example", 10},
		{"a/b|example", 11},
		{"*|example", 9},
		{"-a|example", 10},
		{"192|0|2|1", 9},
		{"192.0.2.1", 9},
		{"0x7f|1", 6},
		{"host|0xa", 8},
		{"1", 1},
		{"localhost", 9},
	};
	struct sim_reply *reply = malloc(sizeof(*reply));

	assert_non_null(reply);
	assert_int_equal(q->type, DNS_TYPE_PTR);
	sim_begin(reply, q, RCODE_OK);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str rest = names[i];
		struct str label;
		uint8_t wire[32];
		size_t len = 0;

		while (str_split_next(&rest, '|', &label)) {
			wire[len++] = (uint8_t)label.len;
			memcpy(wire + len, label.data, label.len);
			len += label.len;
		}
		wire[len++] = 0;
		sim_add_raw(reply, REVERSE, DNS_TYPE_PTR, 300, wire, len);
	}
	sim_add_raw(reply, REVERSE, DNS_TYPE_PTR, 300, "", 1);
	sim_send(s, q, reply, 0);
	free(reply);
	return true;
}

static void test_hostile_names_are_not_asked_for(void **state)
{
	struct scenario *s = *state;

	s->behave = hostile_names;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_MISMATCH, "");
	assert_int_equal(s->query_count, 1);
}

static bool two_thousand_names(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply *reply;
	char name[32];

	if (q->type != DNS_TYPE_PTR) {
		return false;
	}
	reply = malloc(sizeof(*reply));
	assert_non_null(reply);
	sim_begin(reply, q, RCODE_OK);
	for (unsigned i = 2000; i > 0; i--) {
		uint8_t rdata[8] = {5, 'n', 0, 0, 0, 0, 0xc0, 12};

		snprintf(name, sizeof(name), "%04u", i - 1);
		memcpy(rdata + 2, name, 4);
		/*
		 * The owner and the end of the name are pointers to the question: 20 octets a
		 * record.
		 */
		memcpy(reply->bytes + reply->len, "\xc0\x0c\0\x0c\0\1\0\0\1\x2c\0\x08", 12);
		memcpy(reply->bytes + reply->len + 12, rdata, 8);
		reply->len += 20;
	}
	reply->bytes[6] = 2000 >> 8;
	reply->bytes[7] = 2000 & 0xff;
	sim_send(s, q, reply, 0);
	free(reply);
	return true;
}

static void test_2000_names(void **state)
{
	struct scenario *s = *state;

	s->behave = two_thousand_names;
	s->settings.case_randomization = false;
	scenario_start(s);
	scenario_record(s, "n0009." REVERSE, DNS_TYPE_A, 300, CLIENT);
	scenario_record(s, "n0010." REVERSE, DNS_TYPE_A, 300, CLIENT);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "n0009." REVERSE);
	assert_int_equal(s->query_count, 11);
	assert_int_equal(sim_asked(s, "n0000." REVERSE), 1);
	assert_int_equal(sim_asked(s, "n0010." REVERSE), 0);
}

static bool wants_good(void *ctx, struct str name)
{
	return str_ends_with_nocase(name, str_view(".good.example"));
}

static void add_names(struct scenario *s, unsigned count, const char *last)
{
	static char names[80][32];

	for (unsigned i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "a%02u.bad.example", i);
		scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, names[i]);
	}
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, last);
	scenario_record(s, last, DNS_TYPE_A, 300, CLIENT);
}

/* Beyond max_ptr, a name is not absent but unknown, as long as the answers are valid. */
static void test_names_beyond_the_bound_are_unknown(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};

	scenario_start(s);
	add_names(s, 10, "z.good.example");
	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 2500);
	sim_lookup_expect(&l, DNS_FCRDNS_ERROR, "");
	assert_false(l.result->incomplete);
	assert_int_equal(l.result->ptr.count, 11);
	assert_int_equal(l.result->unasked.count, 1);
	assert_string_equal(l.result->unasked.items[0].data, "z.good.example");
	assert_true(l.result->expires_ms > s->now_ms + 20000);
	sim_lookup_clear(&l);
}

static void test_names_that_matter_come_first(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	dns_core_want_names(s->engine, wants_good, NULL);
	add_names(s, 40, "z.good.example");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "z.good.example");
}

static void test_as_many_names_as_the_bound(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	add_names(s, 9, "z.good.example");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "z.good.example");
}

static bool late(struct scenario *s, const struct sim_query *q)
{
	sim_answer(s, q, 10);
	return true;
}

static void test_two_forward_lookups_at_a_time(void **state)
{
	struct scenario *s = *state;
	struct sim_lookup l = {.calls = 0};
	static const char *const names[] = {"a.example", "b.example", "c.example", "d.example"};

	s->behave = late;
	s->settings.case_randomization = false;
	scenario_start(s);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, names[i]);
	}
	uint64_t start_ms = s->now_ms;

	sim_lookup_start(&l, s, CLIENT, DNS_FCRDNS_DOUBLE);
	scenario_run(s, 15);
	assert_int_equal(s->query_count, 3);
	scenario_run(s, 10);
	assert_int_equal(s->query_count, 5);
	scenario_run(s, 100);
	sim_lookup_expect(&l, DNS_FCRDNS_MISMATCH, "");
	assert_int_equal(l.done_ms - start_ms, 30);
	sim_lookup_clear(&l);
}

static bool endless_aliases(struct scenario *s, const struct sim_query *q)
{
	char target[32];

	if (q->type == DNS_TYPE_PTR) {
		return false;
	}
	struct sim_reply *reply = malloc(sizeof(*reply));

	assert_non_null(reply);
	snprintf(target, sizeof(target), "x%zu.example", s->query_count);
	sim_begin(reply, q, RCODE_OK);
	sim_add(reply, q->name, DNS_TYPE_CNAME, 300, target);
	sim_send(s, q, reply, 0);
	free(reply);
	return true;
}

static void test_16_queries_at_most(void **state)
{
	struct scenario *s = *state;

	s->behave = endless_aliases;
	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "a.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "b.example");
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "c.example");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
	assert_int_equal(s->query_count, 16);
}

static void test_ttl_bounds(void **state)
{
	struct scenario *s = *state;

	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 0, "zero.example");
	scenario_record(s, "zero.example", DNS_TYPE_A, 300, CLIENT);
	assert_int_equal(
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "zero.example"),
		5000);
	scenario_record(
		s, "2.2.0.192.in-addr.arpa", DNS_TYPE_PTR, UINT32_C(1) << 31, "huge.example");
	scenario_record(s, "huge.example", DNS_TYPE_A, 300, "192.0.2.2");
	assert_int_equal(scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED,
				 "huge.example"),
		5000);
	scenario_record(s, "3.2.0.192.in-addr.arpa", DNS_TYPE_PTR, INT32_MAX, "long.example");
	scenario_record(s, "long.example", DNS_TYPE_A, INT32_MAX, "192.0.2.3");
	assert_int_equal(scenario_expect(s, "192.0.2.3", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED,
				 "long.example"),
		3600000);
}

/* The record of the two chains that expires first limits the result. */
static void test_the_smallest_ttl_of_both_chains(void **state)
{
	for (size_t shortest = 0; shortest < 5; shortest++) {
		struct scenario *s = *state;

		scenario_start(s);
		scenario_record(s, REVERSE, DNS_TYPE_CNAME, 300, "1.0-127.2.0.192.in-addr.arpa");
		scenario_record(s, "1.0-127.2.0.192.in-addr.arpa", DNS_TYPE_PTR, 300, "a.example");
		scenario_record(s, "a.example", DNS_TYPE_CNAME, 300, "b.example");
		scenario_record(s, "b.example", DNS_TYPE_CNAME, 300, "c.example");
		scenario_record(s, "c.example", DNS_TYPE_A, 300, CLIENT);
		s->records[shortest].ttl = 60;
		assert_int_equal(scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED,
					 "a.example"),
			60000);
		scenario_teardown(state);
		scenario_setup(state);
	}
	scenario_start(*state);
}

static bool long_negative(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply *reply = malloc(sizeof(*reply));

	assert_non_null(reply);
	sim_begin(reply, q, RCODE_NXDOMAIN);
	if (s->word == NULL) {
		sim_add_soa(reply, "", 86400, 86400);
	}
	sim_send(s, q, reply, 0);
	free(reply);
	return true;
}

static void test_negative_ttl_bounds(void **state)
{
	struct scenario *s = *state;

	s->behave = long_negative;
	scenario_start(s);
	assert_int_equal(
		scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, ""), 900000);
	s->word = "no SOA";
	assert_int_equal(
		scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, ""), 5000);
}

static void test_special_use(void **state)
{
	static const char *const addresses[] = {"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1",
		"169.254.1.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "198.18.0.1",
		"224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fc00::1", "fdff::1",
		"fe80::1", "ff02::1", "2001:2::1", "100::1", "64:ff9b:1::1"};
	struct scenario *s = *state;

	s->settings.case_randomization = false;
	scenario_start(s);
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		assert_int_equal(
			scenario_expect(s, addresses[i], DNS_FCRDNS_DOUBLE, DNS_FCRDNS_PRIVATE, ""),
			3600000);
	}
	assert_int_equal(s->query_count, 0);
	scenario_expect(s, "172.32.0.1", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	scenario_expect(s, "100.128.0.1", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	scenario_expect(s, "203.0.113.1", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	scenario_expect(s, "2001:3::1", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_NONE, "");
	assert_int_equal(s->query_count, 4);
}

static void test_private_ptr(void **state)
{
	struct scenario *s = *state;

	s->settings.private_ptr = true;
	scenario_start(s);
	scenario_record(s, "1.0.0.10.in-addr.arpa", DNS_TYPE_PTR, 300, "inside.example");
	scenario_record(s, "inside.example", DNS_TYPE_A, 300, "10.0.0.1");
	scenario_expect(s, "10.0.0.1", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "inside.example");
}

static void test_static_zone(void **state)
{
	struct scenario *s = *state;

	scenario_start_with_zone(s, "1.0.0.10.in-addr.arpa. 60 IN PTR inside.example.\n"
				    "inside.example. 60 IN A 10.0.0.1\n"
				    "1.2.0.192.in-addr.arpa. 60 IN PTR alias.example.\n"
				    "alias.example. 60 IN CNAME outside.example.\n"
				    "known.example. 60 IN A 192.0.2.2\n");
	scenario_expect(s, "10.0.0.1", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "inside.example");
	assert_int_equal(s->query_count, 0);
	/* A chain that leaves the zone … */
	scenario_record(s, "outside.example", DNS_TYPE_A, 300, CLIENT);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "alias.example");
	assert_int_equal(s->query_count, 1);
	/* … and a chain that enters it. */
	scenario_record(s, "2.2.0.192.in-addr.arpa", DNS_TYPE_PTR, 300, "into.example");
	scenario_record(s, "into.example", DNS_TYPE_CNAME, 300, "known.example");
	scenario_expect(s, "192.0.2.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_VERIFIED, "into.example");
	assert_int_equal(s->query_count, 3);
	/* Other private addresses have no names. */
	scenario_expect(s, "10.0.0.2", DNS_FCRDNS_DOUBLE, DNS_FCRDNS_PRIVATE, "");
	assert_int_equal(s->query_count, 3);
}

static bool many_addresses(struct scenario *s, const struct sim_query *q)
{
	if (q->type == DNS_TYPE_PTR) {
		return false;
	}
	struct sim_reply *reply = malloc(sizeof(*reply));

	assert_non_null(reply);
	sim_begin(reply, q, RCODE_OK);
	for (unsigned i = 0; i < DNS_ADDRS_MAX + 1; i++) {
		uint8_t rdata[4] = {100, 0, (uint8_t)(i >> 8), (uint8_t)i};

		sim_add_raw(reply, q->name, DNS_TYPE_A, 300, rdata, 4);
	}
	sim_send(s, q, reply, 0);
	free(reply);
	return true;
}

static void test_more_addresses_than_kept_is_no_mismatch(void **state)
{
	struct scenario *s = *state;

	s->behave = many_addresses;
	scenario_start(s);
	scenario_record(s, REVERSE, DNS_TYPE_PTR, 300, "many.example");
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
}

static bool truncated(struct scenario *s, const struct sim_query *q)
{
	struct sim_reply *reply = malloc(sizeof(*reply));

	assert_non_null(reply);
	sim_begin(reply, q, RCODE_OK);
	reply->bytes[2] |= 2;
	sim_send(s, q, reply, 0);
	free(reply);
	return true;
}

static void test_truncated_is_error(void **state)
{
	struct scenario *s = *state;

	s->behave = truncated;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
}

static bool cut_short(struct scenario *s, const struct sim_query *q)
{
	s->cut = 1;
	sim_answer(s, q, 0);
	return true;
}

static void test_malformed_is_error(void **state)
{
	struct scenario *s = *state;

	s->behave = cut_short;
	scenario_start(s);
	scenario_expect(s, CLIENT, DNS_FCRDNS_DOUBLE, DNS_FCRDNS_ERROR, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scenario_setup, scenario_teardown)
		TEST(test_verified),
		TEST(test_verified_v6),
		TEST(test_other_family_confirms_nothing),
		TEST(test_forged),
		TEST(test_forged_to_a_missing_name),
		TEST(test_single),
		TEST(test_single_without_a_usable_name),
		TEST(test_no_ptr),
		TEST(test_every_name_is_confirmed),
		TEST(test_failing_ptr_is_error),
		TEST(test_failing_forward_is_error),
		TEST(test_some_confirmed_some_failing),
		TEST(test_deadline_keeps_what_confirmed),
		TEST(test_silence_is_error_in_time),
		TEST(test_rfc2317),
		TEST(test_chain_of_8),
		TEST(test_chain_of_9),
		TEST(test_chain_counts_across_messages),
		TEST(test_loop_across_messages),
		TEST(test_hostile_names_are_not_asked_for),
		TEST(test_2000_names),
		TEST(test_names_beyond_the_bound_are_unknown),
		TEST(test_names_that_matter_come_first),
		TEST(test_as_many_names_as_the_bound),
		TEST(test_two_forward_lookups_at_a_time),
		TEST(test_16_queries_at_most),
		TEST(test_ttl_bounds),
		TEST(test_the_smallest_ttl_of_both_chains),
		TEST(test_negative_ttl_bounds),
		TEST(test_special_use),
		TEST(test_private_ptr),
		TEST(test_static_zone),
		TEST(test_more_addresses_than_kept_is_no_mismatch),
		TEST(test_truncated_is_error),
		TEST(test_malformed_is_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
