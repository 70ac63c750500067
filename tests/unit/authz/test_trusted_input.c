/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/trusted_input.h"

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

/* A request as rows of NAME, value; ends with NULL. X-Forwarded-For may come in several rows. */
static struct authz_input input_of(const struct cert_sources *sources, const char *const *pairs)
{
	struct authz_input input;

	authz_input_init(&input);
	input.lines_are_told_apart = true;
	for (; *pairs != NULL; pairs += 2) {
		for (int i = 0; i < AUTHZ_INPUT_COUNT; i++) {
			if (str_eq_text(authz_input_word(sources, (enum authz_input_name)i),
				    pairs[0])) {
				authz_input_set(
					&input, (enum authz_input_name)i, str_view(pairs[1]));
			}
		}
	}
	return input;
}

struct frontend_case {
	const char *pairs[11];
	bool trust_headers;
	bool forwarded_for;
	const char *trusted; /* one prefix */
	bool honoured;
	const char *address; /* NULL: none; "bad": does not parse; "two": two sources disagree */
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
	/* No REMOTE_ADDR at all is no reason to believe; an empty one does not parse. */
	{{REAL, "192.0.2.1"}, false, true, "0.0.0.0/0", false, NULL},
	{{FWD, "192.0.2.1"}, false, true, "0.0.0.0/0", false, NULL},
	{{REAL, "192.0.2.1", TRUST, "1"}, false, false, NULL, true, "192.0.2.1"},
	{{REAL, "192.0.2.1", TRUST, "0"}, false, false, NULL, false, NULL},
	{{REAL, "192.0.2.1"}, true, false, NULL, true, "192.0.2.1"},
	{{FWD, "192.0.2.1"}, true, true, NULL, true, "192.0.2.1"},
	{{FWD, "192.0.2.1"}, true, false, NULL, true, NULL},
	{{NULL}, false, false, NULL, false, NULL},
	{{NULL}, true, true, NULL, true, NULL},
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
	/* Both headers, of which one is the client's own if they disagree. */
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"two"},
	{{REAL, "192.0.2.1", FWD, "6.6.6.6"}, true, true, NULL, true, "two"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6, 192.0.2.1, 10.1.1.1", REAL, "::ffff:192.0.2.1"}, false,
		true, "10.0.0.0/8", true, "192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1:443", REAL, "192.0.2.1:80"}, false, true, "10.0.0.0/8",
		true, "192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "x", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1", REAL, "x"}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, "", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6", REAL, "192.0.2.1"}, false, false, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "203.0.113.9", FWD, "6.6.6.6", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", false,
		"203.0.113.9"},
	/* Several lines are one list. */
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6", FWD, "192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6, 192.0.2.1", FWD, "10.1.1.1, 10.2.2.2"}, false, true,
		"10.0.0.0/8", true, "192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "10.3.3.3", FWD, "10.1.1.1, 10.2.2.2"}, false, true, "10.0.0.0/8",
		true, "10.3.3.3"},
	{{ADDR, "10.1.2.3", FWD, "", FWD, "192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1", FWD, ""}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, "", FWD, "10.1.1.1"}, false, true, "10.0.0.0/8", true, "bad"},
	/* Ports, with any of which the address is the same. */
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6:1, 203.0.113.9:51234"}, false, true, "10.0.0.0/8", true,
		"203.0.113.9"},
	{{ADDR, "10.1.2.3", FWD, "203.0.113.9:51234, 10.0.0.9:80"}, false, true, "10.0.0.0/8", true,
		"203.0.113.9"},
	{{ADDR, "10.1.2.3", FWD, "[2001:db8::1]:443"}, false, true, "10.0.0.0/8", true,
		"2001:db8::1"},
	{{ADDR, "10.1.2.3", FWD, "[2001:db8::1]"}, false, true, "10.0.0.0/8", true, "2001:db8::1"},
	{{ADDR, "10.1.2.3", FWD, "2001:db8::1"}, false, true, "10.0.0.0/8", true, "2001:db8::1"},
	{{ADDR, "10.1.2.3", REAL, "203.0.113.9:51234"}, false, false, "10.0.0.0/8", true,
		"203.0.113.9"},
	{{ADDR, "10.1.2.3", REAL, "[::ffff:203.0.113.9]:1"}, false, false, "10.0.0.0/8", true,
		"203.0.113.9"},
	{{ADDR, "10.1.2.3", REAL, "203.0.113.9:"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "203.0.113.9:0x1"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "203.0.113.9:65536"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "203.0.113.9:1:2"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "[203.0.113.9]"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "[203.0.113.9]:1"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "[2001:db8::1"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "2001:db8::1]"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "[]"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "[[2001:db8::1]]"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "[fe80::1%eth0]:443"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "fe80::1%1"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "[fe80::1%lo]:443"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "fe80::1%lo"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "unix:"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "\"203.0.113.9\""}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, "for=203.0.113.9"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "203.0.113.9:80"}, false, false, NULL, false, "bad"},
	{{ADDR, "10.1.2.3:80", REAL, "192.0.2.1"}, false, false, "10.0.0.0/8", false, "bad"},
};

