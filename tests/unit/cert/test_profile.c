/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct cert_choice none = {0};

static struct cert_sources sources_of(enum cert_profile profile, bool trust_frontend)
{
	struct cert_sources sources;

	assert_null(cert_sources_make(profile, &none, &none, trust_frontend, NULL, &sources));
	return sources;
}

static void reads_the_words_of_front_ends(void **state)
{
	static const struct {
		enum cert_profile profile;
		const char *status; /* NULL: absent */
		const char *finding;
		enum cert_verify_status result; /* with a certificate */
	} cases[] = {
		{CERT_PROFILE_NGINX, "SUCCESS", NULL, CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_NGINX, NULL, NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_NGINX, "", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_NGINX, "NONE", NULL, CERT_VERIFY_NONE},
		{CERT_PROFILE_NGINX, "FAILED:self-signed certificate", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "FAILED", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "success", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "SUCCESS ", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, " SUCCESS", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "SUCCESS,SUCCESS", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "SUCCES", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "none", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "0", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "true", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_NGINX, "(null)", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_LIGHTTPD, "SUCCESS", NULL, CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_LIGHTTPD, "FAILED:error:00000015:lib(0)::reason(21)", NULL,
			CERT_VERIFY_FAILED},
		{CERT_PROFILE_APACHE, "SUCCESS", NULL, CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_APACHE, "GENEROUS", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_APACHE, "(null)", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_INGRESS_NGINX, "SUCCESS", NULL, CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_AZURE_APPGW, "SUCCESS", NULL, CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_AZURE_APPGW, "FAILED:expired", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_HAPROXY, "0", NULL, CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_HAPROXY, "X509_V_OK", NULL, CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_HAPROXY, "00", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_HAPROXY, "18", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_HAPROXY, "SUCCESS", NULL, CERT_VERIFY_FAILED},
		{CERT_PROFILE_HAPROXY, "", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_GOOGLE_LB, "true", "", CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_GOOGLE_LB, "true", NULL, CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_GOOGLE_LB, "true", "client_cert_not_provided", CERT_VERIFY_NONE},
		{CERT_PROFILE_GOOGLE_LB, "true", "client_cert_chain_exceeded_limit",
			CERT_VERIFY_FAILED},
		{CERT_PROFILE_GOOGLE_LB, "false", "client_cert_not_provided", CERT_VERIFY_NONE},
		{CERT_PROFILE_GOOGLE_LB, "false", "client_cert_validation_failed",
			CERT_VERIFY_FAILED},
		{CERT_PROFILE_GOOGLE_LB, "false", "", CERT_VERIFY_NO_SUCCESS},
		{CERT_PROFILE_GOOGLE_LB, "True", "", CERT_VERIFY_FAILED},
		{CERT_PROFILE_GOOGLE_LB, "SUCCESS", "", CERT_VERIFY_FAILED},
		{CERT_PROFILE_GOOGLE_LB, NULL, "", CERT_VERIFY_ABSENT},
		{CERT_PROFILE_CLOUDFLARE, "true", "false", CERT_VERIFY_SUCCESS},
		{CERT_PROFILE_CLOUDFLARE, "true", "true", CERT_VERIFY_FAILED},
		{CERT_PROFILE_CLOUDFLARE, "true", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_CLOUDFLARE, "true", "", CERT_VERIFY_ABSENT},
		{CERT_PROFILE_CLOUDFLARE, "false", "false", CERT_VERIFY_NO_SUCCESS},
		{CERT_PROFILE_CLOUDFLARE, NULL, "false", CERT_VERIFY_ABSENT},
		/* These send no word, whatever is in the place of one. */
		{CERT_PROFILE_ENVOY, "SUCCESS", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_TRAEFIK, "SUCCESS", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_CADDY, "SUCCESS", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_AWS_ALB, "SUCCESS", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_AZURE_APPSERVICE, "SUCCESS", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_AZURE_APIM, "SUCCESS", NULL, CERT_VERIFY_ABSENT},
		{CERT_PROFILE_RFC9440, "SUCCESS", NULL, CERT_VERIFY_ABSENT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cert_sources s = sources_of(cases[i].profile, false);
		struct str status = str_view(cases[i].status);
		struct str finding = str_view(cases[i].finding);

		print_message("case %zu\n", i);
		assert_int_equal(
			cert_sources_verify_status(&s, status, finding, true), cases[i].result);
		/* HAProxy says 0 without a certificate, too. */
		assert_int_equal(cert_sources_verify_status(&s, status, finding, false),
			cases[i].result == CERT_VERIFY_SUCCESS &&
					cases[i].profile == CERT_PROFILE_HAPROXY
				? CERT_VERIFY_NONE
				: cases[i].result);
	}
	struct cert_sources nginx = sources_of(CERT_PROFILE_NGINX, false);
	struct str cut = {"SUCCESS\nX", 7};
	struct str nul = {"SUCCESS", 8};

	assert_int_equal(cert_sources_verify_status(&nginx, cut, cut, true), CERT_VERIFY_SUCCESS);
	assert_int_equal(cert_sources_verify_status(&nginx, nul, nul, true), CERT_VERIFY_FAILED);
}

static void knows_which_front_ends_verify(void **state)
{
	static const struct {
		enum cert_profile profile;
		const char *word;
		bool says;
		bool can_be_trusted;
	} cases[] = {
		{CERT_PROFILE_NGINX, "nginx", true, false},
		{CERT_PROFILE_LIGHTTPD, "lighttpd", true, false},
		{CERT_PROFILE_APACHE, "apache", true, false},
		{CERT_PROFILE_INGRESS_NGINX, "ingress-nginx", true, false},
		{CERT_PROFILE_HAPROXY, "haproxy", true, false},
		{CERT_PROFILE_ENVOY, "envoy", false, true},
		{CERT_PROFILE_TRAEFIK, "traefik", false, true},
		{CERT_PROFILE_CADDY, "caddy", false, true},
		{CERT_PROFILE_AWS_ALB, "aws-alb", false, true},
		{CERT_PROFILE_AZURE_APPSERVICE, "azure-appservice", false, false},
		{CERT_PROFILE_AZURE_APPGW, "azure-appgw", true, false},
		{CERT_PROFILE_AZURE_APIM, "azure-apim", false, false},
		{CERT_PROFILE_GOOGLE_LB, "google-lb", true, false},
		{CERT_PROFILE_CLOUDFLARE, "cloudflare", true, false},
		{CERT_PROFILE_RFC9440, "rfc9440", false, true},
	};

	(void)state;
	assert_int_equal(ARRAY_LEN(cases), CERT_PROFILE_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cert_sources s = sources_of(cases[i].profile, false);
		struct str absent = {NULL, 0};

		assert_string_equal(cert_profile_word(cases[i].profile), cases[i].word);
		assert_int_equal(cert_sources_refuse_frontend(&s) == NULL, cases[i].says);
		assert_int_equal(cert_sources_suppose(&s, absent),
			cases[i].says ? CERT_VERIFY_SUCCESS : CERT_VERIFY_ABSENT);
		const char *wrong =
			cert_sources_make(cases[i].profile, &none, &none, true, NULL, &s);

		assert_int_equal(wrong == NULL, cases[i].can_be_trusted);
		if (wrong == NULL) {
			assert_null(cert_sources_refuse_frontend(&s));
			assert_int_equal(cert_sources_verify_status(&s, absent, absent, true),
				CERT_VERIFY_SUCCESS);
			assert_int_equal(cert_sources_verify_status(&s, absent, absent, false),
				CERT_VERIFY_NONE);
		}
	}
}

/* ALB overwrites the header of its own mode alone. */
static void reads_one_header_of_alb(void **state)
{
	struct cert_sources passthrough = sources_of(CERT_PROFILE_AWS_ALB, false);
	struct cert_sources verify = sources_of(CERT_PROFILE_AWS_ALB, true);

	(void)state;
	assert_true(
		str_eq_text(passthrough.names[CERT_INPUT_HEADER], "HTTP_X_AMZN_MTLS_CLIENTCERT"));
	assert_true(passthrough.list);
	assert_true(
		str_eq_text(verify.names[CERT_INPUT_HEADER], "HTTP_X_AMZN_MTLS_CLIENTCERT_LEAF"));
	assert_false(verify.list);
}

static void takes_what_is_configured_instead(void **state)
{
	const struct cert_choice cert = {"X-Other-cert", true, CERT_CODEC_DER_HEX};
	const struct cert_choice status = {"TLS_STATUS", false, CERT_CODEC_PEM};
	struct cert_sources s;
	struct arena arena;

	(void)state;
	arena_init(&arena, 256);
	assert_null(cert_sources_make(CERT_PROFILE_ENVOY, &cert, &status, false, &arena, &s));
	assert_null(s.names[CERT_INPUT_PARAM].data);
	assert_true(str_eq_text(s.names[CERT_INPUT_HEADER], "HTTP_X_OTHER_CERT"));
	assert_true(str_eq_text(s.names[CERT_INPUT_STATUS_PARAM], "TLS_STATUS"));
	assert_null(s.names[CERT_INPUT_STATUS_HEADER].data);
	assert_int_equal(s.header_codec, CERT_CODEC_DER_HEX);
	assert_int_equal(cert_sources_verify_status(&s, str_view("SUCCESS"), str_view(NULL), true),
		CERT_VERIFY_SUCCESS);
	assert_int_equal(cert_sources_verify_status(&s, str_view(NULL), str_view(NULL), true),
		CERT_VERIFY_ABSENT);
	/* One that verifies nothing has no word to say, wherever it stands. */
	assert_null(cert_sources_make(
		CERT_PROFILE_AZURE_APPSERVICE, &none, &status, false, &arena, &s));
	assert_non_null(cert_sources_refuse_frontend(&s));
	/* A finding stays, with any source of the status. */
	assert_null(cert_sources_make(CERT_PROFILE_CLOUDFLARE, &none, &status, false, &arena, &s));
	assert_int_equal(cert_sources_verify_status(&s, str_view("true"), str_view("true"), true),
		CERT_VERIFY_FAILED);
	arena_clear(&arena);
}

/* A param's word says nothing of a header's certificate. */
static void refuses_a_word_of_another_kind(void **state)
{
	const struct cert_choice header = {"X-One", true, CERT_CODEC_PEM};
	const struct cert_choice param = {"ONE", false, CERT_CODEC_PEM};
	static const struct {
		enum cert_profile profile;
		char cert; /* 'h' header, 'p' param, '-' the profile's */
		char status;
		bool good;
	} cases[] = {
		{CERT_PROFILE_NGINX, 'h', 'p', false},
		{CERT_PROFILE_NGINX, 'p', 'h', false},
		{CERT_PROFILE_NGINX, '-', 'h', true},
		{CERT_PROFILE_NGINX, 'h', '-', true},
		{CERT_PROFILE_INGRESS_NGINX, 'p', '-', false},
		{CERT_PROFILE_INGRESS_NGINX, '-', 'p', false},
		{CERT_PROFILE_ENVOY, '-', 'p', false},
		{CERT_PROFILE_ENVOY, '-', 'h', true},
		{CERT_PROFILE_CADDY, '-', 'p', true},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 256);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cert_choice cert = cases[i].cert == 'h' ? header : param;
		struct cert_choice status = cases[i].status == 'h' ? header : param;
		struct cert_sources s;

		cert = cases[i].cert == '-' ? none : cert;
		status = cases[i].status == '-' ? none : status;
		status.name = status.name != NULL ? (status.is_header ? "X-Two" : "TWO") : NULL;
		assert_null(cert_sources_make(cases[i].profile, &cert, &status, false, &arena, &s));
		assert_int_equal(cert_sources_refuse_frontend(&s) == NULL, cases[i].good);
	}
	arena_clear(&arena);
}

