/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/term.h"

#include "unit/policy/kit.h"

#define T POLICY_TRUE
#define F POLICY_FALSE
#define U POLICY_UNKNOWN
#define N POLICY_UNFETCHED

static void on_rule(void *ctx, const struct policy_rule *rule, enum policy_truth truth,
	const enum policy_truth *terms)
{
	enum policy_truth *out = ctx;

	assert_int_equal(policy_rule_term_count(rule), 1);
	assert_int_equal(truth, terms[0]);
	*out = truth;
}

static enum policy_truth truth_of(const char *term, const struct client *c)
{
	enum policy_truth truth = POLICY_NOT_EVALUATED;
	struct policy_trace trace = {on_rule, &truth};
	struct policy_verdict v;
	struct book b;

	book_init(&b);
	book_add(&b, POLICY_ACTION_DENY, term);
	policy_evaluate(&b.policy, &c->facts, &trace, &v);
	book_clear(&b);
	return truth;
}

/* And the opposite with a ! in front. */
static void is(const char *term, const struct client *c, enum policy_truth expected)
{
	char negated[512];
	enum policy_truth opposite = expected == T ? F : expected == F ? T : expected;

	snprintf(negated, sizeof(negated), "!%s", term);
	if (truth_of(term, c) != expected || truth_of(negated, c) != opposite) {
		print_error("%s\n", term);
	}
	assert_int_equal(truth_of(term, c), expected);
	assert_int_equal(truth_of(negated, c), opposite);
}

struct row {
	const char *term;
	enum policy_truth truth;
};

