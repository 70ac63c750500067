/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "support.h"

/* [frontend] and what policies can make of the certificates that it reads. */

static void sources_are_written_as_they_are_read(void **state)
{
	static const char *const lines[] = {
		"cert_source = header X-ARR-ClientCert der-b64\n",
		"cert_source = param TLS_CERT pem\n",
		"cert_source = header x_cert der-hex\n",
		"cert_source = header Client-Cert rfc9440\n",
		"cert_source = header X-Forwarded-Client-Cert xfcc\n",
		"cert_source =\n",
		"verify_source = header X-Tls-Status\n",
		"verify_source = param TLS_STATUS\n",
		"verify_source =\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		char text[256];

		snprintf(text, sizeof(text), "[frontend]\n%s[policy default]\n", lines[i]);
		struct config *config = load_expecting(text, "");
		char *dump = dump_of(config);
		struct config *again = load_expecting(dump, "");

		assert_non_null(strstr(dump, lines[i]));
		for (unsigned k = 0; k < CERT_INPUT_COUNT; k++) {
			assert_true(str_eq(
				config->frontend.cert.names[k], again->frontend.cert.names[k]));
		}
		assert_int_equal(
			config->frontend.cert.header_codec, again->frontend.cert.header_codec);
		config_unref(again);
		config_unref(config);
		free(dump);
	}
}

static void no_policy_goes_by_a_word_that_never_comes(void **state)
{
	static const struct {
		const char *frontend;
		const char *policy;
		const char *messages;
	} cases[] = {
		{"profile = azure-appservice", "client_cert = off", ""},
		{"profile = azure-appservice", "client_cert = required",
			"t:3:1: error: verify = frontend in [policy default] with profile = "
			"azure-appservice: its front end verifies nothing; expected verify = "
			"local\n"},
		{"profile = azure-apim", "client_cert = optional\nverify = frontend",
			"t:5:10: error: verify = frontend in [policy default] with profile = "
			"azure-apim: its front end verifies nothing; expected verify = local\n"},
		{"profile = aws-alb", "client_cert = optional",
			"t:3:1: error: verify = frontend in [policy default] with profile = "
			"aws-alb: its passthrough mode verifies nothing; expected verify = local, "
			"or trust_frontend = yes for its verify mode\n"},
		{"profile = envoy", "client_cert = optional",
			"t:3:1: error: verify = frontend in [policy default] with profile = "
			"envoy: its front end sends no word about a certificate; expected verify "
			"= local, a verify_source, or trust_frontend = yes if it verifies\n"},
		{"profile = envoy\ntrust_frontend = yes", "client_cert = optional", ""},
		{"profile = aws-alb\ntrust_frontend = yes", "client_cert = optional", ""},
		{"profile = caddy\nverify_source = header X-Status", "client_cert = optional", ""},
		{"profile = google-lb", "client_cert = required", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[512];

		snprintf(text, sizeof(text), "[frontend]\n%s\n[policy default]\n%s\nallow = *\n",
			cases[i].frontend, cases[i].policy);
		config_unref(load_expecting(text, cases[i].messages));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_are_written_as_they_are_read),
		cmocka_unit_test(no_policy_goes_by_a_word_that_never_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
