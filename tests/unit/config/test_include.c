/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "unit/config/support.h"

#include <sys/stat.h>

static void included_files(void **state)
{
	struct folder f;

	folder_init(&f);
	const char *path = folder_write(&f, "a.conf",
		"include = b.conf\ninclude = c.conf ; comment\n[policy default]\nallow = *\n");

	folder_write(&f, "b.conf", "; first\n[server]\nthreads = 3\n[policy b]\nparent = c");
	folder_write(&f, "c.conf", "\xef\xbb\xbf[policy c]\r\ndeny_status = 401\r\n");
	struct config *config = folder_load(&f, path, "");

	assert_int_equal(config->server.threads, 3);
	assert_int_equal(config->policy_count, 3);
	assert_int_equal(config_policy(config, str_view("b"))->deny_status, 401);
	config_unref(config);
	folder_clear(&f);
}

static void relative_to_the_including_file(void **state)
{
	struct folder f;
	char *sub;
	char *expected;

	folder_init(&f);
	assert_true(asprintf(&sub, "%s/sub", f.path) > 0);
	assert_int_equal(mkdir(sub, 0700), 0);
	const char *path =
		folder_write(&f, "a.conf", "include = sub/b.conf\n[policy default]\nallow = *\n");

	folder_write(&f, "sub/b.conf", "include = c.conf\n[dns]\nstatic_zone = names\n");
	folder_write(&f, "sub/c.conf",
		"include = ../d.conf\n[log]\ntarget = file:log\n"
		"[policy c]\nrdns = off\nallow = ip in file:nets & !ip  in\tfile: nets\n"
		"deny = ip in json:bots & !ip in file:nets\n");
	folder_write(&f, "d.conf", "[server]\nthreads = 2\n");
	folder_write(&f, "sub/nets", "192.0.2.0/24\n");
	folder_write(&f, "sub/bots", "[\"192.0.2.0/24\"]");
	struct config *config = folder_load(&f, path, "");
	char *dump = dump_of(config);

	assert_int_equal(config->server.threads, 2);
	assert_true(asprintf(&expected, "\nstatic_zone = %s/names\n", sub) > 0);
	assert_non_null(strstr(dump, expected));
	free(expected);
	assert_true(asprintf(&expected, "\ntarget = file:%s/log\n", sub) > 0);
	assert_non_null(strstr(dump, expected));
	free(expected);
	assert_true(asprintf(&expected,
			    "\nallow = ip in file:%s/nets &\n\t!ip  in\tfile: %s/nets\n"
			    "deny = ip in json:%s/bots &",
			    sub, sub, sub) > 0);
	assert_non_null(strstr(dump, expected));
	free(expected);
	config_unref(config);
	/* The dump holds wherever it is read. */
	config = folder_load(&f, folder_write(&f, "dump", dump), "");
	char *again = dump_of(config);

	assert_string_equal(again, dump);
	free(again);
	free(dump);
	config_unref(config);
	for (size_t i = 0; i < f.count; i++) {
		unlink(f.made[i]);
	}
	assert_int_equal(rmdir(sub), 0);
	free(sub);
	folder_clear(&f);
}

static void bad_includes(void **state)
{
	struct folder f;

	folder_init(&f);
	const char *path = folder_write(&f, "a.conf",
		"include = missing.conf\ninclude =\ninclude = .\ninclude = b.conf\n[server]\n"
		"include = b.conf\n[policy b]\n");

	folder_write(&f, "b.conf", "[policy b]\nparent = absent\n");
	assert_null(folder_load(&f, path,
		"@/a.conf:1:11: error: @/missing.conf: expected a file that can be read: No such "
		"file "
		"or directory\n"
		"@/a.conf:2:10: error: include: expected the path of a file\n"
		"@/a.conf:3:11: error: @/. is a folder: expected a file, or a pattern such as "
		"@/./*.ini\n"
		"@/a.conf:7:1: error: [policy b] is given twice, first in @/b.conf:1\n"
		"@/a.conf:6:1: error: unknown key include in [server]: expected it before the "
		"first "
		"section\n"
		"@/b.conf:2:10: error: parent = absent: expected the name of a policy; there is no "
		"[policy absent]\n"));
	assert_null(load_expecting("include = a.conf\n",
		"t:1:1: error: include: expected a configuration in a file\n"));
	assert_null(folder_load(&f, "/nonexistent/doorward.conf",
		"error: /nonexistent/doorward.conf: expected a file that can be read: No such file "
		"or "
		"directory\n"));
	folder_clear(&f);
}

static void cycles(void **state)
{
	struct folder f;

	folder_init(&f);
	const char *path = folder_write(&f, "a.conf", "include = b.conf\n");

	folder_write(&f, "b.conf", "\ninclude = ./a.conf\ninclude = b.conf\n");
	assert_null(folder_load(&f, path,
		"@/b.conf:2:11: error: @/./a.conf includes itself\n"
		"@/b.conf:3:11: error: @/b.conf includes itself\n"));
	folder_clear(&f);
}

/* 0.conf includes 1.conf, and so on. */
static void depth(void **state)
{
	for (unsigned last = 8; last <= 9; last++) {
		struct folder f;
		const char *path = NULL;

		folder_init(&f);
		for (unsigned i = 0; i <= last; i++) {
			char name[16];
			char text[64];

			snprintf(name, sizeof(name), "%u.conf", i);
			if (i < last) {
				snprintf(text, sizeof(text), "include = %u.conf\n", i + 1);
			} else {
				snprintf(text, sizeof(text), "[policy default]\n");
			}
			const char *written = folder_write(&f, name, text);

			path = i == 0 ? written : path;
		}
		struct config *config = folder_load(&f, path,
			last == 8 ? ""
				  : "@/8.conf:1:11: error: include = 9.conf: expected files at "
				    "most 8 deep\n");

		assert_int_equal(config != NULL, last == 8);
		config_unref(config);
		folder_clear(&f);
	}
}

static void too_many_files(void **state)
{
	struct folder f;
	struct bytes text;

	folder_init(&f);
	bytes_init(&text, 0);
	for (unsigned i = 0; i <= 256; i++) {
		bytes_append_text(&text, "include = b.conf\n");
	}
	bytes_append_u8(&text, '\0');
	const char *path = folder_write(&f, "a.conf", (char *)text.data);

	folder_write(&f, "b.conf", "");
	assert_null(folder_load(&f, path,
		"@/a.conf:257:11: error: include = b.conf: expected at most 256 files\n"));
	bytes_clear(&text);
	folder_clear(&f);
}

static void size_of_a_file(void **state)
{
	struct folder f;
	char *text = malloc(CONFIG_INI_MAX_FILE + 2);

	assert_non_null(text);
	memset(text, '\n', CONFIG_INI_MAX_FILE + 1);
	text[CONFIG_INI_MAX_FILE + 1] = '\0';
	memcpy(text, "[policy default]", 16);
	folder_init(&f);
	assert_null(folder_load(&f, folder_write(&f, "large", text),
		"error: @/large: expected a file that can be read: File too large\n"));
	text[CONFIG_INI_MAX_FILE] = '\0';
	struct config *config = folder_load(&f, folder_write(&f, "largest", text), "");

	assert_non_null(config);
	config_unref(config);
	free(text);
	folder_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(included_files),
		cmocka_unit_test(relative_to_the_including_file),
		cmocka_unit_test(bad_includes),
		cmocka_unit_test(cycles),
		cmocka_unit_test(depth),
		cmocka_unit_test(too_many_files),
		cmocka_unit_test(size_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
