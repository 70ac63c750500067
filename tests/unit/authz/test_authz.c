/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "unit/authz/kit.h"

#include <string.h>

/* Whole decisions, over a real configuration file and names from a static zone. */

static const char zone_text[] =
	"2.0.192.in-addr.arpa. 600 IN SOA ns.test. root.test. 1 1 1 1 300\n"
	"1.2.0.192.in-addr.arpa. 600 IN PTR good.partner.test.\n"
	"2.2.0.192.in-addr.arpa. 600 IN PTR admin.partner.test.\n"
	"3.2.0.192.in-addr.arpa. 600 IN PTR good.partner.test.\n"
	"3.2.0.192.in-addr.arpa. 600 IN PTR other.test.\n"
	"4.2.0.192.in-addr.arpa. 60 IN PTR z.partner.test.\n"
	"4.2.0.192.in-addr.arpa. 60 IN PTR a.test.\n"
	"test. 600 IN SOA ns.test. root.test. 1 1 1 1 300\n"
	"good.partner.test. 600 IN A 192.0.2.1\n"
	"admin.partner.test. 600 IN A 198.51.100.1\n"
	"other.test. 600 IN A 192.0.2.3\n"
	"z.partner.test. 60 IN A 192.0.2.4\n"
	"a.test. 600 IN A 192.0.2.4\n"
	"8.b.d.0.1.0.0.2.ip6.arpa. 600 IN SOA ns.test. root.test. 1 1 1 1 300\n"
	"7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 600 IN PTR "
	"six.partner.test.\n"
	"six.partner.test. 600 IN AAAA 2001:db8::7\n";

static int make_folder(void **state)
{
	(void)state;
	folder_init(zone_text);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return folder_clear();
}

struct outcome {
	enum authz_verdict verdict;
	unsigned status;
	enum policy_reason reason;
	enum dns_fcrdns_status rdns;
	bool cert_verified;
	uint32_t max_age_s;
	char hostname[64];
	unsigned rule_line; /* 0: none */
};

/* Decides the request given as NAME, value, …, NULL; twice, so that the second finds the cache. */
static struct outcome decide(const char *policies, const char *frontend, const char *const *pairs)
{
	struct authz_snapshot *snapshot = load("[frontend]\n%s\n%s\n", frontend, policies);
	struct outcome outcomes[2];
	struct authz_env env;
	uv_loop_t loop;

	assert_int_equal(uv_loop_init(&loop), 0);
	assert_true(authz_env_init(&env, &loop, snapshot, NULL, NULL));
	for (int round = 0; round < 2; round++) {
		struct authz *a = authz_new();
		const struct authz_decision *d = authz_decision(a);

		authz_request(a)->wall_s = now_s;
		for (const char *const *p = pairs; *p != NULL; p += 2) {
			authz_input_add(&authz_request(a)->input, &env.config->frontend.cert,
				str_view(p[0]), str_view(p[1]));
		}
		decide_to_the_end(a, &env, &loop);
		outcomes[round] = (struct outcome){.verdict = d->verdict,
			.status = d->status,
			.reason = d->reason,
			.rdns = d->names.status,
			.cert_verified = d->cert_verified,
			.max_age_s = d->max_age_s};
		snprintf(outcomes[round].hostname, sizeof(outcomes[round].hostname), "%.*s",
			(int)d->hostname.len, d->hostname.data != NULL ? d->hostname.data : "");
		if (d->rule != NULL) {
			struct str place = policy_rule_place(d->rule);

			outcomes[round].rule_line = (unsigned)atoi(strrchr(place.data, ':') + 1);
		}
		authz_free(a);
	}
	authz_env_clear(&env);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	authz_snapshot_unref(snapshot);
	assert_int_equal(outcomes[0].verdict, outcomes[1].verdict);
	assert_int_equal(outcomes[0].reason, outcomes[1].reason);
	assert_string_equal(outcomes[0].hostname, outcomes[1].hostname);
	return outcomes[0];
}

#define ASK(policies, ...) decide(policies, "", (const char *const[]){__VA_ARGS__, NULL})

static const char by_name[] = "[policy default]\nrdns = double\nallow = host .partner.test\n";

static void a_confirmed_name_opens(void **state)
{
	struct outcome o = ASK(by_name, "REMOTE_ADDR", "192.0.2.1");

	(void)state;
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.reason, POLICY_REASON_RULE);
	assert_int_equal(o.rdns, DNS_FCRDNS_VERIFIED);
	assert_string_equal(o.hostname, "good.partner.test");
	o = ASK(by_name, "REMOTE_ADDR", "2001:db8::7");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_string_equal(o.hostname, "six.partner.test");
}