/* One source by name: no other is looked at, and a stranger's header is still none. */
static const struct {
	struct frontend_case c;
	enum config_address by;
} named[] = {
	{{{ADDR, "10.1.2.3", FWD, "192.0.2.1", REAL, "6.6.6.6"}, false, true, "10.0.0.0/8", true,
		 "192.0.2.1"},
		CONFIG_ADDRESS_X_FORWARDED_FOR},
	{{{ADDR, "10.1.2.3", FWD, "192.0.2.1", REAL, "x"}, false, true, "10.0.0.0/8", true,
		 "192.0.2.1"},
		CONFIG_ADDRESS_X_FORWARDED_FOR},
	{{{ADDR, "10.1.2.3", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", true, NULL},
		CONFIG_ADDRESS_X_FORWARDED_FOR},
	{{{ADDR, "203.0.113.9", FWD, "192.0.2.1"}, false, true, "10.0.0.0/8", false, "203.0.113.9"},
		CONFIG_ADDRESS_X_FORWARDED_FOR},
	{{{FWD, "192.0.2.1"}, false, true, "10.0.0.0/8", false, NULL},
		CONFIG_ADDRESS_X_FORWARDED_FOR},
	{{{ADDR, "10.1.2.3", FWD, "x", REAL, "192.0.2.1"}, false, false, "10.0.0.0/8", true,
		 "192.0.2.1"},
		CONFIG_ADDRESS_X_REAL_IP},
	{{{ADDR, "10.1.2.3", FWD, "192.0.2.1"}, false, false, "10.0.0.0/8", true, NULL},
		CONFIG_ADDRESS_X_REAL_IP},
	{{{ADDR, "203.0.113.9", REAL, "192.0.2.1"}, false, false, NULL, false, "203.0.113.9"},
		CONFIG_ADDRESS_X_REAL_IP},
	{{{ADDR, "10.1.2.3", FWD, "192.0.2.1", REAL, "192.0.2.1"}, true, false, "10.0.0.0/8", true,
		 "10.1.2.3"},
		CONFIG_ADDRESS_REMOTE_ADDR},
	{{{REAL, "192.0.2.1", TRUST, "1"}, true, false, NULL, true, NULL},
		CONFIG_ADDRESS_REMOTE_ADDR},
};

static void check_case(const struct frontend_case *c, enum config_address by)
{
	struct prefix trusted = {0};
	struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);
	struct authz_input input = input_of(&frontend.cert, c->pairs);
	char text[ADDR_TEXT_MAX];

	frontend.trust_headers = c->trust_headers;
	frontend.forwarded_for = c->forwarded_for;
	frontend.address = by;
	frontend.trusted_proxies = &trusted;
	frontend.trusted_proxy_count = c->trusted != NULL;
	if (c->trusted != NULL) {
		assert_true(prefix_parse(str_view(c->trusted), &trusted));
	}
	struct authz_trusted_input result;

	authz_trust_input(&input, &frontend, &result);
	assert_int_equal(result.honoured, c->honoured);
	if (c->address == NULL) {
		assert_int_equal(result.address, AUTHZ_CLIENT_ADDRESS_NO_ADDRESS);
	} else if (strcmp(c->address, "two") == 0) {
		assert_int_equal(result.address, AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES);
		assert_int_equal(result.ip.family, ADDR_NONE);
		assert_false(addr_eq(&result.apart[0], &result.apart[1]));
	} else if (strcmp(c->address, "bad") == 0) {
		assert_int_equal(result.address, AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS);
		assert_int_equal(result.ip.family, ADDR_NONE);
	} else {
		assert_int_equal(result.address, AUTHZ_CLIENT_ADDRESS_OK);
		addr_format(&result.ip, text);
		assert_string_equal(text, c->address);
	}
}

static void addresses_come_from_where_the_front_end_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("case %zu\n", i);
		check_case(&cases[i], CONFIG_ADDRESS_AUTO);
	}
}

static void a_named_source_is_the_only_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		print_message("case %zu\n", i);
		check_case(&named[i].c, named[i].by);
	}
}

