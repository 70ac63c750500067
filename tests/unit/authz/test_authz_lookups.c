/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "unit/authz/kit.h"

#include "explain/explain.h"

#include <string.h>

/*
 * Whole decisions by `forward` and `dnsbl`; a name that is not in the static zone cannot be looked
 * up.
 */

static const char zone_text[] =
	"2.0.192.in-addr.arpa. 600 IN SOA ns.test. root.test. 1 1 1 1 300\n"
	"1.2.0.192.in-addr.arpa. 600 IN PTR good.partner.test.\n"
	"test. 600 IN SOA ns.test. root.test. 1 1 1 1 300\n"
	"good.partner.test. 600 IN A 192.0.2.1\n"
	"home.dyn.test. 60 IN A 192.0.2.1\n"
	"home.dyn.test. 60 IN A 10.0.0.1\n"
	"home.dyn.test. 40 IN AAAA 2001:db8::7\n"
	"alias.dyn.test. 30 IN CNAME home.dyn.test.\n"
	"loop.dyn.test. 30 IN CNAME pool.dyn.test.\n"
	"pool.dyn.test. 30 IN CNAME loop.dyn.test.\n"
	"1.2.0.192.bl.test. 50 IN A 127.0.0.2\n"
	"3.2.0.192.bl.test. 50 IN A 127.255.255.254\n"
	"4.2.0.192.bl.test. 50 IN A 198.51.100.1\n"
	"7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test. 45 IN A "
	"127.0.0.9\n";

static char list_path[64];

static int make_folder(void **state)
{
	(void)state;
	folder_init(zone_text);
	snprintf(list_path, sizeof(list_path), "%s/friends", folder);
	write_file(list_path, "# who may\nabsent.dyn.test\nhome.dyn.test\nhome.dyn.nowhere\n");
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(list_path);
	return folder_clear();
}

struct outcome {
	enum authz_verdict verdict;
	unsigned status;
	enum policy_reason reason;
	enum dns_fcrdns_status rdns;
	uint32_t max_age_s;
	bool at_once;
	char hostname[64];
};

static struct outcome decide_traced(
	const char *policy, const char *ip, const struct authz_trace *trace, struct bytes *text)
{
	struct authz_snapshot *snapshot = load("[policy default]\n%s", policy);
	struct authz *a = authz_new();
	struct authz_request *request = authz_request(a);
	const struct authz_decision *d = authz_decision(a);
	struct authz_env env;
	struct outcome o;
	uv_loop_t loop;

	assert_int_equal(uv_loop_init(&loop), 0);
	assert_true(authz_env_init(&env, &loop, snapshot, NULL, NULL));
	authz_input_set(&request->input, AUTHZ_INPUT_REMOTE_ADDR, str_view(ip));
	authz_input_set(&request->input, AUTHZ_INPUT_USER_AGENT, str_view("curl"));
	request->wall_s = now_s;
	request->trace = trace;
	bool at_once = decide_to_the_end(a, &env, &loop);

	o = (struct outcome){.verdict = d->verdict,
		.status = d->status,
		.reason = d->reason,
		.rdns = d->names.status,
		.max_age_s = d->max_age_s,
		.at_once = at_once};
	snprintf(o.hostname, sizeof(o.hostname), "%.*s", (int)d->hostname.len,
		d->hostname.data != NULL ? d->hostname.data : "");
	if (text != NULL) {
		explain_json(trace->policy->ctx, d, NULL, text);
	}
	authz_free(a);
	authz_env_clear(&env);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	authz_snapshot_unref(snapshot);
	return o;
}

static struct outcome decide(const char *policy, const char *ip)
{
	return decide_traced(policy, ip, NULL, NULL);
}

static void assert_decides(const char *policy, const char *ip, enum authz_verdict verdict,
	enum policy_reason reason, uint32_t max_age_s)
{
	struct outcome o = decide(policy, ip);

	assert_int_equal(o.verdict, verdict);
	assert_int_equal(o.reason, reason);
	if (max_age_s > 0) {
		assert_in_range(o.max_age_s, max_age_s - 3, max_age_s);
	} else {
		assert_int_equal(o.max_age_s, 0);
	}
	/* No lookup of the client's name is made. */
	assert_int_equal(o.rdns, DNS_FCRDNS_OFF);
	assert_string_equal(o.hostname, "");
}