static void each_field_and_operator(void **state)
{
	static const struct row rows[] = {
		{"host a.crawl.example", T},
		{"host b.crawl.example", T},
		{"host B.Crawl.Example.", T},
		{"host c.crawl.example", F},
		{"host .crawl.example", T},
		{"host .awl.example", F},
		{"host .a.crawl.example", T},
		{"host ~ ^B\\.", T},
		{"host ~ ^c\\.", F},
		{"ip 192.0.2.7", T},
		{"ip 192.0.2.0/24", T},
		{"ip 192.0.2.8", F},
		{"ip ::ffff:192.0.2.7", T},
		{"ip 2001:db8::/32", F},
		{"ip ::/0", F},
		{"cert present", T},
		{"cert verified", T},
		{"cert.dns vpn.partner.example", T},
		{"cert.dns .partner.example", T},
		{"cert.dns partner.example", F},
		{"cert.dns ~ ^vpn", T},
		{"cert.dns admin.wild.example", F},
		{"cert.dns wild.example", F},
		{"cert.dns .wild.example", T},
		{"cert.dns .admin.wild.example", F},
		{"cert.dns ~ ^\\*\\.wild", T},
		{"cert.ip 198.51.100.9", T},
		{"cert.ip 198.51.100.0/24", T},
		{"cert.ip 192.0.2.7", F},
		{"cert.email Ann@partner.EXAMPLE", T},
		{"cert.email ann@partner.example", F},
		{"cert.email ~ @partner\\.example$", T},
		{"cert.uri spiffe://partner.example/door", T},
		{"cert.uri spiffe://partner.example/Door", F},
		{"cert.uri ~ ^SPIFFE:", T},
		{"cert.upn Ann@corp.EXAMPLE", T},
		{"cert.upn ann@corp.example", T},
		{"cert.upn anna@corp.example", F},
		{"cert.upn ~ @corp\\.example$", T},
		{"cert.srv _LDAP.partner.example.", T},
		{"cert.srv _imap.partner.example", F},
		{"cert.smtp_utf8 m\xc3\xbcller@partner.example", T},
		{"cert.smtp_utf8 M\xc3\xbcller@partner.example", F},
		{"cert.eku clientAuth", T},
		{"cert.eku clientauth", T},
		{"cert.eku TLS Web Client Authentication", T},
		{"cert.eku 1.3.6.1.5.5.7.3.2", T},
		{"cert.eku Microsoft Smartcard Login", T},
		{"cert.eku serverAuth", F},
		{"cert.eku anyExtendedKeyUsage", F},
		{"cert.policy 1.3.6.1.4.1.99999.1", T},
		{"cert.policy 1.3.6.1.4.1.99999", F},
		{"cert.policy 1.3.6.1.4.1.99999.10", F},
		{"cert.policy anyPolicy", F},
		{"cert.key ec", T},
		{"cert.key EC", T},
		{"cert.key 1.2.840.10045.2.1", T},
		{"cert.key ec 256", T},
		{"cert.key ec >= 256", T},
		{"cert.key ec>=256", T},
		{"cert.key ec > 256", F},
		{"cert.key ec > 255", T},
		{"cert.key ec <= 256", T},
		{"cert.key ec < 256", F},
		{"cert.key ec < 257", T},
		{"cert.key ec 384", F},
		{"cert.key P-256", T},
		{"cert.key prime256v1", T},
		{"cert.key secp256r1", T},
		{"cert.key 1.2.840.10045.3.1.7", T},
		{"cert.key P-384", F},
		{"cert.key rsa", F},
		{"cert.key rsa >= 1", F},
		{"cert.key ed25519", F},
		{"cert.key 1.2.3", F},
		{"cert.self_signed", F},
		{"cert.cn Ann Other", T},
		{"cert.cn ann  OTHER", T},
		{"cert.cn annother", F},
		{"cert.cn Ann", F},
		{"cert.o partner", T},
		{"cert.o Ann Other", F},
		{"cert.ou Partner", F},
		{"cert.o ~ ^part", T},
		{"issuer.cn Partner CA", T},
		{"issuer.cn Ann Other", F},
		{"issuer.o Partner", F},
		{"cert.cn ~ ^ann", T},
		{"cert.subject CN=Ann Other,O=Partner", T},
		{"cert.subject CN=Ann Other", F},
		{"cert.subject ~ (^|,)O=Partner(,|$)", T},
		{"cert.issuer CN=Partner CA", T},
		{"cert.issuer CN=partner ca", T},
		{"cert.issuer ~ partner", T},
		{"cert.serial 00:A1:B2:C3", T},
		{"cert.serial 0xa1b2c3", T},
		{"cert.serial a1b2c4", F},
		{"cert.serial ~ ^a1", T},
		{"cert.sha256 " KIT_SHA256, T},
		{"cert.sha256 " KIT_SPKI, F},
		{"cert.sha256 ~ ^0011", T},
		{"cert.spki " KIT_SPKI, T},
		{"cert.spki " KIT_SHA256, F},
		{"cert.spki ~ ^ff", T},
		{"cert.issuer_spki " KIT_ISSUER_SPKI, T},
		{"cert.issuer_spki " KIT_ANCHOR, F},
		{"cert.anchor " KIT_ANCHOR, T},
		{"cert.anchor " KIT_ISSUER_SPKI, F},
		{"cert.anchor ~ ^fedc", T},
		{"user_agent Mozilla/5.0 (Googlebot/2.1)", T},
		{"user_agent mozilla/5.0 (googlebot/2.1)", F},
		{"user_agent Googlebot", F},
		{"user_agent ~ googlebot", T},
		{"user_agent ~ ^googlebot", F},
		{"uri /a/b", T},
		{"uri /a", F},
		{"uri_raw /a/b?x=1&y=2", T},
		{"uri_raw /a/b", F},
		{"uri ~ ^/a/", T},
		{"uri ~ x=1", F},
		{"uri_raw ~ x=1&y=2", T},
		{"method GET", T},
		{"method POST", F},
		{"method ~ ^(get|head)$", T},
		{"http_host WWW.example.ORG", T},
		{"http_host example.org", F},
		{"http_host ~ \\.example\\.org$", T},
	};
	struct client c;

	client_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		is(rows[i].term, &c, rows[i].truth);
	}
	assert_int_equal(truth_of("*", &c), T);
}

static void without_a_good_certificate_there_are_no_values(void **state)
{
	static const char *const terms[] = {"cert verified", "cert.dns .example", "cert.dns ~ .*",
		"cert.ip 0.0.0.0/0", "cert.email a@b", "cert.email ~ ^", "cert.uri x",
		"cert.upn a@b", "cert.srv _a.b", "cert.smtp_utf8 \xc3\xbc@b", "cert.eku clientAuth",
		"cert.policy anyPolicy", "cert.key ec", "cert.self_signed", "cert.uri ~ ^",
		"cert.cn x", "cert.cn ~ ^", "cert.subject O=x", "cert.subject ~ ^",
		"cert.issuer O=x", "cert.issuer ~ ^", "cert.serial 1", "cert.serial ~ ^",
		"cert.sha256 " KIT_SHA256, "cert.sha256 ~ ^", "cert.spki " KIT_SPKI,
		"cert.spki ~ ^", "cert.issuer_spki " KIT_ISSUER_SPKI, "cert.issuer_spki ~ ^",
		"cert.anchor " KIT_ANCHOR, "cert.anchor ~ ^"};
	struct client c;

	client_init(&c);
	c.facts.cert = NULL;
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		is(terms[i], &c, F);
	}
	is("cert present", &c, T);
	c.facts.cert_present = false;
	is("cert present", &c, F);
}

