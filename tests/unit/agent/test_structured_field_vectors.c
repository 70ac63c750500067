/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Vectors in the form of github.com/httpwg/structured-field-tests: those of this repository, and
 * those of the folders in STRUCTURED_FIELD_TESTS (separated by colons), which can be clones of that
 * one. The result of parsing is written again, and so is the expected structure: both must be the
 * canonical text.
 */

#include "agent/structured_field.h"

#include <dirent.h>
#include <jansson.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define OWN "tests/vectors/structured_fields"

struct counts {
	size_t passed;
	size_t failed;
	size_t lenient; /* refused where the vector says that this is allowed */
};

struct vector {
	const char *file;
	const char *name;
	const json_t *json;
	struct arena arena;
	struct bytes expected;
	struct bytes got;
};

static struct str text_of(const json_t *json)
{
	return (struct str){json_string_value(json), json_string_length(json)};
}

static bool read_base32(struct vector *v, struct str text, struct str *out)
{
	uint8_t *bytes = arena_alloc(&v->arena, text.len + 1, 1);
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;

	for (size_t i = 0; i < text.len && text.data[i] != '='; i++) {
		char c = text.data[i];

		bits = bits << 5 | (uint32_t)(c >= 'A' ? c - 'A' : c - '2' + 26);
		count += 5;
		if (count >= 8) {
			count -= 8;
			bytes[len++] = (uint8_t)(bits >> count);
			bits &= (1U << count) - 1;
		}
	}
	*out = str_from_bytes(bytes, len);
	return true;
}

static void read_typed(struct vector *v, const json_t *json, struct agent_sf_value *out)
{
	struct str type = text_of(json_object_get(json, "__type"));
	const json_t *value = json_object_get(json, "value");

	out->text = text_of(value);
	out->number = json_integer_value(value);
	if (str_eq_text(type, "token")) {
		out->type = AGENT_SF_TOKEN;
	} else if (str_eq_text(type, "date")) {
		out->type = AGENT_SF_DATE;
	} else if (str_eq_text(type, "displaystring")) {
		out->type = AGENT_SF_DISPLAY_STRING;
	} else {
		assert_true(str_eq_text(type, "binary"));
		out->type = AGENT_SF_BYTES;
		assert_true(read_base32(v, text_of(value), &out->text));
	}
}

/* Rounds to thousandths, a half to the even one (RFC 9651 4.1.5). */
static int64_t thousandths_of(double number)
{
	double scaled = number * 1000;
	int64_t floor = (int64_t)scaled - (scaled < (double)(int64_t)scaled);
	double rest = scaled - (double)floor;

	return floor + (rest > 0.5 || (rest == 0.5 && floor % 2 != 0));
}

static void read_value(struct vector *v, const json_t *json, struct agent_sf_value *out)
{
	*out = (struct agent_sf_value){.text = {NULL, 0}};
	if (json_is_string(json)) {
		out->type = AGENT_SF_STRING;
		out->text = text_of(json);
	} else if (json_is_boolean(json)) {
		out->type = AGENT_SF_BOOLEAN;
		out->number = json_is_true(json);
	} else if (json_is_integer(json)) {
		out->type = AGENT_SF_INTEGER;
		out->number = json_integer_value(json);
	} else if (json_is_real(json)) {
		out->type = AGENT_SF_DECIMAL;
		out->number = thousandths_of(json_real_value(json));
	} else {
		read_typed(v, json, out);
	}
}

static struct agent_sf_parameters read_parameters(struct vector *v, const json_t *json)
{
	size_t count = json_array_size(json);
	struct agent_sf_parameter *items = arena_alloc(&v->arena, count + 1, sizeof(*items));

	for (size_t i = 0; i < count; i++) {
		const json_t *pair = json_array_get(json, i);

		items[i].key = text_of(json_array_get(pair, 0));
		read_value(v, json_array_get(pair, 1), &items[i].value);
	}
	return (struct agent_sf_parameters){items, count};
}

static void read_item(struct vector *v, const json_t *json, struct agent_sf_item *out)
{
	read_value(v, json_array_get(json, 0), &out->value);
	out->parameters = read_parameters(v, json_array_get(json, 1));
}

static void read_member(struct vector *v, const json_t *json, struct agent_sf_member *out)
{
	const json_t *first = json_array_get(json, 0);
	size_t count = json_is_array(first) ? json_array_size(first) : 1;
	struct agent_sf_item *items = arena_alloc(&v->arena, count + 1, sizeof(*items));

	out->is_inner_list = json_is_array(first);
	out->items = items;
	out->count = count;
	if (!out->is_inner_list) {
		read_item(v, json, items);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		read_item(v, json_array_get(first, i), &items[i]);
	}
	out->parameters = read_parameters(v, json_array_get(json, 1));
}

static struct agent_sf_list read_members(struct vector *v, const json_t *json, bool keys)
{
	size_t count = json_array_size(json);
	struct agent_sf_member *members = arena_alloc(&v->arena, count + 1, sizeof(*members));

	for (size_t i = 0; i < count; i++) {
		const json_t *entry = json_array_get(json, i);

		if (keys) {
			members[i].key = text_of(json_array_get(entry, 0));
			entry = json_array_get(entry, 1);
		}
		read_member(v, entry, &members[i]);
	}
	return (struct agent_sf_list){members, count, false};
}

