/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "believe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct config_frontend frontend_of(enum cert_profile profile, bool trust_frontend)
{
	const struct cert_choice none = {0};
	struct config_frontend frontend = {.profile = profile};

	assert_null(cert_sources_make(profile, &none, &none, trust_frontend, NULL, &frontend.cert));
	return frontend;
}

/* A request as rows of NAME, value; ends with NULL. */
static struct input input_of(const struct cert_sources *sources, const char *const *pairs)
{
	struct input input;

	input_init(&input);
	for (; *pairs != NULL; pairs += 2) {
		for (int i = 0; i < INPUT_COUNT; i++) {
			if (str_eq_text(input_word(sources, (enum input_name)i), pairs[0])) {
				input_set(&input, (enum input_name)i, str_view(pairs[1]));
			}
		}
	}
	return input;
}

struct frontend_case {
	const char *pairs[9];
	bool trust_headers;
	bool forwarded_for;
	const char *trusted; /* one prefix */
	bool honoured;
	const char *address; /* NULL: none; "bad": does not parse */
};

#define ADDR "REMOTE_ADDR"
#define REAL "HTTP_X_REAL_IP"
#define FWD "HTTP_X_FORWARDED_FOR"
#define TRUST "DOORWARD_TRUST_HEADERS"

static const struct frontend_case cases[] = {
	/* A stranger's headers change nothing. */
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1"}, false, true, NULL, false, "203.0.113.9"},
	{{ADDR, "203.0.113.9", FWD, "192.0.2.1"}, false, true, NULL, false, "203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "nonsense"}, false, false, NULL, false, "203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", false, "203.0.113.9"},
	/* Only the exact word 1 says that headers are replaced. */
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1", TRUST, "1"}, false, false, NULL, true,
		"192.0.2.1"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1", TRUST, "0"}, false, false, NULL, false,
		"203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1", TRUST, ""}, false, false, NULL, false,
		"203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1", TRUST, "11"}, false, false, NULL, false,
		"203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1"}, true, false, NULL, true, "192.0.2.1"},
	/* A trusted proxy, also as a mapped address. */
	{{ADDR, "10.1.2.3", REAL, "192.0.2.1"}, false, false, "10.0.0.0/8", true, "192.0.2.1"},
	{{ADDR, "::ffff:10.1.2.3", REAL, "::ffff:192.0.2.1"}, false, false, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "::10.1.2.3", REAL, "192.0.2.1"}, false, false, "10.0.0.0/8", false, "::10.1.2.3"},
	/* No REMOTE_ADDR at all; an empty one is an address that does not parse. */
	{{REAL, "192.0.2.1"}, false, false, NULL, true, "192.0.2.1"},
	{{NULL}, false, false, NULL, true, NULL},
	{{ADDR, "", REAL, "192.0.2.1"}, false, false, NULL, false, "bad"},
	{{ADDR, "unix:", REAL, "192.0.2.1"}, false, false, NULL, false, "bad"},
	{{ADDR, "unix:", REAL, "192.0.2.1", TRUST, "1"}, false, false, NULL, true, "192.0.2.1"},
	/* Honoured and bad is bad: there is no falling back to another address. */
	{{ADDR, "10.1.2.3", REAL, "192.0.2.1, 192.0.2.2"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, ""}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "fe80::1%eth0"}, false, false, NULL, false, "bad"},
	{{ADDR, "192.0.2.01"}, false, false, NULL, false, "bad"},
	{{ADDR, " 192.0.2.1"}, false, false, NULL, false, "bad"},
	/* X-Forwarded-For is read from the right, past trusted proxies, where configured. */
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1"}, false, false, "10.0.0.0/8", true, "10.1.2.3"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6, 192.0.2.1, 10.9.9.9"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6,192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "10.0.0.1, 10.0.0.2"}, false, true, "10.0.0.0/8", true,
		"10.0.0.1"},
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1, unknown"}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1, "}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, ""}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, "unknown, 192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
};

static void addresses_come_from_where_the_front_end_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct frontend_case *c = &cases[i];
		struct prefix trusted = {0};
		struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);
		struct input input = input_of(&frontend.cert, c->pairs);
		char text[ADDR_TEXT_MAX];

		frontend.trust_headers = c->trust_headers;
		frontend.forwarded_for = c->forwarded_for;
		frontend.trusted_proxies = &trusted;
		frontend.trusted_proxy_count = c->trusted != NULL;
		if (c->trusted != NULL) {
			assert_true(prefix_parse(str_view(c->trusted), &trusted));
		}
		struct belief belief;

		print_message("case %zu\n", i);
		believe(&input, &frontend, &belief);
		assert_int_equal(belief.honoured, c->honoured);
		if (c->address == NULL) {
			assert_int_equal(belief.address, BELIEVE_NO_ADDRESS);
		} else if (strcmp(c->address, "bad") == 0) {
			assert_int_equal(belief.address, BELIEVE_BAD_ADDRESS);
			assert_int_equal(belief.ip.family, ADDR_NONE);
		} else {
			assert_int_equal(belief.address, BELIEVE_OK);
			addr_format(&belief.ip, text);
			assert_string_equal(text, c->address);
		}
	}
}

