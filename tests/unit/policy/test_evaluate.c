/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/evaluate.h"

#include "policy/match_cache.h"
#include "unit/policy/kit.h"

static const enum policy_action allow = POLICY_ACTION_ALLOW;
static const enum policy_action deny = POLICY_ACTION_DENY;

static void the_default_decides_without_rules(void **state)
{
	struct policy_verdict v;
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	for (int rules = 0; rules < 2; rules++) {
		b.policy.rules = rules == 0 ? b.rules : NULL;
		b.policy.default_action = deny;
		v = book_decide(&b, &c);
		assert_int_equal(v.outcome, POLICY_DENY);
		b.policy.default_action = allow;
		v = book_decide(&b, &c);
		assert_int_equal(v.outcome, POLICY_ALLOW);
		assert_int_equal(v.reason, POLICY_REASON_DEFAULT);
		assert_null(v.rule);
		assert_true(v.name == SIZE_MAX);
		assert_int_equal(v.claims_used, 0);
		assert_false(v.names_used);
		assert_false(v.cert_used);
	}
	book_clear(&b);
}

static void the_first_true_rule_decides(void **state)
{
	struct policy_verdict v;
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	book_add(&b, deny, "ip 10.0.0.0/8");
	book_add(&b, allow, "ip 192.0.2.0/24");
	book_add(&b, deny, "ip 192.0.2.7");
	book_add(&b, allow, "*");
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_ALLOW);
	assert_int_equal(v.reason, POLICY_REASON_RULE);
	assert_ptr_equal(v.rule, policy_rules_at(b.rules, 1));
	c.ip = address("10.1.1.1");
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_DENY);
	assert_ptr_equal(v.rule, policy_rules_at(b.rules, 0));
	c.ip = address("203.0.113.1");
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_ALLOW);
	assert_ptr_equal(v.rule, policy_rules_at(b.rules, 3));
	book_clear(&b);
}

/* The truth of a rule of two terms, by what each is. */
enum kind { TRUE_, FALSE_, LIMIT, NAMES };

static const char *const cheap[] = {
	"ip 192.0.2.7", "ip 10.0.0.0/8", "uri_raw ~ (a+)+$", "host .x.test"};
static const char *const dear[] = {"method GET", "method POST", "user_agent ~ (a+)+$", "!host ~ y"};

static struct policy_verdict decide_pair(enum kind a, enum kind b, bool swap,
	enum policy_fact_state names, enum policy_action action, enum policy_on_error on_error)
{
	static char hostile[253];
	char text[128];
	struct client c;
	struct book book;

	memset(hostile, 'a', sizeof(hostile));
	hostile[252] = '!';
	client_init(&c);
	c.facts.names_state = names;
	c.facts.claims[POLICY_CLAIM_USER_AGENT] = (struct str){hostile, sizeof(hostile)};
	c.facts.claims[POLICY_CLAIM_URI] = (struct str){hostile, sizeof(hostile)};
	book_init(&book);
	snprintf(text, sizeof(text), "%s & %s", swap ? dear[b] : cheap[a],
		swap ? cheap[a] : dear[b]);
	book.policy.on_dns_error = on_error;
	book.policy.default_action = action == allow ? deny : allow;
	book_add(&book, action, text);

	struct policy_verdict v = book_decide(&book, &c);

	v.rule = v.rule != NULL ? (const void *)&cheap : NULL; /* only whether there was one */
	book_clear(&book);
	return v;
}

static void check_pair(enum kind a, enum kind b, bool swap, bool unfetched,
	enum policy_action action, enum policy_on_error on_error)
{
	static const enum policy_outcome by_error[] = {POLICY_DENY, POLICY_ERROR, POLICY_ALLOW};
	struct policy_verdict v = decide_pair(a, b, swap,
		unfetched ? POLICY_FACT_UNFETCHED : POLICY_FACT_UNKNOWN, action, on_error);

