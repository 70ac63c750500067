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

static void rules_that_are_never_reached(void **state)
{
	static const struct advice cases[] = {
		{P "allow = ip 10.0.0.0/8\ndeny = *\nallow = host .a.example\n",
			"t:4:9: warning: the rule is never reached: the one at t:3 holds whenever "
			"it does\n"},
		{P "deny = host .a.example\nallow = ip ::1 &\n  host x.a.example\nallow = *\n",
			"t:3:9: warning: the rule is never reached: the one at t:2 holds whenever "
			"it does\n"},
		/* Once, whoever inherits it. */
		{P "allow = *\nallow = *\n[policy b]\nparent = default\n[policy c]\nparent = b\n",
			"t:3:9: warning: the rule is never reached: the one at t:2 holds whenever "
			"it does\n"},
		{P "deny = host .b.a.example\nallow = host .a.example\ndeny = *\n", ""},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

static void names_that_nobody_confirmed(void **state)
{
#define SINGLE(name)                                                                               \
	"warning: host with rdns = single in [policy " name                                        \
	"]: whoever has an address chooses its names; rdns = double confirms them\n"
	static const struct advice cases[] = {
		{P "rdns = single\nallow = host .a.example\n", "t:3:9: " SINGLE("default")},
		{P "rdns = single\ndefault = allow\ndeny = uri /x & !host .a.example\n",
			"t:4:8: " SINGLE("default")},
		{P "rdns = single\ndefault = allow\ndeny = host .a.example\n", ""},
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
	"warning: nobody is ever allowed by [policy " name "]: no rule allows, and default = "     \
	"deny\n"
#define EVERYBODY                                                                                  \
	"warning: no rule of [policy default] denies, and default = allow: the rules keep "        \
	"nobody out\n"
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
		{P "default = allow\nallow = ip ::1\ndeny = host .a.example\n", ""},
	};

	expect_all(cases, ARRAY_LEN(cases));
}

static void keys_that_open_more_than_they_seem_to(void **state)
{
#define ON_ERROR                                                                                   \
	"warning: on_dns_error = allow: whoever runs the reverse zone of an address can make "     \
	"it fail, and gets in; expected deny or error\n"
	static const struct advice cases[] = {
		{P "on_dns_error = allow\nallow = host .a.example\n[policy b]\nparent = default\n",
			"t:2:16: " ON_ERROR},
		{P "on_dns_error = error\nallow = host .a.example\n", ""},
		{P "[frontend]\ntrusted_proxies = 10.0.0.0/8, 0.0.0.0/0\n",
			"t:3:19: warning: trusted_proxies = 0.0.0.0/0: everybody is believed; "
			"expected the addresses of proxies\n"},
		{P "[frontend]\ntrusted_proxies = ::/0\n",
			"t:3:19: warning: trusted_proxies = ::/0: everybody is believed; expected "
			"the addresses of proxies\n"},
		{P "[server]\nlisten = 127.0.0.1:9000\n[frontend]\ntrust_headers = yes\n",
			"t:5:17: warning: trust_headers = yes with a TCP socket in listen: whoever "
			"reaches it is believed; expected trusted_proxies, or a Unix socket\n"},
		{P "[server]\nlisten = unix:/x\n[frontend]\ntrust_headers = yes\n", ""},
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_that_are_never_reached),
		cmocka_unit_test(names_that_nobody_confirmed),
		cmocka_unit_test(policies_with_one_outcome),
		cmocka_unit_test(keys_that_open_more_than_they_seem_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