static void a_claimed_name_does_not(void **state)
{
	struct outcome o = ASK(by_name, "REMOTE_ADDR", "192.0.2.2");

	(void)state;
	assert_int_equal(o.verdict, AUTHZ_DENY);
	assert_int_equal(o.reason, POLICY_REASON_DEFAULT);
	assert_int_equal(o.rdns, DNS_FCRDNS_MISMATCH);
	assert_string_equal(o.hostname, "");
}

static void the_name_that_matches_must_be_one_that_confirmed(void **state)
{
	struct outcome o = ASK(by_name, "REMOTE_ADDR", "192.0.2.3");

	(void)state;
	assert_int_equal(o.verdict, AUTHZ_DENY);
	assert_string_equal(o.hostname, "other.test");
	o = ASK(by_name, "REMOTE_ADDR", "192.0.2.4");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_string_equal(o.hostname, "z.partner.test");
	assert_in_range(o.max_age_s, 55, 60);
}

static void no_name_is_none(void **state)
{
	struct outcome o = ASK(by_name, "REMOTE_ADDR", "192.0.2.99");

	(void)state;
	assert_int_equal(o.rdns, DNS_FCRDNS_NONE);
	assert_int_equal(o.reason, POLICY_REASON_DEFAULT);
}

/* 203.0.113.1 is not in the zone, and no name server runs at the port. */
static void an_unknown_name_is_a_dns_error(void **state)
{
	struct outcome o = ASK(by_name, "REMOTE_ADDR", "203.0.113.1");

	(void)state;
	assert_int_equal(o.verdict, AUTHZ_DENY);
	assert_int_equal(o.reason, POLICY_REASON_DNS_ERROR);
	assert_int_equal(o.rdns, DNS_FCRDNS_ERROR);
	assert_int_equal(o.max_age_s, 0);
	o = ASK("[policy default]\nrdns = double\non_dns_error = error\nallow = host .test\n",
		"REMOTE_ADDR", "203.0.113.1");
	assert_int_equal(o.verdict, AUTHZ_ERROR);
	assert_int_equal(o.status, 503);
	o = ASK("[policy default]\nrdns = double\non_dns_error = allow\nallow = host .test\n",
		"REMOTE_ADDR", "203.0.113.1");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.reason, POLICY_REASON_DNS_ERROR);
	/* A rule that needs no name is not kept from deciding. */
	o = ASK("[policy default]\nrdns = double\nallow = ip 203.0.113.0/24\nallow = host .test\n",
		"REMOTE_ADDR", "203.0.113.1");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.reason, POLICY_REASON_RULE);
	assert_int_equal(o.rdns, DNS_FCRDNS_ERROR);
}

static void input_that_cannot_be_used_is_denied(void **state)
{
	static const char open_door[] = "[policy default]\nallow = *\n";

	(void)state;
	assert_int_equal(ASK(open_door, "REMOTE_ADDR", "192.0.2.1").verdict, AUTHZ_ALLOW);
	assert_int_equal(ASK(open_door, "HTTP_HOST", "x").reason, POLICY_REASON_NO_ADDRESS);
	assert_int_equal(ASK(open_door, "REMOTE_ADDR", "unix:").reason, POLICY_REASON_BAD_ADDRESS);
	assert_int_equal(
		ASK(open_door, "REMOTE_ADDR", "192.0.2.1", "REMOTE_ADDR", "192.0.2.1").reason,
		POLICY_REASON_DUPLICATE_INPUT);
	assert_int_equal(ASK(open_door, "REMOTE_ADDR", "192.0.2.1", "HTTP_X_REAL_IP", "a",
				 "HTTP_X_REAL_IP", "b")
				 .reason,
		POLICY_REASON_DUPLICATE_INPUT);
	assert_int_equal(
		ASK(open_door, "REMOTE_ADDR", "192.0.2.1", "DOORWARD_POLICY", "admin").reason,
		POLICY_REASON_UNKNOWN_POLICY);
	assert_int_equal(ASK(open_door, "REMOTE_ADDR", "192.0.2.1", "DOORWARD_POLICY", "").reason,
		POLICY_REASON_UNKNOWN_POLICY);
}

