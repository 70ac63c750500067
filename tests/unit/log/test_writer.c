/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/bytes.h"
#include "base/clock.h"
#include "log/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* The log once log_start has given it a thread. */

#define THREADS 4
#define LINES 20000
#define ROTATIONS 20

struct place_of_log {
	char folder[32];
	char path[64];
	int stderr_saved;
	int pipe_read; /* the other end of stderr, in some tests */
};

static int set_up(void **state)
{
	static struct place_of_log p;

	p = (struct place_of_log){.folder = "/tmp/doorward-log-XXXXXX", .pipe_read = -1};
	if (mkdtemp(p.folder) == NULL) {
		return -1;
	}
	snprintf(p.path, sizeof(p.path), "%s/log", p.folder);
	p.stderr_saved = dup(STDERR_FILENO);
	*state = &p;
	return 0;
}

static int tear_down(void **state)
{
	struct place_of_log *p = *state;

	log_close();
	dup2(p->stderr_saved, STDERR_FILENO);
	close(p->stderr_saved);
	close(p->pipe_read);
	unlink(p->path);
	return rmdir(p->folder);
}

static void open_file(const char *path)
{
	const struct log_settings settings = {LOG_TO_FILE, path, LOG_JSON, LOG_LEVEL_INFO};

	assert_int_equal(log_open(&settings), 0);
}

static void open_pipe(struct place_of_log *p)
{
	const struct log_settings settings = {LOG_TO_STDERR, NULL, LOG_JSON, LOG_LEVEL_INFO};
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	p->pipe_read = ends[0];
	assert_int_equal(log_open(&settings), 0);
}

static void put_number(int thread, int i)
{
	char text[256];
	int len = snprintf(text, sizeof(text), "%d %d %0*d", thread, i, 50 + i % 100, 0);

	log_line((struct str){text, (size_t)len});
}

static void *put_numbers(void *arg)
{
	for (int i = 0; i < LINES; i++) {
		put_number(*(int *)arg, i);
	}
	return NULL;
}

/* What `lines` hold, read to the end; each thread's come in order. */
struct seen {
	int next[THREADS];
	uint64_t lines;
	uint64_t told; /* of the lost ones */
};

static void read_line(struct seen *seen, const char *line)
{
	const char *told = strstr(line, "\"message\":\"");
	int thread;
	int i;
	int zeros;

	assert_non_null(strchr(line, '\n'));
	if (told != NULL) {
		assert_non_null(strstr(told, "line(s) of the log were lost"));
		seen->told += strtoull(told + strlen("\"message\":\""), NULL, 10);
		return;
	}
	assert_int_equal(sscanf(line, "%d %d %n", &thread, &i, &zeros), 2);
	assert_in_range(thread, 0, THREADS - 1);
	assert_true(i >= seen->next[thread]);
	assert_int_equal(strspn(line + zeros, "0"), 50 + i % 100);
	seen->next[thread] = i + 1;
	seen->lines++;
}

static void read_lines(struct seen *seen, FILE *from)
{
	char line[1024];

	assert_non_null(from);
	while (fgets(line, sizeof(line), from) != NULL) {
		read_line(seen, line);
	}
	fclose(from);
}

/* As log rotation does, while they write. */
static void rotate(const struct place_of_log *p, char rotated[80], int i)
{
	snprintf(rotated, 80, "%s.%d", p->path, i);
	assert_int_equal(rename(p->path, rotated), 0);
	assert_int_equal(log_reopen(), 0);
}

static void test_rotation_loses_nothing(void **state)
{
	struct place_of_log *p = *state;
	pthread_t threads[THREADS];
	int numbers[THREADS];
	struct seen seen = {0};
	char rotated[80];

	open_file(p->path);
	assert_int_equal(log_start(), 0);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, put_numbers, &numbers[i]), 0);
	}
	for (int i = 0; i < ROTATIONS; i++) {
		rotate(p, rotated, i);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	uint64_t lost = log_lost();

	log_close();
	for (int i = 0; i < ROTATIONS; i++) {
		snprintf(rotated, sizeof(rotated), "%s.%d", p->path, i);
		read_lines(&seen, fopen(rotated, "re"));
		unlink(rotated);
	}
	read_lines(&seen, fopen(p->path, "re"));
	assert_int_equal(seen.lines + lost, THREADS * LINES);
	assert_int_equal(seen.told, lost);
}

