/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "log/log.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
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

struct place_of_log {
	char folder[32];
	char path[64];
	char rotated[64];
};

static int make_folder(void **state)
{
	static struct place_of_log p;

	p = (struct place_of_log){.folder = "/tmp/doorward-log-XXXXXX"};
	if (mkdtemp(p.folder) == NULL) {
		return -1;
	}
	snprintf(p.path, sizeof(p.path), "%s/log", p.folder);
	snprintf(p.rotated, sizeof(p.rotated), "%s/log.1", p.folder);
	*state = &p;
	return 0;
}

static int remove_folder(void **state)
{
	struct place_of_log *p = *state;

	log_close();
	unlink(p->path);
	unlink(p->rotated);
	return rmdir(p->folder);
}

/* The lines of a file; `timed`: text lines must begin with the time, and come without it. */
static struct bytes slurp_lines(const char *path, bool timed)
{
	const size_t time_len = strlen("2026-11-21T17:12:00.123Z");
	FILE *f = fopen(path, "re");
	struct bytes b;
	char line[1024];

	bytes_init(&b, 0);
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *text = line;
		int64_t when;

		if (timed && line[0] != '{') {
			assert_true(clock_parse((struct str){line, time_len}, &when));
			assert_int_equal(line[time_len - 5], '.');
			assert_int_equal(line[time_len], ' ');
			text += time_len + 1;
		}
		bytes_append_text(&b, text);
	}
	fclose(f);
	return b;
}

static struct bytes slurp(const char *path)
{
	return slurp_lines(path, true);
}

static void assert_file(const char *path, const char *expected)
{
	struct bytes b = slurp(path);

	bytes_append_u8(&b, '\0');
	assert_string_equal((const char *)b.data, expected);
	bytes_clear(&b);
}

static void open_log(const char *path, enum log_format format, enum log_level level)
{
	assert_int_equal(log_open(&(struct log_settings){LOG_TO_FILE, path, format, level}), 0);
}

static void escapes_text(void **state)
{
	struct place_of_log *p = *state;

	open_log(p->path, LOG_TEXT, LOG_LEVEL_DEBUG);
	log_write(LOG_LEVEL_ERROR, "plain %d", 7);
	log_write(LOG_LEVEL_WARNING, "a\nb\r\t\x1b[31m\x7f");
	log_write(LOG_LEVEL_INFO, "%s", "\xc3\xa9\xff");
	log_write(LOG_LEVEL_DEBUG, "%s", "");
	log_line(str_view("as it is"));
	log_line((struct str){"", 0});
	assert_file(p->path, "doorward: error: plain 7\n"
			     "doorward: warning: a\\x0ab\\x0d\\x09\\x1b[31m\\x7f\n"
			     "doorward: info: \xc3\xa9\\xff\n"
			     "doorward: debug: \n"
			     "as it is\n"
			     "\n");
}

static void writes_json(void **state)
{
	static const char start[] = "{\"time\":\"";
	static const char end[] =
		"\",\"level\":\"warning\",\"message\":\"a\\u000a\\\"b\\\\\\ufffd\"}\n";
	struct place_of_log *p = *state;
	int64_t when;

	open_log(p->path, LOG_JSON, LOG_LEVEL_INFO);
	log_write(LOG_LEVEL_WARNING, "a\n\"b\\%s", "\xff");
	struct bytes b = slurp(p->path);
	struct str text = bytes_view(&b);

	assert_true(str_starts_with(text, start));
	assert_int_equal(text.len, sizeof(start) - 1 + 20 + sizeof(end) - 1);
	assert_true(clock_parse((struct str){text.data + sizeof(start) - 1, 20}, &when));
	assert_true(str_eq_text(str_from(text, sizeof(start) - 1 + 20), end));
	bytes_clear(&b);
}

static void keeps_to_its_level(void **state)
{
	static const enum log_level levels[] = {
		LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG};
	struct place_of_log *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		open_log(p->path, LOG_TEXT, levels[i]);
		for (size_t j = 0; j < ARRAY_LEN(levels); j++) {
			assert_int_equal(log_enabled(levels[j]), j <= i);
		}
	}
	open_log(p->path, LOG_TEXT, LOG_LEVEL_ERROR);
	log_write(LOG_LEVEL_WARNING, "not this");
	log_write(LOG_LEVEL_ERROR, "this");
	assert_file(p->path, "doorward: error: this\n");
}

