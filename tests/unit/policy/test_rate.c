/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Rates in rules: how they are read, when they are asked, and whom they count as one. */

#include "policy/rate.h"

#include "policy/rule.h"
#include "unit/policy/kit.h"

#define SECOND UINT64_C(1000000000)

static bool is_over(struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate, const struct policy_facts *facts, uint64_t now_ns)
{
	uint64_t key = policy_rate_key(buckets, policy, rate, facts);

	return !policy_token_buckets_take(buckets, key, rate->tokens, rate->unit_ns, now_ns, NULL);
}

static void good_ones(void **state)
{
	static const struct {
		const char *rule;
		enum policy_rate_by by;
		uint32_t tokens;
		uint64_t unit_s;
	} cases[] = {
		{"rate 1/s", POLICY_RATE_BY_ADDRESS, 1, 1},
		{"rate 1000000/h", POLICY_RATE_BY_ADDRESS, 1000000, 3600},
		{"!rate \t host\t 100/m", POLICY_RATE_BY_HOST, 100, 60},
		{"uri / & rate cert 10/s", POLICY_RATE_BY_CERT, 10, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		book_add(&b, POLICY_ACTION_DENY, cases[i].rule);
		assert_int_equal(policy_rules_rate_count(b.rules), 1);

		const struct policy_rate *rate = policy_rules_rate(b.rules, 0);

		assert_int_equal(rate->by, cases[i].by);
		assert_int_equal(rate->tokens, cases[i].tokens);
		assert_int_equal(rate->unit_ns, cases[i].unit_s * SECOND);
		assert_int_equal(
			policy_rules_need_names(b.rules), cases[i].by == POLICY_RATE_BY_HOST);
		book_clear(&b);
	}
	assert_int_equal(policy_rules_rate_count(NULL), 0);
}

#define EXPECTED "N/s, N/m or N/h, or host, cert, asn or net/BITS before that"

static void bad_ones_say_where(void **state)
{
	static const char *const cases[][2] = {
		{"rate", "13: error: nothing after rate: expected " EXPECTED},
		{"!rate", "14: error: nothing after rate: expected " EXPECTED},
		{"rate 10", "14: error: \"10\" is not a rate: expected N/s, N/m or N/h"},
		{"rate 10/", "14: error: \"10/\" is not a rate: expected N/s, N/m or N/h"},
		{"rate 10/d", "14: error: \"10/d\" is not a rate: expected N/s, N/m or N/h"},
		{"rate 10/S", "14: error: \"10/S\" is not a rate: expected N/s, N/m or N/h"},
		{"rate 10/sec", "14: error: \"10/sec\" is not a rate: expected N/s, N/m or N/h"},
		{"rate 10 / s", "14: error: \"10 / s\" is not a rate: expected N/s, N/m or N/h"},
		{"rate 1/s 2/m", "14: error: \"1/s 2/m\" is not a rate: expected N/s, N/m or N/h"},
		{"rate host", "18: error: nothing after rate host: expected N/s, N/m or N/h"},
		{"rate cert x", "19: error: \"x\" is not a rate: expected N/s, N/m or N/h"},
		{"rate host cert 1/s",
			"19: error: \"cert 1\" before the / of a rate: expected a number from 1 to "
			"1000000"},
		{"rate /s", "14: error: \"\" before the / of a rate: expected a number from 1 to "
			    "1000000"},
		{"rate 0/s", "14: error: \"0\" before the / of a rate: expected a number from 1 to "
			     "1000000"},
		{"rate -1/s", "14: error: \"-1\" before the / of a rate: expected a number from 1 "
			      "to 1000000"},
		{"rate 1000001/s", "14: error: \"1000001\" before the / of a rate: expected a "
				   "number from 1 to 1000000"},
		{"rate cert 99999999999999999999/s",
			"19: error: \"99999999999999999999\" before the / of a rate: expected a "
			"number from 1 to 1000000"},
		{"rate ip 1/s", "14: error: \"ip 1/s\" after rate: expected " EXPECTED},
		{"rate hosts 1/s", "14: error: \"hosts 1/s\" after rate: expected " EXPECTED},
		{"rate ~ 1/s", "14: error: rate takes no regex: expected " EXPECTED},
		{"uri / & rate in file:x", "25: error: rate takes no file: expected " EXPECTED},
		{"rate = 1/s", "14: error: \"=\" after rate: expected FIELD VALUE, with nothing "
			       "between them"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_refused_at(cases[i][0], cases[i][1]);
	}
}

static void every_cut_is_read_or_refused(void **state)
{
	static const char rule[] = "!rate  cert  1000000/h";

	for (size_t len = 1; len < sizeof(rule) - 1; len++) {
		char *cut = strndup(rule, len);
		struct book b;

		book_init(&b);
		assert_false(book_try(&b, POLICY_ACTION_DENY, cut));
		assert_int_equal(b.diag.errors, 1);
		book_clear(&b);
		free(cut);
	}
}

static void a_policy_has_so_many_at_most(void **state)
{
	struct book b;

	book_init(&b);
	for (int i = 0; i < POLICY_RATES_MAX; i++) {
		book_add(&b, POLICY_ACTION_DENY, "rate 1/s");
		assert_int_equal(policy_rules_rate(b.rules, (size_t)i)->number, i);
		assert_int_equal(policy_rules_rate(b.rules, (size_t)i)->twin, i);
	}
	assert_false(book_try(&b, POLICY_ACTION_DENY, "uri / & rate 1/s"));
	assert_non_null(memmem(b.diag.text.data, b.diag.text.len, "at most 64", 10));
	book_clear(&b);
}

static void claims_beside_a_rate_are_claims_alone(void **state)
{
	static const struct {
		const char *rule;
		unsigned warnings;
	} cases[] = {{"user_agent ~ x & !rate 1/s", 1}, {"!rate 1/s", 0}, {"ip ::1 & !rate 1/s", 0},
		{"user_agent ~ x & ip ::1 & !rate 1/s", 0}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		book_add(&b, POLICY_ACTION_ALLOW, cases[i].rule);
		assert_int_equal(b.diag.warnings, cases[i].warnings);
		book_clear(&b);
	}
}

/* The verdict while the rates of `asked` are known, and the client above those of `over`. */
static struct policy_verdict decide(
	const char *rule, struct client *c, uint64_t asked, uint64_t over)
{
	static char place[sizeof(struct book)];
	struct book b;

	book_init(&b);
	book_add(&b, POLICY_ACTION_DENY, rule);
	b.policy.default_action = POLICY_ACTION_ALLOW;
	c->facts.rates_asked = asked;
	c->facts.rates_over = over;

	struct policy_verdict v = book_decide(&b, c);

	v.rule = v.rule != NULL ? (const void *)place : NULL; /* only whether there was one */
	book_clear(&b);
	return v;
}

static void rates_are_asked_last_and_together(void **state)
{
	static const struct {
		const char *rule;
		enum policy_fact_state names;
		enum policy_outcome outcome;
		bool lacks_names;
		uint64_t lacks_rates;
	} cases[] = {
		{"rate 1/s", POLICY_FACT_KNOWN, POLICY_NEED, false, 1},
		{"!rate 1/s", POLICY_FACT_KNOWN, POLICY_NEED, false, 1},
		{"rate 1/s & uri ~ nothing", POLICY_FACT_KNOWN, POLICY_ALLOW, false, 0},
		{"rate 1/s & ip 10.0.0.0/8", POLICY_FACT_KNOWN, POLICY_ALLOW, false, 0},
		{"rate 1/s & cert verified", POLICY_FACT_KNOWN, POLICY_NEED, false, 1},
		{"rate 1/s & host .crawl.example", POLICY_FACT_UNFETCHED, POLICY_NEED, true, 0},
		{"rate 1/s & host .crawl.example", POLICY_FACT_KNOWN, POLICY_NEED, false, 1},
		{"rate 1/s & !host .crawl.example", POLICY_FACT_KNOWN, POLICY_ALLOW, false, 0},
		{"rate 1/s & host .crawl.example", POLICY_FACT_UNKNOWN, POLICY_DENY, true, 0},
		{"rate 1/s & dnsbl zen.example", POLICY_FACT_KNOWN, POLICY_NEED, false, 0},
		{"rate 1/s & !rate 5/h & uri ~ ^/", POLICY_FACT_KNOWN, POLICY_NEED, false, 3},
		{"rate 1/s", POLICY_FACT_UNFETCHED, POLICY_NEED, false, 1},
		{"rate host 1/s", POLICY_FACT_UNFETCHED, POLICY_NEED, true, 0},
		{"rate host 1/s", POLICY_FACT_KNOWN, POLICY_NEED, false, 1},
		{"rate host 1/s", POLICY_FACT_KNOWN_IN_PART, POLICY_NEED, false, 1},
		/* Not even the other rate counts before it is known whom. */
		{"rate 5/h & rate host 1/s", POLICY_FACT_UNFETCHED, POLICY_NEED, true, 0},
		{"rate 5/h & rate cert 1/s", POLICY_FACT_UNFETCHED, POLICY_NEED, false, 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct client c;

		client_init(&c);
		c.facts.names_state = cases[i].names;

		struct policy_verdict v = decide(cases[i].rule, &c, 0, 0);

		assert_int_equal(v.outcome, cases[i].outcome);
		assert_int_equal(v.lacks.names, cases[i].lacks_names);
		assert_int_equal(v.lacks.rates, cases[i].lacks_rates);
		assert_int_equal(v.rates_used, cases[i].lacks_rates != 0);
	}
}

static void unknown_names_are_an_error(void **state)
{
	static const enum policy_fact_state states[] = {
		POLICY_FACT_UNKNOWN, POLICY_FACT_KNOWN_IN_PART};

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		struct client c;

		client_init(&c);
		c.facts.names_state = states[i];
		c.facts.names.count = 0;

		struct policy_verdict v = decide("rate host 1/s & rate 1/s", &c, 0, 0);

		assert_int_equal(v.outcome, POLICY_DENY);
		assert_int_equal(v.reason, POLICY_REASON_DNS_ERROR);
		assert_true(v.lacks.names);
		assert_int_equal(v.lacks.rates, 0);
	}
}

static void what_an_answer_comes_to(void **state)
{
	static const struct {
		const char *rule;
		uint64_t over;
		enum policy_reason reason;
	} cases[] = {
		{"rate 1/s", 0, POLICY_REASON_DEFAULT},
		{"rate 1/s", 1, POLICY_REASON_RATE},
		{"!rate 1/s", 0, POLICY_REASON_RULE},
		{"!rate 1/s", 1, POLICY_REASON_DEFAULT},
		{"rate 1/s & ip 192.0.2.7", 1, POLICY_REASON_RATE},
		{"rate 1/s & rate 5/h", 1, POLICY_REASON_DEFAULT},
		{"rate 1/s & rate 5/h", 2, POLICY_REASON_DEFAULT},
		{"rate 1/s & rate 5/h", 3, POLICY_REASON_RATE},
		{"!rate 1/s & rate 5/h", 2, POLICY_REASON_RATE},
		{"!rate 1/s & !rate 5/h", 0, POLICY_REASON_RULE},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct client c;

		client_init(&c);

		struct policy_verdict v = decide(cases[i].rule, &c, 3, cases[i].over);

		assert_int_equal(v.reason, cases[i].reason);
		assert_int_equal(
			v.outcome, v.reason == POLICY_REASON_DEFAULT ? POLICY_ALLOW : POLICY_DENY);
		assert_int_equal(v.rule == NULL, v.reason == POLICY_REASON_DEFAULT);
		assert_true(v.rates_used);
		assert_int_equal(v.lacks.rates, 0);
	}
}

/* Whom a rate takes for one client: the second finds the token of the first taken. */
static void who_is_one_client(void **state)
{
	static const struct {
		const char *rate;
		const char *a;
		const char *b;
		bool named; /* they have a name, and a certificate */
		bool one;
	} cases[] = {
		{"rate 1/h", "192.0.2.1", "192.0.2.1", true, true},
		{"rate 1/h", "192.0.2.1", "192.0.2.2", true, false},
		{"rate 1/h", "192.0.2.1", "::ffff:192.0.2.1", true, true},
		{"rate 1/h", "2001:db8::1", "2001:db8::ffff:1:2:3", false, true},
		{"rate 1/h", "2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8::", false, true},
		{"rate 1/h", "2001:db8::", "2001:db8:0:1::", false, false},
		{"rate host 1/h", "192.0.2.1", "2001:db8::1", true, true},
		{"rate host 1/h", "192.0.2.1", "192.0.2.2", false, false},
		{"rate host 1/h", "192.0.2.1", "192.0.2.1", false, true},
		{"rate cert 1/h", "192.0.2.1", "2001:db8::1", true, true},
		{"rate cert 1/h", "2001:db8::1", "2001:db8::2", false, true},
		{"rate cert 1/h", "192.0.2.1", "192.0.2.2", false, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct policy_token_buckets *buckets = policy_token_buckets_new(1024);
		struct client c;
		struct book b;

		client_init(&c);
		book_init(&b);
		b.policy.name = str_view("default");
		book_add(&b, POLICY_ACTION_DENY, cases[i].rate);
		c.facts.names.count = cases[i].named ? 2 : 0;
		c.facts.cert = cases[i].named ? &c.cert : NULL;

		const struct policy_rate *rate = policy_rules_rate(b.rules, 0);

		c.ip = address(cases[i].a);
		assert_false(is_over(buckets, &b.policy, rate, &c.facts, SECOND));
		c.ip = address(cases[i].b);
		assert_int_equal(is_over(buckets, &b.policy, rate, &c.facts, SECOND), cases[i].one);
		policy_token_buckets_unref(buckets);
		book_clear(&b);
	}
}

/* A name, a certificate and an address are different clients, whatever their bytes. */
static void kinds_of_clients_do_not_meet(void **state)
{
	struct policy_token_buckets *buckets = policy_token_buckets_new(1024);
	struct policy_rate rate = {
		.by = POLICY_RATE_BY_HOST, .tokens = 1, .unit_ns = SECOND, .rule = str_view("x")};
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	c.names[0] = str_view(KIT_SHA256);
	assert_false(is_over(buckets, &b.policy, &rate, &c.facts, SECOND));
	rate.by = POLICY_RATE_BY_CERT;
	assert_false(is_over(buckets, &b.policy, &rate, &c.facts, SECOND));
	c.names[0] = str_from_bytes(&c.ip, sizeof(c.ip));
	rate.by = POLICY_RATE_BY_HOST;
	assert_false(is_over(buckets, &b.policy, &rate, &c.facts, SECOND));
	c.facts.names.count = 0;
	assert_false(is_over(buckets, &b.policy, &rate, &c.facts, SECOND));
	assert_true(is_over(buckets, &b.policy, &rate, &c.facts, SECOND));
	policy_token_buckets_unref(buckets);
	book_clear(&b);
}

static void policies_rules_and_terms_count_apart(void **state)
{
	static const char *const rules[] = {"rate 1/h", "rate 1/h", "rate  1/h",
		"rate 1/h & rate 1/h", "rate 1/h & uri /", "rate cert 1/h", "rate 2/h"};
	struct policy_token_buckets *buckets = policy_token_buckets_new(4096);
	struct client c;
	struct book b;

	client_init(&c);
	c.facts.cert = NULL;
	book_init(&b);
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		book_add(&b, POLICY_ACTION_DENY, rules[i]);
	}
	for (int round = 0; round < 2; round++) {
		b.policy.name = str_view(round == 0 ? "default" : "admin");
		for (size_t i = 0; i < policy_rules_rate_count(b.rules); i++) {
			assert_false(is_over(buckets, &b.policy, policy_rules_rate(b.rules, i),
				&c.facts, SECOND));
		}
	}
	book_clear(&b);

	/* What reads the same goes on where it was, wherever it stands now. */
	book_init(&b);
	b.policy.name = str_view("default");
	book_add(&b, POLICY_ACTION_DENY, "uri /new & rate 1/h");
	book_add(&b, POLICY_ACTION_DENY, "rate 1/h & uri /");
	assert_false(is_over(buckets, &b.policy, policy_rules_rate(b.rules, 0), &c.facts, SECOND));
	assert_true(is_over(buckets, &b.policy, policy_rules_rate(b.rules, 1), &c.facts, SECOND));
	policy_token_buckets_unref(buckets);
	book_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones),
		cmocka_unit_test(bad_ones_say_where),
		cmocka_unit_test(every_cut_is_read_or_refused),
		cmocka_unit_test(a_policy_has_so_many_at_most),
		cmocka_unit_test(claims_beside_a_rate_are_claims_alone),
		cmocka_unit_test(rates_are_asked_last_and_together),
		cmocka_unit_test(unknown_names_are_an_error),
		cmocka_unit_test(what_an_answer_comes_to),
		cmocka_unit_test(who_is_one_client),
		cmocka_unit_test(kinds_of_clients_do_not_meet),
		cmocka_unit_test(policies_rules_and_terms_count_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