static struct authz_trusted_cert certificate_of(
	const struct config_frontend *frontend, const char *const *pairs, bool honoured)
{
	struct authz_input input = input_of(&frontend->cert, pairs);
	struct authz_trusted_cert out;

	authz_client_certificate(&input, frontend, honoured, &out);
	return out;
}

static void an_empty_param_still_outranks_a_header(void **state)
{
	const char *const pairs[] = {"SSL_CLIENT_CERT", "", "HTTP_X_SSL_CLIENT_CERT", "forged",
		"SSL_CLIENT_VERIFY", "", "HTTP_X_SSL_CLIENT_VERIFY", "SUCCESS", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);
	struct authz_trusted_cert cert = certificate_of(&frontend, pairs, true);

	(void)state;
	assert_int_equal(cert.text.len, 0);
	assert_int_equal(cert.verify_status, CERT_VERIFY_ABSENT);
}

static void a_header_counts_only_if_honoured(void **state)
{
	const char *const pairs[] = {
		"HTTP_X_SSL_CLIENT_CERT", "value", "HTTP_X_SSL_CLIENT_VERIFY", "SUCCESS", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);
	struct authz_trusted_cert cert = certificate_of(&frontend, pairs, false);

	(void)state;
	assert_null(cert.text.data);
	assert_int_equal(cert.verify_status, CERT_VERIFY_ABSENT);
	cert = certificate_of(&frontend, pairs, true);
	assert_true(str_eq_text(cert.text, "value"));
	assert_int_equal(cert.verify_status, CERT_VERIFY_SUCCESS);
}

/*
 * Names and values, and which status counts if headers are honoured or ignored; _P is a param, _H a
 * header.
 */
struct pair_case {
	const char *const pairs[9];
	enum cert_verify_status honoured;
	enum cert_verify_status ignored;
};

#define CERT_P "SSL_CLIENT_CERT"
#define CERT_H "HTTP_X_SSL_CLIENT_CERT"
#define WORD_P "SSL_CLIENT_VERIFY"
#define WORD_H "HTTP_X_SSL_CLIENT_VERIFY"

static void a_word_never_speaks_of_a_certificate_of_another_kind(void **state)
{
	static const struct pair_case pairs[] = {
		{{CERT_H, "c", WORD_P, "SUCCESS"}, CERT_VERIFY_ABSENT, CERT_VERIFY_SUCCESS},
		{{CERT_P, "c", WORD_H, "SUCCESS"}, CERT_VERIFY_ABSENT, CERT_VERIFY_ABSENT},
		{{CERT_H, "c", WORD_H, "SUCCESS", WORD_P, "FAILED:x"}, CERT_VERIFY_SUCCESS,
			CERT_VERIFY_FAILED},
		{{CERT_H, "c", WORD_H, "FAILED:x", WORD_P, "SUCCESS"}, CERT_VERIFY_FAILED,
			CERT_VERIFY_SUCCESS},
		{{CERT_P, "c", WORD_P, "FAILED:x", WORD_H, "SUCCESS"}, CERT_VERIFY_FAILED,
			CERT_VERIFY_FAILED},
		{{CERT_P, "c", WORD_P, "SUCCESS", WORD_H, "FAILED:x"}, CERT_VERIFY_SUCCESS,
			CERT_VERIFY_SUCCESS},
		{{CERT_P, "c", CERT_H, "c", WORD_H, "SUCCESS"}, CERT_VERIFY_ABSENT,
			CERT_VERIFY_ABSENT},
		{{CERT_P, "c", CERT_H, "c", WORD_P, "SUCCESS", WORD_H, "NONE"}, CERT_VERIFY_SUCCESS,
			CERT_VERIFY_SUCCESS},
		/* An empty parameter says that the front end has no certificate. */
		{{CERT_P, "", CERT_H, "c", WORD_P, "NONE", WORD_H, "SUCCESS"}, CERT_VERIFY_NONE,
			CERT_VERIFY_NONE},
		{{CERT_P, "", CERT_H, "c", WORD_P, "SUCCESS", WORD_H, "NONE"}, CERT_VERIFY_SUCCESS,
			CERT_VERIFY_SUCCESS},
		{{CERT_H, "c", WORD_P, ""}, CERT_VERIFY_ABSENT, CERT_VERIFY_ABSENT},
	};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		print_message("case %zu\n", i);
		assert_int_equal(certificate_of(&frontend, pairs[i].pairs, true).verify_status,
			pairs[i].honoured);
		assert_int_equal(certificate_of(&frontend, pairs[i].pairs, false).verify_status,
			pairs[i].ignored);
	}
}