static void reopens_a_rotated_file(void **state)
{
	struct place_of_log *p = *state;
	struct stat st;

	open_log(p->path, LOG_TEXT, LOG_LEVEL_INFO);
	log_write(LOG_LEVEL_INFO, "one");
	assert_int_equal(rename(p->path, p->rotated), 0);
	log_write(LOG_LEVEL_INFO, "two");
	assert_int_equal(log_reopen(), 0);
	log_write(LOG_LEVEL_INFO, "three");
	assert_file(p->rotated, "doorward: info: one\ndoorward: info: two\n");
	assert_file(p->path, "doorward: info: three\n");
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777 & ~0640, 0);
	/* Appended to, not emptied. */
	assert_int_equal(log_reopen(), 0);
	log_write(LOG_LEVEL_INFO, "four");
	assert_file(p->path, "doorward: info: three\ndoorward: info: four\n");
}

static void failure_leaves_the_log_as_it_was(void **state)
{
	struct place_of_log *p = *state;
	char path[] = "/tmp/doorward-log-XXXXXX/none/log";

	memcpy(path, p->folder, strlen(p->folder));
	open_log(p->path, LOG_TEXT, LOG_LEVEL_INFO);
	assert_int_equal(
		log_open(&(struct log_settings){LOG_TO_FILE, path, LOG_JSON, LOG_LEVEL_DEBUG}),
		ENOENT);
	assert_false(log_enabled(LOG_LEVEL_DEBUG));
	log_write(LOG_LEVEL_INFO, "one");
	assert_int_equal(rename(p->path, p->rotated), 0);
	assert_int_equal(mkdir(p->path, 0700), 0);
	assert_int_equal(log_reopen(), EISDIR);
	log_write(LOG_LEVEL_INFO, "two");
	assert_int_equal(rmdir(p->path), 0);
	assert_file(p->rotated, "doorward: info: one\ndoorward: info: two\n");
}

