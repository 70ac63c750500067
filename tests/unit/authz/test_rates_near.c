/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/rates_near.h"

#include "base/clock.h"
#include "config/config_private.h"
#include "policy/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char policies[] = "[policy default]\nrdns = off\ndeny = rate 10/h\n"
			       "deny = rate 5/m\ndefault = allow\n";

struct fixture {
	struct authz_snapshot snapshot;
	struct authz_rates_near *near;
	struct bytes out;
};

static int setup(void **state)
{
	static struct fixture f;
	struct diag diag;

	diag_init(&diag);
	f = (struct fixture){.near = authz_rates_near_new(2)};
	f.snapshot.config = config_load_text("test", str_view(policies), &diag);
	assert_non_null(f.snapshot.config);
	diag_clear(&diag);
	f.snapshot.buckets = policy_token_buckets_new(64);
	assert_non_null(f.snapshot.buckets);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	authz_rates_near_free(f->near);
	policy_token_buckets_unref(f->snapshot.buckets);
	config_unref(f->snapshot.config);
	bytes_clear(&f->out);
	return 0;
}

/* One request of 192.0.2.N, counted by a worker. */
static void ask(struct fixture *f, size_t worker, size_t rate_number, unsigned n)
{
	const struct policy *policy = &f->snapshot.config->policies[0];
	const struct policy_rate *rate = policy_rules_rate(policy->rules, rate_number);
	struct policy_facts facts = {.ip = NULL};
	char text[ADDR_TEXT_MAX];
	struct addr ip;

	snprintf(text, sizeof(text), "192.0.2.%u", n);
	assert_true(addr_parse(str_view(text), &ip));
	facts.ip = &ip;
	struct authz_rates_near_client client = {.buckets = f->snapshot.buckets,
		.policy = policy,
		.rate = rate,
		.facts = &facts,
		.key = policy_rate_key(f->snapshot.buckets, policy, rate, &facts),
		.now_ns = clock_us() * 1000};

	client.refused = !policy_token_buckets_take(f->snapshot.buckets, client.key, rate->tokens,
		rate->unit_ns, client.now_ns, &client.missing_ns);
	authz_rates_near_note(authz_rates_near_table(f->near, worker), &client);
}

static const char *written(struct fixture *f)
{
	bytes_reset(&f->out, SIZE_MAX);
	authz_rates_near_write(f->near, &f->snapshot, &f->out);
	assert_true(bytes_append_u8(&f->out, '\0'));
	return (const char *)f->out.data;
}

#define RATE "{\"policy\":\"default\",\"rule\":\"rate 10/h\",\"by\":\"address\",\"limit\":10,"

/* What several workers saw of one client is one client. */
static void workers_see_one_client(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 12; i++) {
		ask(f, i % 2, 0, 1);
	}
	ask(f, 0, 0, 2);
	assert_string_equal(written(f),
		"[" RATE "\"seconds\":3600,\"clients\":[{\"client\":\"192.0.2.1\",\"used\":10,"
		"\"over\":true,\"refused\":2}]}]");
}

/* Those that came first are kept, if they are nearer than those that come later. */
static void the_nearest_are_kept(void **state)
{
	struct fixture *f = *state;
	const char *text;

	for (unsigned i = 0; i < 9; i++) {
		ask(f, 0, 0, 1);
	}
	for (unsigned n = 2; n < 200; n++) {
		for (unsigned i = 0; i < 6; i++) {
			ask(f, 0, 0, n);
		}
	}
	text = written(f);
	assert_non_null(strstr(text, "[{\"client\":\"192.0.2.1\",\"used\":9,"));
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, "\"client\"")) != NULL; at++) {
		count++;
	}
	assert_int_equal(count, AUTHZ_RATES_NEAR_CLIENTS);
}

/* Many of one rate do not push out those of another. */
static void rates_have_rooms_of_their_own(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 6; i++) {
		ask(f, 0, 0, 1);
	}
	for (unsigned n = 0; n < 200; n++) {
		for (unsigned i = 0; i < 5; i++) {
			ask(f, 0, 1, n);
		}
	}
	assert_non_null(strstr(written(f), "{\"client\":\"192.0.2.1\",\"used\":6,"));
	assert_non_null(strstr(written(f), "\"rule\":\"rate 5/m\""));
}

static void cut_later_shows_nothing_whole(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 6; i++) {
		ask(f, 0, 0, 1);
	}
	f->snapshot.config->server.recent_addresses = CONFIG_ADDRESSES_CUT;
	assert_string_equal(written(f), "[]");
}

static void without_tables_it_is_null(void **state)
{
	struct fixture *f = *state;
	struct bytes out = {0};

	authz_rates_near_write(NULL, &f->snapshot, &out);
	assert_true(str_eq_text(bytes_view(&out), "null"));
	bytes_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(workers_see_one_client, setup, teardown),
		cmocka_unit_test_setup_teardown(the_nearest_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(rates_have_rooms_of_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_later_shows_nothing_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(without_tables_it_is_null, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
