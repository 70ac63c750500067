/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* What a decision looks at, in which order, and what it says of that. */

#include "policy/evaluate.h"

#include "unit/policy/kit.h"

#define UA (1u << POLICY_CLAIM_USER_AGENT)
#define URI (1u << POLICY_CLAIM_URI)
#define METHOD (1u << POLICY_CLAIM_METHOD)
#define HTTP_HOST (1u << POLICY_CLAIM_HTTP_HOST)

static const enum policy_action allow = POLICY_ACTION_ALLOW;
static const enum policy_action deny = POLICY_ACTION_DENY;

static void names_are_asked_for_only_where_they_matter(void **state)
{
	static const struct {
		const char *rule;
		bool needs;
	} cases[] = {
		{"user_agent ~ googlebot & host .googlebot.com", true},
		{"host .googlebot.com & user_agent ~ googlebot", true},
		{"host .googlebot.com & user_agent ~ bingbot", false},
		{"!host .googlebot.com & ip 10.0.0.0/8", false},
		{"host ~ a & host b.example & cert.cn Other", false},
		{"host ~ a & !cert verified", false},
		{"host ~ a & cert verified", true},
		{"!host a.example", true},
	};
	struct client c;

	client_init(&c);
	c.facts.names_state = POLICY_FACT_UNFETCHED;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int action = 0; action < 2; action++) {
			struct book b;

			book_init(&b);
			book_add(&b, action == 0 ? deny : allow, cases[i].rule);
			assert_int_equal(book_decide(&b, &c).outcome,
				cases[i].needs ? POLICY_NEED : POLICY_DENY);
			book_clear(&b);
		}
	}
}

static void tells_what_the_answer_rests_on(void **state)
{
	static const struct {
		const char *rule;
		bool unfetched;
		unsigned claims;
		bool names;
		bool cert;
	} cases[] = {
		{"ip 192.0.2.7", false, 0, false, false},
		{"cert present", false, 0, false, true},
		{"cert.cn Ann Other", false, 0, false, true},
		{"user_agent ~ x", false, UA, false, false},
		{"uri /", false, URI, false, false},
		{"method POST", false, METHOD, false, false},
		{"http_host x", false, HTTP_HOST, false, false},
		{"host x.example", false, 0, true, false},
		/* A false address or certificate leaves the rest unread. */
		{"user_agent ~ x & cert.cn Other & ip 10.0.0.0/8", false, 0, false, false},
		{"user_agent ~ x & cert.cn Other & ip 192.0.2.7", false, 0, false, true},
		{"user_agent ~ x & cert.cn Ann Other & ip 192.0.2.7", false, UA, false, true},
		/* A false claim leaves others unread; equality comes before a regex. */
		{"user_agent ~ x & method POST", false, METHOD, false, false},
		{"user_agent ~ googlebot & method GET", false, UA | METHOD, false, false},
		/* Names that are known spare claims; names that are not are spared by claims. */
		{"user_agent ~ x & host x.example", false, 0, true, false},
		{"user_agent ~ x & host x.example", true, UA, false, false},
		{"user_agent ~ googlebot & host a.crawl.example", false, UA, true, false},
	};
	struct client c;

	client_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		book_add(&b, deny, cases[i].rule);
		c.facts.names_state =
			cases[i].unfetched ? POLICY_FACT_UNFETCHED : POLICY_FACT_KNOWN;

		struct policy_verdict v = book_decide(&b, &c);

		if (v.claims_used != cases[i].claims) {
			print_error("%s\n", cases[i].rule);
		}
		assert_int_equal(v.claims_used, cases[i].claims);
		assert_int_equal(v.names_used, cases[i].names);
		assert_int_equal(v.cert_used, cases[i].cert);
		book_clear(&b);
	}
}

static void what_false_rules_read_counts_too(void **state)
{
	struct policy_verdict v;
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	book_add(&b, deny, "uri ~ ^/private");
	book_add(&b, deny, "cert.cn Other");
	book_add(&b, allow, "ip 192.0.2.7");
	book_add(&b, deny, "user_agent ~ x");
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_ALLOW);
	assert_int_equal(v.claims_used, URI);
	assert_true(v.cert_used);
	assert_false(v.names_used);
	book_clear(&b);
}

/*
 * A client that differs only in claims that were not read gets the same answer: what the front
 * end's cache relies on.
 */