static void a_dynamic_name_opens(void **state)
{
	static const char policy[] = "rdns = off\nallow = forward home.dyn.test\n";
	static const char negated[] = "rdns = off\nallow = !forward home.dyn.test\n";
	static const char alias[] = "rdns = off\nallow = forward alias.dyn.test\n";
	static const char loop[] = "rdns = off\nallow = forward loop.dyn.test\n";
	static const char absent[] = "rdns = off\nallow = forward absent.dyn.test\n";

	(void)state;
	assert_decides(policy, "192.0.2.1", AUTHZ_ALLOW, POLICY_REASON_RULE, 60);
	assert_decides(policy, "10.0.0.1", AUTHZ_ALLOW, POLICY_REASON_RULE, 60);
	assert_decides(policy, "2001:db8::7", AUTHZ_ALLOW, POLICY_REASON_RULE, 40);
	assert_decides(policy, "192.0.2.2", AUTHZ_DENY, POLICY_REASON_DEFAULT, 60);
	assert_decides(policy, "2001:db8::8", AUTHZ_DENY, POLICY_REASON_DEFAULT, 40);
	assert_decides(negated, "192.0.2.1", AUTHZ_DENY, POLICY_REASON_DEFAULT, 60);
	assert_decides(negated, "192.0.2.2", AUTHZ_ALLOW, POLICY_REASON_RULE, 60);
	assert_decides(alias, "192.0.2.1", AUTHZ_ALLOW, POLICY_REASON_RULE, 30);
	assert_decides(loop, "192.0.2.1", AUTHZ_DENY, POLICY_REASON_DEFAULT, 30);
	assert_int_equal(decide(absent, "192.0.2.1").reason, POLICY_REASON_DEFAULT);
	/* A result that needs no query costs no turn of the loop. */
	assert_true(decide(policy, "192.0.2.1").at_once);
}

static void a_file_of_names(void **state)
{
	static const char policy[] = "rdns = off\nallow = forward in file:friends\n";
	struct outcome o;

	(void)state;
	/* One name that has the address is enough, although the lookup of another one fails. */
	assert_decides(policy, "192.0.2.1", AUTHZ_ALLOW, POLICY_REASON_RULE, 60);
	o = decide(policy, "192.0.2.2");
	assert_int_equal(o.reason, POLICY_REASON_DNS_ERROR);
	assert_int_equal(o.max_age_s, 0);
}

static void a_list_shuts_out(void **state)
{
	static const char policy[] = "rdns = off\ndefault = allow\ndeny = dnsbl bl.test\n";
	static const char negated[] = "rdns = off\nallow = !dnsbl bl.test\n";

	(void)state;
	assert_decides(policy, "192.0.2.1", AUTHZ_DENY, POLICY_REASON_RULE, 50);
	assert_decides(policy, "2001:db8::7", AUTHZ_DENY, POLICY_REASON_RULE, 45);
	assert_decides(policy, "2001:db8::8", AUTHZ_ALLOW, POLICY_REASON_DEFAULT, 300);
	assert_decides(policy, "192.0.2.2", AUTHZ_ALLOW, POLICY_REASON_DEFAULT, 300);
	assert_decides(policy, "192.0.2.3", AUTHZ_DENY, POLICY_REASON_DNS_ERROR, 0);
	assert_decides(policy, "192.0.2.4", AUTHZ_DENY, POLICY_REASON_DNS_ERROR, 0);
	assert_decides(negated, "192.0.2.1", AUTHZ_DENY, POLICY_REASON_DEFAULT, 50);
	assert_decides(negated, "192.0.2.2", AUTHZ_ALLOW, POLICY_REASON_RULE, 300);
	assert_decides(negated, "192.0.2.3", AUTHZ_DENY, POLICY_REASON_DNS_ERROR, 0);
}

/* No name server runs at the port. */
static void nobody_knows(void **state)
{
	static const char *const terms[] = {"forward home.dyn.nowhere", "!forward home.dyn.nowhere",
		"dnsbl bl.nowhere = 127.0.0.2", "!dnsbl bl.nowhere"};
	static const struct {
		const char *word;
		enum authz_verdict verdict;
		unsigned status;
	} cases[] = {{"deny", AUTHZ_DENY, 403}, {"error", AUTHZ_ERROR, 503},
		{"allow", AUTHZ_ALLOW, 200}};
	char policy[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(terms) * ARRAY_LEN(cases); i++) {
		snprintf(policy, sizeof(policy), "rdns = off\non_dns_error = %s\nallow = %s\n",
			cases[i % 3].word, terms[i / 3]);
		struct outcome o = decide(policy, "192.0.2.1");

		assert_int_equal(o.verdict, cases[i % 3].verdict);
		assert_int_equal(o.status, cases[i % 3].status);
		assert_int_equal(o.reason, POLICY_REASON_DNS_ERROR);
		assert_int_equal(o.max_age_s, 0);
	}
}

/* A false term decides a rule, whatever is not known, and at once. */
static void only_what_matters_is_looked_up(void **state)
{
	struct outcome o;

	(void)state;
	o = decide("rdns = off\ndefault = allow\n"
		   "deny = dnsbl bl.nowhere & user_agent ~ googlebot\n"
		   "deny = dnsbl bl.nowhere & ip 198.51.100.0/24\n"
		   "deny = dnsbl bl.nowhere & forward absent.dyn.test\n"
		   "deny = dnsbl bl.nowhere & !forward home.dyn.test\n",
		"192.0.2.1");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.reason, POLICY_REASON_DEFAULT);
	assert_true(o.at_once);
}