static void absent_parts_of_a_certificate_are_no_values(void **state)
{
	struct policy_cert empty = {.issuer = {"", 0}};
	struct client c;

	client_init(&c);
	c.facts.cert = &empty;
	is("cert verified", &c, T);
	is("cert.subject ~ ^", &c, F);
	is("cert.issuer ~ ^$", &c, T);
	is("cert.dns ~ ^", &c, F);
	is("cert.ip ::/0", &c, F);
}

static void names_may_be_none_unknown_or_unfetched(void **state)
{
	static const char *const terms[] = {
		"host a.crawl.example", "host .crawl.example", "host ~ crawl", "host ~ nothing"};
	struct client c;

	client_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		/* The names do not count while their state is unknown. */
		c.facts.names_state = POLICY_FACT_UNFETCHED;
		is(terms[i], &c, N);
		c.facts.names_state = POLICY_FACT_UNKNOWN;
		is(terms[i], &c, U);
		c.facts.names_state = POLICY_FACT_KNOWN;
		c.facts.names.count = 0;
		is(terms[i], &c, F);
		c.facts.names.count = 2;
	}
}

static void names_known_in_part_make_nothing_false(void **state)
{
	struct client c;

	client_init(&c);
	c.facts.names_state = POLICY_FACT_KNOWN_IN_PART;
	is("host .crawl.example", &c, T);
	is("host other.example", &c, U);
	is("host ~ nothing", &c, U);
}

static void a_regex_at_its_limit_is_unknown(void **state)
{
	static char hostile[254];
	struct client c;

	memset(hostile, 'a', sizeof(hostile));
	hostile[252] = '!';
	client_init(&c);
	c.names[0] = (struct str){hostile, 253};
	is("host ~ (a+)+$", &c, U);
	c.facts.names.count = 1;
	is("host ~ (a+)+$", &c, U);
	c.facts.names.count = 2;
	/* Another name that matches makes it true all the same. */
	is("host ~ ((a+)+|b\\.crawl\\.example)$", &c, T);
	c.facts.claims[POLICY_CLAIM_USER_AGENT] = (struct str){hostile, 253};
	is("user_agent ~ (a+)+$", &c, U);
}

static void hostile_values(void **state)
{
	static char uri[65536];
	struct client c;

	client_init(&c);
	c.facts.claims[POLICY_CLAIM_USER_AGENT] = (struct str){"good\0evil", 9};
	is("user_agent good", &c, F);
	is("user_agent ~ ^good$", &c, F);
	is("user_agent ~ evil$", &c, T);
	is("user_agent ~ ^good.evil$", &c, T);
	memset(uri, '/', sizeof(uri));
	c.facts.claims[POLICY_CLAIM_URI] = (struct str){uri, sizeof(uri)};
	is("uri /", &c, U);
	is("uri_raw /", &c, F);
	is("uri ~ ^/", &c, U);
	is("uri_raw ~ ^/", &c, U);
	c.names[0] = str_view(".*");
	c.names[1] = str_view("(a+)+$|[");
	is("host a.crawl.example", &c, F);
	is("host ~ ^\\.\\*$", &c, T);
	c.names[0] = str_view("\xff\xfe.crawl.example");
	c.names[1] = (struct str){"a.crawl.example\0.evil.test", 26};
	is("host a.crawl.example", &c, F);
	is("host .crawl.example", &c, T);
	is("host .evil.test", &c, T);
	c.names[0] = str_view("");
	c.names[1] = (struct str){NULL, 0};
	is("host .crawl.example", &c, F);
	is("host ~ ^$", &c, T);
}

static void in_list(
	const char *field, const char *list, const struct client *c, enum policy_truth expected)
{
	char *path = file_with(list, strlen(list));
	char term[128];

	snprintf(term, sizeof(term), "%s in file:%s", field, path);
	is(term, c, expected);
	remove_file(path);
}

