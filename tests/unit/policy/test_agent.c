/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Terms about the agent that signed a request. */

#include "policy/agent.h"

#include "unit/policy/kit.h"

#define CHATGPT "https://chatgpt.com"
#define GOOGLE "https://agent.bot.goog"

static const enum policy_action allow = POLICY_ACTION_ALLOW;
static const enum policy_action deny = POLICY_ACTION_DENY;

static void sign(
	struct client *c, enum policy_fact_state state, struct str *agent, struct str *claim)
{
	c->facts.agents_state = state;
	c->facts.agents = (struct str_list){agent, agent != NULL};
	c->facts.possible_agents = (struct str_list){claim, claim != NULL};
}

static void a_term_is_about_the_agent_that_signed(void **state)
{
	struct str chatgpt = str_view(CHATGPT);
	struct str google = str_view(GOOGLE);
	const struct {
		enum policy_fact_state state;
		struct str *agent;
		struct str *claim;
		enum policy_outcome allowed;
		enum policy_outcome denied_without;
		enum policy_reason reason;
	} cases[] = {
		{POLICY_FACT_UNFETCHED, NULL, NULL, POLICY_NEED, POLICY_NEED, POLICY_REASON_RULE},
		{POLICY_FACT_KNOWN, &chatgpt, NULL, POLICY_ALLOW, POLICY_ALLOW, POLICY_REASON_RULE},
		{POLICY_FACT_KNOWN, &google, NULL, POLICY_DENY, POLICY_DENY, POLICY_REASON_RULE},
		/* Unsigned, and invalid. */
		{POLICY_FACT_KNOWN, NULL, NULL, POLICY_DENY, POLICY_DENY, POLICY_REASON_RULE},
		/* Not verified: never true in an allow, never false in a deny. */
		{POLICY_FACT_UNKNOWN, NULL, NULL, POLICY_DENY, POLICY_DENY,
			POLICY_REASON_AGENT_UNVERIFIED},
		{POLICY_FACT_KNOWN_IN_PART, NULL, &chatgpt, POLICY_DENY, POLICY_DENY,
			POLICY_REASON_AGENT_UNVERIFIED},
		{POLICY_FACT_KNOWN_IN_PART, NULL, &google, POLICY_DENY, POLICY_DENY,
			POLICY_REASON_RULE},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct client c;
		struct book b;
		struct policy_verdict v;

		client_init(&c);
		sign(&c, cases[i].state, cases[i].agent, cases[i].claim);
		book_init(&b);
		book_add(&b, allow, "agent " CHATGPT);
		v = book_decide(&b, &c);
		assert_int_equal(v.outcome, cases[i].allowed);
		assert_true(v.agent_used);
		assert_int_equal(v.lacks.agent, cases[i].state == POLICY_FACT_UNFETCHED ||
							v.reason == POLICY_REASON_AGENT_UNVERIFIED);
		book_clear(&b);

		book_init(&b);
		b.policy.default_action = allow;
		book_add(&b, deny, "user_agent ~ googlebot & !agent " CHATGPT);
		v = book_decide(&b, &c);
		assert_int_equal(v.outcome, cases[i].denied_without);
		if (v.outcome == POLICY_DENY) {
			assert_int_equal(v.reason, cases[i].reason);
		}
		book_clear(&b);
	}
}

static void a_signature_is_looked_at_only_where_it_matters(void **state)
{
	static const struct {
		const char *rule;
		bool needs;
	} cases[] = {
		{"user_agent ~ googlebot & !agent " GOOGLE, true},
		{"user_agent ~ bingbot & !agent " GOOGLE, false},
		{"ip 10.0.0.0/8 & agent " GOOGLE, false}, {"agent " GOOGLE " & method POST", false},
		{"agent " GOOGLE " & host a.crawl.example", true},
		{"agent " GOOGLE " & host x.example", false}, /* names are known */
	};
	struct client c;

	client_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		book_add(&b, allow, cases[i].rule);
		struct policy_verdict v = book_decide(&b, &c);

		assert_int_equal(v.outcome, cases[i].needs ? POLICY_NEED : POLICY_DENY);
		assert_int_equal(v.lacks.agent, cases[i].needs);
		assert_int_equal(v.agent_used, cases[i].needs);
		assert_true(policy_rules_need_agent(b.rules));
		book_clear(&b);
	}
	assert_false(policy_rules_need_agent(NULL));
}

/* What DNS cannot say is settled by on_dns_error; an unknown agent is let in by none of its words.
 */