	if (a == FALSE_ || b == FALSE_) {
		assert_int_equal(v.reason, POLICY_REASON_DEFAULT);
		assert_int_equal(v.outcome, action == allow ? POLICY_DENY : POLICY_ALLOW);
		assert_null(v.rule);
	} else if ((a == NAMES || b == NAMES) && unfetched) {
		assert_int_equal(v.outcome, POLICY_NEED);
		assert_non_null(v.rule);
	} else if (a == LIMIT || b == LIMIT) {
		assert_int_equal(v.reason, POLICY_REASON_REGEX_LIMIT);
		assert_int_equal(v.outcome, POLICY_DENY);
		assert_non_null(v.rule);
	} else if (a == NAMES || b == NAMES) {
		assert_int_equal(v.reason, POLICY_REASON_DNS_ERROR);
		assert_int_equal(v.outcome, by_error[on_error]);
		assert_non_null(v.rule);
	} else {
		assert_int_equal(v.reason, POLICY_REASON_RULE);
		assert_int_equal(v.outcome, action == allow ? POLICY_ALLOW : POLICY_DENY);
	}
}

static void a_rule_is_the_kleene_and_of_its_terms(void **state)
{
	for (unsigned i = 0; i < 4 * 4 * 2 * 2 * 2 * 3; i++) {
		check_pair((enum kind)(i % 4), (enum kind)(i / 4 % 4), i / 16 % 2 == 1,
			i / 32 % 2 == 1, (enum policy_action)(i / 64 % 2),
			(enum policy_on_error)(i / 128));
	}
}

static void an_unknown_rule_is_never_passed_over(void **state)
{
	struct policy_verdict v;
	struct client c;
	struct book b;

	client_init(&c);
	c.facts.names_state = POLICY_FACT_UNKNOWN;
	book_init(&b);
	b.policy.default_action = allow;
	book_add(&b, deny, "user_agent ~ googlebot & !host .googlebot.com");
	book_add(&b, allow, "ip 192.0.2.7");
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_DENY);
	assert_int_equal(v.reason, POLICY_REASON_DNS_ERROR);
	assert_ptr_equal(v.rule, policy_rules_at(b.rules, 0));
	assert_true(v.name == SIZE_MAX);
	/* Who does not claim to be one is not touched by it. */
	c.facts.claims[POLICY_CLAIM_USER_AGENT] = str_view("curl");
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_ALLOW);
	assert_ptr_equal(v.rule, policy_rules_at(b.rules, 1));
	book_clear(&b);
}

static void a_limit_is_remembered_whatever_comes_after(void **state)
{
	static const char *const rules[] = {"uri_raw ~ (a+)+$ & http_host ~ example",
		"http_host ~ example & uri_raw ~ (a+)+$",
		"host x.example & uri_raw ~ (a+)+$ & http_host ~ .",
		"cert.subject ~ (a+)+$ & host ~ x & uri ~ ^"};
	static char hostile[253];
	struct client c;

	memset(hostile, 'a', sizeof(hostile));
	hostile[252] = '!';
	client_init(&c);
	c.facts.names_state = POLICY_FACT_UNKNOWN;
	c.facts.claims[POLICY_CLAIM_URI] = (struct str){hostile, sizeof(hostile)};
	c.cert.subject = (struct str){hostile, sizeof(hostile)};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct book b;

		book_init(&b);
		b.policy.on_dns_error = POLICY_ON_ERROR_ALLOW;
		book_add(&b, allow, rules[i]);
		assert_int_equal(book_decide(&b, &c).outcome, POLICY_DENY);
		assert_int_equal(book_decide(&b, &c).reason, POLICY_REASON_REGEX_LIMIT);
		book_clear(&b);
	}
}

