/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* What rules make of claims that are absent, ambiguous or disputed. */

#include "policy/claim.h"

#include "unit/policy/kit.h"

#define T POLICY_TRUE
#define F POLICY_FALSE
#define U POLICY_UNKNOWN

#define ADMIN "uri ~ ^/admin"
#define PUB "uri ~ ^/pub/"

/* The truth of a term, by how a deny with default = allow and an allow with default = deny end. */
static enum policy_truth truth(
	const char *term, const struct client *c, enum policy_on_error on_error)
{
	struct policy_verdict v[2];

	for (int action = 0; action < 2; action++) {
		struct book b;

		book_init(&b);
		b.policy.on_dns_error = on_error;
		b.policy.default_action = (enum policy_action)(1 - action);
		book_add(&b, (enum policy_action)action, term);
		v[action] = book_decide(&b, c);
		book_clear(&b);
	}
	if (v[0].claims_unclear != 0) {
		assert_int_equal(v[0].outcome, POLICY_DENY);
		assert_int_equal(v[1].outcome, POLICY_DENY);
		assert_int_equal(v[0].claims_unclear, v[1].claims_unclear);
		return U;
	}
	assert_int_equal(v[0].outcome == POLICY_DENY, v[1].outcome == POLICY_ALLOW);
	return v[0].outcome == POLICY_DENY ? T : F;
}

static void is(const char *term, const struct client *c, enum policy_truth expected)
{
	char negated[128];

	for (int on_error = 0; on_error < 3; on_error++) {
		enum policy_truth got = truth(term, c, (enum policy_on_error)on_error);

		if (got != expected) {
			print_error("%s\n", term);
		}
		assert_int_equal(got, expected);
	}
	snprintf(negated, sizeof(negated), "!%s", term);
	assert_int_equal(truth(negated, c, POLICY_ON_ERROR_ALLOW), expected == U   ? U
								   : expected == T ? F
										   : T);
}

static void a_path_holds_for_all_its_readings(void **state)
{
	static const struct {
		const char *uri;
		enum policy_truth admin;
		enum policy_truth pub;
	} cases[] = {
		{"/admin/secret.txt", T, F},
		{"/%61dmin/secret.txt", T, F},
		{"//admin/secret.txt", U, F},
		{"/./admin/secret.txt", U, F},
		{"/pub/../admin/secret.txt", U, U},
		{"/pub/..%2fadmin/secret.txt", U, U},
		{"/pub/..;/admin/secret.txt", U, U},
		{"/pub/..\\..\\admin/secret.txt", U, U},
		{"/pub/%252e%252e/admin/secret.txt", U, U},
		{"/admin;x/secret.txt", T, F},
		{"http://h/admin/secret.txt", T, F},
		{"/api/a%2Fb", F, F},
		{"/pub/a%2Fb;c/d//e", F, T},
		{"/pub//page?x=../../admin", F, T},
		{"/pub/%70age", F, T},
		{"/100%25", F, F},
		{"/search?q=/admin", F, F},
		{"/administrator", T, F},
		{"*", U, U},
		{"/pub/%00", U, U},
		{"/pub/%", U, U},
	};
	struct client c;

	client_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		c.facts.claims[POLICY_CLAIM_URI] = str_view(cases[i].uri);
		is(ADMIN, &c, cases[i].admin);
		is(PUB, &c, cases[i].pub);
	}
	c.facts.claims[POLICY_CLAIM_URI] = str_view("/a%20b");
	is("uri /a b", &c, T);
	is("uri_raw /a%20b", &c, T);
	is("uri_raw ~ %20", &c, T);
	is("uri ~ %20", &c, F);
}

static void what_did_not_come_is_unknown(void **state)
{
	static const char *const terms[] = {
		"uri /", "uri ~ ^$", "uri_raw ~ ^$", "method GET", "http_host ~ ^$"};
	struct client c;

	client_init(&c);
	for (int i = 0; i < POLICY_CLAIM_COUNT; i++) {
		c.facts.claims[i] = (struct str){NULL, 0};
	}
	for (int empty = 0; empty < 2; empty++) {
		for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
			is(terms[i], &c, U);
		}
		is("user_agent ~ ^$", &c, T);
		for (int i = 0; i < POLICY_CLAIM_COUNT; i++) {
			c.facts.claims[i] = str_view("");
		}
	}
}

