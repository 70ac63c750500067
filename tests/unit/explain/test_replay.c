/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRED "\"verdict\":\"deny\",\"status\":403,\"reason\":\"default\""
#define WHOLE "{" REQUIRED ",\"ip\":\"192.0.2.1\"}"

static const char line[] =
	"{\"time\":\"2026-11-21T17:12:00Z\",\"verdict\":\"deny\",\"status\":403,\"reason\":"
	"\"rule\","
	"\"rule\":\"/etc/a.conf:7\",\"policy\":\"admin\",\"ip\":\"2001:db8::1\",\"rdns\":\"none\","
	"\"hostname\":\"a.example\",\"cert\":\"refused\",\"cert_sha256\":\"ab\",\"method\":\"GET\","
	"\"http_host\":\"h\",\"uri\":\"/x\\u0000y\",\"user_agent\":\"\\ufffd\",\"max_age\":0,"
	"\"ms\":0.125,\"later\":{\"x\":[1]},\"cut\":[\"uri\",\"user_agent\"]}";

static bool reads(struct str text, struct arena *arena, struct explain_replay *out)
{
	struct bytes why;

	bytes_init(&why, 0);
	bool good = explain_replay_read(text, arena, out, &why);

	assert_int_equal(good, why.len == 0);
	bytes_clear(&why);
	return good;
}

static void assert_text(struct str got, const char *expected)
{
	assert_true(str_eq_text(got, expected));
}

static void reads_what_the_log_writes(void **state)
{
	struct arena arena;
	struct explain_replay r;

	arena_init(&arena, 1024);
	assert_true(reads(str_view(line), &arena, &r));
	assert_text(r.values[AUTHZ_INPUT_REMOTE_ADDR], "2001:db8::1");
	assert_text(r.values[AUTHZ_INPUT_DOORWARD_POLICY], "admin");
	assert_text(r.values[AUTHZ_INPUT_REQUEST_METHOD], "GET");
	assert_text(r.values[AUTHZ_INPUT_HOST], "h");
	assert_true(str_eq(r.values[AUTHZ_INPUT_REQUEST_URI], (struct str){"/x\0y", 4}));
	assert_true(r.replaced);
	assert_null(r.values[AUTHZ_INPUT_X_REAL_IP].data);
	assert_text(r.time, "2026-11-21T17:12:00Z");
	assert_text(r.verdict, "deny");
	assert_int_equal(r.status, 403);
	assert_int_equal(r.reason, POLICY_REASON_RULE);
	assert_text(r.rule, "/etc/a.conf:7");
	assert_text(r.rdns, "none");
	assert_text(r.hostname, "a.example");
	assert_true(r.cert_present);
	assert_text(r.cert_sha256, "ab");
	assert_int_equal(r.cut.count, 2);
	assert_text(r.cut.items[1], "user_agent");

	assert_true(reads(str_view(" " WHOLE "\n"), &arena, &r));
	assert_false(r.cert_present || r.replaced || r.cut.count > 0);
	assert_null(r.values[AUTHZ_INPUT_USER_AGENT].data);
	arena_clear(&arena);
}

#define TEXT                                                                                       \
	"doorward: decision: id=00ff00ff00ff00ff00ff00ff verdict=deny status=403 reason=rule "     \
	"rule=\"/etc/a b.conf:7\" "                                                                \
	"policy=admin ip=2001:db8::1 rdns=none cert=refused cert_sha256=ab method=\"GET\" "        \
	"uri=\"/x y=\\\"{\\u0000\" user_agent=\"doorward: decision: a=b\" max_age=0 ms=0.125 "     \
	"cut=uri,user_agent"

static void reads_text_in_any_dress(void **state)
{
	static const char *const before[] = {"", "2026-11-21T17:12:00Z ",
		"Nov 21 17:12:00 host doorward[17]: ", "Nov 21 17:12:00 host "};
	struct arena arena;
	struct explain_replay r;

	arena_init(&arena, 1024);
	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		char text[1024];

		snprintf(text, sizeof(text), "%s%s\n", before[i], TEXT);
		assert_true(reads(str_view(text), &arena, &r));
		assert_text(r.values[AUTHZ_INPUT_REMOTE_ADDR], "2001:db8::1");
		assert_text(r.values[AUTHZ_INPUT_DOORWARD_POLICY], "admin");
		assert_text(r.values[AUTHZ_INPUT_REQUEST_METHOD], "GET");
		assert_true(
			str_eq(r.values[AUTHZ_INPUT_REQUEST_URI], (struct str){"/x y=\"{\0", 8}));
		assert_text(r.values[AUTHZ_INPUT_USER_AGENT], "doorward: decision: a=b");
		assert_int_equal(r.status, 403);
		assert_text(r.id, "00ff00ff00ff00ff00ff00ff");
		assert_text(r.rule, "/etc/a b.conf:7");
		assert_true(r.cert_present);
		assert_int_equal(r.cut.count, 2);
		assert_text(r.cut.items[1], "user_agent");
		assert_int_equal(r.time.data != NULL, i == 1);
		snprintf(text, sizeof(text), "%s%s", before[i], line);
		assert_true(reads(str_view(text), &arena, &r));
		assert_text(r.values[AUTHZ_INPUT_DOORWARD_POLICY], "admin");
	}
	arena_clear(&arena);
}