/* Whatever else is unknown, whatever on_dns_error says, and with a match cache too. */
static void a_chain_that_is_not_known_denies(void **state)
{
	static const struct {
		enum policy_action action;
		const char *rule;
		enum policy_reason reason;
	} rules[] = {
		{POLICY_ACTION_ALLOW, "cert.anchor " KIT_ANCHOR, POLICY_REASON_CERT_UNTRUSTED},
		{POLICY_ACTION_ALLOW, "!cert.anchor " KIT_SPKI, POLICY_REASON_CERT_UNTRUSTED},
		{POLICY_ACTION_DENY, "cert.anchor " KIT_SPKI, POLICY_REASON_CERT_UNTRUSTED},
		{POLICY_ACTION_DENY, "!cert.anchor " KIT_ANCHOR, POLICY_REASON_CERT_UNTRUSTED},
		{POLICY_ACTION_DENY, "cert.issuer_spki ~ ^ff & method GET",
			POLICY_REASON_CERT_UNTRUSTED},
		{POLICY_ACTION_ALLOW, "host .x & cert.issuer_spki " KIT_ISSUER_SPKI,
			POLICY_REASON_CERT_UNTRUSTED},
		{POLICY_ACTION_DENY, "cert.anchor " KIT_SPKI " & method POST",
			POLICY_REASON_DEFAULT},
		{POLICY_ACTION_DENY, "cert.anchor " KIT_SPKI " & cert.cn other",
			POLICY_REASON_DEFAULT},
	};
	struct client c;

	client_init(&c);
	c.facts.names_state = POLICY_FACT_UNKNOWN;
	c.cert.issuer_spki = (struct str){NULL, 0};
	c.cert.anchor = (struct str){NULL, 0};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct policy_match_cache *cache = policy_match_cache_new(1 << 20);
		struct book b;

		book_init(&b);
		b.policy.on_dns_error = POLICY_ON_ERROR_ALLOW;
		b.policy.default_action = POLICY_ACTION_ALLOW;
		book_add(&b, rules[i].action, rules[i].rule);
		for (size_t k = 0; k < 80; k++) {
			book_add(&b, deny, "cert.cn other");
		}
		for (size_t k = 0; k < 3; k++) {
			struct policy_verdict v = book_decide(&b, &c);
			bool unknown = rules[i].reason == POLICY_REASON_CERT_UNTRUSTED;

			assert_int_equal(v.reason, rules[i].reason);
			assert_int_equal(v.outcome, unknown ? POLICY_DENY : POLICY_ALLOW);
			assert_ptr_equal(v.rule, unknown ? policy_rules_at(b.rules, 0) : NULL);
			assert_false(v.lacks.names);
			c.facts.match_cache = cache;
		}
		c.facts.match_cache = NULL;
		policy_match_cache_free(cache);
		book_clear(&b);
	}
}

static void a_rule_before_the_unknown_one_decides(void **state)
{
	struct client c;
	struct book b;

	client_init(&c);
	c.facts.names_state = POLICY_FACT_UNKNOWN;
	book_init(&b);
	book_add(&b, allow, "ip 192.0.2.7");
	book_add(&b, deny, "host .crawl.example");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
	assert_int_equal(book_decide(&b, &c).reason, POLICY_REASON_RULE);
	assert_false(book_decide(&b, &c).names_used);
	book_clear(&b);
}

static void known_names_change_nothing_but_what_was_asked(void **state)
{
	struct policy_verdict v;
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	book_add(&b, allow, "user_agent ~ googlebot & host .crawl.example");
	c.facts.names_state = POLICY_FACT_UNFETCHED;
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_NEED);
	assert_ptr_equal(v.rule, policy_rules_at(b.rules, 0));
	c.facts.names_state = POLICY_FACT_KNOWN;
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_ALLOW);
	assert_int_equal(v.name, 0);
	c.facts.names.count = 0;
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_DENY);
	assert_int_equal(v.reason, POLICY_REASON_DEFAULT);
	book_clear(&b);
}

static void rdns_off_means_no_names(void **state)
{
	struct client c;
	struct book b;

	client_init(&c);
	c.facts.names = (struct str_list){NULL, 0};
	book_init(&b);
	b.policy.rdns = POLICY_RDNS_OFF;
	book_add(&b, allow, "host .crawl.example");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_DENY);
	book_add(&b, allow, "!host .crawl.example");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
	book_clear(&b);
}

