/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads a copy of exactly its size; NULL: it is refused. */
static const char *read_as(enum agent_url_type type, const char *text)
{
	static char result[AGENT_URL_MAX + 1];
	char room[AGENT_URL_MAX];
	size_t len = strlen(text);
	char *copy = malloc(len > 0 ? len : 1);
	struct str url = {NULL, 0};

	assert_non_null(copy);
	memcpy(copy, text, len);
	bool good = agent_url_read(type, (struct str){copy, len}, room, &url);

	free(copy);
	if (!good) {
		assert_null(url.data);
		return NULL;
	}
	memcpy(result, url.data, url.len);
	result[url.len] = '\0';
	return result;
}

static void directories(void **state)
{
	static const struct {
		const char *text;
		const char *url;
	} good[] = {
		{"https://chatgpt.com", "https://chatgpt.com"},
		{"https://chatgpt.com/", "https://chatgpt.com"},
		{"HTTPS://ChatGPT.com:443", "https://chatgpt.com"},
		{"https://agent.bot.goog:8443/", "https://agent.bot.goog:8443"},
		{"https://a_b.xn--bcher-kva.example", "https://a_b.xn--bcher-kva.example"},
		{"https://localhost", "https://localhost"},
	};
	static const char *const bad[] = {"", "https:", "https://", "https:///", "http://a.example",
		"a.example", "//a.example", " https://a.example", "https://a.example ",
		"https://a.example/x", "https://a.example//", "https://a.example?",
		"https://a.example/?x", "https://a.example#", "https://user@a.example",
		"https://a.example:", "https://a.example:0", "https://a.example:0443",
		"https://a.example:65536", "https://a.example:x", "https://a.example:443:443",
		"https://a.example.", "https://.a.example", "https://a..example",
		"https://-a.example", "https://[::1]", "https://a%2eexample",
		"https://a.ex\xc3\xa4mple", "https://a.example\\", "https:/a"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_string_equal(read_as(AGENT_URL_DIRECTORY, good[i].text), good[i].url);
		/* What was read is read as itself. */
		assert_string_equal(read_as(AGENT_URL_DIRECTORY, good[i].url), good[i].url);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_null(read_as(AGENT_URL_DIRECTORY, bad[i]));
	}
}

static void paths(void **state)
{
	static const struct {
		const char *text;
		const char *url;
	} good[] = {
		{"https://a.example/jwks.json", "https://a.example/jwks.json"},
		{"https://A.example:443/Keys/1", "https://a.example/Keys/1"},
		{"https://a.example/jwks?x=1#y", "https://a.example/jwks"},
		{"https://a.example/jwks#y?x", "https://a.example/jwks"},
		{"https://a.example/%20%2F", "https://a.example/%20%2F"},
		{"https://a.example/~a;b=c,@d:e!$&'()*+", "https://a.example/~a;b=c,@d:e!$&'()*+"},
		{"https://a.example/.well-known/http-message-signatures-directory",
			"https://a.example"},
		{"https://a.example/.well-known/x", "https://a.example/.well-known/x"},
	};
	static const char *const bad[] = {"https://a.example", "https://a.example/",
		"https://a.example?x", "https://a.example/?x", "https://a.example//x",
		"https://a.example/x/", "https://a.example/./x", "https://a.example/x/..",
		"https://a.example/../x", "https://a.example/%2e", "https://a.example/%2E",
		"https://a.example/%41", "https://a.example/%7E", "https://a.example/%2f",
		"https://a.example/%", "https://a.example/%2", "https://a.example/%zz",
		"https://a.example/a b", "https://a.example/a\"b", "https://a.example/a\\b",
		"https://a.example/a\x01", "https://a.example/\xc3\xa4"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_string_equal(read_as(AGENT_URL_JWKS_URI, good[i].text), good[i].url);
		assert_string_equal(read_as(AGENT_URL_CIMD, good[i].text), good[i].url);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_null(read_as(AGENT_URL_JWKS_URI, bad[i]));
	}
}

/* A URL that is longer than its room is refused, at each length. */
static void lengths(void **state)
{
	char text[AGENT_URL_MAX + 8] = "https://a.example/";
	size_t start = strlen(text);

	for (size_t len = start + 1; len < sizeof(text); len++) {
		memset(text + start, 'x', len - start);
		text[len] = '\0';
		const char *url = read_as(AGENT_URL_JWKS_URI, text);

		if (len <= AGENT_URL_MAX) {
			assert_string_equal(url, text);
		} else {
			assert_null(url);
		}
	}
}

static void configured(void **state)
{
	char room[AGENT_URL_MAX];
	struct str url;

	assert_true(agent_url_read_configured(str_view("https://A.example/"), room, &url));
	assert_true(str_eq_text(url, "https://a.example"));
	assert_true(agent_url_read_configured(str_view("https://A.example/x"), room, &url));
	assert_true(str_eq_text(url, "https://a.example/x"));
	assert_false(agent_url_read_configured(str_view("https://A.example/?x"), room, &url));
	assert_false(agent_url_read_configured(str_view("chatgpt.com"), room, &url));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directories),
		cmocka_unit_test(paths),
		cmocka_unit_test(lengths),
		cmocka_unit_test(configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
