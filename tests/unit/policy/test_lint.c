/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/lint.h"
#include "policy/rule_terms.h"

#include "policy/regex_shape.h"
#include "policy/text.h"

#include "unit/policy/kit.h"

#define ALLOW POLICY_ACTION_ALLOW
#define DENY POLICY_ACTION_DENY

/* The rule is good, and brings exactly this warning, or none. */
static void advised(enum policy_action action, const char *rule, const char *warning)
{
	struct book b;
	char expected[512] = "";

	if (warning != NULL) {
		snprintf(expected, sizeof(expected), "doorward.conf:7:%s\n", warning);
	}
	book_init(&b);
	assert_true(book_try(&b, action, rule));
	bytes_append_u8(&b.diag.text, '\0');
	assert_string_equal((const char *)b.diag.text.data, expected);
	book_clear(&b);
}

static void regexes_that_match_more_than_they_seem_to(void **state)
{
	static const struct {
		enum policy_action action;
		const char *rule;
		const char *warning;
	} cases[] = {
		{ALLOW, "host ~ googlebot.com",
			"16: warning: the regex \"googlebot.com\" matches "
			"googlebot.com.evil.example, too: expected host .googlebot.com"},
		{ALLOW, "host ~ \\.googlebot\\.com",
			"16: warning: the regex \"\\.googlebot\\.com\" matches "
			"googlebot.com.evil.example, too: expected host .googlebot.com"},
		{DENY, "user_agent ~ googlebot & !host ~ ^.*\\.googlebot\\.com",
			"42: warning: the regex \"^.*\\.googlebot\\.com\" matches "
			"googlebot.com.evil.example, too: expected !host .googlebot.com"},
		{DENY, "host ~ bad.example",
			"16: warning: the regex \"bad.example\" matches bad.example.evil.example, "
			"too: expected host .bad.example"},
		{ALLOW, "host ~ ^www.example.com",
			"16: warning: the regex \"^www.example.com\" matches "
			"www.example.com.evil.example, too: expected host www.example.com"},
		{ALLOW, "cert.dns ~ partner.example$",
			"20: warning: the regex \"partner.example$\" matches evilpartner.example, "
			"too: expected cert.dns .partner.example"},
		{ALLOW, "host ~ google",
			"16: warning: the regex \"google\" matches google.evil.example, too: "
			"expected host .DOMAIN, or a regex such as (^|\\.)google\\.example$"},
		{ALLOW, "host ~ ^crawl-[0-9-]+\\.",
			"16: warning: the regex \"^crawl-[0-9-]+\\.\" has an open end, so that "
			"names below any other domain match, too: expected host .DOMAIN, or $ at "
			"its end, as in (^|\\.)example\\.com$"},
		{ALLOW, "host ~ \\.(google|bing)\\.com$|yandex",
			"16: warning: the regex \"\\.(google|bing)\\.com$|yandex\" has an open "
			"end, so that names below any other domain match, too: expected host "
			".DOMAIN, or $ at its end, as in (^|\\.)example\\.com$"},
		{ALLOW, "host ~ googlebot\\.com$",
			"16: warning: the regex \"googlebot\\.com$\" matches evilgooglebot.com, "
			"too: expected host .googlebot.com"},
		{ALLOW, "host ~ .*googlebot\\.com$",
			"16: warning: the regex \".*googlebot\\.com$\" matches evilgooglebot.com, "
			"too: expected host .googlebot.com"},
		{ALLOW, "host ~ (googlebot|google)\\.com$",
			"16: warning: the regex \"(googlebot|google)\\.com$\" matches in the "
			"middle of a name, as in evilexample.com: expected (^|\\.) before it"},
		{ALLOW, "host ~ ^www.example.com$",
			"16: warning: a dot in the regex \"^www.example.com$\" stands for any "
			"character: expected host www.example.com, or \\. for a dot"},
		{ALLOW, "host ~ \\.google.com$",
			"16: warning: a dot in the regex \"\\.google.com$\" stands for any "
			"character: expected host .google.com, or \\. for a dot"},
		{ALLOW, "host ~ \\.(googlebot|google).com$",
			"16: warning: a dot in the regex \"\\.(googlebot|google).com$\" stands "
			"for any character: expected \\. for a dot"},
		{ALLOW, "host ~ (?i)google.com",
			"16: warning: the regex \"(?i)google.com\" matches "
			"google.com.evil.example, too: expected host .google.com"},
		/* These say what they mean. */
		{ALLOW, "host ~ (^|\\.)googlebot\\.com$", NULL},
		{ALLOW, "host ~ \\.googlebot\\.com$", NULL},
		{ALLOW, "host ~ [.]googlebot[.]com$", NULL},
		{ALLOW, "host ~ ^crawl-[0-9-]+\\.googlebot\\.com$", NULL},
		{ALLOW, "host ~ ^.*\\.(google|googlebot)\\.com\\z", NULL},
		{ALLOW, "host ~ (\\.google\\.com|\\.bing\\.com)$", NULL},
		{ALLOW, "host ~ (\\.google\\.com$|\\.bing\\.com$)", NULL},
		{ALLOW, "host ~ .", NULL},
		{ALLOW, "host ~ (?=x)googlebot.com", NULL},
		{ALLOW, "host ~ \\Qgooglebot.com\\E", NULL},
		{DENY, "host ~ (dsl|dynamic|pool)", NULL},
		{DENY, "host ~ ^[0-9]+-", NULL},
		{DENY, "host ~ dyn\\.", NULL},
		{DENY, "host ~ ^dyn\\.pool", NULL},
		{DENY, "host ~ 192-168", NULL},
		{ALLOW, "host ~ -crawl\\.example\\.com$", NULL},
		{ALLOW, "host ~ ^(www|api)\\.example\\.com$", NULL},
		{ALLOW, "host ~ \\.example\\.(com|org)$", NULL},
		{DENY, "user_agent ~ a.b", NULL},
		{DENY, "uri ~ ^/index.php", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		advised(cases[i].action, cases[i].rule, cases[i].warning);
	}
}

static void claims_that_never_match(void **state)
{
	static const char *const never[][2] = {
		{"^/a\\?x=1", "a query"},
		{"[?&]x=", "a query"},
		{"^/admin(\\?|$)", "a query"},
		{"^/%61dmin", "an escape"},
		{"%2F", "an escape"},
		{"^//", "//"},
		{"^https?://", "//"},
		{"\\/\\/", "//"},
		{"/\\.\\./", ".."},
		{";jsessionid", "a ;"},
		{"#", "a #"},
		{"\\\\", "a \\"},
	};
	static const char *const good[] = {"^/admin", "^/+admin", "^//?admin", "^//*a",
		"^/a/[^?#;/]+$", "^/(?!pub/)", "\\.php$", "100%", "^/a b", "%d", "(^/a|^/b)",
		"^/a.*?b", "\\d\\?*", "[./]", "/\\.git"};
	char warning[300];
	char rule[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(never); i++) {
		snprintf(rule, sizeof(rule), "uri ~ %s", never[i][0]);
		snprintf(warning, sizeof(warning),
			"15: warning: the regex \"%s\" looks for %s, which a path as it is served "
			"never has: expected uri_raw, which is what came, or a regex without it",
			never[i][0], never[i][1]);
		advised(DENY, rule, warning);
		snprintf(rule, sizeof(rule), "uri_raw ~ %s", never[i][0]);
		advised(DENY, rule, NULL);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		snprintf(rule, sizeof(rule), "uri ~ %s", good[i]);
		advised(DENY, rule, NULL);
	}
	advised(DENY, "uri ~ ^admin",
		"15: warning: the regex \"^admin\" never matches: a path begins with a slash, "
		"expected ^/");
	advised(DENY, "http_host ~ ^a\\.example:443$",
		"21: warning: the regex \"^a\\.example:443$\" looks for a port, which http_host "
		"never has: expected one without it");
	advised(DENY, "http_host ~ ^a\\.example(:\\d+)?$", NULL);
	advised(DENY, "http_host ~ ^\\[::1\\]$", NULL);
}

/* Cut at every length, and nested as deep as PCRE2 takes it: any regex can be looked at. */
static void any_regex_can_be_looked_at(void **state)
{
	static const char *const regexes[] = {"^(?:a\\.|[]x[:alpha:]\\]]{2,3}?|(b|c$))*\\d\\.$|x\\",
		"[^]", "((((((((((((((((((((a))))))))))))))))))))", "a{1", "[.", "\\", "(?:", ")",
		"|", "a|", "*"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(regexes); i++) {
		for (size_t len = 0; len <= strlen(regexes[i]); len++) {
			char *copy = strndup(regexes[i], len);
			struct policy_regex_shape shape;

			assert_non_null(copy);
			policy_regex_shape((struct str){copy, len}, &shape);
			assert_true(strlen(shape.name) < POLICY_SHAPE_NAME_MAX);
			free(copy);
		}
	}
}

/* Rules that allow, but name no client in particular. */
static void what_alone_allows(void **state)
{
#define CLAIM                                                                                      \
	"9: warning: a claim alone allows: a client that sends it gets in; expected a term about " \
	"the "                                                                                     \
	"address, the name or the certificate too"
#define LACK(term)                                                                                 \
	"9: warning: what a client lacks alone allows: !" term                                     \
	" also holds for a client that hides or drops it; expected deny = " term                   \
	", and an allow that says who may come in"
#define MOST(term)                                                                                 \
	"9: warning: " term " holds for nearly every client: expected `*` if that is meant, or "   \
	"the addresses that may "                                                                  \
	"come in"
#define COMMON(term)                                                                               \
	"9: warning: " term " alone allows: certificates of many holders have the same; expected " \
	"a term about a name in the certificate, or its fingerprint, too"
	static const struct {
		enum policy_action action;
		const char *rule;
		const char *warning;
	} cases[] = {
		{ALLOW, "cert.eku clientAuth", COMMON("cert.eku clientAuth")},
		{ALLOW, "cert.key rsa >= 3072", COMMON("cert.key rsa >= 3072")},
		{ALLOW, "cert.policy 1.2.3", COMMON("cert.policy 1.2.3")},
		{ALLOW, "cert.self_signed", COMMON("cert.self_signed")},
		{ALLOW, "cert.key ec & cert.eku clientAuth", COMMON("cert.eku clientAuth")},
		{ALLOW, "cert.key ec & !cert.self_signed", COMMON("cert.key ec")},
		{ALLOW, "cert.key ec & ip 0.0.0.0/0", COMMON("cert.key ec")},
		{ALLOW, "cert.key ec & uri /a", CLAIM},
		{ALLOW, "!cert.self_signed", LACK("cert.self_signed")},
		{ALLOW, "!cert.key rsa", LACK("cert.key rsa")},
		{ALLOW, "cert.key ec & cert.upn ann@corp.example", NULL},
		{ALLOW, "cert.self_signed & cert.sha256 " KIT_SHA256, NULL},
		{ALLOW, "cert.key ec & ip 192.0.2.1", NULL},
		{DENY, "cert.key rsa < 2048", NULL},
		{DENY, "!cert.eku clientAuth", NULL},
		{DENY, "cert.self_signed", NULL},
		{ALLOW, "user_agent ~ Googlebot", CLAIM},
		{ALLOW, "user_agent ~ Googlebot & ip 0.0.0.0/0", CLAIM},
		{ALLOW, "ip ::/1 & user_agent ~ Googlebot & !host .a.example", CLAIM},
		{ALLOW, "!user_agent ~ curl", CLAIM},
		{ALLOW, "user_agent ~ Googlebot & ip 192.0.2.0/24", NULL},
		{ALLOW, "!host .a.example", LACK("host .a.example")},
		{ALLOW, "!dnsbl zen.example", LACK("dnsbl zen.example")},
		{ALLOW, "!cert verified", LACK("cert verified")},
		{ALLOW, "!ip 192.0.2.0/24 & !rate 10/s", LACK("ip 192.0.2.0/24")},
		{ALLOW, "ip 0.0.0.0/0 & !host .a.example", LACK("host .a.example")},
		{ALLOW, "!host .a.example & ip 192.0.2.0/24", NULL},
		{ALLOW, "ip 0.0.0.0/0", MOST("ip 0.0.0.0/0")},
		{ALLOW, "ip 128.0.0.0/1", MOST("ip 128.0.0.0/1")},
		{ALLOW, "ip 2000::/3", MOST("ip 2000::/3")},
		{ALLOW, "ip 10.0.0.0/8", NULL},
		{ALLOW, "ip fd00::/8", NULL},
		{ALLOW, "!rate 10/s", NULL},
		{ALLOW, "*", NULL},
		{DENY, "!host .a.example", NULL},
		{DENY, "ip 0.0.0.0/0", NULL},
		{DENY, "user_agent ~ Googlebot", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		advised(cases[i].action, cases[i].rule, cases[i].warning);
	}
}

static void slashes_around_a_regex(void **state)
{
#define SLASHES(regex)                                                                             \
	"16: warning: the slashes are part of the regex \"" regex                                  \
	"\", so that it never matches a name: expected it without them"
	advised(ALLOW, "host ~ /example\\.com$/", SLASHES("/example\\.com$/"));
	advised(ALLOW, "host ~ /example/i", SLASHES("/example/i"));
	advised(DENY, "uri ~ /admin/", NULL);
}

/* Which length of text makes it take too long; 0: none. */
static size_t tried(const char *rule)
{
	uint64_t steps = 50000000;
	struct str regex;
	struct book b;

	book_init(&b);
	assert_true(book_try(&b, DENY, rule));
	size_t len = policy_rule_try_regexes(policy_rules_at(b.rules, 0), &steps, &regex);

	assert_true(steps > 0);
	book_clear(&b);
	return len;
}

static void regexes_are_tried_for_time(void **state)
{
	static const char *const dear[] = {"user_agent ~ (?:\\w\\s*)+\\w*!$",
		"user_agent ~ \\w+\\s*\\w*!$",
		"user_agent ~ (?=.*google)(?=.*bot)(?=.*http).*compatible$",
		"user_agent ~ (?=.*a)(?=.*b)(?=.*c).*d$", "host ~ (a+)+$", "host ~ (a|aa)+$",
		"host ~ ^(([a-z])+.)+[A-Z]$", "host ~ (x+x+)+y"};
	static const char *const cheap[] = {"user_agent ~ googlebot",
		"user_agent ~ (googlebot|bingbot|yandex)", "user_agent ~ Chrome/\\d+\\.",
		"user_agent ~ .*Chrome.*Safari", "user_agent ~ (bot|crawl|spider)\\b", "uri ~ .*",
		"uri ~ ^/admin(/|$)", "uri ~ \\.(php|asp|cgi)$", "host ~ (^|\\.)example\\.com$",
		"host ~ ^crawl-\\d+-\\d+-\\d+-\\d+\\.googlebot\\.com$",
		"host ~ ^[a-z0-9-]+\\.example\\.(com|net)$"};

	for (size_t i = 0; i < ARRAY_LEN(dear); i++) {
		assert_in_range(tried(dear[i]), 100, 2000);
	}
	for (size_t i = 0; i < ARRAY_LEN(cheap); i++) {
		assert_int_equal(tried(cheap[i]), 0);
	}
}

static void denying_a_fingerprint(void **state)
{
	(void)state;
	advised(DENY, "ip 10.0.0.0/8 & cert.sha256 " KIT_SHA256,
		"25: warning: deny by cert.sha256: the holder of the certificate can make one with "
		"another; expected cert.issuer and cert.serial");
	advised(DENY, "cert.spki " KIT_SPKI,
		"9: warning: deny by cert.spki: the holder of the certificate can make one with "
		"another; expected cert.issuer and cert.serial");
	advised(DENY, "!cert.sha256 " KIT_SHA256, NULL);
	advised(ALLOW, "cert.sha256 " KIT_SHA256, NULL);
	advised(DENY, "cert.issuer CN=x & cert.serial 0x12", NULL);
}

static void regexes_about_distinguished_names(void **state)
{
	static const char *const regexes[][2] = {{"(^|,)OU=Staff(,|$)", "ou"},
		{"^CN=ann,OU=Staff$", "cn"}, {"O=Acme", "o"}, {"emailAddress=a@b", "email_attr"},
		{"street=x,L=y", "l"}, {".", "cn"}, {"=", "cn"}, {"Staff", "cn"}};
	char expected[256];
	char rule[128];

	for (size_t i = 0; i < ARRAY_LEN(regexes); i++) {
		snprintf(rule, sizeof(rule), "cert.subject ~ %s", regexes[i][0]);
		snprintf(expected, sizeof(expected),
			"9: warning: a regex cannot tell the parts of cert.subject from text "
			"inside "
			"of one, such as a CN with a comma in it: expected cert.subject and the "
			"whole name, or cert.%s",
			regexes[i][1]);
		advised(ALLOW, rule, expected);
	}
	advised(DENY, "!cert.issuer ~ O=x",
		"9: warning: a regex cannot tell the parts of cert.issuer from text inside of "
		"one, such as a CN with a comma in it: expected cert.issuer and the whole name, or "
		"issuer.o");
	advised(ALLOW, "cert.subject CN=ann,OU=Staff", NULL);
}

/* In a deny such a value lets in the one it was written against. */
static void values_that_never_match(void **state)
{
#define QUOTES "the quotes are part of the value: expected it without them"
#define CN_ALONE                                                                                   \
	"cert.cn is the value of the CN alone: expected it without CN= and other attributes"
#define URI_ALONE "expected the URI alone, without a word before it"
#define SCHEME                                                                                     \
	"a URI in a certificate begins with a scheme: expected one, as in "                        \
	"spiffe://example.com/door"
#define SLASH(part, type)                                                                          \
	"\"" part "\" is part of the value of " type ": expected commas between attributes, as "   \
	"doorward check --cert shows it"
#define WHOLE                                                                                      \
	"only a certificate with no other attribute has this name: expected the whole name, as "   \
	"doorward check --cert shows it"
#define NEGATIVE(number)                                                                           \
	"RFC 5280 allows no negative serial number: expected " number                              \
	" as doorward check --cert shows it"
	static const struct {
		const char *field;
		const char *value;
		const char *cure; /* NULL: nothing is said */
	} cases[] = {
		{"cert.cn", "\"alice\"", QUOTES},
		{"cert.cn", "'alice'", QUOTES},
		{"cert.uri", "\"spiffe://a.example/x\"", QUOTES},
		{"user_agent", "\"curl\"", QUOTES},
		{"cert.cn", "CN=alice", CN_ALONE},
		{"cert.cn", "cn=a;b", CN_ALONE},
		{"cert.cn", "O=Example,CN=alice", CN_ALONE},
		{"cert.cn", "/O=Example/CN=alice", CN_ALONE},
		{"cert.cn", "commonName=alice", CN_ALONE},
		{"cert.ou", "OU=Staff",
			"cert.ou is the value of the OU alone: expected it without OU= and other "
			"attributes"},
		{"issuer.o", "CN=CA,O=Example",
			"issuer.o is the value of the O alone: expected it without O= and other "
			"attributes"},
		{"cert.ou", "CN=alice", NULL},
		{"cert.uri", "URI:spiffe://a.example/x", URI_ALONE},
		{"cert.uri", "URL=https://a.example/", SCHEME},
		{"cert.uri", "a.example/x", SCHEME},
		{"cert.issuer", "CN=CA/O=Example/C=DE", SLASH("/O=Example/C=DE", "CN")},
		{"cert.subject", "C=DE,CN=ann/emailAddress=ann@a.example",
			SLASH("/emailAddress=ann@a.example", "CN")},
		{"cert.subject", "OU=Staff", WHOLE},
		{"cert.subject", "C=DE,OU=Staff", WHOLE},
		{"cert.issuer", "C=DE", WHOLE},
		{"cert.serial", "-26ab", NEGATIVE("0xd955")},
		{"cert.serial", "-1ab", NEGATIVE("0xfe55")},
		{"cert.serial", "-d955", NEGATIVE("the number")},
		{"cert.cn", "alice", NULL},
		{"cert.cn", "host/a.example", NULL},
		{"cert.cn", "role=admin", NULL},
		{"cert.cn", "\"Ann\" Other", NULL},
		{"cert.uri", "urn:uuid:1", NULL},
		{"cert.uri", "spiffe://a.example/x", NULL},
		{"cert.email", "ann=x@partner.example", NULL},
		{"cert.email", "\"Ann Other\"@partner.example", NULL},
		{"cert.subject", "CN=alice", NULL},
		{"cert.subject", "O=Example", NULL},
		{"cert.subject", "UID=ann", NULL},
		{"cert.subject", "CN=host/a.example,O=Example", NULL},
		{"cert.subject", "CN=and/or=x", NULL},
		{"cert.subject", "CN=\"a, b\"", NULL},
		{"cert.serial", "26ab", NULL},
		{"cert.serial", "-0", NULL},
	};
	char rule[128];
	char quoted[POLICY_QUOTE_MAX];
	char warning[400];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(rule, sizeof(rule), "ip ::1 & %s %s", cases[i].field, cases[i].value);
		snprintf(warning, sizeof(warning), "%zu: warning: %s %s: %s",
			9 + strlen("ip ::1 & ") + strlen(cases[i].field) + 1, cases[i].field,
			policy_quote(str_view(cases[i].value), quoted), cases[i].cure);
		advised(DENY, rule, cases[i].cure != NULL ? warning : NULL);
		advised(ALLOW, rule, cases[i].cure != NULL ? warning : NULL);
	}
	advised(DENY, "user_agent ~ \"curl\"",
		"22: warning: the quotes are part of the regex \"\"curl\"\": expected it without "
		"them");
	advised(ALLOW, "host ~ '\\.example\\.com$'",
		"16: warning: the quotes are part of the regex \"'\\.example\\.com$'\": expected "
		"it without them");
}

static void lists_with_values_that_never_match(void **state)
{
	static const char *const values[][2] = {
		{"cert.cn", "CN=alice\nbob\n"}, {"cert.subject", "CN=a,O=b/C=DE\nCN=c\n"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char *path = file_with(values[i][1], strlen(values[i][1]));
		char rule[PATH_MAX + 64];
		struct book b;

		book_init(&b);
		snprintf(rule, sizeof(rule), "%s in file:%s", values[i][0], path);
		assert_true(book_try(&b, DENY, rule));
		assert_int_equal(b.diag.warnings, 1);
		book_clear(&b);
		remove_file(path);
	}
}

static void rules_that_are_never_reached(void **state)
{
	static const struct {
		const char *earlier;
		const char *later;
		bool shadowed;
	} cases[] = {
		{"*", "ip 192.0.2.1", true},
		{"*", "*", true},
		{"ip 192.0.2.1", "*", false},
		{"ip 192.0.2.0/24", "ip 192.0.2.7", true},
		{"ip 192.0.2.0/24", "ip 192.0.2.0/24", true},
		{"ip 192.0.2.0/24", "ip 192.0.0.0/16", false},
		{"ip 192.0.2.0/24", "ip 192.0.3.0/24", false},
		{"!ip 192.0.2.0/24", "!ip 192.0.0.0/16", true},
		{"!ip 192.0.2.0/24", "!ip 192.0.2.7", false},
		{"ip 192.0.2.0/24", "!ip 192.0.2.7", false},
		{"ip ::/0", "ip 192.0.2.7", false},
		{"host .example.com", "host a.b.Example.com", true},
		{"host .example.com", "host .b.example.com", true},
		{"host example.com", "host .example.com", false},
		{"host .example.com", "host .badexample.com", false},
		{"!host .b.example.com", "!host .example.com", true},
		{"!host .example.com", "!host .b.example.com", false},
		{"host ~ a\\.b$", "host ~  a\\.b$ & ip ::1", true},
		{"host ~ a\\.b$", "host ~ a\\.c$", false},
		{"host ~ a\\.b$", "host a.b", false},
		{"user_agent curl", "user_agent CURL", false},
		{"ip 10.0.0.0/8 & host .a", "host x.a & uri / & ip 10.1.0.0/16", true},
		{"ip 10.0.0.0/8 & host .a", "host x.a & uri /", false},
		{"cert verified", "cert.cn x", true},
		{"cert present", "cert verified", true},
		{"cert verified", "cert present", false},
		{"!cert present", "!cert verified", false},
		{"cert verified", "!cert.cn x", false},
		{"cert.cn x", "cert.subject CN=x", false},
		{"cert.serial 0x0A", "cert.serial a", true},
		{"forward a.example", "forward a.example", true},
		{"forward a.example", "forward b.example", false},
		{"!dnsbl a.example = 127.0.0.2", "!dnsbl a.example = 127.0.0.2 & method PUT", true},
		{"dnsbl a.example", "forward a.example", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;
		const struct policy_rule *shadow;

		book_init(&b);
		book_add(&b, DENY, "ip 203.0.113.1 & uri /x");
		book_add(&b, DENY, cases[i].earlier);
		book_add(&b, ALLOW, cases[i].later);
		shadow = policy_rules_shadow(b.rules, 2);
		if ((shadow == policy_rules_at(b.rules, 1)) != cases[i].shadowed) {
			print_error("%s, then %s\n", cases[i].earlier, cases[i].later);
		}
		assert_ptr_equal(shadow, cases[i].shadowed ? policy_rules_at(b.rules, 1) : NULL);
		assert_null(policy_rules_shadow(b.rules, 0));
		book_clear(&b);
	}
}

static void what_a_rule_asks_for(void **state)
{
	static const struct {
		enum policy_action action;
		const char *rule;
		bool names;
		bool certificate;
		bool admits;
		bool always;
		unsigned claims;
	} cases[] = {
		{ALLOW, "*", false, false, false, true, 0},
		{ALLOW, "host .a & ip ::1", true, false, true, false, 0},
		{ALLOW, "ip ::1 & !host .a", true, false, false, false, 0},
		{DENY, "host .a", true, false, false, false, 0},
		{DENY, "uri /x & !host .a & method PUT", true, false, true, false,
			1U << POLICY_CLAIM_URI | 1U << POLICY_CLAIM_METHOD},
		{ALLOW, "http_host host.a & cert present", false, true, false, false,
			1U << POLICY_CLAIM_HTTP_HOST},
		{DENY, "!cert.ip ::1", false, true, false, false, 0},
		{ALLOW, "forward host.a", false, false, false, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct book b;

		book_init(&b);
		book_add(&b, cases[i].action, cases[i].rule);
		const struct policy_rule *rule = policy_rules_at(b.rules, 0);

		assert_int_equal(policy_rule_asks_for(rule, POLICY_SOURCE_NAMES), cases[i].names);
		assert_int_equal(
			policy_rule_asks_for(rule, POLICY_SOURCE_CERT), cases[i].certificate);
		assert_int_equal(policy_rule_admits_by_name(rule), cases[i].admits);
		assert_int_equal(policy_rule_holds_always(rule), cases[i].always);
		assert_int_equal(policy_rule_claims(rule), cases[i].claims);
		book_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regexes_that_match_more_than_they_seem_to),
		cmocka_unit_test(claims_that_never_match),
		cmocka_unit_test(any_regex_can_be_looked_at),
		cmocka_unit_test(what_alone_allows),
		cmocka_unit_test(slashes_around_a_regex),
		cmocka_unit_test(regexes_are_tried_for_time),
		cmocka_unit_test(denying_a_fingerprint),
		cmocka_unit_test(regexes_about_distinguished_names),
		cmocka_unit_test(values_that_never_match),
		cmocka_unit_test(lists_with_values_that_never_match),
		cmocka_unit_test(rules_that_are_never_reached),
		cmocka_unit_test(what_a_rule_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
