/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/forward_auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

struct scene {
	struct config config;
	struct authz_input input;
	struct http_head head;
	struct authz_fields fields;
};

static void scene_init(struct scene *s)
{
	const struct cert_choice none = {0};

	*s = (struct scene){.config = {.frontend = {.profile = CERT_PROFILE_NGINX}}};
	assert_null(cert_sources_make(
		CERT_PROFILE_NGINX, &none, &none, false, NULL, &s->config.frontend.cert));
}

/* A request; `text` is from its target on, and stays good as long as the scene. */
static void forward(struct scene *s, const char *text)
{
	assert_int_equal(http_head_parse(str_view(text), &s->head), HTTP_HEAD_GOOD);
	struct http_route route = http_route(s->head.path);

	assert_int_equal(route.place, HTTP_AUTH);
	authz_forward_input(&s->input, &s->config, &s->head, &route, &s->fields);
}

struct forward_case {
	const char *path;
	const char *headers;
	enum authz_input_name what;
	const char *value; /* NULL: came twice, or not at all if `absent` */
	bool absent;
};

#define POLICY AUTHZ_INPUT_DOORWARD_POLICY

static const struct forward_case cases[] = {
	{"/auth", "", POLICY, "default", false},
	{"/auth/p", "", POLICY, "p", false},
	{"/auth/", "", POLICY, "", false},
	{"/auth", "X-Doorward-Policy: p\r\n", POLICY, NULL, false},
	{"/auth", "X-Doorward-Policy:\r\n", POLICY, NULL, false},
	{"/auth", "X-Doorward-Policy: default\r\n", POLICY, "default", false},
	{"/auth/p", "X-Doorward-Policy: p\r\n", POLICY, "p", false},
	{"/auth/p", "X-Doorward-Policy: q\r\n", POLICY, NULL, false},
	{"/auth", "X-Doorward-Policy: p\r\nX-Doorward-Policy: q\r\n", POLICY, NULL, false},
	{"/auth", "X_Doorward-Policy: p\r\n", POLICY, NULL, false},
	{"/auth", "Doorward-Policy: p\r\n", POLICY, "default", false},
	{"/auth", "DOORWARD_POLICY: p\r\n", POLICY, "default", false},
	{"/auth", "DOORWARD-TRUST-HEADERS: 1\r\n", AUTHZ_INPUT_DOORWARD_TRUST_HEADERS, NULL, true},
	{"/auth", "REMOTE_ADDR: 192.0.2.1\r\n", AUTHZ_INPUT_REMOTE_ADDR, NULL, true},
	{"/auth", "x-real-ip: 192.0.2.1\r\n", AUTHZ_INPUT_X_REAL_IP, "192.0.2.1", false},
	{"/auth", "X-Real-IP:\r\n", AUTHZ_INPUT_X_REAL_IP, "", false},
	{"/auth", "X-Real-IP: \t \r\n", AUTHZ_INPUT_X_REAL_IP, "", false},
	{"/auth", "X-Real-IP: a\r\nx-real-ip: a\r\n", AUTHZ_INPUT_X_REAL_IP, NULL, false},
	{"/auth", "X-Real-IP: a\r\nX_Real_IP: a\r\n", AUTHZ_INPUT_X_REAL_IP, NULL, false},
	{"/auth", "X_Real_IP: a\r\n", AUTHZ_INPUT_X_REAL_IP, NULL, false},
	/* Another name is no other line of a list. */
	{"/auth", "X-Forwarded-For: a\r\nX_Forwarded_For: b\r\n", AUTHZ_INPUT_X_FORWARDED_FOR, NULL,
		false},
	{"/auth", "X_Forwarded-For: b\r\nX-Forwarded-For: a\r\n", AUTHZ_INPUT_X_FORWARDED_FOR, NULL,
		false},
	{"/auth", "X-Forwarded_For: a\r\n", AUTHZ_INPUT_X_FORWARDED_FOR, NULL, false},
	{"/auth", "X-Forwarded-For: a\r\nX-FORWARDED-FOR: b\r\n", AUTHZ_INPUT_X_FORWARDED_FOR, "a",
		false},
	{"/auth", "User_Agent: a\r\n", AUTHZ_INPUT_USER_AGENT, NULL, false},
	{"/auth", "HTTP-X-Real-IP: a\r\n", AUTHZ_INPUT_X_REAL_IP, NULL, true},
	{"/auth?q", "", AUTHZ_INPUT_REQUEST_URI, NULL, true},
	{"/auth/p/x?y", "", AUTHZ_INPUT_REQUEST_URI, "/x?y", false},
	{"/auth/p/x?y", "X-Forwarded-Uri: /x?y\r\n", AUTHZ_INPUT_REQUEST_URI, "/x?y", false},
	{"/auth/p/x?y", "X-Forwarded-Uri: /z\r\n", AUTHZ_INPUT_REQUEST_URI, NULL, false},
	{"/auth/p", "X-Forwarded-Uri: /z\r\n", AUTHZ_INPUT_REQUEST_URI, "/z", false},
	{"/auth/p", "X-Original-URI: /z\r\n", AUTHZ_INPUT_REQUEST_URI, "/z", false},
	{"/auth/p", "X-Original-URL: http://h/z\r\n", AUTHZ_INPUT_REQUEST_URI, "/z", false},
	{"/auth/p", "X-Original-URL: http://h:80/z\r\n", AUTHZ_INPUT_HOST, "h:80", false},
	{"/auth/p", "X-Original-URL: http://h\r\n", AUTHZ_INPUT_HOST, "h", false},
	{"/auth/p", "X-Original-URL: /z?q\r\n", AUTHZ_INPUT_REQUEST_URI, "/z?q", false},
	{"/auth/p", "X-Original-URL: /z\r\n", AUTHZ_INPUT_HOST, NULL, true},
	{"/auth/p", "X-Original-URL: /z\r\nX-Forwarded-Uri: /z\r\n", AUTHZ_INPUT_REQUEST_URI, "/z",
		false},
	{"/auth/p", "X-Original-URL: z\r\n", AUTHZ_INPUT_REQUEST_URI, NULL, false},
	{"/auth/p", "X-Original-URL: http:/z\r\n", AUTHZ_INPUT_REQUEST_URI, NULL, false},
	{"/auth/p", "X-Original-URL: http://h/z\r\nX-Forwarded-Host: i\r\n", AUTHZ_INPUT_HOST, NULL,
		false},
	/* The Host is i, the target is absolute. */
	{"/auth/p", "X-Original-URL: https://ihttp://h/z\r\n", AUTHZ_INPUT_HOST, NULL, false},
	{"/auth/p", "X-Original-URL: https://ihttp://h/z\r\n", AUTHZ_INPUT_REQUEST_URI, NULL,
		false},
	{"/auth/p", "X-Original-URL: https://h://z\r\n", AUTHZ_INPUT_HOST, NULL, false},
	{"/auth/p", "X-Original-URL: https://h:/z\r\n", AUTHZ_INPUT_HOST, "h:", false},
	{"/auth/p", "X_Original_URI: /z\r\n", AUTHZ_INPUT_REQUEST_URI, NULL, false},
	{"/auth/p", "X-Forwarded-Method: PUT\r\n", AUTHZ_INPUT_REQUEST_METHOD, "PUT", false},
	{"/auth/p", "X-Original-Method: PUT\r\n", AUTHZ_INPUT_REQUEST_METHOD, "PUT", false},
	{"/auth/p", "", AUTHZ_INPUT_REQUEST_METHOD, NULL, true},
	{"/auth/p/x", "", AUTHZ_INPUT_REQUEST_METHOD, NULL, true},
	{"/auth/p", "", AUTHZ_INPUT_HOST, NULL, true},
	{"/auth/p/x", "", AUTHZ_INPUT_HOST, NULL, true},
	{"/auth/p", "", AUTHZ_INPUT_REQUEST_URI, NULL, true},
	{"/auth/p", "X-Forwarded-Host: i\r\n", AUTHZ_INPUT_HOST, "i", false},
	{"/auth/p", "X-Forwarded-Proto: https\r\n", AUTHZ_INPUT_REQUEST_SCHEME, "https", false},
	{"/auth/p", "X-Original-URL: https://h/z\r\n", AUTHZ_INPUT_REQUEST_SCHEME, "https", false},
	{"/auth/p", "X-Original-URL: https://h/z\r\nX-Forwarded-Proto: http\r\n",
		AUTHZ_INPUT_REQUEST_SCHEME, NULL, false},
	{"/auth/p", "X_Forwarded_Proto: https\r\n", AUTHZ_INPUT_REQUEST_SCHEME, NULL, false},
	{"/auth/p", "REQUEST-SCHEME: https\r\n", AUTHZ_INPUT_REQUEST_SCHEME, NULL, true},
	{"/auth/p", "Doorward-Authority: h\r\n", AUTHZ_INPUT_DOORWARD_AUTHORITY, NULL, true},
	{"/auth/p", "Signature_Input: a\r\n", AUTHZ_INPUT_SIGNATURE_INPUT, NULL, false},
};