/* A chain, a finding or a digest is a header: it says nothing of a param's certificate. */
static void what_else_a_header_says_goes_with_a_header(void **state)
{
	const char *const pairs[] = {"ONE", "leaf", "TWO", "true", "HTTP_X_CLIENT_CERT_CHAIN",
		"chain", "HTTP_X_CLIENT_CERT_ERROR", "bad", "HTTP_X_CLIENT_CERT_HASH", "other",
		NULL};
	const struct cert_choice cert = {"ONE", false, CERT_CODEC_PEM};
	const struct cert_choice status = {"TWO", false, CERT_CODEC_PEM};
	struct config_frontend frontend = {.profile = CERT_PROFILE_GOOGLE_LB};
	struct arena arena;

	(void)state;
	arena_init(&arena, 256);
	assert_null(cert_sources_make(
		CERT_PROFILE_GOOGLE_LB, &cert, &status, false, &arena, &frontend.cert));
	struct authz_trusted_cert sent = certificate_of(&frontend, pairs, true);

	assert_true(str_eq_text(sent.text, "leaf"));
	assert_null(sent.intermediates.data);
	assert_null(sent.digest.data);
	assert_int_equal(sent.verify_status, CERT_VERIFY_SUCCESS);
	arena_clear(&arena);
}

/* Of the certificate that the verdict is about, by every profile that can say it. */
static void what_is_said_of_the_certificate_comes_with_its_header(void **state)
{
	(void)state;
	for (int profile = 0; profile < CERT_PROFILE_COUNT; profile++) {
		const struct config_frontend frontend =
			frontend_of((enum cert_profile)profile, false);
		const struct str *names = frontend.cert.names;
		const char *pairs[2 * CERT_INPUT_COUNT + 1] = {NULL};
		size_t count = 0;

		for (int i = 0; i < CERT_INPUT_COUNT; i++) {
			if (names[i].data != NULL && i != CERT_INPUT_PARAM &&
				i != CERT_INPUT_STATUS_PARAM) {
				pairs[count++] = names[i].data;
				pairs[count++] = "(null)";
			}
		}
		struct authz_trusted_cert sent = certificate_of(&frontend, pairs, true);
		const char *text = profile == CERT_PROFILE_APACHE ? "" : "(null)";

		assert_int_equal(sent.subject.data != NULL, names[CERT_INPUT_SUBJECT].data != NULL);
		assert_int_equal(sent.issuer.data != NULL, names[CERT_INPUT_ISSUER].data != NULL);
		assert_int_equal(sent.digest.data != NULL, names[CERT_INPUT_DIGEST].data != NULL);
		assert_int_equal(sent.subject.data != NULL, sent.issuer.data != NULL);
		assert_true(sent.subject.data == NULL || str_eq_text(sent.subject, text));
		sent = certificate_of(&frontend, pairs, false);
		assert_null(sent.subject.data);
		assert_null(sent.issuer.data);
		assert_null(sent.digest.data);
	}
}

static void each_source_has_the_codec_of_its_own(void **state)
{
	const char *const param[] = {
		"SSL_CLIENT_CERT", "value", "HTTP_X_SSL_CLIENT_CERT", "other", NULL};
	const char *const header[] = {"HTTP_X_SSL_CLIENT_CERT", "other", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_CADDY, false);
	struct authz_trusted_cert cert = certificate_of(&frontend, param, true);

	(void)state;
	assert_true(str_eq_text(cert.text, "value"));
	assert_int_equal(cert.codec, CERT_CODEC_PEM);
	assert_int_equal(cert.verify_status, CERT_VERIFY_ABSENT);
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
	struct authz_trusted_cert cert = certificate_of(&frontend, pairs, false);

	(void)state;
	assert_null(cert.text.data);
	assert_null(cert.intermediates.data);
	assert_int_equal(cert.verify_status, CERT_VERIFY_ABSENT);
	cert = certificate_of(&frontend, pairs, true);
	assert_true(str_eq_text(cert.intermediates, "chain"));
	assert_int_equal(cert.verify_status, CERT_VERIFY_SUCCESS);
}

/* A stranger's header is not a certificate, so trust in the front end makes none verified. */
static void trust_in_the_front_end_is_no_trust_in_strangers(void **state)
{
	const char *const pairs[] = {"HTTP_X_FORWARDED_CLIENT_CERT", "value", NULL};
	const struct config_frontend frontend = frontend_of(CERT_PROFILE_ENVOY, true);
	struct authz_trusted_cert cert = certificate_of(&frontend, pairs, false);

	(void)state;
	assert_null(cert.text.data);
	assert_int_equal(cert.verify_status, CERT_VERIFY_NONE);
	cert = certificate_of(&frontend, pairs, true);
	assert_int_equal(cert.verify_status, CERT_VERIFY_SUCCESS);
	assert_true(cert.list);
}

