/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/list.h"

#include "unit/policy/kit.h"

#include <sys/stat.h>

/* What the reader was told: "LINE:VALUE " for each; a value "bad" is refused. */
struct told {
	struct bytes text;
	struct diag diag;
	bool good;
};

static bool on_line(void *ctx, struct str line, const struct place *place, struct diag *diag)
{
	struct told *told = ctx;

	bytes_appendf(&told->text, "%u:%.*s ", place->line, (int)line.len, line.data);
	if (str_eq_text(line, "bad")) {
		diag_error(diag, place, "bad: expected good");
		return false;
	}
	return true;
}

static struct told read_path(const char *path)
{
	static const struct place from = {"doorward.conf", 3, 14};
	struct told told;

	bytes_init(&told.text, 0);
	diag_init(&told.diag);
	told.good = policy_list_read(path, &from, on_line, &told, &told.diag);
	assert_int_equal(told.good, told.diag.errors == 0);
	bytes_append_u8(&told.text, 0);
	bytes_append_u8(&told.diag.text, 0);
	return told;
}

static struct told read_bytes(const void *data, size_t len)
{
	char *path = file_with(data, len);
	struct told told = read_path(path);

	remove_file(path);
	return told;
}

static void told_clear(struct told *told)
{
	bytes_clear(&told->text);
	diag_clear(&told->diag);
}

static bool tells(const char *data, const char *expected)
{
	struct told told = read_bytes(data, strlen(data));
	bool same = told.good && strcmp((const char *)told.text.data, expected) == 0;

	if (!same) {
		print_error("%s\n%s\n", (const char *)told.text.data,
			(const char *)told.diag.text.data);
	}
	told_clear(&told);
	return same;
}

static void lines_become_values(void **state)
{
	assert_true(tells("a\nb\n", "1:a 2:b "));
	assert_true(tells("a\r\nb", "1:a 2:b "));
	assert_true(tells("\n\n  a\t\n\r\n b c ", "3:a 5:b c "));
	assert_true(tells("# first\na\n  # second\nb # no comment\n", "2:a 4:b # no comment "));
	assert_true(tells("\xef\xbb\xbf# first\na", "2:a "));
	assert_true(tells("\xef\xbb\xbf"
			  "a",
		"1:a "));
	assert_true(tells("a\n\xef\xbb\xbf"
			  "b",
		"1:a 2:\xef\xbb\xbf"
		"b "));
}

static void a_list_without_values_is_a_warning(void **state)
{
	static const char *const empty[] = {"", "\n", "# nothing\n", "  \r\n\t", "\xef\xbb\xbf"};

	for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
		struct told told = read_bytes(empty[i], strlen(empty[i]));

		assert_true(told.good);
		assert_int_equal(told.diag.warnings, 1);
		assert_non_null(strstr((const char *)told.diag.text.data, "matches nothing"));
		assert_string_equal((const char *)told.text.data, "");
		told_clear(&told);
	}
}

static void bad_lines_are_told_with_their_number(void **state)
{
	struct told told = read_bytes("a\nbad\nb\nbad", 11);

	assert_false(told.good);
	assert_int_equal(told.diag.errors, 2);
	assert_string_equal((const char *)told.text.data, "1:a 2:bad 3:b 4:bad ");
	assert_non_null(strstr((const char *)told.diag.text.data, ":2: error: bad"));
	assert_non_null(strstr((const char *)told.diag.text.data, ":4: error: bad"));
	told_clear(&told);
}

static void gives_up_after_many_errors(void **state)
{
	struct bytes text;

	bytes_init(&text, 0);
	for (int i = 0; i < 1000; i++) {
		bytes_append_text(&text, "bad\n");
	}
	struct told told = read_bytes(text.data, text.len);

	assert_false(told.good);
	assert_int_equal(told.diag.errors, POLICY_LIST_ERRORS_MAX + 1);
	assert_non_null(strstr((const char *)told.diag.text.data, "too many errors"));
	told_clear(&told);
	bytes_clear(&text);
}

static void what_is_no_text_ends_it(void **state)
{
	struct told told = read_bytes("a\nb\0c\nd\n", 8);

	assert_false(told.good);
	assert_int_equal(told.diag.errors, 1);
	assert_string_equal((const char *)told.text.data, "1:a ");
	assert_non_null(strstr((const char *)told.diag.text.data, ":2: error: a NUL"));
	told_clear(&told);
}

static void lines_are_bounded(void **state)
{
	static char text[POLICY_LIST_LINE_MAX + 3];

	memset(text, 'x', sizeof(text));
	text[POLICY_LIST_LINE_MAX] = '\n';
	text[POLICY_LIST_LINE_MAX + 1] = 'y';

	struct told told = read_bytes(text, POLICY_LIST_LINE_MAX + 2);

	assert_true(told.good);
	told_clear(&told);
	text[POLICY_LIST_LINE_MAX] = 'x';
	told = read_bytes(text, POLICY_LIST_LINE_MAX + 1);
	assert_false(told.good);
	assert_string_equal((const char *)told.text.data, "");
	assert_non_null(strstr((const char *)told.diag.text.data, ":1: error: the line is longer"));
	told_clear(&told);
}

static void what_is_no_file_is_told_at_the_rule(void **state)
{
	char folder[] = "/tmp/doorward-list-XXXXXX";
	char fifo[64];

	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);

	const char *paths[] = {folder, fifo, "/dev/zero", "/nonexistent/list", ""};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct told told = read_path(paths[i]);
		const char *text = (const char *)told.diag.text.data;

		assert_false(told.good);
		assert_ptr_equal(strstr(text, "doorward.conf:3:14: error: "), text);
		assert_non_null(strstr(text, paths[i]));
		told_clear(&told);
	}
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_values),
		cmocka_unit_test(a_list_without_values_is_a_warning),
		cmocka_unit_test(bad_lines_are_told_with_their_number),
		cmocka_unit_test(gives_up_after_many_errors),
		cmocka_unit_test(what_is_no_text_ends_it),
		cmocka_unit_test(lines_are_bounded),
		cmocka_unit_test(what_is_no_file_is_told_at_the_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