/* What decided bounds how long the answer holds; what did not, does not. */
static void the_smallest_time_to_live(void **state)
{
	struct outcome o;

	(void)state;
	o = decide("rdns = off\nallow = forward home.dyn.test & dnsbl bl.test = 127.0.0.2-10\n",
		"192.0.2.1");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_in_range(o.max_age_s, 47, 50);
	o = decide(
		"rdns = off\nallow = forward home.dyn.test\ndeny = dnsbl bl.test\n", "192.0.2.1");
	assert_in_range(o.max_age_s, 57, 60);
	o = decide(
		"rdns = off\nallow = forward loop.dyn.test\nallow = dnsbl bl.test = 127.0.0.2-10\n",
		"192.0.2.1");
	assert_in_range(o.max_age_s, 27, 30);
}

static void names_and_lookups_together(void **state)
{
	struct outcome o;

	(void)state;
	o = decide("rdns = double\nallow = host .partner.test & dnsbl bl.test = 127.0.0.2-10\n",
		"192.0.2.1");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_string_equal(o.hostname, "good.partner.test");
	assert_in_range(o.max_age_s, 47, 50);
	/* The name for the answer is looked up also where another fact decides. */
	o = decide("rdns = double\nallow = forward home.dyn.test\n", "192.0.2.1");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.rdns, DNS_FCRDNS_VERIFIED);
	assert_string_equal(o.hostname, "good.partner.test");
	o = decide(
		"rdns = double\nrdns_when = needed\nallow = forward home.dyn.test\n", "192.0.2.1");
	assert_int_equal(o.rdns, DNS_FCRDNS_OFF);
	assert_string_equal(o.hostname, "");
	/* A list that does not answer is not what keeps a rule about a name from being false. */
	o = decide("rdns = double\ndefault = allow\ndeny = dnsbl bl.nowhere & host .other.test\n",
		"192.0.2.1");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.reason, POLICY_REASON_DEFAULT);
}

static void cancelling_midway(void **state)
{
	struct authz_snapshot *snapshot = load("[policy default]\n"
					       "rdns = double\nallow = forward a.nowhere & dnsbl "
					       "b.nowhere = 127.0.0.2-10 & host x.test\n");
	struct authz *a = authz_new();
	int called = 0;
	struct authz_env env;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_true(authz_env_init(&env, &loop, snapshot, NULL, NULL));
	for (int i = 0; i < 3; i++) {
		authz_input_set(
			&authz_request(a)->input, AUTHZ_INPUT_REMOTE_ADDR, str_view("203.0.113.1"));
		authz_request(a)->wall_s = now_s;
		assert_int_equal(authz_start(a, &env, on_decided, &called), AUTHZ_WAIT);
		authz_reset(a);
	}
	authz_free(a);
	authz_env_clear(&env);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(called, 0);
	assert_int_equal(uv_loop_close(&loop), 0);
	authz_snapshot_unref(snapshot);
}

static bool says(const struct bytes *text, const char *what)
{
	return memmem(text->data, text->len, what, strlen(what)) != NULL;
}

static void an_explanation_shows_the_questions(void **state)
{
	struct explain e;
	struct bytes text;

	(void)state;
	explain_init(&e);
	bytes_init(&text, 0);
	decide_traced("rdns = off\ndeny = dnsbl bl.test & !forward alias.dyn.test\n", "192.0.2.1",
		&e.trace, &text);
	assert_true(says(&text, "\"name\":\"1.2.0.192.bl.test\",\"type\":\"A\",\"answer\":"
				"\"127.0.0.2\""));
	assert_true(says(&text, "\"name\":\"alias.dyn.test\",\"type\":\"A\""));
	assert_true(says(&text, "{\"text\":\"dnsbl bl.test\",\"outcome\":"));
	assert_true(says(&text, "{\"text\":\"!forward alias.dyn.test\",\"outcome\":\"false\"}"));
	assert_true(says(&text, "\"result\":\"off\""));
	bytes_clear(&text);
	explain_clear(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dynamic_name_opens),
		cmocka_unit_test(a_file_of_names),
		cmocka_unit_test(a_list_shuts_out),
		cmocka_unit_test(nobody_knows),
		cmocka_unit_test(only_what_matters_is_looked_up),
		cmocka_unit_test(the_smallest_time_to_live),
		cmocka_unit_test(names_and_lookups_together),
		cmocka_unit_test(cancelling_midway),
		cmocka_unit_test(an_explanation_shows_the_questions),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