/*
 * Without a reader, lines are lost and no caller waits; a later reader gets the number of lost
 * lines.
 */
static void test_a_blocked_pipe_holds_nobody_up(void **state)
{
	struct place_of_log *p = *state;
	struct seen seen = {0};
	char line[1024];

	open_pipe(p);
	assert_int_equal(log_start(), 0);
	for (int i = 0; i < LINES; i++) {
		put_number(0, i);
	}
	uint64_t lost = log_lost();

	assert_true(lost > 0 && lost < LINES);
	FILE *from = fdopen(p->pipe_read, "re");

	p->pipe_read = -1;
	while (seen.lines + seen.told < LINES) {
		assert_non_null(fgets(line, sizeof(line), from));
		read_line(&seen, line);
	}
	assert_int_equal(seen.told, lost);
	assert_int_equal(log_lost(), lost);
	/* In step again. */
	put_number(0, LINES);
	assert_non_null(fgets(line, sizeof(line), from));
	read_line(&seen, line);
	assert_int_equal(seen.next[0], LINES + 1);
	fclose(from);
}

static void test_a_blocked_pipe_does_not_stop_the_end(void **state)
{
	uint64_t started_ms = clock_ms();

	open_pipe(*state);
	assert_int_equal(log_start(), 0);
	for (int i = 0; i < LINES; i++) {
		put_number(0, i);
	}
	log_close();
	assert_true(clock_ms() - started_ms < 10000);
}

/* What a pipe or a full disk did not take stands in the file that comes after it, once. */
static void switch_from(const struct place_of_log *p, int lines)
{
	struct seen seen = {0};

	for (int i = 0; i < lines; i++) {
		put_number(0, i);
	}
	open_file(p->path);
	put_number(0, lines);
	assert_int_equal(log_lost(), 0);
	log_close();
	read_lines(&seen, fopen(p->path, "re"));
	assert_int_equal(seen.next[0], lines + 1);
	if (p->pipe_read < 0) {
		assert_int_equal(seen.next[1], 1);
		assert_int_equal(seen.lines, lines + 2);
	}
}

static void test_goes_on_elsewhere_from_a_blocked_pipe(void **state)
{
	struct place_of_log *p = *state;

	open_pipe(p);
	assert_int_equal(log_start(), 0);
	switch_from(p, 3000);
}

static void test_goes_on_elsewhere_from_a_full_disk(void **state)
{
	struct timespec cpu;

	open_file("/dev/full");
	assert_int_equal(log_start(), 0);
	put_number(1, 0);
	nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu), 0);
	int64_t before_ms = cpu.tv_sec * 1000 + cpu.tv_nsec / 1000000;

	nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu), 0);
	assert_in_range(cpu.tv_sec * 1000 + cpu.tv_nsec / 1000000 - before_ms, 0, 100);
	switch_from(*state, 2000);
}

static void test_starts_again_after_its_end(void **state)
{
	struct place_of_log *p = *state;
	struct seen seen = {0};

	for (int i = 0; i < 3; i++) {
		open_file(p->path);
		assert_int_equal(log_start(), 0);
		put_number(1, i);
		log_close();
	}
	read_lines(&seen, fopen(p->path, "re"));
	assert_int_equal(seen.lines, 3);
	assert_int_equal(log_lost(), 0);
}

/* A line is not put off until more of them come. */
static void test_a_single_line_is_written_soon(void **state)
{
	struct place_of_log *p = *state;
	uint64_t started_ms = clock_ms();
	char c = 0;

	open_pipe(p);
	assert_int_equal(log_start(), 0);
	for (int i = 0; i < 5; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 200000000L * i}, NULL);
		put_number(0, i);
		do {
			assert_int_equal(read(p->pipe_read, &c, 1), 1);
		} while (c != '\n');
	}
	assert_true(clock_ms() - started_ms < 10000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_rotation_loses_nothing),
		TEST(test_a_blocked_pipe_holds_nobody_up),
		TEST(test_a_blocked_pipe_does_not_stop_the_end),
		TEST(test_goes_on_elsewhere_from_a_blocked_pipe),
		TEST(test_goes_on_elsewhere_from_a_full_disk),
		TEST(test_starts_again_after_its_end),
		TEST(test_a_single_line_is_written_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
