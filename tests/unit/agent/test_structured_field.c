/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/structured_field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct agent_sf_limits small = {
	.bytes = 40, .members = 3, .items = 2, .parameters = 2};

static enum agent_sf_status parse(
	const char *text, const struct agent_sf_limits *limits, struct agent_sf_list *out)
{
	static struct arena arena;

	arena_clear(&arena);
	arena_init(&arena, 1024);
	enum agent_sf_status status =
		agent_sf_parse_dictionary(str_view(text), limits, &arena, out);

	if (status != AGENT_SF_OK) {
		arena_clear(&arena);
	}
	return status;
}

static void limits(void **state)
{
	struct agent_sf_list list;

	assert_int_equal(parse("a, b, c", &small, &list), AGENT_SF_OK);
	assert_int_equal(list.count, 3);
	assert_int_equal(parse("a, b, c, d", &small, &list), AGENT_SF_TOO_LARGE);
	assert_int_equal(parse("a, a, a, a", &small, &list), AGENT_SF_TOO_LARGE);
	assert_int_equal(parse("a=(1 2)", &small, &list), AGENT_SF_OK);
	assert_int_equal(parse("a=(1 2 3)", &small, &list), AGENT_SF_TOO_LARGE);
	assert_int_equal(parse("a;b;c", &small, &list), AGENT_SF_OK);
	assert_int_equal(parse("a;b;c;d", &small, &list), AGENT_SF_TOO_LARGE);
	assert_int_equal(parse("a;b;b;b", &small, &list), AGENT_SF_TOO_LARGE);
	assert_int_equal(
		parse("a=\"01234567890123456789012345678901234\"", &small, &list), AGENT_SF_OK);
	assert_int_equal(parse("a=\"012345678901234567890123456789012345678\"", &small, &list),
		AGENT_SF_TOO_LARGE);
	parse("", &small, &list);
	assert_int_equal(list.count, 0);
}

static void repeats(void **state)
{
	static const struct {
		const char *text;
		bool repeats;
	} cases[] = {
		{"a, b", false},
		{"a=1, b=2, a=3", true},
		{"a;x;y, b;x", false},
		{"a;x;x", true},
		{"a=(1;x 2;x);x", false},
		{"a=(1;x;x)", true},
		{"a=(1 1)", false},
		{"a=(1);x=1;x=2", true},
	};
	struct agent_sf_list list;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(parse(cases[i].text, &agent_sf_limits_rfc, &list), AGENT_SF_OK);
		assert_int_equal(list.repeats, cases[i].repeats);
	}
}

static void lookups(void **state)
{
	struct agent_sf_list list;

	assert_int_equal(parse("ab=1, a=(1 \"x\");y=\"z\", b;n=?0", &agent_sf_limits_rfc, &list),
		AGENT_SF_OK);
	const struct agent_sf_member *a = agent_sf_find(&list, str_view("a"));

	assert_non_null(a);
	assert_true(a->is_inner_list);
	assert_int_equal(a->count, 2);
	const struct agent_sf_value *y = agent_sf_parameter(a->parameters, "y");

	assert_non_null(y);
	assert_int_equal(y->type, AGENT_SF_STRING);
	assert_true(str_eq_text(y->text, "z"));
	assert_null(agent_sf_parameter(a->parameters, "yy"));
	assert_null(agent_sf_find(&list, str_view("c")));
	assert_null(agent_sf_find(&list, str_view("")));
}

/* A field that is cut anywhere is read as what it is, or is refused; each in its own memory. */
static void cut_fields(void **state)
{
	static const char text[] =
		"sig1=(\"@authority\" \"signature-agent\";key=\"sig1\" \"a\\\"b\");created=1;x=2.5;"
		"t=:YWJj:;u=%\"%c3%bc\";v=@5;w=?0;y=tok/en, b=:YQ==:;c, d=-7";
	size_t good = 0;

	for (size_t len = 0; len < sizeof(text); len++) {
		char *copy = malloc(len > 0 ? len : 1);
		struct agent_sf_list list = {NULL, 77, false};
		struct bytes first;
		struct bytes second;
		struct arena arena;

		assert_non_null(copy);
		memcpy(copy, text, len);
		arena_init(&arena, 256);
		bytes_init(&first, 0);
		bytes_init(&second, 0);
		if (agent_sf_parse_dictionary((struct str){copy, len}, &agent_sf_limits_rfc, &arena,
			    &list) == AGENT_SF_OK) {
			good++;
			assert_true(agent_sf_write_dictionary(&first, &list));
			assert_int_equal(agent_sf_parse_dictionary(bytes_view(&first),
						 &agent_sf_limits_rfc, &arena, &list),
				AGENT_SF_OK);
			assert_true(agent_sf_write_dictionary(&second, &list));
			assert_true(str_eq(bytes_view(&first), bytes_view(&second)));
		} else {
			assert_int_equal(list.count, 77);
		}
		bytes_clear(&second);
		bytes_clear(&first);
		arena_clear(&arena);
		free(copy);
	}
	assert_true(good > 10);
}

static void values_that_cannot_be_written(void **state)
{
	static const struct agent_sf_value bad[] = {
		{AGENT_SF_INTEGER, 1000000000000000, {NULL, 0}},
		{AGENT_SF_INTEGER, -1000000000000000, {NULL, 0}},
		{AGENT_SF_INTEGER, INT64_MIN, {NULL, 0}},
		{AGENT_SF_DATE, INT64_MAX, {NULL, 0}},
		{AGENT_SF_DECIMAL, 1000000000000000, {NULL, 0}},
		{AGENT_SF_DECIMAL, INT64_MIN, {NULL, 0}},
		{AGENT_SF_STRING, 0, {"\n", 1}},
		{AGENT_SF_STRING, 0, {"\xff", 1}},
		{AGENT_SF_TOKEN, 0, {"", 0}},
		{AGENT_SF_TOKEN, 0, {"1a", 2}},
		{AGENT_SF_TOKEN, 0, {"a b", 3}},
	};
	struct bytes out;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		bytes_init(&out, 0);
		assert_false(agent_sf_write_value(&out, &bad[i]));
		bytes_clear(&out);
	}
	/* Nor into a buffer that is full. */
	struct agent_sf_value good = {AGENT_SF_STRING, 0, {"abc", 3}};

	bytes_init(&out, 4);
	assert_false(agent_sf_write_value(&out, &good));
	bytes_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),
		cmocka_unit_test(repeats),
		cmocka_unit_test(lookups),
		cmocka_unit_test(cut_fields),
		cmocka_unit_test(values_that_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
