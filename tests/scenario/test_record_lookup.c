/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Queries of an audit: any type, one reply, with simulated time and network. */

#include "base/util.h"
#include "dns/record_lookup.h"
#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct asked {
	unsigned calls;
	struct dns_record_lookup *handle;
	enum dns_status status;
	bool from_zone;
	size_t count;
	char first[DNS_NAME_TEXT_MAX];
};

static void on_done(void *ctx, const struct dns_record_lookup_result *result)
{
	struct asked *a = ctx;

	a->calls++;
	a->handle = NULL;
	a->status = result->status;
	a->from_zone = result->from_zone;
	assert_true((result->answer != NULL) == (result->status == DNS_STATUS_DATA));
	if (result->answer == NULL) {
		return;
	}
	a->count = result->answer->count;
	if (result->answer->type == DNS_TYPE_A || result->answer->type == DNS_TYPE_AAAA) {
		addr_format(&result->answer->addrs[0], a->first);
	} else {
		dns_name_to_text(&result->answer->names[0], a->first);
	}
}

static void start(struct scenario *s, struct asked *a, const char *text, enum dns_type type)
{
	struct dns_name name;

	*a = (struct asked){.calls = 0};
	assert_true(dns_name_from_text(str_view(text), &name));
	a->handle = dns_record_lookup_start(s->engine, &name, type, on_done, a);
	assert_non_null(a->handle);
	assert_int_equal(a->calls, 0);
}

static struct asked ask(struct scenario *s, const char *name, enum dns_type type)
{
	struct asked a;

	start(s, &a, name, type);
	scenario_run(s, s->settings.lookup_timeout_ms);
	assert_int_equal(a.calls, 1);
	return a;
}

static void records_of_each_type_are_looked_up(void **state)
{
	struct scenario *s = *state;

	scenario_record(s, "example", DNS_TYPE_NS, 60, "ns2.example");
	scenario_record(s, "example", DNS_TYPE_NS, 60, "ns1.example");
	scenario_record(s, "www.example", DNS_TYPE_CNAME, 60, "host.example");
	scenario_record(s, "host.example", DNS_TYPE_A, 60, "192.0.2.1");
	scenario_start(s);

	struct asked a = ask(s, "example", DNS_TYPE_NS);

	assert_int_equal(a.status, DNS_STATUS_DATA);
	assert_int_equal(a.count, 2);
	assert_string_equal(a.first, "ns1.example");
	a = ask(s, "www.example", DNS_TYPE_CNAME);
	assert_int_equal(a.count, 1);
	assert_string_equal(a.first, "host.example");
	a = ask(s, "www.example", DNS_TYPE_A);
	assert_string_equal(a.first, "192.0.2.1");
	assert_false(a.from_zone);
	assert_int_equal(ask(s, "gone.example", DNS_TYPE_CNAME).status, DNS_STATUS_NXDOMAIN);
}

static void the_static_zone_answers_first(void **state)
{
	struct scenario *s = *state;

	scenario_start_with_zone(s,
		"example. 60 IN SOA ns.example. host.example. 1 2 3 4 60\n"
		"example. 60 IN NS ns.example.\nwww.example. 60 IN CNAME away.test.\n");

	struct asked a = ask(s, "example", DNS_TYPE_SOA);

	assert_string_equal(a.first, "ns.example");
	assert_true(a.from_zone);
	assert_string_equal(ask(s, "example", DNS_TYPE_NS).first, "ns.example");
	a = ask(s, "www.example", DNS_TYPE_CNAME);
	assert_string_equal(a.first, "away.test");
	assert_true(a.from_zone);
	assert_int_equal(s->query_count, 0);
	assert_false(ask(s, "www.example", DNS_TYPE_A).from_zone);
	assert_true(s->query_count > 0);
}

static bool be_silent(struct scenario *s, const struct sim_query *query)
{
	return true;
}

static void silence_and_cancelling(void **state)
{
	struct scenario *s = *state;
	struct asked a;

	s->behave = be_silent;
	scenario_start(s);
	assert_int_equal(ask(s, "silent.example", DNS_TYPE_SOA).status, DNS_STATUS_TIMEOUT);
	start(s, &a, "other.example", DNS_TYPE_A);
	dns_record_lookup_cancel(a.handle);
	dns_record_lookup_cancel(NULL);
	scenario_run(s, s->settings.lookup_timeout_ms);
	assert_int_equal(a.calls, 0);
	/* Queries in flight end with the engine. */
	start(s, &a, "third.example", DNS_TYPE_A);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			records_of_each_type_are_looked_up, scenario_setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			the_static_zone_answers_first, scenario_setup, scenario_teardown),
		cmocka_unit_test_setup_teardown(
			silence_and_cancelling, scenario_setup, scenario_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