static struct believe_cert certificate_of(
	const struct config_frontend *frontend, const char *const *pairs, bool honoured)
{
	struct input input = input_of(&frontend->cert, pairs);
	struct believe_cert out;

	believe_certificate(&input, frontend, honoured, &out);
	return out;
}

static void an_empty_param_still_outranks_a_header(void **state)
{
	const char *const pairs[] = {"SSL_CLIENT_CERT", "", "HTTP_X_SSL_CLIENT_CERT", "forged",
		"SSL_CLIENT_VERIFY", "", "HTTP_X_SSL_CLIENT_VERIFY", "SUCCESS", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);
	struct believe_cert cert = certificate_of(&frontend, pairs, true);

	(void)state;
	assert_int_equal(cert.text.len, 0);
	assert_int_equal(cert.word, CERT_WORD_NONE);
}

static void a_header_counts_only_if_honoured(void **state)
{
	const char *const pairs[] = {
		"HTTP_X_SSL_CLIENT_CERT", "value", "HTTP_X_SSL_CLIENT_VERIFY", "SUCCESS", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);
	struct believe_cert cert = certificate_of(&frontend, pairs, false);

	(void)state;
	assert_null(cert.text.data);
	assert_int_equal(cert.word, CERT_WORD_ABSENT);
	cert = certificate_of(&frontend, pairs, true);
	assert_true(str_eq_text(cert.text, "value"));
	assert_int_equal(cert.word, CERT_WORD_VERIFIED);
}

static void a_word_goes_with_the_certificate_beside_it(void **state)
{
	const char *const by_header[] = {"HTTP_X_SSL_CLIENT_CERT", "value",
		"HTTP_X_SSL_CLIENT_VERIFY", "FAILED:x", "SSL_CLIENT_VERIFY", "SUCCESS", NULL};
	const char *const by_param[] = {"SSL_CLIENT_CERT", "value", "HTTP_X_SSL_CLIENT_VERIFY",
		"SUCCESS", "SSL_CLIENT_VERIFY", "FAILED:x", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);

	(void)state;
	assert_int_equal(certificate_of(&frontend, by_header, true).word, CERT_WORD_FAILED);
	assert_int_equal(certificate_of(&frontend, by_param, true).word, CERT_WORD_FAILED);
	assert_int_equal(certificate_of(&frontend, by_param, false).word, CERT_WORD_FAILED);
}

static void each_source_has_the_codec_of_its_own(void **state)
{
	const char *const param[] = {
		"SSL_CLIENT_CERT", "value", "HTTP_X_SSL_CLIENT_CERT", "other", NULL};
	const char *const header[] = {"HTTP_X_SSL_CLIENT_CERT", "other", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_CADDY, false);
	struct believe_cert cert = certificate_of(&frontend, param, true);

	(void)state;
	assert_true(str_eq_text(cert.text, "value"));
	assert_int_equal(cert.codec, CERT_CODEC_PEM);
	assert_int_equal(cert.word, CERT_WORD_ABSENT);
	cert = certificate_of(&frontend, header, true);
	assert_true(str_eq_text(cert.text, "other"));
	assert_int_equal(cert.codec, CERT_CODEC_DER_B64);
}

static void intermediates_and_findings_count_only_if_honoured(void **state)
{
	const char *const pairs[] = {"HTTP_X_CLIENT_CERT_LEAF", "leaf", "HTTP_X_CLIENT_CERT_CHAIN",
		"chain", "HTTP_X_CLIENT_CERT_CHAIN_VERIFIED", "true", "HTTP_X_CLIENT_CERT_ERROR",
		"", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_GOOGLE_LB, false);
	struct believe_cert cert = certificate_of(&frontend, pairs, false);

	(void)state;
	assert_null(cert.text.data);
	assert_null(cert.intermediates.data);
	assert_int_equal(cert.word, CERT_WORD_ABSENT);
	cert = certificate_of(&frontend, pairs, true);
	assert_true(str_eq_text(cert.intermediates, "chain"));
	assert_int_equal(cert.word, CERT_WORD_VERIFIED);
}

/* A stranger's header is no certificate, so trust in the front end makes none verified. */
static void trust_in_the_front_end_is_no_trust_in_strangers(void **state)
{
	const char *const pairs[] = {"HTTP_X_FORWARDED_CLIENT_CERT", "value", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_ENVOY, true);
	struct believe_cert cert = certificate_of(&frontend, pairs, false);

	(void)state;
	assert_null(cert.text.data);
	assert_int_equal(cert.word, CERT_WORD_NONE);
	cert = certificate_of(&frontend, pairs, true);
	assert_int_equal(cert.word, CERT_WORD_VERIFIED);
	assert_true(cert.list);
}