static void writes_to_stderr_otherwise(void **state)
{
	struct place_of_log *p = *state;
	int saved = dup(STDERR_FILENO);
	int fd = open(p->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(saved >= 0 && fd >= 0);
	log_close();
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	log_write(LOG_LEVEL_INFO, "to stderr");
	assert_int_equal(log_reopen(), 0);
	log_write(LOG_LEVEL_INFO, "still");
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	close(fd);
	struct bytes b = slurp_lines(p->path, false);

	assert_true(
		str_eq_text(bytes_view(&b), "doorward: info: to stderr\ndoorward: info: still\n"));
	bytes_clear(&b);
}

/* One line to stderr, which is the file, with this JOURNAL_STREAM. */
static struct bytes log_to_stderr(struct place_of_log *p, const char *stream, bool timed)
{
	const struct log_settings settings = {LOG_TO_STDERR, NULL, LOG_TEXT, LOG_LEVEL_INFO};
	int saved = dup(STDERR_FILENO);
	int fd = open(p->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(saved >= 0 && fd >= 0);
	assert_int_equal(
		stream != NULL ? setenv("JOURNAL_STREAM", stream, 1) : unsetenv("JOURNAL_STREAM"),
		0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	int error = log_open(&settings);

	log_write(LOG_LEVEL_INFO, "message");
	log_write(LOG_LEVEL_ERROR, "a\n<0>b");
	log_line(str_view("<0>line"));
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	assert_int_equal(error, 0);
	close(saved);
	close(fd);
	return slurp_lines(p->path, timed);
}

static void stderr_has_times_unless_it_is_the_journal(void **state)
{
	static const char expected[] =
		"doorward: info: message\ndoorward: error: a\\x0a<0>b\n<0>line\n";
	static const char in_the_journal[] = "<6>doorward: info: message\n"
					     "<3>doorward: error: a\\x0a<0>b\n"
					     "<6><0>line\n";
	struct place_of_log *p = *state;
	struct bytes none = log_to_stderr(p, NULL, true);
	char stream[64];
	struct stat st;

	assert_true(str_eq_text(bytes_view(&none), expected));
	assert_int_equal(stat(p->path, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	struct bytes journal = log_to_stderr(p, stream, false);

	assert_true(str_eq_text(bytes_view(&journal), in_the_journal));
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + 1);
	struct bytes another = log_to_stderr(p, stream, true);

	assert_true(str_eq_text(bytes_view(&another), expected));
	bytes_clear(&none);
	bytes_clear(&journal);
	bytes_clear(&another);
}

/*
 * Before log_open, too. The journal would split a line of 48 KiB, and read the level of the rest
 * from bytes that a client may have chosen.
 */
static void no_line_is_so_long_that_the_journal_splits_it(void **state)
{
	struct place_of_log *p = *state;
	int saved = dup(STDERR_FILENO);
	int fd = open(p->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char text[64 * 1024];
	char stream[64];
	struct stat st;

	assert_true(saved >= 0 && fd >= 0 && fstat(fd, &st) == 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	memset(text, 'a', sizeof(text));
	log_close();
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	log_line((struct str){text, sizeof(text)});
	log_write(LOG_LEVEL_WARNING, "next");
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	assert_in_range(len, 1024, 48 * 1024 - 1);
	text[len] = '\0';
	assert_memory_equal(text, "<6>aaa", 6);
	assert_string_equal(strchr(text, ' '), " (cut)\n<4>doorward: warning: next\n");
	close(saved);
	close(fd);
}

static void logs_findings_line_by_line(void **state)
{
	struct place_of_log *p = *state;
	struct diag d;

	diag_init(&d);
	open_log(p->path, LOG_TEXT, LOG_LEVEL_INFO);
	log_diag(&d);
	diag_warning(&d, NULL, "one");
	log_diag(&d);
	diag_error(&d, NULL, "two %s", "%s");
	log_diag(&d);
	diag_clear(&d);
	assert_file(p->path, "doorward: warning: one\n"
			     "doorward: warning: one\n"
			     "doorward: error: two %s\n");
}

#define THREADS 4
#define LINES 500

static void *write_lines(void *arg)
{
	for (int i = 0; i < LINES; i++) {
		log_write(LOG_LEVEL_INFO, "thread %d, line %03d", *(int *)arg, i);
	}
	return NULL;
}

/* Each line is whole and comes once, though the file is reopened all the while. */
static void lines_of_threads_stay_whole(void **state)
{
	struct place_of_log *p = *state;
	pthread_t threads[THREADS];
	int numbers[THREADS];
	int next[THREADS] = {0};

	open_log(p->path, LOG_TEXT, LOG_LEVEL_INFO);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &numbers[i]), 0);
	}
	for (int i = 0; i < LINES; i++) {
		assert_int_equal(log_reopen(), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	struct bytes b = slurp(p->path);
	struct str rest = bytes_view(&b);
	struct str line;

	while (str_split_next(&rest, '\n', &line) && line.len > 0) {
		char expected[64];
		int number = line.data[strlen("doorward: info: thread ")] - '0';

		assert_in_range(number, 0, THREADS - 1);
		snprintf(expected, sizeof(expected), "doorward: info: thread %d, line %03d", number,
			next[number]++);
		assert_true(str_eq_text(line, expected));
	}
	assert_null(rest.data);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(next[i], LINES);
	}
	bytes_clear(&b);
}

#define LONG_LINE 6000 /* more than a pipe takes in one piece (pipe(7), PIPE_BUF) */
#define LONG_LINES 200

static void *write_long_lines(void *arg)
{
	char text[LONG_LINE];

	memset(text, 'a' + *(int *)arg, sizeof(text));
	for (int i = 0; i < LONG_LINES; i++) {
		log_line((struct str){text, sizeof(text)});
	}
	return NULL;
}

static void long_lines_of_threads_do_not_mix_in_a_pipe(void **state)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];
	int saved = dup(STDERR_FILENO);
	int ends[2];
	char line[LONG_LINE + 1];
	bool whole = true;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	log_close();
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		assert_int_equal(
			pthread_create(&threads[i], NULL, write_long_lines, &numbers[i]), 0);
	}
	FILE *from = fdopen(ends[0], "r");

	for (int i = 0; i < THREADS * LONG_LINES; i++) {
		whole = fread(line, 1, sizeof(line), from) == sizeof(line) && whole &&
			line[LONG_LINE] == '\n' && memcmp(line, line + 1, LONG_LINE - 1) == 0;
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	fclose(from);
	assert_true(whole);
}

static void all_levels_but_error_can_be_set(void **state)
{
	enum log_level level = LOG_LEVEL_ERROR;

	assert_true(log_level_read_to_set(str_view("warning"), &level));
	assert_int_equal(level, LOG_LEVEL_WARNING);
	assert_true(log_level_read_to_set(str_view("info"), &level));
	assert_int_equal(level, LOG_LEVEL_INFO);
	assert_true(log_level_read_to_set(str_view("debug"), &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_false(log_level_read_to_set(str_view("error"), &level));
	assert_false(log_level_read_to_set(str_view("Debug"), &level));
	assert_false(log_level_read_to_set((struct str){NULL, 0}, &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(escapes_text, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(writes_json, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(keeps_to_its_level, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(reopens_a_rotated_file, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			failure_leaves_the_log_as_it_was, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			writes_to_stderr_otherwise, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			stderr_has_times_unless_it_is_the_journal, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			no_line_is_so_long_that_the_journal_splits_it, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			logs_findings_line_by_line, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			lines_of_threads_stay_whole, make_folder, remove_folder),
		cmocka_unit_test(all_levels_but_error_can_be_set),
		cmocka_unit_test(long_lines_of_threads_do_not_mix_in_a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