/* What the built-in policies say, whatever is configured. */
static void a_lookup_tells_the_name_alone(void **state)
{
#define LOOKUP(address, policy)                                                                    \
	ASK("[policy default]\ndeny = *\n[policy p]\nallow = *\n", "REMOTE_ADDR", address,         \
		"DOORWARD_POLICY", policy, "DOORWARD_LOOKUP", "1")
	struct outcome o = LOOKUP("192.0.2.3", "@rdns-double");

	(void)state;
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.reason, POLICY_REASON_DEFAULT);
	assert_int_equal(o.rdns, DNS_FCRDNS_VERIFIED);
	assert_string_equal(o.hostname, "other.test");
	assert_int_equal(LOOKUP("192.0.2.3", "@rdns-single").rdns, DNS_FCRDNS_UNVERIFIED);
	assert_string_equal(LOOKUP("192.0.2.2", "@rdns-single").hostname, "admin.partner.test");
	assert_string_equal(LOOKUP("192.0.2.2", "@rdns-double").hostname, "");
	assert_int_equal(LOOKUP("192.0.2.2", "@rdns-double").verdict, AUTHZ_ALLOW);
	o = LOOKUP("203.0.113.1", "@rdns-double");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.rdns, DNS_FCRDNS_ERROR);
	assert_in_range(o.max_age_s, 0, 1);
	assert_int_equal(LOOKUP("x", "@rdns-double").reason, POLICY_REASON_BAD_ADDRESS);
#undef LOOKUP
}

/* A name of a policy may come from what a client sent. */
static void a_lookup_is_asked_for_on_purpose(void **state)
{
	static const char open_door[] = "[policy default]\nallow = *\n";
	static const struct {
		const char *policy;
		const char *lookup;
	} cases[] = {{"@rdns-double", "0"}, {"@rdns-double", ""}, {"@rdns-single", "yes"},
		{"default", "1"}, {"", "1"}, {"@rdns-", "1"}, {"@rdns-double ", "1"}};

	(void)state;
	assert_int_equal(
		ASK(open_door, "REMOTE_ADDR", "192.0.2.1", "DOORWARD_POLICY", "@rdns-double")
			.reason,
		POLICY_REASON_UNKNOWN_POLICY);
	assert_int_equal(ASK(open_door, "REMOTE_ADDR", "192.0.2.1", "DOORWARD_LOOKUP", "1").reason,
		POLICY_REASON_UNKNOWN_POLICY);
	assert_int_equal(ASK(open_door, "REMOTE_ADDR", "192.0.2.1", "DOORWARD_POLICY",
				 "@rdns-double", "HTTP_DOORWARD_LOOKUP", "1")
				 .reason,
		POLICY_REASON_UNKNOWN_POLICY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outcome o = ASK(open_door, "REMOTE_ADDR", "192.0.2.1", "DOORWARD_POLICY",
			cases[i].policy, "DOORWARD_LOOKUP", cases[i].lookup);

		assert_int_equal(o.verdict, AUTHZ_DENY);
		assert_int_equal(o.reason, POLICY_REASON_UNKNOWN_POLICY);
	}
}

static void claims_shorten_how_long_an_answer_holds(void **state)
{
	static const char crawlers[] =
		"[policy default]\ndefault = allow\nrdns = double\nrdns_when = needed\n"
		"deny = user_agent ~ googlebot & !host .partner.test\n";
	static const char cached[] =
		"[policy default]\ndefault = allow\nrdns = double\nrdns_when = needed\n"
		"cached_claims = user_agent\n"
		"deny = user_agent ~ googlebot & !host .partner.test\n";
	struct outcome o;

	(void)state;
	/* Only a client that claims to be a crawler is looked up. */
	o = ASK(crawlers, "REMOTE_ADDR", "203.0.113.1", "HTTP_USER_AGENT", "curl");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
	assert_int_equal(o.rdns, DNS_FCRDNS_OFF);
	assert_int_equal(o.max_age_s, 0);
	o = ASK(cached, "REMOTE_ADDR", "203.0.113.1", "HTTP_USER_AGENT", "curl");
	assert_true(o.max_age_s > 0);
	o = ASK(crawlers, "REMOTE_ADDR", "192.0.2.2", "HTTP_USER_AGENT", "GoogleBot/2.1");
	assert_int_equal(o.verdict, AUTHZ_DENY);
	assert_int_equal(o.reason, POLICY_REASON_RULE);
	o = ASK(crawlers, "REMOTE_ADDR", "192.0.2.1", "HTTP_USER_AGENT", "GoogleBot/2.1");
	assert_int_equal(o.verdict, AUTHZ_ALLOW);
}

static void rules_name_their_line(void **state)
{
	struct outcome o = ASK(by_name, "REMOTE_ADDR", "192.0.2.1");

	(void)state;
	assert_int_equal(o.rule_line, 8);
}

