/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/changes.h"

#include "config/schema.h"
#include "unit/config/support.h"

static void append(void *ctx, const struct config_change *change)
{
	struct bytes *out = ctx;
	struct str absent = str_view("(absent)");

	bytes_append_str(out, change->section);
	bytes_append_text(out, "|");
	bytes_append_str(out, change->key.data != NULL ? change->key : absent);
	bytes_append_text(out, "|");
	bytes_append_str(out, change->before.data != NULL ? change->before : absent);
	bytes_append_text(out, "|");
	bytes_append_str(out, change->after.data != NULL ? change->after : absent);
	bytes_append_text(out, "\n");
}

/* Warnings do not matter. */
static struct config *load(const char *text)
{
	struct diag diag;

	diag_init(&diag);
	struct config *config = config_load_text("t", str_view(text), &diag);

	if (config == NULL) {
		print_error("%s", diag_text(&diag));
	}
	assert_non_null(config);
	diag_clear(&diag);
	return config;
}

static void assert_changes(const char *before, const char *after, const char *expected)
{
	struct config *configs[] = {load(before), load(after)};
	struct bytes out;

	bytes_init(&out, 0);
	assert_true(config_changes(configs[0], configs[1], append, &out));
	bytes_append_u8(&out, '\0');
	assert_string_equal((const char *)out.data, expected);
	bytes_clear(&out);
	config_unref(configs[0]);
	config_unref(configs[1]);
}

#define RULES "[policy default]\nallow = ip 10.0.0.0/8\n"

static void the_same_is_no_change(void **state)
{
	static const char text[] =
		"[dns]\ntimeout = 1s\n[policy default]\npin = a.example 10.0.0.0/8\nallow = *\n";

	assert_changes(text, text, "");
	/* What is written, and what is left to its default. */
	assert_changes(RULES, "[dns]\nuse_tcp = auto\n" RULES, "");
}

static void a_value(void **state)
{
	assert_changes(RULES, "[dns]\ntimeout = 1s\n" RULES, "dns|timeout|auto|1s\n");
	assert_changes("[log]\ntarget = file:/a\n" RULES, "[log]\ntarget = file:/b\n" RULES,
		"log|target|file:/a|file:/b\n");
}

static void items_of_a_list(void **state)
{
	assert_changes("[frontend]\ntrusted_proxies = 10.0.0.1, 10.0.0.2, 10.0.0.3\n" RULES,
		"[frontend]\ntrusted_proxies = 10.0.0.1, 10.0.0.3, 10.0.0.4, 10.0.0.5\n" RULES,
		"frontend|trusted_proxies|10.0.0.2/32|(absent)\n"
		"frontend|trusted_proxies|(absent)|10.0.0.4/32\n"
		"frontend|trusted_proxies|(absent)|10.0.0.5/32\n");
	assert_changes("[frontend]\ntrusted_proxies = 10.0.0.1\n" RULES, RULES,
		"frontend|trusted_proxies|10.0.0.1/32|(absent)\n");
}

static void rules_that_came_and_went(void **state)
{
	assert_changes("[policy default]\nallow = ip 10.0.0.1\ndeny = ip 10.0.0.2\nallow = *\n",
		"[policy default]\nallow = ip 10.0.0.0\nallow = ip 10.0.0.1\ndeny = ip 10.0.0.3 & "
		"method "
		"GET\nallow = *\n",
		"policy default|deny|ip 10.0.0.2|(absent)\n"
		"policy default|allow|(absent)|ip 10.0.0.0\n"
		"policy default|deny|(absent)|ip 10.0.0.3 & method GET\n");
}

static void rules_in_another_order(void **state)
{
	assert_changes("[policy default]\nallow = ip 10.0.0.1\ndeny = ip 10.0.0.2\nallow = *\n",
		"[policy default]\ndeny = ip 10.0.0.2\nallow = ip 10.0.0.1\nallow = *\n",
		"policy default|allow|ip 10.0.0.1|ip 10.0.0.2\n");
	/* A rule twice, and then once. */
	assert_changes("[policy default]\nallow = ip 10.0.0.1\nallow = ip 10.0.0.1\n",
		"[policy default]\nallow = ip 10.0.0.1\n",
		"policy default|allow|ip 10.0.0.1|(absent)\n");
}

static void policies(void **state)
{
	assert_changes(RULES "[policy b]\nallow = *\n", RULES "[policy c]\nallow = *\n",
		"policy b|(absent)|configured|(absent)\npolicy c|(absent)|(absent)|configured\n");
	/* What a policy inherits is its own. */
	assert_changes("[policy default]\nrdns = off\nallow = *\n[policy b]\nparent = default\n",
		"[policy default]\nrdns = single\nallow = *\n[policy b]\nparent = default\n",
		"policy default|rdns|off|single\npolicy b|rdns|off|single\n");
}

/* Changes are shown to people: a key that held a secret would show it. */
static void no_key_holds_a_secret(void **state)
{
	static const char *const words[] = {"secret", "password", "token", "key"};

	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		for (size_t k = 0; k < config_sections[i].key_count; k++) {
			const struct config_key *key = &config_sections[i].keys[k];

			for (size_t w = 0; w < ARRAY_LEN(words); w++) {
				if (strstr(key->name, words[w]) != NULL) {
					assert_int_equal(key->type, CONFIG_PATH);
				}
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_no_change),
		cmocka_unit_test(a_value),
		cmocka_unit_test(items_of_a_list),
		cmocka_unit_test(rules_that_came_and_went),
		cmocka_unit_test(rules_in_another_order),
		cmocka_unit_test(policies),
		cmocka_unit_test(no_key_holds_a_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
