/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* What is legal and unwise is warned of, once, where it stands; and nothing else is. */

#include "unit/config/support.h"

struct advice {
	const char *text;
	const char *messages;
};

static void expect_all(const struct advice *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		config_unref(load_expecting(cases[i].text, cases[i].messages));
	}
}

#define P "[policy default]\n"

#define DENY_BY_NAME                                                                               \
	"warning: deny by host, and then every client is allowed: the owner of the reverse zone "  \
	"of an address can take the name away, and gets in; expected deny by ip, or an allow "     \
	"that "                                                                                    \
	"says who may come in\n"

static void rules_that_are_never_reached(void **state)
{
	static const struct advice cases[] = {
		{P "allow = ip 10.0.0.0/8\ndeny = *\nallow = host .a.example\n",
			"t:4:9: warning: the rule is never reached: the rule at t:3 is true "
			"whenever this one is\n"},
		{P "deny = host .a.example\nallow = ip ::1 &\n  host x.a.example\nallow = *\n",
			"t:3:9: warning: the rule is never reached: the rule at t:2 is true "
			"whenever this one is\nt:2:8: " DENY_BY_NAME},
		/* Once, with any number of policies that inherit it. */
		{P "allow = *\nallow = *\n[policy b]\nparent = default\n[policy c]\nparent = b\n",
			"t:3:9: warning: the rule is never reached: the rule at t:2 is true "
			"whenever this one is\n"},
		{P "deny = host .b.a.example\nallow = host .a.example\ndeny = *\n", ""},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

static void revocation_without_lists(void **state)
{
#define CERT "client_cert = required\nallow = cert verified\nca_file = /ca\n"
#define UNCHECKED(name)                                                                            \
	"warning: crl_check: revocation is not checked in [policy " name                           \
	"]; expected crl_file, which names the lists\n"
	static const struct advice cases[] = {
		{P CERT "crl_check = leaf\n", "t:5:13: " UNCHECKED("default")},
		{P CERT "crl_check = chain\n", ""},
		{P CERT "crl_check = leaf\ncrl_file = /crls\n", ""},
		{P CERT "crl_check = leaf\n[policy b]\nparent = default\ncrl_file = /crls\n", ""},
		{P CERT "crl_file = /crls\n[policy b]\nparent = default\ncrl_file =\n"
			"crl_check = leaf\n",
			"t:9:13: " UNCHECKED("b")},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

static void names_that_nobody_confirmed(void **state)
{
#define SINGLE(name)                                                                               \
	"warning: host with rdns = single in [policy " name                                        \
	"]: the owner of an address chooses its names; rdns = double confirms them\n"
	static const struct advice cases[] = {
		{P "rdns = single\nallow = host .a.example\n", "t:3:9: " SINGLE("default")},
		{P "rdns = single\ndefault = allow\ndeny = uri /x & !host .a.example\n",
			"t:4:8: " SINGLE("default")},
		{P "rdns = single\ndefault = allow\ndeny = host .a.example\n",
			"t:4:8: " DENY_BY_NAME},
		{P "rdns = single\nallow = host .a.example\n[policy b]\nparent = default\n"
		   "[policy c]\nparent = b\nallow = ip ::1\n",
			"t:3:9: " SINGLE("default")},
		{P "allow = host .a.example\n[policy b]\nparent = default\nrdns = single\n"
		   "[policy c]\nparent = b\n",
			"t:2:9: " SINGLE("b")},
		/* A mistake, too, is told once for all that inherit both sides of it. */
		{P "rdns = off\nallow = host .a.example\n[policy b]\nparent = default\n",
			"t:3:9: error: host: expected rdns = single or double in [policy "
			"default]\n"},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

static void policies_with_one_outcome(void **state)
{
#define NOBODY(name)                                                                               \
	"warning: no client is ever allowed by [policy " name "]: no rule allows, and default = "  \
	"deny\n"
#define EVERYBODY                                                                                  \
	"warning: no rule of [policy default] denies, and default = allow: the rules keep no "     \
	"client out\n"
	static const struct advice cases[] = {
		{P "deny = ip ::1\n", "t:1:1: " NOBODY("default")},
		{P "client_cert = required\n", "t:1:1: " NOBODY("default")},
		{P "deny = ip ::1\n[policy b]\nparent = default\n", "t:1:1: " NOBODY("default")},
		{P "deny = ip ::1\ndefault = allow\n[policy b]\nparent = default\ndefault = deny\n",
			"t:4:1: " NOBODY("b")},
		{P "default = allow\nallow = ip ::1\n", "t:1:1: " EVERYBODY},
		/* These say so themselves, or are for others to build on. */
		{P, ""},
		{P "rdns = off\n", ""},
		{P "default = deny\nclient_cert = required\n", ""},
		{P "deny = *\n", ""},
		{P "deny = ip ::1\ndeny = *\n", ""},
		{P "default = allow\nclient_cert = required\n", ""},
		{P "client_cert = required\n[policy b]\nparent = default\nallow = cert verified\n",
			""},
		{P "default = allow\nallow = ip ::1\ndeny = host .a.example\n",
			"t:4:8: " DENY_BY_NAME},
		{P "default = allow\nallow = ip ::1\ndeny = !host .a.example\n", ""},
		{P "default = allow\nrdns_deny = \\.a\\.example$\n", ""},
		{P "deny = host .a.example\nallow = host .b.example\n", ""},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

#define EVERYBODY_IS_BELIEVED                                                                      \
	"every peer is believed; expected the addresses of proxies (for a front end that "         \
	"replaces all identity headers: trust_headers = yes)\n"

static void keys_that_open_more_than_they_seem_to(void **state)
{
#define ON_ERROR                                                                                   \
	"warning: on_dns_error = allow: the owner of the reverse zone of an address can make "     \
	"it fail, and gets in; expected deny or error\n"
	static const struct advice cases[] = {
		{P "on_dns_error = allow\nallow = host .a.example\n[policy b]\nparent = default\n",
			"t:2:16: " ON_ERROR},
		{P "on_dns_error = error\nallow = host .a.example\n", ""},
		{P "[frontend]\ntrusted_proxies = 10.0.0.0/8, 0.0.0.0/0\n",
			"t:3:19: error: trusted_proxies: 4294967296 addresses of IPv4 and 0 /64s "
			"of IPv6: " EVERYBODY_IS_BELIEVED},
		{P "[frontend]\ntrusted_proxies = ::/0\n",
			"t:3:19: error: trusted_proxies: 0 addresses of IPv4 and "
			"18446744073709551615 /64s of IPv6: " EVERYBODY_IS_BELIEVED},
		{P "[frontend]\ntrusted_proxies = 0.0.0.0/2, 64.0.0.0/3\n"
		   "trusted_proxies = 96.0.0.0/3\n",
			"t:3:19: error: trusted_proxies: 2147483648 addresses of IPv4 and 0 /64s "
			"of IPv6: " EVERYBODY_IS_BELIEVED},
		{P "[frontend]\ntrusted_proxies = ::/1, 8000::/1\n",
			"t:3:19: error: trusted_proxies: 0 addresses of IPv4 and "
			"18446744073709551615 /64s of IPv6: " EVERYBODY_IS_BELIEVED},
		{P "[frontend]\ntrusted_proxies = 64.0.0.0/5, 72.0.0.0/8\n",
			"t:3:19: warning: trusted_proxies: 150994944 addresses of IPv4 and 0 /64s "
			"of IPv6 are believed, which is more than one owner has; expected the "
			"addresses of proxies\n"},
		{P "[frontend]\ntrusted_proxies = 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
		   "100.64.0.0/10, 127.0.0.0/8, fc00::/7, fe80::/10, 2606:4700::/32\n",
			""},
		{P "[server]\nlisten = 127.0.0.1:9000\n[frontend]\ntrust_headers = yes\n",
			"t:5:17: warning: trust_headers = yes with a TCP socket in listen: every "
			"peer that reaches it is believed; expected trusted_proxies, or a Unix "
			"socket\n"},
		{P "[server]\nlisten = unix:/x\n[frontend]\ntrust_headers = yes\n", ""},
		{P "[server]\nlisten = http:unix:/x\n[frontend]\naddress = REMOTE_ADDR\n",
			"t:5:11: warning: address = REMOTE_ADDR with listen = http: over HTTP "
			"there is no REMOTE_ADDR, so every client is denied there; expected "
			"X-Real-IP or X-Forwarded-For\n"},
		{P "[server]\nlisten = http:unix:/x\n[frontend]\naddress = X-Real-IP\n", ""},
		{P "[server]\nlisten = unix:/x\n[frontend]\naddress = REMOTE_ADDR\n", ""},
		{P "cached_claims = uri, method\nallow = ip ::1 & method GET\n",
			"t:2:17: warning: cached_claims = uri: no rule of [policy default] asks "
			"about it\n"},
		{P "cached_claims = uri\nallow = ip ::1\n[policy b]\nparent = default\n"
		   "deny = uri /x\nallow = *\n",
			""},
		{P "cached_claims =\nallow = ip ::1\n", ""},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

static void sockets_that_others_reach(void **state)
{
#define EVERY_USER(mode)                                                                           \
	"warning: socket_mode = " mode                                                             \
	": every local user may ask, and claim any client address; expected 0660 with "            \
	"socket_group, or a folder that only the front end may enter\n"
	static const struct advice cases[] = {
		{P "[server]\nlisten = unix:/x\nsocket_mode = 0777\n",
			"t:4:15: " EVERY_USER("0777")},
		{P "[server]\nlisten = unix:/tmp/x\nsocket_mode = 0606\n",
			"t:4:15: " EVERY_USER("0606")},
		{P "[server]\nlisten = http:unix:/nowhere/x\nsocket_mode = 0666\n",
			"t:4:15: " EVERY_USER("0666")},
		{P "[server]\nlisten = 127.0.0.1:9000\nsocket_mode = 0666\n", ""},
		{P "[server]\nlisten = unix:/x\nsocket_mode = 0770\n", ""},
		{P "[server]\nlisten = 192.0.2.1:9000\ntcp_peers = 0.0.0.0/1, 128.0.0.0/1\n",
			"t:4:13: error: tcp_peers: 4294967296 addresses of IPv4 and 0 /64s of "
			"IPv6: every host may connect, and claim any client address; expected the "
			"addresses of web servers\n"},
		{P "[server]\ntcp_peers = ::/1, 8000::/1\n",
			"t:3:13: error: tcp_peers: 0 addresses of IPv4 and 18446744073709551615 "
			"/64s of IPv6: every host may connect, and claim any client address; "
			"expected the addresses of web servers\n"},
		{P "[server]\nlisten = 192.0.2.1:9000\ntcp_peers = 64.0.0.0/5, 72.0.0.0/8\n",
			"t:4:13: warning: tcp_peers: 150994944 addresses of IPv4 and 0 /64s of "
			"IPv6 may connect, and claim any client address; expected the addresses "
			"of web servers\n"},
		{P "[server]\nlisten = 192.0.2.1:9000\ntcp_peers = 10.0.0.0/8, fd00::/8\n", ""},
	};
	struct folder folder;
	char *text;

	expect_all(cases, ARRAY_LEN(cases));
	/* mkdtemp makes a folder for its owner alone. */
	folder_init(&folder);
	assert_true(asprintf(&text, P "[server]\nlisten = unix:%s/x\nsocket_mode = 0666\n",
			    folder.path) > 0);
	config_unref(load_expecting(text, ""));
	free(text);
	folder_clear(&folder);
}

static void domains_that_belong_to_many(void **state)
{
#define MANY(name)                                                                                 \
	"warning: " name ": names below it belong to many, and anyone can have one; expected "     \
	"the domain of one owner\n"
	static const struct advice cases[] = {
		{P "allow = host .amazonaws.com\n", "t:2:9: " MANY("host .amazonaws.com")},
		{P "allow = host .crawl.amazonbot.amazon\n", ""},
		{P "allow = host a.amazonaws.com\n", ""},
		/* These are not on the list of shared domains, so they have one owner. */
		{P "allow = host .example\nallow = host .lan\nallow = host .internal\n", ""},
#if DW_PSL
		{P "allow = host .com\n", "t:2:9: " MANY("host .com")},
		{P "allow = host .co.uk\n", "t:2:9: " MANY("host .co.uk")},
		{P "allow = host .github.io\n", "t:2:9: " MANY("host .github.io")},
		{P "client_cert = optional\nallow = cert.dns .com\n",
			"t:3:9: " MANY("cert.dns .com")},
		{P "deny = uri /x & !host .com\nallow = ip ::1\n", "t:2:8: " MANY("host .com")},
		{P "deny = host .com\nallow = ip ::1\n", ""},
		{P "allow = host ~ \\.com$\n", "t:2:9: " MANY("host .com")},
		{P "allow = host ~ (^|\\.)co\\.uk$\n", "t:2:9: " MANY("host .co.uk")},
		{P "allow = host ~ ^.*\\.github\\.io\\z\n", "t:2:9: " MANY("host .github.io")},
		{P "allow = host ~ [.]com$\n", "t:2:9: " MANY("host .com")},
		{P "allow = host ~ (?i)\\.COM$\n", "t:2:9: " MANY("host .com")},
		{P "client_cert = optional\nallow = cert.dns ~ \\.com$\n",
			"t:3:9: " MANY("cert.dns .com")},
		{P "deny = uri /x & !host ~ \\.com$\nallow = ip ::1\n",
			"t:2:8: " MANY("host .com")},
		{P "deny = host ~ \\.com$\nallow = ip ::1\n", ""},
		{P "allow = host ~ ^co\\.uk$\n", ""},
		{P "allow = host ~ \\.example\\.com$\n", ""},
		{P "allow = host .example.com\nallow = host .user.github.io\n", ""},
#endif
	};

	expect_all(cases, ARRAY_LEN(cases));
}

static void rates_that_decide_nothing(void **state)
{
#define NO_RATE                                                                                    \
	"warning: the rate decides nothing: a client that the rules above allow is not counted, "  \
	"and all "                                                                                 \
	"others are denied anyway; expected it above those rules\n"
	static const struct advice cases[] = {
		{P "allow = ip 192.0.2.0/24\ndeny = rate 10/s\n", "t:3:8: " NO_RATE},
		{P "deny = rate 10/s\nallow = ip 192.0.2.0/24\n", ""},
		/* An exemption. */
		{P "allow = ip 192.0.2.0/24\ndeny = rate 10/s\nallow = ip ::1\n", ""},
		{P "default = allow\nallow = ip 192.0.2.0/24\ndeny = rate 10/s\n", ""},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

static void certificates_that_everybody_can_have(void **state)
{
#define ANY_CERTIFICATE                                                                            \
	"warning: any certificate of a public CA is accepted, and anyone can have one: expected "  \
	"ca_file with your own CA, or a term about what the certificate contains\n"
#define LOCAL P "client_cert = required\nverify = local\n"
#define PUBLIC LOCAL "ca_dir = /etc/ssl/certs\n"
	static const struct advice cases[] = {
		{PUBLIC "allow = cert verified\n", "t:5:9: " ANY_CERTIFICATE},
		{PUBLIC "allow = cert present & uri /x\n", "t:5:9: " ANY_CERTIFICATE},
		{PUBLIC "allow = cert verified & cert.dns .a.example\n", ""},
		{PUBLIC "allow = cert verified & ip 192.0.2.0/24\n", ""},
		{LOCAL "ca_dir = /etc/doorward/ca\nallow = cert verified\n", ""},
		{LOCAL "ca_dir = /etc/doorward/ca\nallow = cert verified\nsecurity_level = 0\n",
			"t:6:18: warning: security_level = 0: keys and signatures count that can "
			"be "
			"forged; expected 1 or more\n"},
	};
	struct folder folder;
	char text[300];
	char *pem = calloc(41, 64);

	expect_all(cases, ARRAY_LEN(cases));
	folder_init(&folder);
	assert_non_null(pem);
	for (int i = 0; i < 40; i++) {
		strcat(pem, "-----BEGIN CERTIFICATE-----\n");
	}
	snprintf(text, sizeof(text), LOCAL "ca_file = %s\nallow = cert verified\n",
		folder_write(&folder, "bundle.pem", pem));
	config_unref(load_expecting(text, "t:5:9: " ANY_CERTIFICATE));
	snprintf(text, sizeof(text), LOCAL "ca_file = %s\nallow = cert verified\n",
		folder_write(&folder, "own.pem", "-----BEGIN CERTIFICATE-----\n"));
	config_unref(load_expecting(text, ""));
	free(pem);
	folder_clear(&folder);
}

static void what_is_wrong_between_sections(void **state)
{
#define CHOSEN                                                                                     \
	"warning: policy_header = yes, and [policy open] lets in every client, and a client that " \
	"can send X-Doorward-Policy can select it; expected the policy in the path, /auth/open\n"
#define OPEN "[policy open]\nrdns = off\n"
#define BY_HEADER                                                                                  \
	"[server]\nlisten = http:unix:/x\n[frontend]\npolicy_header = yes\n" P                     \
	"allow = ip 192.0.2.1\n" OPEN
#define FORGED(server)                                                                             \
	"t: warning: nameservers: answers of " server                                              \
	" are easy to forge without cookies and case_randomization, and [policy default] goes by " \
	"names; expected either of them, use_tcp = yes, or a resolver on this machine\n"
#define BARE "case_randomization = no\ncookies = no\n" P "allow = host .a.example\n"
	static const struct advice cases[] = {
		{BY_HEADER "allow = *\n", "t:7:1: " CHOSEN},
		{BY_HEADER "default = allow\n", "t:9:11: " CHOSEN},
		{BY_HEADER "default = allow\nallow = ip ::1\n",
			"t:7:1: warning: no rule of [policy open] denies, and default = allow: "
			"the rules keep no client out\nt:9:11: " CHOSEN},
		{BY_HEADER "allow = ip ::1\n", ""},
		{BY_HEADER "deny = ip ::1\nallow = *\n", ""},
		{BY_HEADER "client_cert = required\nallow = *\n", ""},
		{"[server]\nlisten = http:unix:/x\n[frontend]\npolicy_header = yes\n" P
		 "allow = *\n",
			""},
		{"[frontend]\npolicy_header = yes\n" P "allow = ip ::1\n" OPEN "allow = *\n", ""},
		{P "[frontend]\nforwarded_for = yes\n",
			"t:3:17: warning: forwarded_for = yes without trusted_proxies: "
			"X-Forwarded-For does not count; expected trusted_proxies = the addresses "
			"of the proxies that write it\n"},
		{P "[frontend]\nforwarded_for = yes\ntrusted_proxies = 10.0.0.1\n", ""},
		{P "[frontend]\nforwarded_for = yes\ntrust_headers = yes\n", ""},
		{P "[server]\nlisten = http:unix:/x\n[frontend]\nforwarded_for = yes\n", ""},
		{"[dns]\nnameservers = 127.0.0.1, 192.0.2.53\n" BARE, FORGED("192.0.2.53:53")},
		{"[dns]\nnameservers = 192.0.2.53\nedns_size = off\ncase_randomization = no\n" P
		 "deny = uri /x & !host .a.example\nallow = *\n",
			FORGED("192.0.2.53:53")},
		{"[dns]\nnameservers = 127.0.0.1, [::1]:5353\n" BARE, ""},
		{"[dns]\nnameservers = 192.0.2.53\nuse_tcp = yes\n" BARE, ""},
		{"[dns]\nnameservers = 192.0.2.53\ncookies = no\n" P "allow = host .a.example\n",
			""},
		{"[dns]\nnameservers = 192.0.2.53\ncookies = no\ncase_randomization = no\n" P
		 "allow = ip ::1\n",
			""},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_that_are_never_reached),
		cmocka_unit_test(revocation_without_lists),
		cmocka_unit_test(names_that_nobody_confirmed),
		cmocka_unit_test(policies_with_one_outcome),
		cmocka_unit_test(keys_that_open_more_than_they_seem_to),
		cmocka_unit_test(sockets_that_others_reach),
		cmocka_unit_test(what_is_wrong_between_sections),
		cmocka_unit_test(domains_that_belong_to_many),
		cmocka_unit_test(rates_that_decide_nothing),
		cmocka_unit_test(certificates_that_everybody_can_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
