/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Terms that ask DNS about the address: how they are read, and what becomes of a rule with them. */

#include "base/util.h"
#include "unit/policy/kit.h"

static enum policy_truth truths[POLICY_LOOKUPS_MAX];

/* Whatever is looked up first and second, as 127.0.0.2. */
static const struct policy_dnsbl_code code_2 = {{127, 0, 0, 2}};
static const struct policy_lookup_codes listed[] = {{&code_2, 1}, {&code_2, 1}};

static const enum policy_truth states[] = {
	POLICY_FALSE, POLICY_TRUE, POLICY_UNKNOWN, POLICY_UNFETCHED};

static void assert_lookups(const struct policy_lookup_set *set, const char *expected)
{
	char got[POLICY_LOOKUPS_MAX + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i < 10; i++) {
		if (policy_lookup_set_has(set, i)) {
			got[len++] = (char)('0' + i);
		}
	}
	assert_string_equal(got, expected);
}

static void each_question_has_one_number(void **state)
{
	struct book b;

	book_init(&b);
	assert_int_equal(policy_rules_lookup_count(b.rules), 0);
	book_add(&b, POLICY_ACTION_ALLOW, "forward Home.Dyn.Example. & !dnsbl zen.example");
	book_add(&b, POLICY_ACTION_DENY, "dnsbl ZEN.example & forward zen.example");
	book_add(&b, POLICY_ACTION_DENY, "!forward home.dyn.example");
	assert_int_equal(policy_rules_lookup_count(b.rules), 3);
	assert_int_equal(policy_rules_lookup(b.rules, 0)->kind, POLICY_LOOKUP_FORWARD);
	assert_str(policy_rules_lookup(b.rules, 0)->name, "home.dyn.example");
	assert_int_equal(policy_rules_lookup(b.rules, 1)->kind, POLICY_LOOKUP_DNSBL);
	assert_str(policy_rules_lookup(b.rules, 1)->name, "zen.example");
	assert_int_equal(policy_rules_lookup(b.rules, 2)->kind, POLICY_LOOKUP_FORWARD);
	assert_str(policy_rules_lookup(b.rules, 2)->name, "zen.example");
	assert_false(policy_rules_need_names(b.rules));
	assert_int_equal(policy_rules_lookup_count(NULL), 0);
	book_clear(&b);
}

