/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* The codes of a `dnsbl` term: how they are read, what they mean, and where they must stand. */

#include "policy/dnsbl_code.h"

#include "base/util.h"
#include "unit/policy/kit.h"

#define CODES_MAX 8

/* The truth of `term`, in a deny, for a listing with these codes, up to a 0. */
static enum policy_truth truth_of(const char *term, const unsigned char last_octets[CODES_MAX])
{
	enum policy_truth truths[] = {POLICY_TRUE};
	struct policy_dnsbl_code codes[CODES_MAX];
	struct policy_lookup_codes found = {codes, 0};
	struct client c;
	struct book b;

	for (; last_octets[found.count] != 0; found.count++) {
		codes[found.count] =
			(struct policy_dnsbl_code){{127, 0, 0, last_octets[found.count]}};
	}
	client_init(&c);
	c.facts.lookup_truths = truths;
	c.facts.lookup_codes = &found;
	book_init(&b);
	b.policy.default_action = POLICY_ACTION_ALLOW;
	b.policy.on_dns_error = POLICY_ON_ERROR_ERROR;
	book_add(&b, POLICY_ACTION_DENY, term);
	struct policy_verdict v = book_decide(&b, &c);

	book_clear(&b);
	switch (v.outcome) {
	case POLICY_DENY:
		return POLICY_TRUE;
	case POLICY_ALLOW:
		return POLICY_FALSE;
	default:
		assert_int_equal(v.reason, POLICY_REASON_DNS_ERROR);
		assert_true(policy_lookup_set_has(&v.lacks.lookups, 0));
		return POLICY_UNKNOWN;
	}
}

static void codes_decide_what_a_listing_means(void **state)
{
	static const struct {
		const char *term;
		unsigned char codes[CODES_MAX];
		enum policy_truth truth;
	} cases[] = {
		{"dnsbl a.example", {2}, POLICY_TRUE},
		{"dnsbl a.example", {200, 201}, POLICY_TRUE},
		{"dnsbl a.example = 127.0.0.2", {2}, POLICY_TRUE},
		{"dnsbl a.example = 127.0.0.2", {3}, POLICY_FALSE},
		{"dnsbl a.example = 127.0.0.2", {3, 2}, POLICY_TRUE},
		{"dnsbl a.example=127.0.0.2", {2}, POLICY_TRUE},
		{"dnsbl a.example =127.0.0.2,127.0.0.4", {4}, POLICY_TRUE},
		{"dnsbl a.example = 127.0.0.2 , 127.0.0.4", {3}, POLICY_FALSE},
		{"dnsbl a.example = 127.0.0.2-11", {2}, POLICY_TRUE},
		{"dnsbl a.example = 127.0.0.2-11", {11}, POLICY_TRUE},
		{"dnsbl a.example = 127.0.0.2-11", {12}, POLICY_FALSE},
		{"dnsbl a.example = 127.0.0-255.4-7", {7}, POLICY_TRUE},
		{"dnsbl a.example = 127.0.1-255.4-7", {7}, POLICY_FALSE},
		{"!dnsbl a.example = 127.0.0.2-11", {12}, POLICY_TRUE},
		{"!dnsbl a.example = 127.0.0.2-11", {11, 12}, POLICY_FALSE},
		/* Listed by a code that is not among these. */
		{"dnsbl a.example != 127.0.0.10-11", {10}, POLICY_FALSE},
		{"dnsbl a.example != 127.0.0.10-11", {2}, POLICY_TRUE},
		{"dnsbl a.example != 127.0.0.10-11", {2, 10}, POLICY_TRUE},
		{"dnsbl a.example!=127.0.0.10-11", {10, 11}, POLICY_FALSE},
		/* What a list documents as an error is one, beside whatever. */
		{"dnsbl a.example error 127.0.0.250", {2}, POLICY_TRUE},
		{"dnsbl a.example error 127.0.0.250", {250}, POLICY_UNKNOWN},
		{"dnsbl a.example error 127.0.0.250", {2, 250}, POLICY_UNKNOWN},
		{"dnsbl a.example = 127.0.0.2-9 error 127.0.0.250-254", {2, 3}, POLICY_TRUE},
		{"dnsbl a.example = 127.0.0.2-9 error 127.0.0.250-254", {20}, POLICY_FALSE},
		{"dnsbl a.example = 127.0.0.2-9 error 127.0.0.250-254", {2, 251}, POLICY_UNKNOWN},
		{"dnsbl a.example != 127.0.0.2-9 error 127.0.0.250-254", {251}, POLICY_UNKNOWN},
		/* A listing whose codes are not known. */
		{"dnsbl a.example = 127.0.0.2", {0}, POLICY_UNKNOWN},
		{"dnsbl a.example != 127.0.0.2", {0}, POLICY_UNKNOWN},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum policy_truth truth = truth_of(cases[i].term, cases[i].codes);

		if (truth != cases[i].truth) {
			print_error("%s (case %zu)\n", cases[i].term, i);
		}
		assert_int_equal(truth, cases[i].truth);
	}
}