static void headers_become_input(void **state)
{
	struct scene s;
	char text[512];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct forward_case *c = &cases[i];

		scene_init(&s);
		snprintf(text, sizeof(text), "POST %s HTTP/1.1\r\nHost: door\r\n%s\r\n", c->path,
			c->headers);
		forward(&s, text);
		const struct authz_input *input = &s.input;
		bool twice = (input->duplicates >> c->what & 1) != 0;

		assert_int_equal(twice, c->value == NULL && !c->absent);
		if (c->absent) {
			assert_null(input->values[c->what].data);
		} else if (!twice) {
			assert_non_null(input->values[c->what].data);
			assert_true(str_eq_text(input->values[c->what], c->value));
			assert_int_equal(input->duplicates, 0);
		}
		assert_null(input->unusable);
	}
}

/* Only those of a signed request are kept, and each line of one. */
static void fields_of_a_signed_request_are_kept(void **state)
{
	struct scene s;

	scene_init(&s);
	forward(&s, "GET /auth HTTP/1.1\r\nHost: door\r\nSignature: a\r\nX-A: 1\r\n\r\n");
	assert_null(s.input.fields);
	scene_init(&s);
	forward(&s, "GET /auth HTTP/1.1\r\nHost: door\r\nX-A: 1\r\nSignature-Input: a\r\n"
		    "x-a: 2\r\nX_A: 3\r\n\r\n");
	assert_ptr_equal(s.input.fields, &s.fields);
	assert_int_equal(s.fields.count, 5);
	size_t lines = 0;

	for (size_t i = 0; i < s.fields.count; i++) {
		lines += authz_field_is(&s.fields.items[i], str_view("x-a"));
	}
	assert_int_equal(lines, 2);
}

