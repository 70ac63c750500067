/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/ini.h"

#include "unit/config/support.h"

static struct config *load(const char *text)
{
	struct diag diag;

	diag_init(&diag);
	struct config *config = config_load_text("t", str_view(text), &diag);

	assert_string_equal(config != NULL ? "" : diag_text(&diag), "");
	diag_clear(&diag);
	return config;
}

/* The dump of the text; what it reads back to has the same dump, and no line of it is too long. */
static char *dump(const char *text)
{
	struct config *config = load(text);
	char *first = dump_of(config);
	struct config *again = load(first);
	char *second = dump_of(again);

	assert_string_equal(first, second);
	for (const char *line = first; *line != '\0'; line = strchr(line, '\n') + 1) {
		assert_true(strchr(line, '\n') - line <= CONFIG_INI_MAX_LINE);
	}
	free(second);
	config_unref(config);
	config_unref(again);
	return first;
}

static void expect_lines(const char *text, const char *lines)
{
	char *got = dump(text);

	if (strstr(got, lines) == NULL) {
		assert_string_equal(got, lines);
	}
	free(got);
}

#define HEADERS                                                                                    \
	"response_headers = X-Client-Hostname, X-Client-Rdns, X-Client-Cert-Subject, "             \
	"X-Client-Cert-Issuer\n"                                                                   \
	"response_headers = X-Client-Cert-Serial, X-Client-Cert-Fingerprint, X-Client-Cert-San\n"  \
	"response_headers = X-Client-Cert-Not-After, X-Client-Agent, X-Doorward-Policy, "          \
	"X-Doorward-Reason\n"                                                                      \
	"response_headers = X-Doorward-Rule, X-Doorward-Id\n"
#define TRUST_DEFAULTS                                                                             \
	"ca_file =\nca_dir =\ncrl_file =\ncrl_check = chain\nverify_depth = 4\nsecurity_level = "  \
	"2\n"                                                                                      \
	"partial_chain = no\nx509_strict = no\ncert_policy =\nallow_missing_eku = no\ncert_pins "  \
	"=\n"                                                                                      \
	"cert_host = off\n"

static void whole(void **state)
{
	char *got = dump("[policy b]\nparent = default\nrdns = on\n[log]\nlevel = debug\n"
			 "[policy default]\nallow = *\n");

	assert_string_equal(got,
		"[server]\nlisten = unix:/run/doorward/doorward.sock\ntcp_peers =\nadmin_peers "
		"=\nadmin_write = no\nadmin_token_file =\nsocket_mode = 0660\n"
		"socket_owner =\nsocket_group =\nbacklog = 4096\nthreads = auto\nuser =\ngroup =\n"
		"sandbox = on\nrecent = 1000\nrecent_addresses = whole\nmax_connections = "
		"16384\nmax_params = "
		"128K\nmax_requests_per_connection = 64\n"
		"request_timeout = 10s\nidle_timeout = 5m\ngrace = 10s\n"
		"\n[frontend]\nprofile = nginx\ncert_source =\nverify_source =\n"
		"trust_frontend = no\ntrusted_proxies =\ntrust_headers = no\n"
		"address = auto\nforwarded_for = no\npolicy_header = no\n"
		"\n[dns]\nnameservers =\nstatic_zone =\ntimeout = auto\nattempts = auto\n"
		"lookup_timeout = 2500ms\nmax_ptr = 10\nmin_ttl = 5s\nmax_ttl = 1h\n"
		"negative_max_ttl = 15m\nedns_size = 1232\nuse_tcp = auto\ncookies = "
		"yes\ncase_randomization = yes\ntrust_ad = auto\nrequire_ad = no\n"
		"private_ptr = no\nmax_in_flight = 16384\nmax_in_flight_per_prefix = 64\n"
		"\n[cache]\nsize = 64M\nrefresh = no\ncert_entries = 4096\n"
		"rate_entries = 262144\nanswers = 32M\n"
		"\n[shared]\nserver =\nsecret_file =\nuser =\npassword_file =\ndatabase = 0\n"
		"timeout = 20ms\nmembers = auto\n"
		"\n[bans]\nfile = /var/lib/doorward/bans\n"
		"shared_file = /var/lib/doorward/shared/bans\n"
		"\n[agents]\nkeys = /var/lib/doorward/agents\n"
		"\n[networks]\nasn_database =\ncountry_database =\n"
		"\n[log]\ntarget = stderr\nformat = text\nlevel = debug\ndecisions = all\n"
		"\n[policy b]\nrdns = single\nrdns_when = always\nclient_cert = off\n"
		"verify = frontend\n" TRUST_DEFAULTS
		"cn_fallback = no\nbans = yes\non_dns_error = deny\nagent_nonce = any\n"
		"default = deny\n"
		"deny_status = 403\nmax_cache = 5m\ncached_claims =\n" HEADERS "pin =\nallow = *\n"
		"\n[policy default]\nrdns = double\nrdns_when = always\nclient_cert = off\n"
		"verify = frontend\n" TRUST_DEFAULTS
		"cn_fallback = no\nbans = yes\non_dns_error = deny\nagent_nonce = any\n"
		"default = deny\n"
		"deny_status = 403\nmax_cache = 5m\ncached_claims =\n" HEADERS
		"pin =\nallow = *\n");
	free(got);
	free(dump(""));
}