static void claims_that_were_not_read_have_no_say(void **state)
{
	static const char *const rules[] = {"user_agent ~ x & ip 10.0.0.0/8",
		"uri ~ ^/private & user_agent ~ bot", "host .crawl.example & method POST",
		"!host .other.example & http_host x & cert verified", "user_agent ~ bot & uri ~ b",
		"method GET & cert.cn Other", "http_host a.example"};
	static const char *const values[] = {
		"", "x", "GET", "POST", "/private", "bot", "a.example"};
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	b.policy.default_action = allow;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		book_add(&b, i % 2 == 0 ? deny : allow, rules[i]);
	}
	for (unsigned i = 0; i < 7 * 7 * 7 * 7; i++) {
		unsigned rest = i;

		for (int k = 0; k < POLICY_CLAIM_COUNT; k++, rest /= 7) {
			c.facts.claims[k] = str_view(values[rest % 7]);
		}
		struct policy_verdict v = book_decide(&b, &c);

		for (int k = 0; k < POLICY_CLAIM_COUNT; k++) {
			struct str kept = c.facts.claims[k];

			for (size_t other = 0; other < 7 && (v.claims_used & 1u << k) == 0;
				other++) {
				c.facts.claims[k] = str_view(values[other]);

				struct policy_verdict w = book_decide(&b, &c);

				assert_int_equal(w.outcome, v.outcome);
				assert_ptr_equal(w.rule, v.rule);
			}
			c.facts.claims[k] = kept;
		}
	}
	book_clear(&b);
}

struct told {
	size_t rules;
	enum policy_truth truth[4];
	enum policy_truth terms[4][3];
};

static void on_rule(void *ctx, const struct policy_rule *rule, enum policy_truth truth,
	const enum policy_truth *terms)
{
	struct told *told = ctx;

	assert_true(told->rules < 4);
	told->truth[told->rules] = truth;
	for (size_t i = 0; i < policy_rule_term_count(rule); i++) {
		told->terms[told->rules][i] = terms[i];
	}
	told->rules++;
}

static void the_trace_is_in_the_order_of_the_text(void **state)
{
	struct told told = {0};
	struct policy_trace trace = {on_rule, &told};
	struct policy_verdict v;
	struct client c;
	struct book b;

	client_init(&c);
	c.facts.names_state = POLICY_FACT_UNFETCHED;
	book_init(&b);
	book_add(&b, deny, "host x.example & user_agent ~ bingbot & ip 192.0.2.7");
	book_add(&b, deny, "user_agent ~ x & ip 10.0.0.0/8");
	book_add(&b, allow, "!host x.example & user_agent ~ googlebot");
	book_add(&b, allow, "*");
	policy_evaluate(&b.policy, &c.facts, &trace, &v);
	assert_int_equal(v.outcome, POLICY_NEED);
	assert_int_equal(told.rules, 3);
	assert_int_equal(told.truth[0], POLICY_FALSE);
	assert_int_equal(told.terms[0][0], POLICY_NOT_EVALUATED);
	assert_int_equal(told.terms[0][1], POLICY_FALSE);
	assert_int_equal(told.terms[0][2], POLICY_TRUE);
	assert_int_equal(told.truth[1], POLICY_FALSE);
	assert_int_equal(told.terms[1][0], POLICY_NOT_EVALUATED);
	assert_int_equal(told.terms[1][1], POLICY_FALSE);
	assert_int_equal(told.truth[2], POLICY_UNFETCHED);
	assert_int_equal(told.terms[2][0], POLICY_UNFETCHED);
	assert_int_equal(told.terms[2][1], POLICY_TRUE);

	told.rules = 0;
	c.facts.names_state = POLICY_FACT_UNKNOWN;
	policy_evaluate(&b.policy, &c.facts, &trace, &v);
	assert_int_equal(told.rules, 3);
	assert_int_equal(told.truth[0], POLICY_FALSE);
	assert_int_equal(told.terms[0][0], POLICY_UNKNOWN);
	assert_int_equal(told.terms[0][1], POLICY_FALSE);
	assert_int_equal(told.truth[2], POLICY_UNKNOWN);
	book_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_asked_for_only_where_they_matter),
		cmocka_unit_test(tells_what_the_answer_rests_on),
		cmocka_unit_test(what_false_rules_read_counts_too),
		cmocka_unit_test(claims_that_were_not_read_have_no_say),
		cmocka_unit_test(the_trace_is_in_the_order_of_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