static void what_a_front_end_does_not_write_is_not_its_word(void **state)
{
	static const struct {
		enum cert_profile profile;
		const char *path;
		const char *headers;
		const char *uri; /* NULL: did not come */
		const char *method;
		const char *host;
	} rows[] = {
		{CERT_PROFILE_ENVOY, "/auth/p/x?y", "", "/x?y", "POST", "door"},
		{CERT_PROFILE_ENVOY, "/auth/p/", "", "/", "POST", "door"},
		{CERT_PROFILE_ENVOY, "/auth/p//x", "", "//x", "POST", "door"},
		{CERT_PROFILE_ENVOY, "/auth/p/x",
			"X-Forwarded-Uri: /y\r\nX-Forwarded-Method: GET\r\nX-Original-URL: "
			"http://h/\r\n",
			"/x", "POST", "door"},
		/* Without its path, which it always sends, the request is not Envoy's. */
		{CERT_PROFILE_ENVOY, "/auth/p",
			"X-Forwarded-Uri: /y\r\nX-Forwarded-Host: h\r\nX-Forwarded-Method: GET\r\n"
			"X-Original-URI: /z\r\nX-Original-URL: http://h/\r\n",
			NULL, NULL, NULL},
		{CERT_PROFILE_TRAEFIK, "/auth/p/x", "", "/x", NULL, NULL},
		{CERT_PROFILE_INGRESS_NGINX, "/auth/p",
			"X-Original-URL: http://h/x\r\nX-Original-Method: PUT\r\n"
			"X-Forwarded-Host: i\r\nX-Forwarded-Uri: /y\r\nX-Forwarded-Method: GET\r\n"
			"X-Original-URI: /z\r\n",
			"/x", "PUT", "h"},
		{CERT_PROFILE_INGRESS_NGINX, "/auth/p", "X-Forwarded-Method: GET\r\n", NULL, NULL,
			NULL},
	};
	char text[512];
	struct scene s;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct {
			enum authz_input_name name;
			const char *value;
		} claims[] = {{AUTHZ_INPUT_REQUEST_URI, rows[i].uri},
			{AUTHZ_INPUT_REQUEST_METHOD, rows[i].method},
			{AUTHZ_INPUT_HOST, rows[i].host}};

		scene_init(&s);
		s.config.frontend.profile = rows[i].profile;
		snprintf(text, sizeof(text), "POST %s HTTP/1.1\r\nHost: door\r\n%s\r\n",
			rows[i].path, rows[i].headers);
		forward(&s, text);
		assert_int_equal(s.input.duplicates, 0);
		for (size_t k = 0; k < ARRAY_LEN(claims); k++) {
			struct str value = s.input.values[claims[k].name];

			assert_int_equal(value.data == NULL, claims[k].value == NULL);
			assert_true(value.data == NULL || str_eq_text(value, claims[k].value));
		}
	}
}