static void refuses_text_that_is_cut(void **state)
{
	/* Every cut inside of a string, and before all that must be there. */
	static const char text[] = TEXT;
	const char *uri = strstr(text, "uri=\"") + 5;
	struct arena arena;
	struct explain_replay r;

	arena_init(&arena, 1024);
	for (const char *end = uri; *end != '\0' && strncmp(end, " user_agent", 11) != 0; end++) {
		assert_false(reads((struct str){text, (size_t)(end - text)}, &arena, &r));
	}
	assert_false(reads(str_view("doorward: decision: "), &arena, &r));
	assert_false(reads(str_view("doorward: decision: verdict=deny status=403"), &arena, &r));
	assert_false(reads(str_view("doorward: info: serving"), &arena, &r));
	assert_false(reads(str_view(TEXT " ip=192.0.2.1"), &arena, &r));
	assert_false(reads(str_view(TEXT " x"), &arena, &r));
	assert_false(reads(str_view(TEXT " x=\"a\"b"), &arena, &r));
	arena_clear(&arena);
}

static void refuses_what_is_cut(void **state)
{
	struct arena arena;
	struct explain_replay r;

	arena_init(&arena, 1024);
	for (size_t len = 0; len < strlen(line); len++) {
		assert_false(reads(str_from_bytes(line, len), &arena, &r));
		arena_reset(&arena);
	}
	arena_clear(&arena);
}

static void refuses_what_is_no_decision(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"null",
		"doorward: decision: verdict=deny",
		WHOLE WHOLE,
		WHOLE "\n" WHOLE,
		"{\"time\":\"x\",\"level\":\"info\",\"message\":\"ready\"}",
		"{" REQUIRED "}",
		"{" REQUIRED ",\"ip\":\"\"}",
		"{" REQUIRED ",\"ip\":\"192.0.2\"}",
		"{" REQUIRED ",\"ip\":1}",
		"{" REQUIRED ",\"ip\":null}",
		"{" REQUIRED ",\"ip\":\"192.0.2.1\",\"ip\":\"192.0.2.2\"}",
		"{" REQUIRED ",\"ip\":\"192.0.2.1\",\"uri\":1}",
		"{" REQUIRED ",\"ip\":\"192.0.2.1\",\"cert\":true}",
		"{" REQUIRED ",\"ip\":\"192.0.2.1\",\"cut\":\"uri\"}",
		"{" REQUIRED ",\"ip\":\"192.0.2.1\",\"cut\":[1]}",
		"{" REQUIRED ",\"ip\":\"192.0.2.1\",\"uri\":\"\xff\"}",
		"{\"verdict\":\"no\",\"status\":403,\"reason\":\"rule\",\"ip\":\"192.0.2.1\"}",
		"{\"verdict\":\"deny\",\"status\":403,\"reason\":\"no\",\"ip\":\"192.0.2.1\"}",
		"{\"verdict\":\"deny\",\"status\":\"403\",\"reason\":\"rule\",\"ip\":\"::1\"}",
		"{\"verdict\":\"deny\",\"status\":-1,\"reason\":\"rule\",\"ip\":\"192.0.2.1\"}",
		"{\"verdict\":\"deny\",\"reason\":\"rule\",\"ip\":\"192.0.2.1\"}",
		"{\"status\":403,\"reason\":\"rule\",\"ip\":\"192.0.2.1\"}",
	};
	struct arena arena;
	struct explain_replay r;

	arena_init(&arena, 1024);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(reads(str_view(bad[i]), &arena, &r));
	}
	arena_clear(&arena);
}

static void knows_every_reason(void **state)
{
	struct arena arena;
	struct explain_replay r;

	arena_init(&arena, 1024);
	for (unsigned i = 0; i < POLICY_REASON_COUNT; i++) {
		struct bytes text;

		bytes_init(&text, 0);
		bytes_appendf(&text,
			"{\"verdict\":\"deny\",\"status\":403,\"reason\":\"%s\",\"ip\":\"::1\"}",
			policy_reason_word((enum policy_reason)i));
		assert_true(reads(bytes_view(&text), &arena, &r));
		assert_int_equal(r.reason, i);
		bytes_clear(&text);
	}
	arena_clear(&arena);
}

static void bounds_the_line(void **state)
{
	static const char head[] = "{" REQUIRED ",\"ip\":\"192.0.2.1\",\"uri\":\"";
	static const char tail[] = "\"}";
	struct arena arena;
	struct explain_replay r;

	arena_init(&arena, 1024);
	for (size_t len = EXPLAIN_REPLAY_LINE_MAX; len <= EXPLAIN_REPLAY_LINE_MAX + 1; len++) {
		char *text = malloc(len);

		assert_non_null(text);
		memset(text, 'x', len);
		memcpy(text, head, strlen(head));
		memcpy(text + len - strlen(tail), tail, strlen(tail));
		assert_int_equal(reads(str_from_bytes(text, len), &arena, &r),
			len <= EXPLAIN_REPLAY_LINE_MAX);
		free(text);
	}
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_log_writes),
		cmocka_unit_test(reads_text_in_any_dress),
		cmocka_unit_test(refuses_text_that_is_cut),
		cmocka_unit_test(refuses_what_is_cut),
		cmocka_unit_test(refuses_what_is_no_decision),
		cmocka_unit_test(knows_every_reason),
		cmocka_unit_test(bounds_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