static void values(void **state)
{
	expect_lines("[server]\nlisten = [::1]:9000\nlisten = unix:/a\nlisten = 127.0.0.1:80\n",
		"listen = [::1]:9000\nlisten = unix:/a\nlisten = 127.0.0.1:80\n");
	expect_lines("[server]\nsocket_owner = root\nsocket_group = root\nuser = root\n",
		"socket_owner = root\nsocket_group = root\nbacklog = 4096\nthreads = auto\nuser = "
		"root\n");
	expect_lines("[dns]\nedns_size = off\nnameservers = ::1,127.0.0.1\n",
		"nameservers = [::1]:53, 127.0.0.1:53\n");
	expect_lines("[dns]\nedns_size = off\nstatic_zone = zone ;x\n", "static_zone = /zone\n");
	expect_lines("[log]\ntarget = file:log\n", "target = file:/log\n");
	expect_lines(
		"[policy a]\ncached_claims = http_host,uri\n", "cached_claims = uri, http_host\n");
	expect_lines("[policy a]\nresponse_headers = X-Doorward-Rule\nresponse_headers = "
		     "X-Client-Hostname\n",
		"response_headers = X-Client-Hostname, X-Doorward-Rule\n");
	expect_lines("[policy a]\nresponse_headers = X-Doorward-Rule\n[policy b]\nparent = "
		     "a\nresponse_headers =\n",
		"response_headers =\n");
	expect_lines("[frontend]\ntrusted_proxies = 10.0.0.0/8\ntrusted_proxies = ::1\n",
		"trusted_proxies = 10.0.0.0/8, ::1/128\n");
}

static void pins(void **state)
{
	expect_lines("[policy a]\npin =   Partner.example   192.0.2.0/24 ,2001:db8::/32\n"
		     "pin = .partner.example 10.0.0.0/8\npin = partner.example 198.51.100.7\n"
		     "allow = host .partner.example\n",
		"pin = Partner.example   192.0.2.0/24 ,2001:db8::/32\n"
		"pin = .partner.example 10.0.0.0/8\npin = partner.example 198.51.100.7\n");
}

static void rules(void **state)
{
	expect_lines("[policy a]\nclient_cert = optional\nrdns_deny = ^a&b\nallow=  ip 10.0.0.0/8 "
		     "&   !host .a\ndeny = *\n",
		"rdns_deny = ^a&b\nallow = ip 10.0.0.0/8 & !host .a\ndeny = *\n");
}

/* Rules with terms of every length up to what one line holds, alone and among others. */
static void long_rules(void **state)
{
	for (size_t len = 1; len <= CONFIG_INI_MAX_LINE - strlen("allow=user_agent ~  &"); len++) {
		char term[256];
		char *text;

		assert_true(
			(size_t)snprintf(term, sizeof(term), "user_agent ~ ") + len < sizeof(term));
		for (size_t i = strlen(term), end = i + len; i < end; i++) {
			term[i] = (char)('a' + i % 26);
			term[i + 1] = '\0';
		}
		assert_true(asprintf(&text,
				    "[policy default]\nallow=%s &\n ip 192.0.2.1 &\n %s &\n host "
				    ".a &\n %s\n"
				    "allow=%s\ndeny = ip ::1 &\n %s &\n ip ::2\n",
				    term, term, term, term, term) > 0);
		struct config *config = load(text);
		char *got = dump(text);
		struct config *again = load(got);

		for (size_t i = 0; i < 3; i++) {
			assert_true(str_eq(
				policy_rule_text(policy_rules_at(config->policies[0].rules, i)),
				policy_rule_text(policy_rules_at(again->policies[0].rules, i))));
		}
		config_unref(config);
		config_unref(again);
		free(got);
		free(text);
	}
}

static void long_regexes(void **state)
{
	for (size_t len = 1; len <= CONFIG_INI_MAX_LINE - strlen("rdns_allow="); len++) {
		struct bytes text;

		bytes_init(&text, 0);
		bytes_append_text(&text, "[policy default]\nrdns_allow=");
		for (size_t i = 0; i < len; i++) {
			bytes_append_u8(&text, 'x');
		}
		bytes_append_u8(&text, '\n');
		bytes_append_u8(&text, '\0');
		free(dump((char *)text.data));
		bytes_clear(&text);
	}
}

static void long_lists(void **state)
{
	struct bytes text;

	bytes_init(&text, 0);
	bytes_append_text(&text, "[frontend]\n");
	for (unsigned i = 0; i < 300; i++) {
		bytes_appendf(
			&text, "trusted_proxies = 2001:db8:%x::/48, 10.0.%u.0/24\n", i, i % 256);
	}
	bytes_append_u8(&text, '\0');
	char *got = dump((char *)text.data);
	struct config *config = load(got);

	assert_int_equal(config->frontend.trusted_proxy_count, 600);
	config_unref(config);
	free(got);
	bytes_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(values),
		cmocka_unit_test(pins),
		cmocka_unit_test(rules),
		cmocka_unit_test(long_rules),
		cmocka_unit_test(long_regexes),
		cmocka_unit_test(long_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