static void what_did_not_come_is_told_by_what_the_front_end_sends(void **state)
{
	static const struct {
		enum cert_profile profile;
		const char *words;
	} rows[] = {
		{CERT_PROFILE_ENVOY, "the path after the policy"},
		{CERT_PROFILE_INGRESS_NGINX, "X-Original-URL"},
		{CERT_PROFILE_TRAEFIK, "X-Forwarded-Uri or X-Original-URI or X-Original-URL"},
	};
	struct bytes words;
	struct scene s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		scene_init(&s);
		s.config.frontend.profile = rows[i].profile;
		forward(&s, "GET /auth/p HTTP/1.1\r\nHost: door\r\n\r\n");
		bytes_init(&words, 0);
		assert_true(
			authz_forward_words(&s.input, &s.config, AUTHZ_INPUT_REQUEST_URI, &words));
		assert_true(str_eq_text(bytes_view(&words), rows[i].words));
		bytes_clear(&words);
	}
}

/* It may be what the client asked for, and names another host than its Host does. */
static void an_absolute_uri_is_not_hidden_by_another_word(void **state)
{
	static const char *const headers[] = {
		"X-Forwarded-Uri: /a\r\nX-Original-URI: http://h/\r\n",
		"X-Original-URI: http://h/\r\nX-Forwarded-Uri: /a\r\n",
		"X-Original-URI: http://h/\r\nX-Forwarded-Uri:\r\n",
		"X-Original-URI: http://h/\r\nX_Original_URI: http://h/\r\n",
		"X-Original-URI: http://h/\r\nX-Original-URL: a\r\n",
		"X-Original-URL: a\r\nX-Original-URI: http://h/\r\n",
		"X-Original-URL: /a\r\nX-Original-URI: http://h/\r\nX-Forwarded-Uri: /b\r\n",
	};
	char text[512];
	struct scene s;

	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		scene_init(&s);
		snprintf(text, sizeof(text),
			"GET /auth/p HTTP/1.1\r\nHost: door\r\nX-Forwarded-Host: i\r\n%s\r\n",
			headers[i]);
		forward(&s, text);
		assert_int_equal(s.input.duplicates, 1U << AUTHZ_INPUT_REQUEST_URI);
		assert_true(str_eq_text(s.input.values[AUTHZ_INPUT_REQUEST_URI], "http://h/"));
		assert_true(str_eq_text(s.input.values[AUTHZ_INPUT_HOST], "i"));
	}
}

static void names_of_any_length(void **state)
{
	struct scene s;

	for (size_t len = 1; len < 300; len++) {
		struct bytes text = {0};

		scene_init(&s);
		bytes_append_text(&text, "GET /auth HTTP/1.1\r\nHost: door\r\n");
		memset(bytes_reserve(&text, len), 'x', len);
		text.len += len;
		bytes_append_text(&text, ": y\r\nX-Real-IP: a\r\n\r\n");
		bytes_append_u8(&text, 0);
		forward(&s, (char *)text.data);
		assert_true(str_eq_text(s.input.values[AUTHZ_INPUT_X_REAL_IP], "a"));
		bytes_clear(&text);
	}
}

static void a_refusal_names_the_line(void **state)
{
	static const char *const froms[] = {
		"2001:db8::7", "2001:db8:1111:2222:3333:4444:5555:6666", "192.0.2.255"};

	for (size_t i = 0; i < ARRAY_LEN(froms); i++) {
		char why[AUTHZ_FORWARD_WHY_MAX];
		char line[AUTHZ_FORWARD_WHY_MAX];
		struct authz_input input;
		struct addr from;

		authz_input_init(&input);
		assert_true(addr_parse(str_view(froms[i]), &from));
		authz_forward_refuse(&input, &from, why);
		assert_ptr_equal(input.unusable, why);
		assert_false(authz_input_is_clear(&input));
		snprintf(line, sizeof(line), "[frontend] trusted_proxies = %s would let it",
			froms[i]);
		assert_non_null(strstr(why, line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_become_input),
		cmocka_unit_test(fields_of_a_signed_request_are_kept),
		cmocka_unit_test(what_a_front_end_does_not_write_is_not_its_word),
		cmocka_unit_test(what_did_not_come_is_told_by_what_the_front_end_sends),
		cmocka_unit_test(an_absolute_uri_is_not_hidden_by_another_word),
		cmocka_unit_test(names_of_any_length),
		cmocka_unit_test(a_refusal_names_the_line),
	};

	http_head_library_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