static void tells_which_name_matched(void **state)
{
	static const struct {
		const char *rule;
		size_t name;
	} cases[] = {
		{"host .crawl.example", 0},
		{"host b.crawl.example", 1},
		{"host ~ ^b", 1},
		{"ip 192.0.2.7", SIZE_MAX},
		{"!host .other.example", SIZE_MAX},
		{"!host .other.example & host b.crawl.example", 1},
		/* The first as written, though the regex is looked at last. */
		{"host ~ ^b & host a.crawl.example", 1},
		{"host a.crawl.example & host ~ ^b", 0},
		{"*", SIZE_MAX},
	};
	struct client c;

	client_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		/* A rule that is false in the end leaves no name behind. */
		book_add(&b, deny, "host a.crawl.example & method POST");
		book_add(&b, allow, cases[i].rule);
		assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
		assert_true(book_decide(&b, &c).name == cases[i].name);
		book_clear(&b);
	}
}

static void rdns_rules_carry_over(void **state)
{
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	assert_true(policy_rules_add_rdns(b.rules, deny, str_view("^bad\\."), &b.place, &b.diag));
	assert_true(policy_rules_add_rdns(
		b.rules, allow, str_view("\\.CRAWL\\.example$"), &b.place, &b.diag));
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
	assert_int_equal(book_decide(&b, &c).name, 0);
	c.names[1] = str_view("bad.crawl.example");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_DENY);
	assert_int_equal(book_decide(&b, &c).name, 1);
	book_clear(&b);
}

/* Only a name that itself confirmed stands in names: one that did not cannot be matched. */
static void two_ptrs_one_confirmed_and_the_other_in_the_rule(void **state)
{
	struct client c;
	struct book b;

	client_init(&c);
	c.facts.names.count = 1;
	book_init(&b);
	book_add(&b, allow, "host b.crawl.example");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_DENY);
	assert_true(book_decide(&b, &c).names_used);
	book_clear(&b);
}

static void many_rules_in_order(void **state)
{
	struct client c;
	struct book b;
	char text[64];

	client_init(&c);
	book_init(&b);
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text),
			i % 3 == 0   ? "ip 10.%u.%u.0/24"
			: i % 3 == 1 ? "host .h%u-%u.example"
				     : "host ~ ^r%u-%u\\.",
			i >> 8, i & 255);
		book_add(&b, i % 2 == 0 ? allow : deny, text);
	}
	assert_int_equal(policy_rules_count(b.rules), 3000);
	assert_int_equal(book_decide(&b, &c).reason, POLICY_REASON_DEFAULT);
	c.names[1] = str_view("r11-182.crawl.example"); /* 2998 = 11 * 256 + 182 */
	assert_int_equal(book_decide(&b, &c).reason, POLICY_REASON_DEFAULT);
	c.names[1] = str_view("r11-183.crawl.example");
	assert_ptr_equal(book_decide(&b, &c).rule, policy_rules_at(b.rules, 2999));
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_DENY);
	book_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_decides_without_rules),
		cmocka_unit_test(the_first_true_rule_decides),
		cmocka_unit_test(a_rule_is_the_kleene_and_of_its_terms),
		cmocka_unit_test(an_unknown_rule_is_never_passed_over),
		cmocka_unit_test(a_limit_is_remembered_whatever_comes_after),
		cmocka_unit_test(a_chain_that_is_not_known_denies),
		cmocka_unit_test(a_rule_before_the_unknown_one_decides),
		cmocka_unit_test(known_names_change_nothing_but_what_was_asked),
		cmocka_unit_test(rdns_off_means_no_names),
		cmocka_unit_test(tells_which_name_matched),
		cmocka_unit_test(rdns_rules_carry_over),
		cmocka_unit_test(two_ptrs_one_confirmed_and_the_other_in_the_rule),
		cmocka_unit_test(many_rules_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