static void refuses_what_does_not_go_together(void **state)
{
	const struct cert_choice one = {"X-One", true, CERT_CODEC_PEM};
	const struct cert_choice same = {"x_one", true, CERT_CODEC_PEM};
	const struct cert_choice chain = {"Client-Cert-Chain", true, CERT_CODEC_RFC9440};
	struct cert_sources s;
	struct arena arena;

	(void)state;
	arena_init(&arena, 256);
	assert_non_null(cert_sources_make(CERT_PROFILE_NGINX, &one, &same, false, &arena, &s));
	assert_non_null(cert_sources_make(CERT_PROFILE_RFC9440, &chain, &none, false, &arena, &s));
	assert_non_null(cert_sources_make(CERT_PROFILE_ENVOY, &none, &one, true, &arena, &s));
	arena_clear(&arena);
}

static void knows_names(void **state)
{
	static const struct {
		const char *name;
		bool header;
		bool param;
	} cases[] = {
		{"X-ARR-ClientCert", true, false},
		{"SSL_CLIENT_CERT", true, true},
		{"HTTP_X_CERT", true, false},
		{"", false, false},
		{"X Cert", false, false},
		{"X:Cert", false, false},
		{"X\xc3\xa4", false, false},
		{"Cert\n", false, false},
	};
	char name[130];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(cert_name_is_good(str_view(cases[i].name), true), cases[i].header);
		assert_int_equal(cert_name_is_good(str_view(cases[i].name), false), cases[i].param);
	}
	memset(name, 'x', sizeof(name));
	assert_true(cert_name_is_good((struct str){name, 128}, true));
	assert_false(cert_name_is_good((struct str){name, 129}, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_words_of_front_ends),
		cmocka_unit_test(knows_which_front_ends_verify),
		cmocka_unit_test(reads_one_header_of_alb),
		cmocka_unit_test(takes_what_is_configured_instead),
		cmocka_unit_test(refuses_a_word_of_another_kind),
		cmocka_unit_test(refuses_what_does_not_go_together),
		cmocka_unit_test(knows_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
