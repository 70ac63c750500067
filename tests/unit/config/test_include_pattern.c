/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Patterns in `include`. */

#include "unit/config/support.h"

#include <sys/stat.h>

static const char *make_folder(struct folder *f, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(f->count < ARRAY_LEN(f->made));
	return f->made[f->count++] = strdup(path);
}

static void clear_with_folders(struct folder *f)
{
	for (size_t i = f->count; i-- > 0;) {
		assert_int_equal(remove(f->made[i]), 0);
	}
	folder_clear(f);
}

/* The names of all policies, in their order, each with a blank after it. */
static void assert_policies(const struct config *config, const char *expected)
{
	char names[256] = "";

	assert_non_null(config);
	for (size_t i = 0; i < config->policy_count; i++) {
		strncat(names, config->policies[i].name.data, 64);
		strcat(names, " ");
	}
	assert_string_equal(names, expected);
}

static void files_that_match_a_pattern(void **state)
{
	struct folder f;

	folder_init(&f);
	make_folder(&f, "d");
	const char *path = folder_write(&f, "a.conf", "include = d/*.ini\n[policy default]\n");

	folder_write(&f, "d/b.ini", "[policy b]\n");
	folder_write(&f, "d/a.ini", "include = ../other\n[policy a]\n");
	folder_write(&f, "other", "[policy other]\n");
	folder_write(&f, "d/B.ini", "[policy B]\n");
	folder_write(&f, "d/10.ini", "[policy ten]\n");
	folder_write(&f, "d/9.ini", "[policy nine]\n");
	folder_write(&f, "d/\xc3\xa4.ini", "[policy umlaut]\n");
	/* What an editor or a package manager leaves, and what is hidden. */
	folder_write(&f, "d/a.ini~", "[policy a]\n");
	folder_write(&f, "d/.a.ini", "[policy a]\n");
	folder_write(&f, "d/.a.ini.swp", "no INI");
	folder_write(&f, "d/#a.ini#", "[policy a]\n");
	folder_write(&f, "d/a.ini.dpkg-dist", "[policy a]\n");
	struct config *config = folder_load(&f, path, "");

	assert_policies(config, "ten nine B other a b umlaut default ");
	config_unref(config);
	clear_with_folders(&f);
}

static void a_pattern_without_files(void **state)
{
	struct folder f;

	folder_init(&f);
	make_folder(&f, "d");
	struct config *config = folder_load(
		&f, folder_write(&f, "a.conf", "include = d/*.ini\n[policy default]\n"), "");

	assert_policies(config, "default ");
	config_unref(config);
	clear_with_folders(&f);
}

/* Only the value is a pattern; the folder of the file that has it is what it is called. */
static void pattern_bytes_in_a_folder(void **state)
{
	struct folder f;

	folder_init(&f);
	make_folder(&f, "[x]*?\\");
	make_folder(&f, "[x]*?\\/in");
	make_folder(&f, "x");
	folder_write(&f, "x/b.ini", "[policy wrong]\n");
	folder_write(&f, "[x]*?\\/b.ini", "[policy b]\n");
	folder_write(&f, "[x]*?\\/in/c.ini", "[policy default]\n");
	struct config *config = folder_load(&f,
		folder_write(&f, "[x]*?\\/a.conf", "include = [b].ini\ninclude = */?.ini\n"), "");

	assert_policies(config, "b default ");
	config_unref(config);
	clear_with_folders(&f);
}

static void bad_patterns(void **state)
{
	struct folder f;

	folder_init(&f);
	make_folder(&f, "d");
	make_folder(&f, "d/folder.ini");
	folder_write(&f, "d/self.ini", "include = *.ini\n");
	const char *path = folder_write(&f, "a.conf",
		"include = missing/*.ini\ninclude = a.conf/*.ini\ninclude = d/*.ini\n"
		"include = d/[f]older.ini\n[policy b]\n");
	char *link;

	assert_true(asprintf(&link, "%s/d/link.ini", f.path) > 0);
	assert_int_equal(symlink("nowhere", link), 0);
	assert_null(folder_load(&f, path,
		"@/a.conf:1:11: error: include = missing/*.ini: expected folders that can be read, "
		"from @/missing on: No such file or directory\n"
		"@/a.conf:2:11: error: include = a.conf/*.ini: expected folders that can be read, "
		"from @/a.conf on: Not a directory\n"
		"@/a.conf:3:11: error: @/d/folder.ini is a folder: expected a file, or a pattern "
		"such as @/d/folder.ini/*.ini\n"
		"@/a.conf:3:11: error: @/d/link.ini: expected a file that can be read: No such "
		"file "
		"or directory\n"
		"@/d/self.ini:1:11: error: @/d/folder.ini is a folder: expected a file, or a "
		"pattern such as @/d/folder.ini/*.ini\n"
		"@/d/self.ini:1:11: error: @/d/link.ini: expected a file that can be read: No such "
		"file or directory\n"
		"@/d/self.ini:1:11: error: @/d/self.ini includes itself\n"
		"@/a.conf:4:11: error: @/d/folder.ini is a folder: expected a file, or a pattern "
		"such as @/d/folder.ini/*.ini\n"));
	unlink(link);
	free(link);
	clear_with_folders(&f);
}

static void too_many_matches(void **state)
{
	struct folder f;

	folder_init(&f);
	make_folder(&f, "d");
	const char *path = folder_write(&f, "a.conf", "include = d/*\n[policy default]\n");

	for (unsigned count = 0; count <= 256; count++) {
		char name[512];

		snprintf(name, sizeof(name), "%s/d/%03u.ini", f.path, count);
		FILE *file = fopen(name, "w");

		assert_non_null(file);
		fclose(file);
		if (count == 255) {
			struct config *config = folder_load(&f, path, "");

			assert_non_null(config);
			config_unref(config);
		}
	}
	assert_null(folder_load(
		&f, path, "@/a.conf:1:11: error: include = d/*: expected at most 256 files\n"));
	for (unsigned count = 0; count <= 256; count++) {
		char name[512];

		snprintf(name, sizeof(name), "%s/d/%03u.ini", f.path, count);
		unlink(name);
	}
	clear_with_folders(&f);
}

struct seen {
	const char *wanted;
	size_t count;
};

static void note_file(void *ctx, enum config_file_kind kind, const char *path)
{
	struct seen *seen = ctx;

	if (kind == CONFIG_FILE_NAMED && strcmp(path, seen->wanted) == 0) {
		seen->count++;
	}
}

static void the_folder_of_a_pattern_is_a_file_of_the_configuration(void **state)
{
	struct folder f;

	folder_init(&f);
	struct seen seen = {make_folder(&f, "d"), 0};
	struct config *config = folder_load(
		&f, folder_write(&f, "a.conf", "include = d/*.ini\n[policy default]\n"), "");

	config_each_file(config, note_file, &seen);
	assert_int_equal(seen.count, 1);
	config_unref(config);
	clear_with_folders(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_match_a_pattern),
		cmocka_unit_test(a_pattern_without_files),
		cmocka_unit_test(pattern_bytes_in_a_folder),
		cmocka_unit_test(bad_patterns),
		cmocka_unit_test(too_many_matches),
		cmocka_unit_test(the_folder_of_a_pattern_is_a_file_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