static void bad_ones_say_where(void **state)
{
	static const char *const cases[][2] = {
		{"forward .dyn.example",
			"17: error: \".dyn.example\": expected one name, as in host.example"},
		{"forward home", "17: error: \"home\" is not a host name: expected at least two "
				 "parts, as in host.example"},
		{"ip ::1 & dnsbl 192.0.2.1", "24: error: \"192.0.2.1\" is not a host name: that is "
					     "an address: expected a "
					     "name, or the field ip or cert.ip"},
		{"dnsbl -x.example", "15: error: \"-x.example\" is not a host name: a part between "
				     "dots begins or ends with a hyphen"},
		{"forward a b.example", "17: error: \"a b.example\" after forward: expected one "
					"value: for \"or\" a rule "
					"for each, one a line; for \"and\" terms joined by \" & "
					"\"; for many in file:PATH"},
		{"forward *.example",
			"17: error: \"*.example\": expected one name, as in host.example"},
		{"forward", "16: error: nothing after forward: expected a host name"},
		{"dnsbl", "14: error: nothing after dnsbl: expected a zone"},
		{"forward ~ dyn", "17: error: forward takes no regex: expected a host name"},
		{"dnsbl ~ dyn", "15: error: dnsbl takes no regex: expected a zone"},
		{"dnsbl in file:x", "18: error: dnsbl takes no file, as each value costs every "
				    "client a query: expected a zone"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_refused_at(cases[i][0], cases[i][1]);
	}
}

static void a_zone_leaves_room_for_an_address(void **state)
{
	char rule[512] = "dnsbl ";
	struct book b;

	book_init(&b);
	/* 3 labels of 62 and a dot each are 189 characters without the last dot. */
	for (int i = 0; i < 3; i++) {
		size_t len = strlen(rule);

		memset(rule + len, 'a', i < 2 ? 62 : 63);
		rule[len + (i < 2 ? 62 : 63)] = '\0';
		strncat(rule, i < 2 ? "." : "", sizeof(rule) - strlen(rule) - 1);
	}
	assert_int_equal(strlen(rule), strlen("dnsbl ") + 189);
	assert_true(book_try(&b, POLICY_ACTION_DENY, rule));
	rule[strlen("dnsbl ") + 1] = '.';
	assert_true(book_try(&b, POLICY_ACTION_DENY, rule));
	memmove(rule + strlen("dnsbl ") + 1, rule + strlen("dnsbl "), 190);
	assert_false(book_try(&b, POLICY_ACTION_DENY, rule));
	assert_non_null(memmem(b.diag.text.data, b.diag.text.len, "more than 189 characters", 24));
	book_clear(&b);
}

/* A refused rule leaves no lookups behind, whichever of its terms is bad. */
static void refused_rules_ask_nothing(void **state)
{
	struct book b;

	book_init(&b);
	book_add(&b, POLICY_ACTION_DENY, "dnsbl one.example");
	assert_false(book_try(&b, POLICY_ACTION_DENY, "dnsbl two.example & host x"));
	assert_int_equal(policy_rules_lookup_count(b.rules), 1);
	book_add(&b, POLICY_ACTION_DENY, "dnsbl three.example");
	assert_str(policy_rules_lookup(b.rules, 1)->name, "three.example");
	book_clear(&b);
}

static void a_policy_asks_so_many_at_most(void **state)
{
	struct book b;
	char rule[64];

	book_init(&b);
	for (int i = 0; i < POLICY_LOOKUPS_MAX; i++) {
		snprintf(rule, sizeof(rule), "forward n%d.example", i);
		book_add(&b, POLICY_ACTION_ALLOW, rule);
	}
	assert_false(book_try(&b, POLICY_ACTION_ALLOW, "forward more.example"));
	assert_non_null(memmem(b.diag.text.data, b.diag.text.len, "at most 256", 11));
	/* What is asked already may be asked again. */
	book_add(&b, POLICY_ACTION_ALLOW, "forward n255.example & !forward n0.example");
	assert_int_equal(policy_rules_lookup_count(b.rules), POLICY_LOOKUPS_MAX);

	struct client c;

	client_init(&c);
	for (size_t i = 0; i < POLICY_LOOKUPS_MAX; i++) {
		truths[i] = i == 255 ? POLICY_TRUE : POLICY_FALSE;
	}
	c.facts.lookup_truths = truths;
	struct policy_verdict v = book_decide(&b, &c);

	assert_int_equal(v.outcome, POLICY_ALLOW);
	assert_true(v.rule == policy_rules_at(b.rules, 255));
	assert_true(policy_lookup_set_has(&v.lookups_used, 0));
	assert_true(policy_lookup_set_has(&v.lookups_used, 255));
	book_clear(&b);
}

static char *list_of(int count)
{
	char text[4096] = "# friends\n";

	for (int i = 0; i < count; i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len, "n%d.dyn.example\n", i);
	}
	return file_with(text, strlen(text));
}

static bool try_file(struct book *b, const char *path)
{
	char rule[PATH_MAX + 32];

	snprintf(rule, sizeof(rule), "forward in file:%s", path);
	return book_try(b, POLICY_ACTION_ALLOW, rule);
}

static void files_of_names(void **state)
{
	struct book b;
	char *path = list_of(64);

	book_init(&b);
	assert_true(try_file(&b, path));
	assert_int_equal(policy_rules_lookup_count(b.rules), 64);
	assert_str(policy_rules_lookup(b.rules, 63)->name, "n63.dyn.example");
	remove_file(path);
	path = list_of(80);
	assert_false(try_file(&b, path));
	assert_int_equal(b.diag.errors, 1);
	assert_non_null(memmem(b.diag.text.data, b.diag.text.len,
		":66: error: too many values for forward: expected at most 64", 60));
	assert_int_equal(policy_rules_lookup_count(b.rules), 64);
	remove_file(path);
	path = file_with("a.example\n.b.example\n", 21);
	assert_false(try_file(&b, path));
	assert_int_equal(b.diag.errors, 2);
	remove_file(path);
	book_clear(&b);
}

