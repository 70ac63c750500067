/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/file.h"
#include "unit/config/support.h"

/* The configuration that is installed, from the top of the source tree. */
#define PATH "conf/doorward.conf"

static void nobody_gets_in(void **state)
{
	struct diag diag;

	diag_init(&diag);
	struct config *config = config_load(PATH, &diag);

	assert_string_equal(diag_text(&diag), "");
	const struct policy *policy = config_policy(config, str_view("default"));

	assert_int_equal(config->policy_count, 1);
	assert_int_equal(policy_rules_count(policy->rules), 0);
	assert_int_equal(policy->default_action, POLICY_ACTION_DENY);
	config_unref(config);
	diag_clear(&diag);
}

/* Lines that begin with ";key =" show the defaults: taking the ";" away changes nothing. */
static void shown_defaults_are_the_defaults(void **state)
{
	struct file_identity identity;
	struct bytes file;
	struct bytes taken;
	struct str rest;
	struct str line;
	size_t shown = 0;

	bytes_init(&file, 0);
	bytes_init(&taken, 0);
	assert_true(file_read(PATH, CONFIG_INI_MAX_FILE, &file, &identity));
	rest = bytes_view(&file);
	while (str_split_next(&rest, '\n', &line)) {
		if (line.len > 1 && line.data[0] == ';' && ascii_is_alpha(line.data[1]) &&
			!str_starts_with(line, ";include")) {
			line = str_from(line, 1);
			shown++;
		} else if (str_starts_with(line, "include")) {
			continue;
		}
		bytes_append_str(&taken, line);
		bytes_append_u8(&taken, '\n');
	}
	bytes_append_u8(&taken, '\0');
	assert_true(shown > 20);
	struct config *with = load_expecting((char *)taken.data, "");
	struct config *without = load_expecting("[policy default]\n", "");
	char *with_dump = dump_of(with);
	char *without_dump = dump_of(without);

	assert_string_equal(with_dump, without_dump);
	free(with_dump);
	free(without_dump);
	config_unref(with);
	config_unref(without);
	bytes_clear(&file);
	bytes_clear(&taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_gets_in),
		cmocka_unit_test(shown_defaults_are_the_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
