/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/rule.h"

#include "unit/policy/kit.h"

static const char fields[] =
	"host, forward, dnsbl, rate, ban, ip, asn, country, cert, cert.dns, cert.ip, cert.email, "
	"cert.uri, "
	"cert.upn, cert.srv, cert.smtp_utf8, "
	"cert.cn, cert.o, cert.ou, cert.c, cert.st, cert.l, cert.dc, cert.uid, "
	"cert.title, cert.given_name, cert.surname, cert.serial_attr, "
	"cert.organization_identifier, cert.email_attr, issuer.cn, issuer.o, issuer.ou, "
	"issuer.c, issuer.st, issuer.l, issuer.dc, issuer.uid, issuer.title, "
	"issuer.given_name, issuer.surname, issuer.serial_attr, "
	"issuer.organization_identifier, issuer.email_attr, cert.subject, cert.issuer, "
	"cert.serial, cert.sha256, cert.spki, cert.issuer_spki, cert.anchor, cert.eku, "
	"cert.policy, cert.key, cert.self_signed, agent, user_agent, uri, uri_raw, method, "
	"http_host";

#define ONE_VALUE                                                                                  \
	"expected one value: for \"or\" a rule for each, one a line; for \"and\" terms joined by " \
	"\" & \"; for many in file:PATH"