/* The truth of the lookup itself comes first. */
static void no_listing_has_no_codes(void **state)
{
	static const enum policy_truth states[] = {POLICY_FALSE, POLICY_UNKNOWN, POLICY_TRUE};
	static const enum policy_outcome outcomes[] = {POLICY_ALLOW, POLICY_ERROR, POLICY_ERROR};
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	b.policy.default_action = POLICY_ACTION_ALLOW;
	b.policy.on_dns_error = POLICY_ON_ERROR_ERROR;
	book_add(&b, POLICY_ACTION_DENY, "dnsbl a.example = 127.0.0.2-11");
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		c.facts.lookup_truths = &states[i];
		c.facts.lookup_codes = NULL;
		assert_int_equal(book_decide(&b, &c).outcome, outcomes[i]);
	}
	book_clear(&b);
}

#define OPERATORS                                                                                  \
	"expected a rule for each zone; and after the zone = or != with codes, or error with "     \
	"codes, as in zen.example = 127.0.0.2-11"
#define NOT_A_CODE                                                                                 \
	" is not a code: expected codes in 127.0.0.0/8, separated by commas, whose octets are "    \
	"numbers or ranges, as in 127.0.0.2-11, 127.0.1.4"

static void bad_codes_say_what_is_expected(void **state)
{
	static const char *const bad[] = {"", "1", "127.0.0", "127.0.0.2.3", "127.0.0.256",
		"127.0.0.-2", "127.0.0.2-", "127.0.0.2-256", "127.0.0.9-2", "127.0.0.0002",
		"128.0.0.1", "10.0.0.1", "126-127.0.0.2", "127.0.0.2-127.0.0.11", "127.0.0.x",
		"127.0.0.2/31", "::1", "127.0.0.2 127.0.0.3", "127.0.0.1e1", "127.0..2",
		"127.0.0.18446744073709551618"};
	char term[128];
	char expected[512];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(term, sizeof(term), "dnsbl a.example = %s", bad[i]);
		snprintf(expected, sizeof(expected), "25: error: \"%s\"" NOT_A_CODE, bad[i]);
		assert_refused_at(term, expected);
	}
	assert_refused_at("dnsbl a.example = 127.0.0.2,", "25: error: \"\"" NOT_A_CODE);
	assert_refused_at("dnsbl a.example error", "25: error: \"\"" NOT_A_CODE);
	assert_refused_at("dnsbl a.example error 1", "25: error: \"1\"" NOT_A_CODE);
	assert_refused_at(
		"dnsbl a.example b.example", "25: error: \"b.example\" after the zone: " OPERATORS);
	assert_refused_at(
		"dnsbl a.example 127.0.0.2", "25: error: \"127.0.0.2\" after the zone: " OPERATORS);
	assert_refused_at("dnsbl = 127.0.0.2",
		"15: error: \"=\" after dnsbl: expected FIELD VALUE, with nothing between them");
}

static void so_many_codes_at_most(void **state)
{
	char term[4096] = "dnsbl a.example = 127.0.0.2";
	struct book b;

	for (int i = 1; i < POLICY_DNSBL_CODES_MAX; i++) {
		strncat(term, ",127.0.0.3", sizeof(term) - strlen(term) - 1);
	}
	book_init(&b);
	assert_true(book_try(&b, POLICY_ACTION_DENY, term));
	strncat(term, ",127.0.0.3", sizeof(term) - strlen(term) - 1);
	assert_false(book_try(&b, POLICY_ACTION_DENY, term));
	assert_non_null(memmem(b.diag.text.data, b.diag.text.len, "at most 64", 10));
	book_clear(&b);
}

/* A listing lets a client in only by codes that the rule names. */
static void admission_needs_codes(void **state)
{
	static const struct {
		enum policy_action action;
		const char *rule;
		bool good;
	} cases[] = {
		{POLICY_ACTION_ALLOW, "dnsbl a.example", false},
		{POLICY_ACTION_ALLOW, "dnsbl a.example != 127.0.0.2", false},
		{POLICY_ACTION_ALLOW, "dnsbl a.example error 127.0.0.250", false},
		{POLICY_ACTION_ALLOW, "ip ::1 & dnsbl a.example", false},
		{POLICY_ACTION_DENY, "!dnsbl a.example", false},
		{POLICY_ACTION_DENY, "uri ~ ^/x & !dnsbl a.example", false},
		{POLICY_ACTION_ALLOW, "dnsbl a.example = 127.0.0.2", true},
		{POLICY_ACTION_ALLOW, "!dnsbl a.example", true},
		{POLICY_ACTION_DENY, "dnsbl a.example", true},
		{POLICY_ACTION_DENY, "!dnsbl a.example = 127.0.0.2", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		assert_int_equal(book_try(&b, cases[i].action, cases[i].rule), cases[i].good);
		assert_int_equal(policy_rules_lookup_count(b.rules), cases[i].good ? 1 : 0);
		book_clear(&b);
	}
	struct book b;

	book_init(&b);
	assert_false(book_try(&b, POLICY_ACTION_ALLOW, "ip ::1 & dnsbl a.example"));
	assert_non_null(memmem(b.diag.text.data, b.diag.text.len,
		":18: error: dnsbl a.example lets a client in by each answer of the list, whatever "
		"the answer means: expected the codes that let it in, as the list documents them, "
		"as in dnsbl ZONE = 127.0.0.2-11",
		194));
	book_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_decide_what_a_listing_means),
		cmocka_unit_test(no_listing_has_no_codes),
		cmocka_unit_test(bad_codes_say_what_is_expected),
		cmocka_unit_test(so_many_codes_at_most),
		cmocka_unit_test(admission_needs_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
