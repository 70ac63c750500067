/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema.h"

#include "config/value.h"
#include "unit/config/support.h"

static void names(void **state)
{
	for (size_t s = 0; s < CONFIG_SECTION_COUNT; s++) {
		const struct config_section_schema *schema = &config_sections[s];

		assert_true(schema->key_count <= CONFIG_MAX_KEYS);
		for (size_t k = 0; k < schema->key_count; k++) {
			const struct config_key *key = &schema->keys[k];

			assert_true(strlen(key->name) <= CONFIG_INI_MAX_NAME);
			assert_ptr_equal(config_key_find(schema, str_view(key->name)), key);
			assert_non_null(key->help);
			assert_int_equal(key->help[strlen(key->help) - 1], '.');
		}
		assert_null(config_key_find(schema, str_view("include")));
		assert_null(config_key_find(schema, str_view("")));
	}
	assert_string_equal(CONFIG_POLICY_SCHEMA->name, "policy");
	assert_true(CONFIG_POLICY_SCHEMA->named);
}

/* Every default is a value that can be written, and is written in its one form. */
static void defaults(void **state)
{
	struct arena arena;
	struct config_reading reading = {&arena, ""};

	arena_init(&arena, 1024);
	for (size_t s = 0; s < CONFIG_SECTION_COUNT; s++) {
		for (size_t k = 0; k < config_sections[s].key_count; k++) {
			const struct config_key *key = &config_sections[s].keys[k];
			union {
				struct config config;
				struct policy policy;
			} base = {0};
			struct config_fault fault;
			struct bytes out;

			if (config_key_is_rule(key)) {
				assert_null(key->value);
				continue;
			}
			assert_true(config_value_read(
				key, &reading, str_view(key->value), &base, &fault));
			bytes_init(&out, 0);
			for (size_t i = 0; i < config_value_count(key, &base); i++) {
				bytes_append_text(&out, i > 0 ? ", " : "");
				config_value_write(key, &base, i, &out);
			}
			bytes_append_u8(&out, '\0');
			assert_string_equal((char *)out.data, key->value != NULL ? key->value : "");
			bytes_clear(&out);
		}
	}
	arena_clear(&arena);
}

/* Each example gives its key, and is a configuration without a fault. */
static void examples(void **state)
{
	for (size_t s = 0; s < CONFIG_SECTION_COUNT; s++) {
		const struct config_section_schema *schema = &config_sections[s];

		for (size_t k = 0; k < schema->key_count; k++) {
			const struct config_key *key = &schema->keys[k];
			char *line;
			char *text;

			assert_non_null(key->example);
			assert_true(asprintf(&line, "\n%s = ", key->name) > 0);
			assert_true(asprintf(&text, "[policy default]\n[%s%s]\n%s\n", schema->name,
					    schema->named ? " example" : "", key->example) > 0);
			assert_non_null(strstr(text, line));
			config_unref(load_expecting(text, ""));
			free(line);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(defaults),
		cmocka_unit_test(examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