static void an_unknown_agent_is_not_let_in_by_on_dns_error(void **state)
{
	static const struct {
		enum policy_on_error on_error;
		enum policy_outcome outcome;
		enum policy_reason reason;
	} cases[] = {
		{POLICY_ON_ERROR_DENY, POLICY_DENY, POLICY_REASON_DNS_ERROR},
		{POLICY_ON_ERROR_ERROR, POLICY_ERROR, POLICY_REASON_DNS_ERROR},
		{POLICY_ON_ERROR_ALLOW, POLICY_DENY, POLICY_REASON_AGENT_UNVERIFIED},
	};
	struct client c;

	client_init(&c);
	sign(&c, POLICY_FACT_UNKNOWN, NULL, NULL);
	c.facts.names_state = POLICY_FACT_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		b.policy.on_dns_error = cases[i].on_error;
		book_add(&b, deny, "!host .googlebot.com & !agent " GOOGLE);
		struct policy_verdict v = book_decide(&b, &c);

		assert_int_equal(v.outcome, cases[i].outcome);
		assert_int_equal(v.reason, cases[i].reason);
		assert_true(v.lacks.agent && v.lacks.names);
		b.policy.on_dns_error = POLICY_ON_ERROR_ERROR;
		c.facts.names_state = POLICY_FACT_KNOWN;
		v = book_decide(&b, &c);
		assert_int_equal(v.outcome, POLICY_DENY);
		assert_int_equal(v.reason, POLICY_REASON_AGENT_UNVERIFIED);
		c.facts.names_state = POLICY_FACT_UNKNOWN;
		book_clear(&b);
	}
}

static void spellings_of_one_url_are_one_agent(void **state)
{
	static const char *const spellings[] = {
		"https://chatgpt.com", "HTTPS://ChatGPT.com/", "https://chatgpt.com:443"};
	struct str chatgpt = str_view(CHATGPT);
	struct client c;

	client_init(&c);
	sign(&c, POLICY_FACT_KNOWN, &chatgpt, NULL);
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		char rule[128];
		struct book b;

		snprintf(rule, sizeof(rule), "agent %s", spellings[i]);
		book_init(&b);
		book_add(&b, allow, rule);
		assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
		book_clear(&b);
	}
}

static void agents_come_in_a_file(void **state)
{
	static const char list[] = "# agents\n" GOOGLE "\nhttps://ChatGPT.com/\n";
	struct str chatgpt = str_view(CHATGPT);
	char *path = file_with(list, sizeof(list) - 1);
	char rule[PATH_MAX + 16];
	struct client c;
	struct book b;

	client_init(&c);
	sign(&c, POLICY_FACT_KNOWN, &chatgpt, NULL);
	snprintf(rule, sizeof(rule), "agent in file:%s", path);
	book_init(&b);
	book_add(&b, allow, rule);
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
	sign(&c, POLICY_FACT_KNOWN_IN_PART, NULL, &chatgpt);
	assert_int_equal(book_decide(&b, &c).reason, POLICY_REASON_AGENT_UNVERIFIED);
	book_clear(&b);
	remove_file(path);
}

static void what_is_no_agent_is_refused(void **state)
{
	static const char *const bad[] = {"chatgpt.com", "http://chatgpt.com", "https://",
		"https://user@chatgpt.com", "https://chatgpt.com/a/../b", "https://[::1]",
		"https://chatgpt.com/%41", "\"https://chatgpt.com\""};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char rule[128];
		char quoted[POLICY_QUOTE_MAX];
		char expected[448];

		snprintf(rule, sizeof(rule), "agent %s", bad[i]);
		snprintf(expected, sizeof(expected),
			"15: error: %s is not the URL of an agent: expected https:// and a host "
			"name, perhaps with a port and a path, as in Signature-Agent, such as "
			"https://chatgpt.com",
			policy_quote(str_view(bad[i]), quoted));
		assert_refused_at(rule, expected);
	}
	assert_refused_at("agent ~ chatgpt",
		"15: error: agent takes no regex: expected the URL of an agent, such as "
		"https://chatgpt.com");
	assert_refused_at("agent",
		"14: error: nothing after agent: expected the URL of an agent, such as "
		"https://chatgpt.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_term_is_about_the_agent_that_signed),
		cmocka_unit_test(a_signature_is_looked_at_only_where_it_matters),
		cmocka_unit_test(an_unknown_agent_is_not_let_in_by_on_dns_error),
		cmocka_unit_test(spellings_of_one_url_are_one_agent),
		cmocka_unit_test(agents_come_in_a_file),
		cmocka_unit_test(what_is_no_agent_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