/* The keys of the chain of a certificate that passed without one. */
static void a_chain_that_is_not_known_makes_nothing_true_or_false(void **state)
{
	static const char *const terms[] = {"cert.issuer_spki " KIT_ISSUER_SPKI,
		"cert.issuer_spki ~ ^", "cert.anchor " KIT_ANCHOR, "cert.anchor ~ ^"};
	struct client c;

	client_init(&c);
	c.cert.issuer_spki = (struct str){NULL, 0};
	is("cert.anchor " KIT_ANCHOR, &c, T);
	c.cert.anchor = (struct str){NULL, 0};
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		is(terms[i], &c, U);
	}
	in_list("cert.issuer_spki", KIT_ISSUER_SPKI "\n", &c, U);
	in_list("cert.anchor", KIT_ANCHOR "\n", &c, U);
}

static void lists_of_every_kind(void **state)
{
	struct client c;

	client_init(&c);
	in_list("ip", "10.0.0.0/8\n192.0.2.0/25\n", &c, T);
	in_list("ip", "10.0.0.0/8\n192.0.2.128/25\n", &c, F);
	in_list("ip", "", &c, F);
	in_list("cert.ip", "198.51.100.9\r\n::1", &c, T);
	in_list("host", "x.example\n.crawl.example\n", &c, T);
	in_list("host", "x.example\nb.crawl.example\n", &c, T);
	in_list("host", "x.example\ncrawl.example\n", &c, F);
	in_list("cert.dns", "admin.wild.example\n.other.example\n", &c, F);
	in_list("cert.dns", "VPN.partner.example.\n", &c, T);
	in_list("cert.email", "Ann@PARTNER.example\n", &c, T);
	in_list("cert.email", "ann@partner.example\n", &c, F);
	in_list("cert.eku", "serverAuth\nTLS Web Client Authentication\n", &c, T);
	in_list("cert.eku", "serverAuth\n1.3.6.1.5.5.7.3.4\n", &c, F);
	in_list("cert.key", "rsa >= 3072\nec >= 384\nP-256\n", &c, T);
	in_list("cert.key", "rsa >= 3072\nec >= 384\nec 255\ned25519\n", &c, F);
	in_list("cert.upn", "ann@other.example\nAnn@Corp.Example\n", &c, T);
	in_list("cert.srv", "_LDAP.partner.example\n", &c, T);
	in_list("cert.uri", "spiffe://partner.example/door", &c, T);
	in_list("cert.cn", "# people\nAnn Other\n", &c, T);
	in_list("cert.cn", "bob\nANN OTHER\nzoe\n", &c, T);
	in_list("cert.o", "a\nPARTNER\nz\n", &c, T);
	in_list("cert.subject", "CN=a\nCN=ann  other,O=partner\nCN=z\n", &c, T);
	in_list("cert.subject", "CN=Ann Other,O=Partner\n", &c, T);
	in_list("cert.issuer", "CN=Partner\n", &c, F);
	in_list("cert.serial", "01\n00:A1:B2:C3\n", &c, T);
	in_list("cert.sha256", KIT_SPKI "\n", &c, F);
	in_list("cert.spki", KIT_SHA256 "\n" KIT_SPKI "\n", &c, T);
	in_list("cert.anchor", KIT_SPKI "\nspki:" KIT_ANCHOR "\n", &c, T);
	in_list("cert.issuer_spki", KIT_ANCHOR "\n", &c, F);
	in_list("user_agent", "curl\nMozilla/5.0 (Googlebot/2.1)\n", &c, T);
	in_list("uri", "/a/b\n/\n", &c, T);
	in_list("uri_raw", "/a/b?x=1&y=2\n/\n", &c, T);
	in_list("method", "HEAD\nGET\n", &c, T);
	in_list("http_host", "www.example.org\n", &c, T);
	c.facts.cert = NULL;
	in_list("cert.cn", "Ann Other\n", &c, F);
	c.facts.names_state = POLICY_FACT_UNKNOWN;
	in_list("host", ".crawl.example\n", &c, U);
	c.facts.names_state = POLICY_FACT_UNFETCHED;
	in_list("host", ".crawl.example\n", &c, N);
}