/* True if any is; else not known as long as any is not fetched; else unknown if any is. */
static void a_file_is_true_if_any_name_is(void **state)
{
	char *path = list_of(2);
	struct client c;
	struct book b;

	book_init(&b);
	assert_true(try_file(&b, path));
	remove_file(path);
	client_init(&c);
	c.facts.lookup_truths = truths;
	for (size_t i = 0; i < 16; i++) {
		enum policy_truth one = states[i % 4];
		enum policy_truth two = states[i / 4];
		bool any_true = one == POLICY_TRUE || two == POLICY_TRUE;
		bool unfetched = one == POLICY_UNFETCHED || two == POLICY_UNFETCHED;
		bool unknown = one == POLICY_UNKNOWN || two == POLICY_UNKNOWN;

		truths[0] = one;
		truths[1] = two;
		struct policy_verdict v = book_decide(&b, &c);

		if (any_true) {
			assert_int_equal(v.outcome, POLICY_ALLOW);
			/* One that is true is enough. */
			assert_lookups(&v.lookups_used, one == POLICY_TRUE ? "0" : "1");
		} else if (unfetched) {
			assert_int_equal(v.outcome, POLICY_NEED);
			assert_lookups(&v.lacks.lookups, one != POLICY_UNFETCHED   ? "1"
							 : two != POLICY_UNFETCHED ? "0"
										   : "01");
		} else {
			assert_int_equal(v.outcome, POLICY_DENY);
			assert_int_equal(v.reason,
				unknown ? POLICY_REASON_DNS_ERROR : POLICY_REASON_DEFAULT);
			assert_lookups(&v.lookups_used, "01");
		}
	}
	book_clear(&b);
}

/* Every truth of two lookups in one rule, each with and without a !. */
static void every_truth_of_a_rule(void **state)
{
	static const char *const rules[] = {
		"forward a.example & dnsbl b.example = 127.0.0.2",
		"forward a.example & !dnsbl b.example",
		"!forward a.example & dnsbl b.example = 127.0.0.2",
		"!forward a.example & !dnsbl b.example",
	};
	struct client c;

	client_init(&c);
	c.facts.lookup_truths = truths;
	c.facts.lookup_codes = listed;
	for (size_t i = 0; i < ARRAY_LEN(rules) * 16; i++) {
		size_t rule = i / 16;
		enum policy_truth raw[] = {states[i % 4], states[i / 4 % 4]};
		enum policy_truth truth[2];
		struct book b;

		for (size_t t = 0; t < 2; t++) {
			bool negated = (rule >> (1 - t) & 1) != 0;

			truths[t] = raw[t];
			truth[t] = raw[t];
			if (negated && raw[t] <= POLICY_TRUE) {
				truth[t] = raw[t] == POLICY_TRUE ? POLICY_FALSE : POLICY_TRUE;
			}
		}
		book_init(&b);
		b.policy.on_dns_error = POLICY_ON_ERROR_ERROR;
		book_add(&b, POLICY_ACTION_ALLOW, rules[rule]);
		struct policy_verdict v = book_decide(&b, &c);

		if (truth[0] == POLICY_FALSE || truth[1] == POLICY_FALSE) {
			assert_int_equal(v.outcome, POLICY_DENY);
			assert_int_equal(v.reason, POLICY_REASON_DEFAULT);
		} else if (truth[0] == POLICY_UNFETCHED || truth[1] == POLICY_UNFETCHED) {
			assert_int_equal(v.outcome, POLICY_NEED);
			assert_false(v.lacks.names);
			assert_lookups(&v.lacks.lookups, truth[0] != POLICY_UNFETCHED   ? "1"
							 : truth[1] != POLICY_UNFETCHED ? "0"
											: "01");
		} else if (truth[0] == POLICY_UNKNOWN || truth[1] == POLICY_UNKNOWN) {
			assert_int_equal(v.outcome, POLICY_ERROR);
			assert_int_equal(v.reason, POLICY_REASON_DNS_ERROR);
			assert_lookups(&v.lacks.lookups, truth[0] != POLICY_UNKNOWN   ? "1"
							 : truth[1] != POLICY_UNKNOWN ? "0"
										      : "01");
		} else {
			assert_int_equal(v.outcome, POLICY_ALLOW);
			assert_int_equal(v.reason, POLICY_REASON_RULE);
			assert_lookups(&v.lookups_used, "01");
			assert_int_equal(v.name, SIZE_MAX);
		}
		book_clear(&b);
	}
}

/* What is known, and claims, come before what is to be looked up. */
static void looks_up_only_what_can_matter(void **state)
{
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	b.policy.default_action = POLICY_ACTION_ALLOW;
	book_add(&b, POLICY_ACTION_DENY, "dnsbl a.example & ip 198.51.100.0/24");
	book_add(&b, POLICY_ACTION_DENY, "dnsbl b.example & user_agent ~ bingbot");
	book_add(&b, POLICY_ACTION_DENY,
		"dnsbl c.example & user_agent ~ googlebot & forward d.example");
	c.facts.lookup_truths = NULL;
	struct policy_verdict v = book_decide(&b, &c);

	assert_int_equal(v.outcome, POLICY_NEED);
	assert_true(v.rule == policy_rules_at(b.rules, 2));
	assert_lookups(&v.lacks.lookups, "23");
	assert_lookups(&v.lookups_used, "");
	/* One that is false is enough, and then no claim has a say. */
	for (size_t i = 0; i < 4; i++) {
		truths[i] = i == 3 ? POLICY_FALSE : POLICY_UNFETCHED;
	}
	c.facts.lookup_truths = truths;
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_ALLOW);
	assert_int_equal(v.reason, POLICY_REASON_DEFAULT);
	assert_lookups(&v.lookups_used, "3");
	truths[3] = POLICY_UNFETCHED;
	truths[2] = POLICY_FALSE;
	truths[1] = POLICY_FALSE;
	v = book_decide(&b, &c);
	assert_int_equal(v.claims_used, 0);
	assert_lookups(&v.lookups_used, "12");
	book_clear(&b);
}