static char *read_pem(const char *path)
{
	static char text[8192];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	size_t len = fread(text, 1, sizeof(text) - 1, file);

	fclose(file);
	assert_true(len > 0);
	text[len] = '\0';
	return text;
}

static void certificates_are_judged(void **state)
{
	static const char required[] = "[policy default]\nclient_cert = required\nallow = *\n";
	static const char optional[] = "[policy default]\nclient_cert = optional\n"
				       "allow = cert.cn client-1\n"
				       "allow = !cert present\n";
	const char *pem = read_pem("tests/vectors/captures/ec-l.pem");
	const struct {
		const char *policy;
		const char *cert;
		const char *status;
		enum authz_verdict verdict;
		enum policy_reason reason;
	} cases[] = {
		{required, pem, "SUCCESS", AUTHZ_ALLOW, POLICY_REASON_RULE},
		{required, "", "NONE", AUTHZ_DENY, POLICY_REASON_CERT_MISSING},
		{required, "", "SUCCESS", AUTHZ_DENY, POLICY_REASON_CERT_MISSING},
		{required, "", "FAILED:reason(21)", AUTHZ_DENY, POLICY_REASON_CERT_UNVERIFIED},
		{required, pem, "NONE", AUTHZ_DENY, POLICY_REASON_CERT_UNVERIFIED},
		{required, pem, "", AUTHZ_DENY, POLICY_REASON_CERT_UNVERIFIED},
		{required, pem, "success", AUTHZ_DENY, POLICY_REASON_CERT_UNVERIFIED},
		{required, pem, "GENEROUS", AUTHZ_DENY, POLICY_REASON_CERT_UNVERIFIED},
		{required, "junk", "SUCCESS", AUTHZ_DENY, POLICY_REASON_CERT_MALFORMED},
		{optional, pem, "SUCCESS", AUTHZ_ALLOW, POLICY_REASON_RULE},
		{optional, pem, "FAILED:x", AUTHZ_DENY, POLICY_REASON_CERT_UNVERIFIED},
		{optional, "", "NONE", AUTHZ_ALLOW, POLICY_REASON_RULE},
		{optional, "", "", AUTHZ_ALLOW, POLICY_REASON_RULE},
		{optional, "", "FAILED:reason(18)", AUTHZ_DENY, POLICY_REASON_CERT_UNVERIFIED},
		/* There is a certificate, which rules would not see. */
		{optional, "", "SUCCESS", AUTHZ_DENY, POLICY_REASON_CERT_MISSING},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outcome o = ASK(cases[i].policy, "REMOTE_ADDR", "192.0.2.1",
			"SSL_CLIENT_CERT", cases[i].cert, "SSL_CLIENT_VERIFY", cases[i].status);

		print_message("case %zu\n", i);
		assert_int_equal(o.verdict, cases[i].verdict);
		assert_int_equal(o.reason, cases[i].reason);
		assert_int_equal(o.cert_verified, o.verdict == AUTHZ_ALLOW && cases[i].cert == pem);
	}
	/* A header certificate is nothing from a stranger, and everything once the front end says
	 * so. */
	assert_int_equal(ASK(required, "REMOTE_ADDR", "192.0.2.1", "HTTP_X_SSL_CLIENT_CERT", pem,
				 "HTTP_X_SSL_CLIENT_VERIFY", "SUCCESS")
				 .reason,
		POLICY_REASON_CERT_MISSING);
	assert_int_equal(
		ASK(required, "REMOTE_ADDR", "192.0.2.1", "HTTP_X_SSL_CLIENT_CERT", pem,
			"HTTP_X_SSL_CLIENT_VERIFY", "SUCCESS", "DOORWARD_TRUST_HEADERS", "1")
			.verdict,
		AUTHZ_ALLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_confirmed_name_opens),
		cmocka_unit_test(a_claimed_name_does_not),
		cmocka_unit_test(the_name_that_matches_must_be_one_that_confirmed),
		cmocka_unit_test(no_name_is_none),
		cmocka_unit_test(an_unknown_name_is_a_dns_error),
		cmocka_unit_test(input_that_cannot_be_used_is_denied),
		cmocka_unit_test(a_lookup_tells_the_name_alone),
		cmocka_unit_test(a_lookup_is_asked_for_on_purpose),
		cmocka_unit_test(claims_shorten_how_long_an_answer_holds),
		cmocka_unit_test(rules_name_their_line),
		cmocka_unit_test(certificates_are_judged),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
