/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * What a person reads who got something wrong: where, what was found, what was expected, and the
 * word that was meant.
 */

#include "unit/config/support.h"

#define ONE_OF_THEM ": expected one of "
#define POLICY "[policy default]\n"
#define END "client_cert = optional\n"

static const struct {
	const char *text;
	const char *begins; /* each line of it begins a message, in this order; there is no other */
} cases[] = {
	/* Keys, sections, words and names that are misspelt. */
	{"[servr]\n", "1:1: error: unknown section [servr], did you mean [server]?"},
	{"[polices x]\n", "1:1: error: unknown section [polices x], did you mean [policy NAME]?"},
	{"[server]\nlisten_on = x\n", "2:1: error: unknown key listen_on in [server]"},
	{"[server]\nthreds = 1\n",
		"2:1: error: unknown key threds in [server], did you mean threads?"},
	{"[server]\nprofile = nginx\n",
		"2:1: error: unknown key profile in [server], it is a key of [frontend]"},
	{"[frontend]\nprofile = trafik\n", "2:11: error: profile = trafik: expected nginx, "},
	{"[dns]\ntimeout = autom\n",
		"2:11: error: timeout = autom: expected auto or a time from 10ms to 1m, did you "
		"mean auto?"},
	{"[log]\nlevel = warn\n",
		"2:9: error: level = warn: expected error, warning, info or debug"},
	{"[log]\nlevel = debugg\n",
		"2:9: error: level = debugg: expected error, warning, info or debug, did you mean "
		"debug?"},
	{POLICY "rdns = dubble\n",
		"2:8: error: rdns = dubble: expected off, single, double or on, did you mean "
		"double?"},
	{POLICY "cached_claims = uri, user-agent\n",
		"2:22: error: cached_claims = user-agent: expected words of user_agent, uri, "
		"method and http_host, separated by commas, did you mean user_agent?"},
	{POLICY "response_headers = X-Client-Hostnam\n",
		"2:20: error: response_headers = X-Client-Hostnam: expected words of "
		"X-Client-Hostname, X-Client-Rdns, X-Client-Cert-Subject, X-Client-Cert-Issuer, "
		"X-Client-Cert-Serial, X-Client-Cert-Fingerprint, X-Client-Cert-San, "
		"X-Client-Cert-Not-After, X-Client-Cert-Eku, X-Client-Cert-Policies, "
		"X-Client-Cert-Key, X-Client-Cert-Spki, X-Client-Cert-Issuer-Spki, "
		"X-Client-Cert-Anchor, X-Client-Agent, X-Doorward-Policy, X-Doorward-Reason, "
		"X-Doorward-Rule and X-Doorward-Id, separated by commas, did you mean "
		"X-Client-Hostname?"},
	{POLICY "[policy admins]\nallow = *\n[policy b]\nparent = admin\n",
		"5:10: error: parent = admin: expected the name of a policy; there is no [policy "
		"admin], did you mean admins?"},
	/* What is shared. */
	{"[shared]\nserver = store.example:6379\n",
		"2:10: error: server = store.example:6379: expected unix:PATH, or an IP address "
		"with or without a port, such as 192.0.2.1:6379 or [2001:db8::1]:6379; host names "
		"are not resolved"},
	{"[shared]\nserver = unix:redis.sock\n",
		"2:10: error: server = unix:redis.sock: expected an absolute path behind unix:"},
	{"[shared]\nserver = 192.0.2.1\n",
		"2:10: error: server = 192.0.2.1: expected secret_file, too: a file with the "
		"secret that all machines share, from openssl rand -base64 32"},
	{"[shared]\nsecret_file = s\n", "2:1: error: secret_file without server: expected both"},
	{"[shared]\nserver = 192.0.2.1\nsecret_file = s\nuser = door\n",
		"4:1: error: user without password_file: expected both"},
	{"[shared]\nserver = 192.0.2.1\nsecret_file = s\nuser = a b\npassword_file = p\n",
		"4:8: error: user = a b: expected a name without blanks"},
	{"[shared]\nserver = 192.0.2.1\nsecret_file = s\nmembers = 0\n",
		"4:11: error: members = 0: expected auto or a number from 1 to 10000"},
	{POLICY "alow = *\n",
		"2:1: error: unknown key alow in [policy default], did you mean allow?"},
	{"[dns]\ncookies = yse\n",
		"2:11: error: cookies = yse: expected yes or no, did you mean yes?"},
	{"[log]\ntarget = sderr\n",
		"2:10: error: target = sderr: expected stderr, syslog or file:PATH, did you mean "
		"stderr?"},
	{"[server]\nlisten = sytemd\n", "2:10: error: listen = sytemd: expected "},
	{"[frontend]\ncert_source = heder X-Cert pem\n",
		"2:15: error: cert_source = heder X-Cert pem: expected param NAME CODEC or header "
		"NAME CODEC, the codec pem, der-b64, der-hex, rfc9440 or xfcc, did you mean "
		"header?"},
	{"[frontend]\ncert_source = header X-Cert der-b46\n",
		"2:15: error: cert_source = header X-Cert der-b46: expected param NAME CODEC or "
		"header NAME CODEC, the codec pem, der-b64, der-hex, rfc9440 or xfcc, did you "
		"mean der-b64?"},
	{"inclde = x\n[server]\n",
		"1:1: error: inclde: expected [SECTION] above it, did you mean include?"},
	/* Every bad item of a list. */
	{"[frontend]\ntrusted_proxies = 10.0.0.1/8, ::1, here,there\n",
		"2:19: error: trusted_proxies = 10.0.0.1/8: expected no bits set after the prefix, "
		"as in 10.0.0.0/8\n"
		"2:36: error: trusted_proxies = here: expected prefixes\n"
		"2:41: error: trusted_proxies = there: expected prefixes"},
	{"[dns]\nnameservers = a,127.0.0.1,\n",
		"2:15: error: nameservers = a: expected\n2:27: error: nameservers = : expected"},
	/* Fields, operators and values of rules. */
	{POLICY "allow = hots .a.example\n",
		"2:9: error: unknown field \"hots\" (did you mean \"host\"?)" ONE_OF_THEM},
	{POLICY "allow = 10.0.0.0/8\n",
		"2:9: error: unknown field \"10.0.0.0/8\" (did you mean \"ip "
		"10.0.0.0/8\"?)" ONE_OF_THEM},
	{POLICY "allow = .a.example\n",
		"2:9: error: unknown field \".a.example\" (did you mean \"host "
		".a.example\"?)" ONE_OF_THEM},
	{POLICY "allow = host = a.example\n",
		"2:14: error: \"=\" after host: expected FIELD VALUE"},
	{POLICY "allow = host =~ a.example\n", "2:14: error: \"=~\" after host: expected ~"},
	{POLICY "allow = host !~ a\n",
		"2:14: error: \"!~\" after host: expected the ! right before the field"},
	{POLICY "allow = host ~\n", "2:14: error: nothing after ~: expected a regex"},
	{POLICY "allow = host\n",
		"2:13: error: nothing after host: expected a host name, or .name for all names "
		"below it too"},
	{POLICY "allow = host in flie:x\n", "2:17: error: \"flie:x\" after in: expected file:PATH"},
	{POLICY END "allow = cert verifed\n",
		"3:14: error: \"verifed\" after cert: expected present or verified, did you mean "
		"verified?"},
	{POLICY "allow = ip 10.0.0.0/8 | ip ::1\n",
		"2:12: error: \"10.0.0.0/8 | ip ::1\" after ip: expected one value"},
	{POLICY "allow = ip 10.0.0.0/8& ip ::1\n",
		"2:22: error: a & with a blank on one side only: expected"},
	{POLICY "allow = ip 10.0.0.0/8 &\n",
		"2:9: error: the value ends in &: expected an indented line that goes on with it"},
	{POLICY "allow = * & ip ::1\n", "2:9: error: `*` beside other terms: expected it alone"},
	/* Each line of a rule is pointed into. */
	{POLICY "allow = ip 10.0.0.x &\n"
		"\thots .a.example & method GET &\n"
		"   ; about what follows\n"
		"    user_agent ~ x &  method get\n",
		"2:12: error: \"10.0.0.x\" is not an address or prefix: expected\n"
		"3:2: error: unknown field \"hots\" (did you mean \"host\"?)" ONE_OF_THEM "\n"
		"5:30: error: \"get\" is not a method: expected capitals, such as GET"},
	{POLICY "allow = ip ::1 &\n  host ~ example.com\n",
		"3:10: warning: the regex \"example.com\" matches example.com.evil.example, too: "
		"expected host .example.com"},
};

static void messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diag diag;
		struct bytes text;

		diag_init(&diag);
		bytes_init(&text, 0);
		bytes_append_text(&text, cases[i].text);
		if (strstr(cases[i].text, POLICY) == NULL) {
			bytes_append_text(&text, POLICY);
		}
		config_unref(config_load_text("t", bytes_view(&text), &diag));

		struct str got = str_view(diag_text(&diag));
		struct str wanted = str_view(cases[i].begins);
		struct str got_line;
		struct str line;

		while (str_split_next(&wanted, '\n', &line)) {
			assert_true(str_split_next(&got, '\n', &got_line));
			got_line = str_from(got_line, strlen("t:"));
			if (got_line.len < line.len ||
				memcmp(got_line.data, line.data, line.len) != 0) {
				assert_string_equal(diag_text(&diag), cases[i].begins);
			}
		}
		if (got.len > 0) {
			assert_string_equal(diag_text(&diag), cases[i].begins);
		}
		bytes_clear(&text);
		diag_clear(&diag);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