static void names_and_lookups_are_wanted_together(void **state)
{
	struct client c;
	struct book b;

	client_init(&c);
	c.facts.names_state = POLICY_FACT_UNFETCHED;
	book_init(&b);
	book_add(&b, POLICY_ACTION_ALLOW, "host .crawl.example & !dnsbl a.example");
	assert_true(policy_rules_need_names(b.rules));
	struct policy_verdict v = book_decide(&b, &c);

	assert_int_equal(v.outcome, POLICY_NEED);
	assert_true(v.lacks.names);
	assert_lookups(&v.lacks.lookups, "0");
	/* What is not there may still make false what is unknown. */
	truths[0] = POLICY_UNKNOWN;
	c.facts.lookup_truths = truths;
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_NEED);
	assert_true(v.lacks.names);
	assert_lookups(&v.lacks.lookups, "");
	c.facts.names_state = POLICY_FACT_KNOWN;
	v = book_decide(&b, &c);
	assert_int_equal(v.reason, POLICY_REASON_DNS_ERROR);
	assert_false(v.lacks.names);
	assert_lookups(&v.lacks.lookups, "0");
	truths[0] = POLICY_FALSE;
	v = book_decide(&b, &c);
	assert_int_equal(v.outcome, POLICY_ALLOW);
	assert_int_equal(v.name, 0);
	book_clear(&b);
}

static void a_failed_lookup_ends_by_on_dns_error(void **state)
{
	static const struct {
		enum policy_on_error on_error;
		enum policy_outcome outcome;
	} cases[] = {{POLICY_ON_ERROR_DENY, POLICY_DENY}, {POLICY_ON_ERROR_ERROR, POLICY_ERROR},
		{POLICY_ON_ERROR_ALLOW, POLICY_ALLOW}};
	static const char *const terms[] = {"forward a.example", "!forward a.example",
		"dnsbl a.example = 127.0.0.2", "!dnsbl a.example = 127.0.0.2"};
	struct client c;

	client_init(&c);
	truths[0] = POLICY_UNKNOWN;
	c.facts.lookup_truths = truths;
	for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(terms) * 2; i++) {
		struct book b;

		book_init(&b);
		b.policy.on_dns_error = cases[i % 3].on_error;
		b.policy.default_action = (enum policy_action)(i / 12);
		book_add(&b, (enum policy_action)(i / 12), terms[i / 3 % 4]);
		struct policy_verdict v = book_decide(&b, &c);

		assert_int_equal(v.outcome, cases[i % 3].outcome);
		assert_int_equal(v.reason, POLICY_REASON_DNS_ERROR);
		book_clear(&b);
	}
}

/* The address is no claim: such a rule alone may allow. */
static void no_claim(void **state)
{
	struct book b;

	book_init(&b);
	book_add(&b, POLICY_ACTION_ALLOW, "forward a.example & uri ~ ^/home");
	assert_int_equal(b.diag.warnings, 0);
	book_add(&b, POLICY_ACTION_ALLOW, "!dnsbl a.example"); /* lets in all who are not listed */
	assert_int_equal(b.diag.warnings, 1);
	book_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_question_has_one_number),
		cmocka_unit_test(bad_ones_say_where),
		cmocka_unit_test(a_zone_leaves_room_for_an_address),
		cmocka_unit_test(refused_rules_ask_nothing),
		cmocka_unit_test(a_policy_asks_so_many_at_most),
		cmocka_unit_test(files_of_names),
		cmocka_unit_test(a_file_is_true_if_any_name_is),
		cmocka_unit_test(every_truth_of_a_rule),
		cmocka_unit_test(looks_up_only_what_can_matter),
		cmocka_unit_test(names_and_lookups_are_wanted_together),
		cmocka_unit_test(a_failed_lookup_ends_by_on_dns_error),
		cmocka_unit_test(no_claim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