static void errors_say_where_and_what_was_expected(void **state)
{
	static const char *const cases[][2] = {
		{"", "9: error: nothing here: expected a rule"},
		{" \t", "11: error: nothing here: expected a rule"},
		{"host", "13: error: nothing after host: expected a host name, or .name for all "
			 "names "
			 "below it too"},
		{"ip ", "11: error: nothing after ip: expected an address, a prefix, in "
			"file:PATH or in json:PATH"},
		{"cert", "13: error: nothing after cert: expected present or verified"},
		{"cert valid", "14: error: \"valid\" after cert: expected present or verified"},
		{"cert ~ x", "14: error: \"~ x\" after cert: expected present or verified"},
		{"ip ~ 192", "12: error: ip takes no regex: expected an address, a prefix, in "
			     "file:PATH or in json:PATH"},
		{"cert.ip ~ 192",
			"17: error: cert.ip takes no regex: expected an address, a prefix, "
			"in file:PATH or in json:PATH"},
		{"ip 192.0.2.1/24",
			"12: error: \"192.0.2.1/24\" is not an address or prefix: expected "
			"192.0.2.7, "
			"192.0.2.0/24 or 2001:db8::/32, with no bits set after the prefix; did "
			"you mean 192.0.2.0/24?"},
		{"all", "9: error: all: did you mean `*`, which always holds?"},
		{"any", "9: error: any: did you mean `*`, which always holds?"},
		{"host a.example, b.example",
			"14: error: \"a.example, b.example\" after host: " ONE_VALUE},
		{"host .a.example || host .b.example",
			"14: error: \".a.example || host .b.example\" after host: " ONE_VALUE},
		{"host .a.example | host .b.example",
			"14: error: \".a.example | host .b.example\" after host: " ONE_VALUE},
		{"ip 192.0.2.1 and host .a.example",
			"12: error: \"192.0.2.1 and host .a.example\" after ip: " ONE_VALUE},
		{"ip 192.0.2.1,192.0.2.2",
			"12: error: \"192.0.2.1,192.0.2.2\" after ip: " ONE_VALUE},
		{"method GET, POST", "16: error: \"GET, POST\" after method: " ONE_VALUE},
		{"dnsbl a.example b.example",
			"25: error: \"b.example\" after the zone: expected a rule for each zone; "
			"and after the zone = or != with codes, or error with codes, as in "
			"zen.example = 127.0.0.2-11"},
		{"host .a.example # office",
			"14: error: \".a.example # office\" after host: expected one value; a "
			"comment begins with ;"},
		{"!host  *.example.com",
			"16: error: \"*.example.com\": a rule has no wildcards, expected "
			"\".example.com\""},
		{"host ~", "14: error: nothing after ~: expected a regex"},
		{"host ~x", "14: error: \"~x\" after host: expected ~ and the regex with a blank "
			    "between them"},
		{"host ~ a(b",
			"19: error: the regex does not compile: missing closing parenthesis"},
		{"host = a.example",
			"14: error: \"=\" after host: expected FIELD VALUE, with nothing "
			"between them"},
		{"host != a.example", "14: error: \"!=\" after host: expected !FIELD VALUE"},
		{"host !~ a",
			"14: error: \"!~\" after host: expected the ! right before the field"},
		{"host file:x", "14: error: \"file:x\" after host: expected in file:PATH"},
		{"ip json:x", "12: error: \"json:x\" after ip: expected in json:PATH"},
		{"ip in x", "15: error: \"x\" after in: expected file:PATH or json:PATH"},
		{"ip in json:", "15: error: \"json:\" after in: expected file:PATH or json:PATH"},
		{"ip in json:/nonexistent/list",
			"15: error: cannot read /nonexistent/list: No such file or directory"},
		{"host in x", "17: error: \"x\" after in: expected file:PATH"},
		{"host in", "16: error: \"\" after in: expected file:PATH"},
		{"host in file:", "17: error: \"file:\" after in: expected file:PATH"},
		{"host in file: ", "17: error: \"file:\" after in: expected file:PATH"},
		{"host in file:/nonexistent/names",
			"17: error: cannot read /nonexistent/names: No such file or directory"},
		{"! host a.example", "10: error: nothing right after !: expected a field"},
		{"!", "10: error: nothing right after !: expected a field"},
		{"!*", "10: error: a term with `*`: expected `*` alone"},
		{"* x", "9: error: a term with `*`: expected `*` alone"},
		{"* & ip 192.0.2.1", "9: error: `*` beside other terms: expected it alone"},
		{"ip 192.0.2.1 & *", "9: error: `*` beside other terms: expected it alone"},
		{"ip 192.0.2.1 &", "23: error: an empty term: expected a field on both sides of &"},
		{"& ip 192.0.2.1", "9: error: an empty term: expected a field on both sides of &"},
		{"ip 192.0.2.1 & & ip ::1",
			"24: error: an empty term: expected a field on both sides of &"},
		{"uri a& method GET",
			"14: error: a & with a blank on one side only: expected \" & \" "
			"between terms, and \\x26 in a regex"},
		{"uri ~ a\nb", "16: error: a control byte 0x0a: expected text"},
		{"uri \x7f", "13: error: a control byte 0x7f: expected text"},
		{"cert.serial 12g",
			"21: error: \"12g\" is not a serial number: expected at most 128 "
			"hexadecimal digits"},
		{"cert.spki 12:34",
			"19: error: \"12:34\" is not a SHA-256 fingerprint, it does not have 64 "
			"hexadecimal digits: expected 64 hexadecimal digits, as doorward check "
			"--cert shows them"},
		{"method post",
			"16: error: \"post\" is not a method: expected capitals, such as GET"},
		{"cert.email ann",
			"20: error: \"ann\" is not an e-mail address: expected it alone, as in "
			"ann@example.com, and a domain that is not ASCII in its xn-- form"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_refused_at(cases[i][0], cases[i][1]);
	}
}

static void unknown_fields_get_the_list_and_a_suggestion(void **state)
{
	static const char *const cases[][2] = {
		{"hots", " (did you mean \"host\"?)"},
		{"Host", " (did you mean \"host\"?)"},
		{"useragent", " (did you mean \"user_agent\"?)"},
		{"cert_dns", " (did you mean \"cert.dns\"?)"},
		{"continent", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[64];
		char expected[1024];

		snprintf(text, sizeof(text), "!%s x", cases[i][0]);
		snprintf(expected, sizeof(expected),
			"doorward.conf:7:10: error: unknown field \"%s\"%s: expected one of %s\n",
			cases[i][0], cases[i][1], fields);
		assert_refused(text, expected);
	}
}

static void one_run_tells_every_error_of_a_rule(void **state)
{
	assert_refused(
		"host -a.example & ip 192.0.2.300 & user_agent ~ ( & method GET & cert maybe",
		"doorward.conf:7:14: error: \"-a.example\" is not a host name: a part between dots "
		"begins or ends with a hyphen\n"
		"doorward.conf:7:30: error: \"192.0.2.300\" is not an address or prefix: expected "
		"192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, with no bits set after the prefix\n"
		"doorward.conf:7:58: error: the regex does not compile: missing closing "
		"parenthesis\n"
		"doorward.conf:7:79: error: \"maybe\" after cert: expected present or verified\n");
}

static void no_column_stays_none(void **state)
{
	struct book b;

	book_init(&b);
	b.place.column = 0;
	assert_false(book_try(&b, POLICY_ACTION_DENY, "ip 192.0.2.1 & method x"));
	assert_true(str_eq_text(bytes_view(&b.diag.text),
		"doorward.conf:7: error: \"x\" is not a method: expected capitals, such as GET\n"));
	book_clear(&b);
}

static void rules_show_as_they_were_written(void **state)
{
	struct book b;

	book_init(&b);
	book_add(&b, POLICY_ACTION_ALLOW,
		"  user_agent ~ googlebot  &\t!host   .Google.COM & ip 192.0.2.0/24 ");
	book_add(&b, POLICY_ACTION_DENY, "*");

	const struct policy_rule *rule = policy_rules_at(b.rules, 0);

	assert_int_equal(policy_rule_action(rule), POLICY_ACTION_ALLOW);
	assert_str(policy_rule_text(rule),
		"user_agent ~ googlebot  &\t!host   .Google.COM & ip 192.0.2.0/24");
	assert_str(policy_rule_place(rule), "doorward.conf:7");
	assert_int_equal(policy_rule_term_count(rule), 3);
	assert_str(policy_rule_term_text(rule, 0), "user_agent ~ googlebot");
	assert_str(policy_rule_term_text(rule, 1), "!host   .Google.COM");
	assert_str(policy_rule_term_text(rule, 2), "ip 192.0.2.0/24");
	rule = policy_rules_at(b.rules, 1);
	assert_int_equal(policy_rule_action(rule), POLICY_ACTION_DENY);
	assert_str(policy_rule_text(rule), "*");
	assert_int_equal(policy_rule_term_count(rule), 1);
	assert_int_equal(policy_rules_count(b.rules), 2);
	assert_true(policy_rules_need_names(b.rules));
	book_clear(&b);
}

static void an_ampersand_without_blanks_belongs_to_the_value(void **state)
{
	struct book b;

	book_init(&b);
	book_add(&b, POLICY_ACTION_DENY, "uri ~ x=1&y=2 & uri ~ a \\x26 b");
	assert_int_equal(policy_rule_term_count(policy_rules_at(b.rules, 0)), 2);
	assert_str(policy_rule_term_text(policy_rules_at(b.rules, 0), 0), "uri ~ x=1&y=2");
	book_clear(&b);
}

static void as_many_terms_as_allowed(void **state)
{
	struct bytes text;
	struct book b;

	book_init(&b);
	bytes_init(&text, 0);
	for (int i = 0; i < POLICY_RULE_TERMS_MAX; i++) {
		bytes_appendf(&text, "%sip 192.0.2.%d", i > 0 ? " & " : "", i);
	}
	assert_true(policy_rules_add(
		b.rules, POLICY_ACTION_DENY, bytes_view(&text), &b.place, &b.diag));
	assert_int_equal(
		policy_rule_term_count(policy_rules_at(b.rules, 0)), POLICY_RULE_TERMS_MAX);
	bytes_append_text(&text, " & ip ::1");
	assert_false(policy_rules_add(
		b.rules, POLICY_ACTION_DENY, bytes_view(&text), &b.place, &b.diag));
	assert_int_equal(b.diag.errors, 1);
	assert_int_equal(policy_rules_count(b.rules), 1);
	bytes_clear(&text);
	book_clear(&b);
}

static void rdns_keys_are_host_regexes(void **state)
{
	struct book b;
	const struct policy_rule *rule;

	book_init(&b);
	assert_true(policy_rules_add_rdns(b.rules, POLICY_ACTION_ALLOW,
		str_view(" \\.googlebot\\.com$ "), &b.place, &b.diag));
	rule = policy_rules_at(b.rules, 0);
	assert_str(policy_rule_text(rule), "host ~ \\.googlebot\\.com$");
	assert_str(policy_rule_term_text(rule, 0), "host ~ \\.googlebot\\.com$");
	assert_true(policy_rules_need_names(b.rules));
	assert_int_equal(b.diag.warnings, 0);

	/* Columns are those of the file, which does not say "host ~". */
	assert_false(policy_rules_add_rdns(
		b.rules, POLICY_ACTION_DENY, str_view("a(b"), &b.place, &b.diag));
	assert_false(policy_rules_add_rdns(
		b.rules, POLICY_ACTION_DENY, str_view(" (?<x"), &b.place, &b.diag));
	assert_false(policy_rules_add_rdns(
		b.rules, POLICY_ACTION_DENY, str_view(" "), &b.place, &b.diag));
	assert_false(policy_rules_add_rdns(
		b.rules, POLICY_ACTION_DENY, str_view("a& b"), &b.place, &b.diag));
	assert_true(str_eq_text(bytes_view(&b.diag.text),
		"doorward.conf:7:12: error: the regex does not compile: missing closing "
		"parenthesis\n"
		"doorward.conf:7:14: error: the regex does not compile: syntax error in subpattern "
		"name (missing terminator?)\n"
		"doorward.conf:7:10: error: nothing here: expected a regex\n"
		"doorward.conf:7:10: error: a & with a blank on one side only: expected \" & \" "
		"between terms, and \\x26 in a regex\n"));
	assert_int_equal(policy_rules_count(b.rules), 1);
	book_clear(&b);
}

static void an_rdns_regex_cannot_bring_a_second_term(void **state)
{
	struct book b;

	book_init(&b);
	assert_false(policy_rules_add_rdns(
		b.rules, POLICY_ACTION_ALLOW, str_view("a & ip 192.0.2.1"), &b.place, &b.diag));
	assert_true(str_eq_text(bytes_view(&b.diag.text),
		"doorward.conf:7:11: error: a & between blanks: expected one regex, with \\x26 for "
		"it\n"));
	assert_int_equal(policy_rules_count(b.rules), 0);
	book_clear(&b);
}

static void warns_where_a_claim_alone_allows(void **state)
{
	static const struct {
		enum policy_action action;
		const char *text;
		size_t warnings;
	} cases[] = {
		{POLICY_ACTION_ALLOW, "user_agent ~ googlebot", 1},
		{POLICY_ACTION_ALLOW, "!user_agent ~ curl", 1},
		{POLICY_ACTION_ALLOW, "method GET & uri /status & http_host a.example", 1},
		{POLICY_ACTION_DENY, "user_agent ~ googlebot", 0},
		{POLICY_ACTION_ALLOW, "user_agent ~ googlebot & host .googlebot.com", 0},
		{POLICY_ACTION_ALLOW, "user_agent ~ googlebot & cert verified", 0},
		{POLICY_ACTION_ALLOW, "uri /status & ip 127.0.0.1", 0},
		{POLICY_ACTION_ALLOW, "*", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		book_add(&b, cases[i].action, cases[i].text);
		assert_int_equal(b.diag.warnings, cases[i].warnings);
		assert_int_equal(b.diag.errors, 0);
		book_clear(&b);
	}
}

static void list_paths_start_from_the_folder_of_the_rule(void **state)
{
	char *path = file_with("192.0.2.0/24\n", 13);
	char *slash = strrchr(path, '/');
	char text[128];
	char place[128];
	struct book b;

	book_init(&b);
	snprintf(text, sizeof(text), "ip in file:%s", slash + 1);
	snprintf(place, sizeof(place), "%.*s/doorward.conf", (int)(slash - path), path);
	b.place.file = place;
	book_add(&b, POLICY_ACTION_DENY, text);
	snprintf(text, sizeof(text), "ip in file:%s", path);
	b.place.file = "/elsewhere/doorward.conf";
	book_add(&b, POLICY_ACTION_DENY, text);
	assert_int_equal(policy_rules_count(b.rules), 2);
	snprintf(text, sizeof(text), "ip in file:%s", slash + 1);
	assert_false(book_try(&b, POLICY_ACTION_DENY, text));
	remove_file(path);
	book_clear(&b);
}

static void errors_in_lists_have_the_lists_lines(void **state)
{
	static const char list[] = "# names\na.example\n*.b.example\n\n.c.example\n1.2.3.4\n";
	char *path = file_with(list, strlen(list));
	char text[128];
	char expected[512];
	struct book b;

	book_init(&b);
	snprintf(text, sizeof(text), "host in file:%s", path);
	assert_false(book_try(&b, POLICY_ACTION_DENY, text));
	snprintf(expected, sizeof(expected),
		"%s:3: error: \"*.b.example\": a rule has no wildcards, expected \".b.example\"\n"
		"%s:6: error: \"1.2.3.4\" is not a host name: that is an address: expected a name, "
		"or "
		"the field ip or cert.ip\n",
		path, path);
	assert_true(str_eq_text(bytes_view(&b.diag.text), expected));
	remove_file(path);
	book_clear(&b);
}

static void no_rules_at_all(void **state)
{
	struct book b;

	book_init(&b);
	assert_int_equal(policy_rules_count(b.rules), 0);
	assert_false(policy_rules_need_names(b.rules));
	assert_int_equal(policy_rules_count(NULL), 0);
	assert_false(policy_rules_need_names(NULL));
	policy_rules_free(NULL);
	book_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_say_where_and_what_was_expected),
		cmocka_unit_test(unknown_fields_get_the_list_and_a_suggestion),
		cmocka_unit_test(one_run_tells_every_error_of_a_rule),
		cmocka_unit_test(no_column_stays_none),
		cmocka_unit_test(rules_show_as_they_were_written),
		cmocka_unit_test(an_ampersand_without_blanks_belongs_to_the_value),
		cmocka_unit_test(as_many_terms_as_allowed),
		cmocka_unit_test(rdns_keys_are_host_regexes),
		cmocka_unit_test(an_rdns_regex_cannot_bring_a_second_term),
		cmocka_unit_test(warns_where_a_claim_alone_allows),
		cmocka_unit_test(list_paths_start_from_the_folder_of_the_rule),
		cmocka_unit_test(errors_in_lists_have_the_lists_lines),
		cmocka_unit_test(no_rules_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
