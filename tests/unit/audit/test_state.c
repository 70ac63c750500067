/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/state.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char whole[] =
	"{\"version\":1,\"time\":\"2026-11-21T17:12:00Z\",\"names\":{\".dyn.example\":{"
	"\"addresses\":[],\"zone\":null}\n,\"www.example\":{\"addresses\":[\"192.0.2.1\","
	"\"2001:db8::1\"],\"zone\":\"example\"}\n},\"zones\":{\"example\":{\"mname\":"
	"\"ns.example\",\"ns\":[\"ns.example\",\"ns2.example\"]}\n}}\n";

static const char *parse(struct arena *arena, const char *text, size_t len, struct audit_state *out)
{
	/* Exactly as long as the text, so that a read past its end is one past the heap's. */
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	const char *wrong = audit_state_parse((struct str){copy, len}, arena, out);

	free(copy);
	return wrong;
}

static void reads_back_what_it_writes(void **state)
{
	struct audit_state read;
	struct arena arena;
	struct bytes out;

	arena_init(&arena, 4096);
	bytes_init(&out, 0);
	assert_null(parse(&arena, whole, strlen(whole), &read));
	const struct audit_kept_name *name = audit_state_name(&read, str_view("www.example"));

	assert_non_null(name);
	assert_int_equal(name->count, 2);
	assert_int_equal(name->addrs[0].family, ADDR_V4);
	assert_string_equal(name->zone.data, "example");
	assert_null(audit_state_name(&read, str_view(".dyn.example"))->zone.data);
	assert_null(audit_state_name(&read, str_view("other.example")));
	assert_int_equal(audit_state_zone(&read, str_view("example"))->ns.count, 2);
	audit_state_write(&read, &out);
	assert_true(str_eq_text(bytes_view(&out), whole));
	bytes_clear(&out);
	arena_clear(&arena);
}

static void refuses_it_cut_at_every_length(void **state)
{
	for (size_t len = 0; len + strlen("\n") < strlen(whole); len++) {
		struct audit_state read = {.name_count = 99};
		struct arena arena;

		arena_init(&arena, 4096);
		assert_non_null(parse(&arena, whole, len, &read));
		assert_int_equal(read.name_count, 99);
		arena_clear(&arena);
	}
}

/* Each byte as another one: what is read all the same is in order, and can be written. */
static void survives_spoilt_bytes(void **state)
{
	static const char bytes[] = {'\0', '"', '{', '}', '[', ']', ',', ':', '0', '\\', '\x80'};
	char text[sizeof(whole)];

	for (size_t i = 0; i < strlen(whole) * sizeof(bytes); i++) {
		struct audit_state read;
		struct arena arena;
		struct bytes out;

		memcpy(text, whole, sizeof(whole));
		text[i / sizeof(bytes)] = bytes[i % sizeof(bytes)];
		arena_init(&arena, 4096);
		bytes_init(&out, 0);
		if (parse(&arena, text, strlen(whole), &read) == NULL) {
			struct audit_state again;

			audit_state_write(&read, &out);
			assert_null(parse(&arena, (char *)out.data, out.len, &again));
			assert_int_equal(again.name_count, read.name_count);
		}
		bytes_clear(&out);
		arena_clear(&arena);
	}
}

static void refuses_what_is_not_its_own(void **state)
{
	static const char *const texts[] = {
		"null",
		"[]",
		"{\"version\":1}",
		"{\"version\":\"1\",\"time\":\"x\",\"names\":{},\"zones\":{}}",
		"{\"version\":2,\"time\":\"x\",\"names\":{},\"zones\":{}}",
		"{\"version\":1,\"time\":null,\"names\":{},\"zones\":{}}",
		"{\"version\":1,\"time\":\"x\",\"names\":[],\"zones\":{}}",
		"{\"version\":1,\"time\":\"x\",\"names\":{\"a\":1},\"zones\":{}}",
		"{\"version\":1,\"time\":\"x\",\"names\":{\"a\":{\"addresses\":[\"x\"]}},"
		"\"zones\":{}}",
		"{\"version\":1,\"time\":\"x\",\"names\":{},\"zones\":{\"a\":{\"mname\":\"b\"}}}",
		"{\"version\":1,\"time\":\"x\",\"names\":{},\"zones\":{\"a\":{\"mname\":1,"
		"\"ns\":[]}}}",
		"{\"version\":1,\"time\":\"x\",\"names\":{},\"names\":{},\"zones\":{}}",
		"{\"version\":1,\"time\":\"\\u001b[2J\",\"names\":{},\"zones\":{}}",
		"{\"version\":1,\"time\":\"x\",\"names\":{},\"zones\":{\"\\u009b\":{"
		"\"mname\":\"b\",\"ns\":[]}}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct audit_state read;
		struct arena arena;

		arena_init(&arena, 4096);
		assert_non_null(parse(&arena, texts[i], strlen(texts[i]), &read));
		arena_clear(&arena);
	}
}

static void a_state_survives_saving_and_loading(void **state)
{
	char folder[] = "/tmp/doorward-audit-XXXXXX";
	char path[64];
	struct audit_state read;
	struct arena arena;
	struct stat st;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/state", folder);
	arena_init(&arena, 4096);
	assert_null(audit_state_load(path, &arena, &read));
	assert_null(read.time.data);
	assert_null(parse(&arena, whole, strlen(whole), &read));
	for (int i = 0; i < 2; i++) {
		assert_null(audit_state_save(path, &read));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_null(audit_state_load(path, &arena, &read));
		assert_int_equal(read.name_count, 2);
	}
	/* Nothing else is left in the folder. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_non_null(audit_state_save(path, &read));
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back_what_it_writes),
		cmocka_unit_test(refuses_it_cut_at_every_length),
		cmocka_unit_test(survives_spoilt_bytes),
		cmocka_unit_test(refuses_what_is_not_its_own),
		cmocka_unit_test(a_state_survives_saving_and_loading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