static void hosts_and_methods_have_one_form(void **state)
{
	static const struct {
		const char *host;
		const char *uri;
		enum policy_truth truth;
	} hosts[] = {
		{"intern.example", "/", T},
		{"intern.example:443", "/", T},
		{"Intern.Example.", "/", T},
		{"other.example", "/", F},
		{"intern.example, other.example", "/", U},
		{"u@intern.example", "/", U},
		{"intern.example", "http://INTERN.example.:80/", T},
		{"other.example", "http://intern.example/", U},
		{"intern.example", "http://other.example/", U},
		{"intern.example", "http://u@intern.example/", U},
		{"intern.example", "*", U},
	};
	struct client c;

	client_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		c.facts.claims[POLICY_CLAIM_HTTP_HOST] = str_view(hosts[i].host);
		c.facts.claims[POLICY_CLAIM_URI] = str_view(hosts[i].uri);
		is("http_host Intern.example.", &c, hosts[i].truth);
		is("http_host ~ ^intern\\.example$", &c, hosts[i].truth);
	}
	c.facts.claims[POLICY_CLAIM_METHOD] = str_view("post");
	is("method POST", &c, U);
	c.facts.claims[POLICY_CLAIM_METHOD] = str_view("M-SEARCH");
	is("method POST", &c, F);
}

static void what_two_say_differently_is_unknown(void **state)
{
	static const char *const terms[] = {
		"user_agent ~ .", "uri ~ ^/", "method GET", "http_host ~ ."};
	struct policy_verdict v;
	struct client c;
	struct book b;

	client_init(&c);
	for (unsigned i = 0; i < ARRAY_LEN(terms); i++) {
		is(terms[i], &c, T);
		c.facts.claims_disputed = 1U << i;
		for (unsigned k = 0; k < ARRAY_LEN(terms); k++) {
			is(terms[k], &c, k == i ? U : T);
		}
		book_init(&b);
		book_add(&b, POLICY_ACTION_ALLOW, terms[i]);
		v = book_decide(&b, &c);
		assert_int_equal(v.reason, POLICY_REASON_DUPLICATE_INPUT);
		assert_int_equal(v.claims_unclear, 1U << i);
		book_clear(&b);
		c.facts.claims_disputed = 0;
	}
}

static void a_false_term_outweighs_an_unclear_one(void **state)
{
	struct client c;
	struct book b;

	client_init(&c);
	c.facts.claims[POLICY_CLAIM_URI] = str_view("//admin");
	book_init(&b);
	book_add(&b, POLICY_ACTION_DENY, ADMIN " & !ip 192.0.2.0/24");
	book_add(&b, POLICY_ACTION_DENY, ADMIN " & !host a.crawl.example");
	book_add(&b, POLICY_ACTION_DENY, ADMIN " & user_agent ~ nobody");
	book_add(&b, POLICY_ACTION_ALLOW, "ip 192.0.2.7");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
	/* What is not fetched yet may still make it false; what cannot be fetched does not. */
	c.facts.names_state = POLICY_FACT_UNFETCHED;
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_NEED);
	c.facts.names_state = POLICY_FACT_UNKNOWN;
	b.policy.on_dns_error = POLICY_ON_ERROR_ALLOW;
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_DENY);
	assert_int_equal(book_decide(&b, &c).reason, POLICY_REASON_BAD_INPUT);
	book_clear(&b);
}

static void explanations_name_what_is_unclear(void **state)
{
	static const struct {
		enum policy_claim claim;
		const char *text;
		const char *uri;
		const char *why;
	} cases[] = {
		{POLICY_CLAIM_URI, "/pub/..%2fadmin", NULL,
			"uri \"/pub/..%2fadmin\" has no single path: servers differ on %2f, . and "
			".."},
		{POLICY_CLAIM_URI, "/a%00", NULL,
			"uri \"/a%00\" has no single path: it holds a control byte"},
		{POLICY_CLAIM_HTTP_HOST, "a b", "/",
			"http_host \"a b\" is not a host name or address, with or without a port"},
		{POLICY_CLAIM_HTTP_HOST, "a", "http://b/",
			"http_host \"a\" is not the host of uri \"http://b/\""},
		{POLICY_CLAIM_METHOD, "post", "/", "method \"post\" is not in capitals"},
	};
	char out[POLICY_CLAIM_WHY_MAX];
	static char longest[4096];
	struct client c;

	client_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (cases[i].uri != NULL) {
			c.facts.claims[POLICY_CLAIM_URI] = str_view(cases[i].uri);
		}
		c.facts.claims[cases[i].claim] = str_view(cases[i].text);
		assert_string_equal(
			policy_claim_explain(cases[i].claim, &c.facts, out), cases[i].why);
	}
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "//a;%5c..%2f", 12);
	c.facts.claims[POLICY_CLAIM_URI] = (struct str){longest, 500};
	policy_claim_explain(POLICY_CLAIM_URI, &c.facts, out);
	assert_true(strlen(out) < sizeof(out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_holds_for_all_its_readings),
		cmocka_unit_test(what_did_not_come_is_unknown),
		cmocka_unit_test(hosts_and_methods_have_one_form),
		cmocka_unit_test(what_two_say_differently_is_unknown),
		cmocka_unit_test(a_false_term_outweighs_an_unclear_one),
		cmocka_unit_test(explanations_name_what_is_unclear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