/* Writes the expected structure; false if that is impossible. */
static bool write_expected(struct vector *v, struct str type)
{
	const json_t *expected = json_object_get(v->json, "expected");
	struct agent_sf_item item;

	if (str_eq_text(type, "item")) {
		read_item(v, expected, &item);
		return agent_sf_write_item(&v->expected, &item);
	}
	bool keys = str_eq_text(type, "dictionary");
	struct agent_sf_list list = read_members(v, expected, keys);

	return keys ? agent_sf_write_dictionary(&v->expected, &list)
		    : agent_sf_write_list(&v->expected, &list);
}

static void join(const json_t *lines, struct bytes *out)
{
	for (size_t i = 0; i < json_array_size(lines); i++) {
		bytes_append_text(out, i > 0 ? ", " : "");
		bytes_append_str(out, text_of(json_array_get(lines, i)));
	}
}

/* Parses a copy of exactly its size, so that a read past its end is seen; and writes the result. */
static bool parse_and_write(struct vector *v, struct str type, struct str raw)
{
	char *copy = malloc(raw.len > 0 ? raw.len : 1);
	struct str text = {copy, raw.len};
	struct agent_sf_list list;
	struct agent_sf_item item;
	bool repeats;
	bool good;

	assert_non_null(copy);
	if (raw.len > 0) {
		memcpy(copy, raw.data, raw.len);
	}
	if (str_eq_text(type, "item")) {
		good = agent_sf_parse_item(text, &agent_sf_limits_rfc, &v->arena, &item,
			       &repeats) == AGENT_SF_OK &&
		       agent_sf_write_item(&v->got, &item);
	} else if (str_eq_text(type, "list")) {
		good = agent_sf_parse_list(text, &agent_sf_limits_rfc, &v->arena, &list) ==
			       AGENT_SF_OK &&
		       agent_sf_write_list(&v->got, &list);
	} else {
		assert_true(str_eq_text(type, "dictionary"));
		good = agent_sf_parse_dictionary(text, &agent_sf_limits_rfc, &v->arena, &list) ==
			       AGENT_SF_OK &&
		       agent_sf_write_dictionary(&v->got, &list);
	}
	free(copy);
	return good;
}

/* NULL, or what is wrong. */
static const char *run(struct vector *v, struct counts *counts)
{
	struct str type = text_of(json_object_get(v->json, "header_type"));
	const json_t *raw = json_object_get(v->json, "raw");
	const json_t *canonical = json_object_get(v->json, "canonical");
	bool must_fail = json_is_true(json_object_get(v->json, "must_fail"));
	bool can_fail = json_is_true(json_object_get(v->json, "can_fail"));
	struct bytes text;
	const char *wrong = NULL;

	bytes_init(&text, 0);
	join(raw, &text);
	bool parsed = raw != NULL && parse_and_write(v, type, bytes_view(&text));
	bool written = (raw == NULL || !must_fail) && write_expected(v, type);

	text.len = 0;
	join(canonical != NULL ? canonical : raw, &text);
	if (must_fail) {
		wrong = parsed || written ? "was accepted" : NULL;
	} else if (raw != NULL && !parsed) {
		counts->lenient += can_fail;
		wrong = can_fail ? NULL : "was refused";
	} else if (raw != NULL && !str_eq(bytes_view(&v->got), bytes_view(&text))) {
		wrong = "was read as something else";
	} else if (!written || !str_eq(bytes_view(&v->expected), bytes_view(&text))) {
		wrong = "was written differently";
	}
	bytes_clear(&text);
	return wrong;
}

static void run_file(const char *path, struct counts *counts)
{
	json_error_t error;
	json_t *document = json_load_file(path, JSON_ALLOW_NUL, &error);

	if (document == NULL) {
		print_error("%s: %s\n", path, error.text);
		counts->failed++;
		return;
	}
	for (size_t i = 0; i < json_array_size(document); i++) {
		struct vector v = {.file = path, .json = json_array_get(document, i)};

		v.name = json_string_value(json_object_get(v.json, "name"));
		arena_init(&v.arena, 4096);
		bytes_init(&v.expected, 0);
		bytes_init(&v.got, 0);
		const char *wrong = run(&v, counts);

		if (wrong != NULL) {
			print_error("%s: %s: %s\n", path, v.name, wrong);
			counts->failed++;
		} else {
			counts->passed++;
		}
		bytes_clear(&v.got);
		bytes_clear(&v.expected);
		arena_clear(&v.arena);
	}
	json_decref(document);
}

static struct counts run_folder(const char *path)
{
	struct counts counts = {0, 0, 0};
	DIR *folder = opendir(path);
	const struct dirent *entry;
	char file[PATH_MAX];

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (str_ends_with_nocase(str_view(entry->d_name), str_view(".json"))) {
			snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
			run_file(file, &counts);
		}
	}
	closedir(folder);
	print_message("%s: %zu passed (%zu of them refused, as they may be), %zu failed\n", path,
		counts.passed, counts.lenient, counts.failed);
	return counts;
}

static void own_vectors(void **state)
{
	struct counts counts = run_folder(OWN);

	assert_int_equal(counts.failed, 0);
	assert_true(counts.passed > 100);
}

static void vectors_of_other_folders(void **state)
{
	const char *folders = getenv("STRUCTURED_FIELD_TESTS");
	struct str rest = str_view(folders);
	char path[PATH_MAX];
	struct str part;

	while (str_split_next(&rest, ':', &part)) {
		snprintf(path, sizeof(path), "%.*s", (int)part.len, part.data);
		struct counts counts = run_folder(path);

		assert_int_equal(counts.failed, 0);
		assert_true(counts.passed > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_vectors),
		cmocka_unit_test(vectors_of_other_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