static void a_text_that_stands_for_none_is_none(void **state)
{
	const char *const pairs[] = {
		"HTTP_X_SSL_CLIENT_CERT", "(null)", "HTTP_X_SSL_CLIENT_VERIFY", "(null)", NULL};
	const struct config_frontend apache = frontend_of(CERT_PROFILE_APACHE, false);
	const struct config_frontend nginx = frontend_of(CERT_PROFILE_NGINX, false);
	struct believe_cert cert = certificate_of(&apache, pairs, true);

	(void)state;
	assert_null(cert.text.data);
	assert_int_equal(cert.word, CERT_WORD_NONE);
	cert = certificate_of(&nginx, pairs, true);
	assert_true(str_eq_text(cert.text, "(null)"));
	assert_int_equal(cert.word, CERT_WORD_FAILED);
}

static enum input_name ignored_of(const struct config_frontend *frontend, const char *const *pairs)
{
	const struct input input = input_of(&frontend->cert, pairs);
	struct belief belief;

	believe(&input, frontend, &belief);
	return belief.ignored;
}

static void what_is_ignored_is_named_if_it_would_have_counted(void **state)
{
	static const struct {
		const char *name;
		enum cert_profile profile;
		enum cert_input input;
	} headers[] = {
		{"HTTP_X_SSL_CLIENT_CERT", CERT_PROFILE_NGINX, CERT_INPUT_HEADER},
		{"HTTP_X_SSL_CLIENT_VERIFY", CERT_PROFILE_NGINX, CERT_INPUT_STATUS_HEADER},
		{"HTTP_X_FORWARDED_CLIENT_CERT", CERT_PROFILE_ENVOY, CERT_INPUT_HEADER},
		{"HTTP_CLIENT_CERT_CHAIN", CERT_PROFILE_RFC9440, CERT_INPUT_CHAIN},
		{"HTTP_CF_CERT_REVOKED", CERT_PROFILE_CLOUDFLARE, CERT_INPUT_FINDING},
	};
	const char *const stranger[] = {
		"REMOTE_ADDR", "203.0.113.9", "HTTP_X_FORWARDED_FOR", "192.0.2.1", NULL};
	struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);

	(void)state;
	assert_int_equal(ignored_of(&frontend, stranger), INPUT_COUNT);
	frontend.forwarded_for = true;
	assert_int_equal(ignored_of(&frontend, stranger), INPUT_X_FORWARDED_FOR);
	frontend.trust_headers = true;
	assert_int_equal(ignored_of(&frontend, stranger), INPUT_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		const char *const pairs[] = {
			"REMOTE_ADDR", "203.0.113.9", headers[i].name, "value", NULL};

		frontend = frontend_of(headers[i].profile, false);
		assert_int_equal(ignored_of(&frontend, pairs), INPUT_CERT + headers[i].input);
		frontend.trust_headers = true;
		assert_int_equal(ignored_of(&frontend, pairs), INPUT_COUNT);
	}
}

/* What is not believed must not make a request another one: to a memory of answers, say. */
static void what_is_not_believed_does_not_count(void **state)
{
	const char *const pairs[] = {"REMOTE_ADDR", "203.0.113.9", "HTTP_X_REAL_IP", "192.0.2.1",
		"HTTP_X_FORWARDED_FOR", "192.0.2.1", "HTTP_X_SSL_CLIENT_CERT", "c",
		"HTTP_X_SSL_CLIENT_VERIFY", "SUCCESS", "SSL_CLIENT_CERT", "p", "HTTP_USER_AGENT",
		"u", NULL};
	struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);
	const struct input input = input_of(&frontend.cert, pairs);
	const unsigned always = 1U << (INPUT_CERT + CERT_INPUT_PARAM) | 1U << INPUT_USER_AGENT;
	struct belief belief;

	(void)state;
	believe(&input, &frontend, &belief);
	assert_int_equal(belief.counted, always);
	frontend.trust_headers = true;
	believe(&input, &frontend, &belief);
	assert_int_equal(belief.counted, always | 1U << (INPUT_CERT + CERT_INPUT_HEADER) |
						 1U << (INPUT_CERT + CERT_INPUT_STATUS_HEADER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_come_from_where_the_front_end_says),
		cmocka_unit_test(an_empty_param_still_outranks_a_header),
		cmocka_unit_test(a_header_counts_only_if_honoured),
		cmocka_unit_test(a_word_goes_with_the_certificate_beside_it),
		cmocka_unit_test(each_source_has_the_codec_of_its_own),
		cmocka_unit_test(intermediates_and_findings_count_only_if_honoured),
		cmocka_unit_test(trust_in_the_front_end_is_no_trust_in_strangers),
		cmocka_unit_test(a_text_that_stands_for_none_is_none),
		cmocka_unit_test(what_is_ignored_is_named_if_it_would_have_counted),
		cmocka_unit_test(what_is_not_believed_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
