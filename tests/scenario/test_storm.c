/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Thousands of lookups against servers that behave at random, with a fixed seed. Each callback is
 * called exactly once in time, or the lookup is cancelled, and no client is verified that should
 * not be.
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

#define LOOKUPS 3000
#define HOSTS 40

struct storm {
	uint32_t random;
	struct sim_lookup lookups[LOOKUPS];
	uint64_t started_ms[LOOKUPS];
	bool cancelled[LOOKUPS];
};

static uint32_t dice(struct storm *storm, uint32_t sides)
{
	storm->random = storm->random * 1664525 + 1013904223;
	return (storm->random >> 8) % sides;
}

/* Host N is at 192.0.2.N; every third address has the PTR of another host. */
static void answer_truly(struct scenario *s, const struct sim_query *q, uint64_t delay_ms)
{
	struct sim_reply *reply = malloc(sizeof(*reply));
	char text[64];
	unsigned number = 0;

	assert_non_null(reply);
	sim_begin(reply, q, RCODE_OK);
	if (q->type == DNS_TYPE_PTR && sscanf(q->name, "%u.", &number) == 1) {
		snprintf(text, sizeof(text), "h%u.example", number % 3 == 0 ? 1 : number);
		sim_add(reply, q->name, DNS_TYPE_PTR, 30, text);
	} else if (sscanf(q->name, "h%u.", &number) == 1 && number % 4 == 2) {
		snprintf(text, sizeof(text), "t%u.example", number);
		sim_add(reply, q->name, DNS_TYPE_CNAME, 30, text);
	} else if (sscanf(q->name + 1, "%u.", &number) == 1) {
		snprintf(text, sizeof(text), "192.0.2.%u", number);
		sim_add(reply, q->name, DNS_TYPE_A, 30, text);
	}
	sim_send(s, q, reply, delay_ms);
	free(reply);
}

static void answer_with_noise(struct scenario *s, const struct sim_query *q)
{
	struct storm *storm = s->ctx;
	uint8_t bytes[512];
	size_t len = dice(storm, sizeof(bytes));

	memcpy(bytes, q->bytes, q->len);
	bytes[2] |= 0x80;
	for (size_t i = q->len; i < len; i++) {
		bytes[i] = (uint8_t)dice(storm, 256);
	}
	for (unsigned i = dice(storm, 4); i > 0; i--) {
		bytes[2 + dice(storm, 10)] = (uint8_t)dice(storm, 4);
	}
	sim_send_on(s, q->socket, bytes, len, dice(storm, 20));
}

static bool behave(struct scenario *s, const struct sim_query *q)
{
	static const unsigned rcodes[] = {
		RCODE_FORMERR, RCODE_SERVFAIL, RCODE_NXDOMAIN, RCODE_REFUSED, 4, 9};
	struct storm *storm = s->ctx;

	s->query_count = 0; /* the storm is not recorded */
	switch (dice(storm, 12)) {
	case 0:
		break;
	case 1:
		answer_with_noise(s, q);
		answer_truly(s, q, dice(storm, 900));
		break;
	case 2:
		sim_rcode(s, q, rcodes[dice(storm, ARRAY_LEN(rcodes))], dice(storm, 300));
		break;
	case 3:
		sim_unreachable(s, q, dice(storm, 3));
		break;
	case 4:
		answer_truly(s, q, 0);
		answer_truly(s, q, 5);
		sim_unreachable(s, q, 5);
		break;
	case 5:
		answer_truly(s, q, 400 + dice(storm, 2500));
		break;
	case 6:
		s->cut = dice(storm, 20);
		answer_truly(s, q, 1);
		s->cut = 0;
		break;
	default:
		answer_truly(s, q, dice(storm, 30));
		break;
	}
	return true;
}

static unsigned host_of(size_t lookup)
{
	return 1 + (unsigned)(lookup * 7 % HOSTS);
}

static void start(struct scenario *s, size_t i)
{
	struct storm *storm = s->ctx;
	char addr[16];

	snprintf(addr, sizeof(addr), "192.0.2.%u", host_of(i));
	storm->started_ms[i] = s->now_ms;
	/* A hit may begin a refresh; its result is checked by the lookups that join it. */
	struct addr parsed = sim_addr(addr);

	dns_fcrdns_result_unref(dns_fcrdns_cached(s->engine, &parsed, DNS_FCRDNS_DOUBLE));
	sim_lookup_start(&storm->lookups[i], s, addr, DNS_FCRDNS_DOUBLE);
}

static void check(const struct storm *storm, size_t i)
{
	const struct sim_lookup *l = &storm->lookups[i];
	unsigned host = host_of(i);
	char name[32];

	if (storm->cancelled[i]) {
		assert_int_equal(l->calls, 0);
		return;
	}
	assert_int_equal(l->calls, 1);
	assert_in_range(l->done_ms - storm->started_ms[i], 0, 2500);
	if (l->result->status == DNS_FCRDNS_VERIFIED) {
		snprintf(name, sizeof(name), "h%u.example", host);
		assert_true(host % 3 != 0);
		assert_int_equal(l->result->names.count, 1);
		assert_string_equal(l->result->names.items[0].data, name);
	}
}

static void run(uint32_t seed, size_t upstreams, uint32_t in_flight)
{
	struct scenario *s = malloc(sizeof(*s));
	struct storm *storm = calloc(1, sizeof(*storm));
	unsigned verified = 0;

	assert_non_null(s);
	assert_non_null(storm);
	storm->random = seed;
	scenario_init(s);
	s->behave = behave;
	s->ctx = storm;
	s->settings.nameserver_count = upstreams;
	s->settings.max_in_flight = in_flight;
	s->settings.refresh = seed % 2 == 0;
	scenario_start(s);
	for (size_t i = 0; i < LOOKUPS; i++) {
		start(s, i);
		if (dice(storm, 3) == 0) {
			scenario_run(s, dice(storm, 60));
		}
		for (unsigned tries = dice(storm, 3); tries > 0; tries--) {
			size_t victim = i - dice(storm, i < 20 ? 1 : 20);

			if (storm->lookups[victim].handle != NULL) {
				dns_fcrdns_cancel(storm->lookups[victim].handle);
				storm->lookups[victim].handle = NULL;
				storm->cancelled[victim] = true;
			}
		}
		for (size_t u = 0; u < upstreams; u++) {
			s->unreachable[u] = dice(storm, 50) == 0;
		}
		if (dice(storm, 100) == 0) {
			scenario_run(s, 30000);
			s->now_ms += 20000;
		}
	}
	scenario_run(s, 10000);
	for (size_t i = 0; i < LOOKUPS; i++) {
		check(storm, i);
		verified += !storm->cancelled[i] &&
			    storm->lookups[i].result->status == DNS_FCRDNS_VERIFIED;
		sim_lookup_clear(&storm->lookups[i]);
	}
	assert_true(verified > 100);
	scenario_end(s);
	free(storm);
	free(s);
}

static void one_upstream(void **state)
{
	for (uint32_t seed = 1; seed <= 5; seed++) {
		run(seed, 1, 1024);
	}
}

static void three_upstreams(void **state)
{
	for (uint32_t seed = 1; seed <= 5; seed++) {
		run(seed, 3, 1024);
	}
}

static void at_the_limit(void **state)
{
	for (uint32_t seed = 1; seed <= 5; seed++) {
		run(seed, 2, 5);
		run(seed, 2, 40);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_upstream),
		cmocka_unit_test(three_upstreams),
		cmocka_unit_test(at_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