static void lists_of_a_hundred_thousand(void **state)
{
	struct bytes nets;
	struct bytes names;
	struct client c;
	char name[64];
	char term[128];

	bytes_init(&nets, 0);
	bytes_init(&names, 0);
	for (unsigned i = 0; i < 100000; i++) {
		unsigned n = i * 7919 % 100000; /* each number once, in no order */

		if (n % 2 == 0) {
			bytes_appendf(&nets, "10.%u.%u.0/24\n", n >> 8 & 255, n & 255);
			bytes_appendf(&names, "host-%u.example\n", n);
		} else {
			bytes_appendf(&nets, "2001:db8:%x:%x::/64\n", n >> 16, n & 65535);
			bytes_appendf(&names, ".net-%u.example\n", n);
		}
	}
	char *nets_path = file_with(nets.data, nets.len);
	char *names_path = file_with(names.data, names.len);
	struct book b;

	book_init(&b);
	snprintf(term, sizeof(term), "ip in file:%s", nets_path);
	book_add(&b, POLICY_ACTION_ALLOW, term);
	snprintf(term, sizeof(term), "host in file:%s", names_path);
	book_add(&b, POLICY_ACTION_ALLOW, term);
	client_init(&c);
	c.facts.names.count = 0;
	for (unsigned n = 0; n < 65536; n++) {
		char text[64];

		snprintf(text, sizeof(text), "10.%u.%u.9", n >> 8, n & 255);
		c.ip = address(text);
		assert_int_equal(
			book_decide(&b, &c).outcome, n % 2 == 0 ? POLICY_ALLOW : POLICY_DENY);
		snprintf(text, sizeof(text), "2001:db8:0:%x::9", n);
		c.ip = address(text);
		assert_int_equal(
			book_decide(&b, &c).outcome, n % 2 == 1 ? POLICY_ALLOW : POLICY_DENY);
	}
	c.ip = address("192.0.2.7");
	c.facts.names.count = 1;
	for (unsigned n = 0; n < 100000; n++) {
		snprintf(name, sizeof(name), "a.net-%u.example", n);
		c.names[0] = str_view(name);
		assert_int_equal(
			book_decide(&b, &c).outcome, n % 2 == 1 ? POLICY_ALLOW : POLICY_DENY);
		snprintf(name, sizeof(name), "host-%u.example", n);
		c.names[0] = str_view(name);
		assert_int_equal(
			book_decide(&b, &c).outcome, n % 2 == 0 ? POLICY_ALLOW : POLICY_DENY);
	}
	book_clear(&b);
	remove_file(nets_path);
	remove_file(names_path);
	bytes_clear(&nets);
	bytes_clear(&names);
}

static void a_flag_stands_alone(void **state)
{
	struct client c;

	client_init(&c);
	is("cert.self_signed", &c, F);
	c.cert.self_signed = true;
	is("cert.self_signed", &c, T);
	c.facts.cert = NULL;
	is("cert.self_signed", &c, F);
	assert_refused_at("cert.self_signed yes",
		"26: error: \"yes\" after cert.self_signed: expected the field alone");
	assert_refused_at("cert.self_signed in file:x",
		"26: error: \"in file:x\" after cert.self_signed: expected the field alone");
	assert_refused_at("cert.self_signed ~ x",
		"26: error: \"~ x\" after cert.self_signed: expected the field alone");
}

/* A regex about them would miss the names that rules write. */
static void no_regex_about_identifiers(void **state)
{
	assert_refused_at("cert.eku ~ client",
		"18: error: cert.eku takes no regex: expected one purpose, such as clientAuth, or "
		"an object identifier, such as 1.3.6.1.5.5.7.3.2");
	assert_refused_at("cert.policy ~ ^1",
		"21: error: cert.policy takes no regex: expected one object identifier, such as "
		"1.3.6.1.4.1.99999.1, or anyPolicy");
	assert_refused_at("!cert.key ~ rsa",
		"19: error: cert.key takes no regex: expected a type, such as rsa, ec or ed25519, "
		"also with bits, as in rsa >= 3072, or a curve, such as P-256");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_and_operator),
		cmocka_unit_test(without_a_good_certificate_there_are_no_values),
		cmocka_unit_test(absent_parts_of_a_certificate_are_no_values),
		cmocka_unit_test(a_chain_that_is_not_known_makes_nothing_true_or_false),
		cmocka_unit_test(names_may_be_none_unknown_or_unfetched),
		cmocka_unit_test(names_known_in_part_make_nothing_false),
		cmocka_unit_test(a_regex_at_its_limit_is_unknown),
		cmocka_unit_test(hostile_values),
		cmocka_unit_test(lists_of_every_kind),
		cmocka_unit_test(lists_of_a_hundred_thousand),
		cmocka_unit_test(a_flag_stands_alone),
		cmocka_unit_test(no_regex_about_identifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
