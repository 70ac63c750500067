/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/file_name.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_name(const char *text, const char *expected)
{
	char url_room[AGENT_URL_MAX];
	char back_room[AGENT_URL_MAX];
	char name[NAME_MAX + 1];
	struct str url;
	struct str back;

	assert_true(agent_url_read_configured(str_view(text), url_room, &url));
	assert_true(agent_file_name_write(url, name));
	assert_string_equal(name, expected);
	assert_true(agent_file_name_read(str_view(name), back_room, &back));
	assert_true(str_eq(url, back));
}

static void urls_have_one_name(void **state)
{
	static const struct {
		const char *name;
		const char *urls[5];
	} cases[] = {
		{"agent.example.json",
			{"https://agent.example", "https://agent.example/",
				"HTTPS://Agent.Example:443", "https://agent.example:443/",
				"https://agent.example" AGENT_URL_WELL_KNOWN}},
		{"agent.example:8443.json",
			{"https://agent.example:8443", "https://agent.example:8443/",
				"https://AGENT.example:8443" AGENT_URL_WELL_KNOWN}},
		{"agent.example%2Fjwks.json",
			{"https://agent.example/jwks", "https://Agent.example:443/jwks",
				"https://agent.example/jwks?v=2", "https://agent.example/jwks#x"}},
		{"agent.example%2FJwks.json", {"https://agent.example/Jwks"}},
		{"agent.example%2Fjwks.json.json", {"https://agent.example/jwks.json"}},
		{"agent.example:8443%2Fa%2Fb:c.json", {"https://agent.example:8443/a/b:c"}},
		{"agent.example%2F%252F.json", {"https://agent.example/%2F"}},
		{"agent.example%2F%25252F.json", {"https://agent.example/%252F"}},
		{"agent.example%2F:8443.json", {"https://agent.example/:8443"}},
		{"agent.example%2F%253A8443.json", {"https://agent.example/%3A8443"}},
		{"agent.example%2F~a&'b'$(c);*.json", {"https://agent.example/~a&'b'$(c);*"}},
		{"json.json", {"https://json"}},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t u = 0; u < ARRAY_LEN(cases[i].urls); u++) {
			if (cases[i].urls[u] != NULL) {
				assert_name(cases[i].urls[u], cases[i].name);
			}
		}
	}
}

static void other_spellings_are_no_names(void **state)
{
	static const char *const bad[] = {"", "json", ".json", "Agent.example.json",
		"agent.example.JSON", "agent.example", "agent.example..json", ".agent.example.json",
		"agent.example:443.json", "agent.example:.json", "agent.example:08443.json",
		"agent.example:65536.json", "agent.example:443%2Fjwks.json",
		"agent.example%2F.json", "agent.example%2f.json", "agent.example%2fjwks.json",
		"agent.example%2Fjwks%2F.json", "agent.example%2F%2Fjwks.json",
		"agent.example%2F..%2Fjwks.json", "agent.example%2F.%2Fjwks.json",
		"agent.example/jwks.json", "/etc/jwks.json", "agent.example%2F%2525.json%2F",
		"agent.example%2F%.json", "agent.example%2F%2.json", "agent.example%2F%2C.json",
		"agent.example%2F%252c.json", "agent.example%2F%2561.json",
		"agent.example%2Fa%2Fb%25.json", "%2Fagent.example.json", "agent%2Eexample.json",
		"agent.example%3A8443.json", "agent%25.example.json", "agent.example%2Fjwks?x.json",
		"agent.example%2Fjwks#x.json", "agent.example?.json",
		"agent.example%2F.well-known%2Fhttp-message-signatures-directory.json",
		"a@agent.example.json", "https:%2F%2Fagent.example.json", "a b.json", "[::1].json"};
	char room[AGENT_URL_MAX];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct str url = {NULL, 0};

		assert_false(agent_file_name_read(str_view(bad[i]), room, &url));
		assert_null(url.data);
	}
}

/* All short names of the bytes that have a meaning: of one URL, and of no second one, or none. */
static void each_name_is_the_only_one(void **state)
{
	static const char bytes[] = {'a', 'A', '.', ':', '1', '%', '2', '5', 'F', 'f', '/', '~'};
	char name[sizeof("a%2F....") + sizeof(AGENT_FILE_NAME_SUFFIX)];
	char room[AGENT_URL_MAX];
	char again[NAME_MAX + 1];
	size_t good = 0;

	for (size_t i = 0; i < ARRAY_LEN(bytes) * ARRAY_LEN(bytes) * ARRAY_LEN(bytes); i++) {
		for (size_t path = 0; path < 2; path++) {
			struct str url;

			snprintf(name, sizeof(name), "a%s%c%c%c.json", path == 1 ? "%2F" : "",
				bytes[i % 12], bytes[i / 12 % 12], bytes[i / 144]);
			if (agent_file_name_read(str_view(name), room, &url)) {
				assert_true(agent_file_name_write(url, again));
				assert_string_equal(again, name);
				good++;
			}
		}
	}
	assert_in_range(good, 100, 1728);
}

static void names_of_any_length(void **state)
{
	char text[AGENT_URL_MAX + 1];
	char name[NAME_MAX + 1];
	char room[AGENT_URL_MAX];
	struct str url;

	/* A slash takes three bytes. */
	for (size_t slashes = 1; slashes < 8; slashes++) {
		memset(text, 'p', AGENT_URL_MAX);
		text[AGENT_URL_MAX] = '\0';
		memcpy(text, "https://a.example", strlen("https://a.example"));
		for (size_t i = 0; i < slashes; i++) {
			text[strlen("https://a.example") + 2 * i] = '/';
		}
		bool fits = AGENT_URL_MAX - strlen("https://") + strlen(".json") + 2 * slashes <=
			    NAME_MAX;

		assert_true(agent_url_read_configured(str_view(text), room, &url));
		assert_int_equal(url.len, AGENT_URL_MAX);
		assert_int_equal(agent_file_name_write(url, name), fits);
		if (fits) {
			assert_true(agent_file_name_read(str_view(name), room, &url));
			assert_true(str_eq_text(url, text));
		}
	}
	memset(text, 'a', sizeof(text));
	assert_false(agent_file_name_read((struct str){text, sizeof(text)}, room, &url));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_have_one_name),
		cmocka_unit_test(other_spellings_are_no_names),
		cmocka_unit_test(each_name_is_the_only_one),
		cmocka_unit_test(names_of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