static void a_text_that_stands_for_none_is_none(void **state)
{
	const char *const pairs[] = {
		"HTTP_X_SSL_CLIENT_CERT", "(null)", "HTTP_X_SSL_CLIENT_VERIFY", "(null)", NULL};
	const struct config_frontend apache = frontend_of(CERT_PROFILE_APACHE, false);
	const struct config_frontend nginx = frontend_of(CERT_PROFILE_NGINX, false);
	struct authz_trusted_cert cert = certificate_of(&apache, pairs, true);

	(void)state;
	assert_null(cert.text.data);
	assert_int_equal(cert.verify_status, CERT_VERIFY_ABSENT);
	cert = certificate_of(&nginx, pairs, true);
	assert_true(str_eq_text(cert.text, "(null)"));
	assert_int_equal(cert.verify_status, CERT_VERIFY_FAILED);
}

static enum authz_input_name ignored_of(
	const struct config_frontend *frontend, const char *const *pairs)
{
	const struct authz_input input = input_of(&frontend->cert, pairs);
	struct authz_trusted_input result;

	authz_trust_input(&input, frontend, &result);
	return result.ignored;
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
	const char *const both[] = {
		"HTTP_X_REAL_IP", "192.0.2.1", "HTTP_X_FORWARDED_FOR", "192.0.2.1", NULL};
	struct config_frontend frontend = frontend_of(CERT_PROFILE_NGINX, false);

	(void)state;
	assert_int_equal(ignored_of(&frontend, stranger), AUTHZ_INPUT_X_FORWARDED_FOR);
	assert_int_equal(ignored_of(&frontend, both), AUTHZ_INPUT_X_REAL_IP);
	frontend.trust_headers = true;
	assert_int_equal(ignored_of(&frontend, stranger), AUTHZ_INPUT_X_FORWARDED_FOR);
	assert_int_equal(ignored_of(&frontend, both), AUTHZ_INPUT_COUNT);
	frontend.address = CONFIG_ADDRESS_REMOTE_ADDR;
	assert_int_equal(ignored_of(&frontend, stranger), AUTHZ_INPUT_COUNT);
	frontend.address = CONFIG_ADDRESS_AUTO;
	frontend.forwarded_for = true;
	assert_int_equal(ignored_of(&frontend, stranger), AUTHZ_INPUT_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		const char *const pairs[] = {
			"REMOTE_ADDR", "203.0.113.9", headers[i].name, "value", NULL};

		frontend = frontend_of(headers[i].profile, false);
		assert_int_equal(ignored_of(&frontend, pairs), AUTHZ_INPUT_CERT + headers[i].input);
		frontend.trust_headers = true;
		assert_int_equal(ignored_of(&frontend, pairs), AUTHZ_INPUT_COUNT);
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
	const struct authz_input input = input_of(&frontend.cert, pairs);
	const unsigned always =
		1U << (AUTHZ_INPUT_CERT + CERT_INPUT_PARAM) | 1U << AUTHZ_INPUT_USER_AGENT;
	struct authz_trusted_input result;

	(void)state;
	authz_trust_input(&input, &frontend, &result);
	assert_int_equal(result.counted, always);
	frontend.trust_headers = true;
	authz_trust_input(&input, &frontend, &result);
	assert_int_equal(
		result.counted, always | 1U << (AUTHZ_INPUT_CERT + CERT_INPUT_HEADER) |
					1U << (AUTHZ_INPUT_CERT + CERT_INPUT_STATUS_HEADER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_come_from_where_the_front_end_says),
		cmocka_unit_test(a_named_source_is_the_only_one),
		cmocka_unit_test(an_empty_param_still_outranks_a_header),
		cmocka_unit_test(a_header_counts_only_if_honoured),
		cmocka_unit_test(a_word_never_speaks_of_a_certificate_of_another_kind),
		cmocka_unit_test(what_else_a_header_says_goes_with_a_header),
		cmocka_unit_test(what_is_said_of_the_certificate_comes_with_its_header),
		cmocka_unit_test(each_source_has_the_codec_of_its_own),
		cmocka_unit_test(intermediates_and_findings_count_only_if_honoured),
		cmocka_unit_test(trust_in_the_front_end_is_no_trust_in_strangers),
		cmocka_unit_test(a_text_that_stands_for_none_is_none),
		cmocka_unit_test(what_is_ignored_is_named_if_it_would_have_counted),
		cmocka_unit_test(what_is_not_believed_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
