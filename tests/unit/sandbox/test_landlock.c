/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "sandbox/landlock.h"

#include "base/file.h"
#include "sandbox/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char top[] = "/tmp/doorward-landlock-XXXXXX";

static const char *in(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static int open_error(const char *name, int flags)
{
	int fd = open(in(name), flags | O_CLOEXEC, 0600);

	if (fd >= 0) {
		close(fd);
	}
	return fd < 0 ? errno : 0;
}

static void make(const char *name)
{
	assert_int_equal(open_error(name, O_WRONLY | O_CREAT), 0);
}

static int set_up(void **state)
{
	if (mkdtemp(top) == NULL || mkdir(in("read"), 0700) != 0 ||
		mkdir(in("read/below"), 0700) != 0 || mkdir(in("log"), 0700) != 0 ||
		mkdir(in("sock"), 0700) != 0 || mkdir(in("other"), 0700) != 0) {
		return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

/* The first of these that is not as it should be, by its number; 0: all are. */
static int use_files(void)
{
	const struct {
		const char *name;
		int flags;
		int error;
	} opened[] = {
		{"read/a", O_RDONLY, 0},
		{"read/below/b", O_RDONLY, 0},
		{"read", O_RDONLY | O_DIRECTORY, 0},
		{"read/a", O_WRONLY, EACCES},
		{"read/new", O_WRONLY | O_CREAT, EACCES},
		{"log/new", O_WRONLY | O_APPEND | O_CREAT, 0},
		{"log/new", O_WRONLY | O_APPEND, 0},
		{"log/new", O_RDONLY, EACCES},
		{"other/c", O_RDONLY, EACCES},
		{"other/c", O_WRONLY, EACCES},
		{"other", O_RDONLY | O_DIRECTORY, EACCES},
		{"read/../other/c", O_RDONLY, EACCES},
	};

	for (size_t i = 0; i < ARRAY_LEN(opened); i++) {
		if (open_error(opened[i].name, opened[i].flags) != opened[i].error) {
			return (int)i + 1;
		}
	}
	if (!file_is_outside_sandbox(in("other/c"), false, EACCES) ||
		!file_is_outside_sandbox(in("other/new"), true, EACCES) ||
		file_is_outside_sandbox(in("missing"), false, ENOENT)) {
		return 50;
	}
	if (unlink(in("sock/d")) != 0) {
		return 51;
	}
	if (unlink(in("other/c")) == 0 || unlink(in("log/new")) == 0) {
		return 52;
	}
	return 0;
}

static int confined(int version)
{
	char read[128], log[128], sock[128];

	snprintf(read, sizeof(read), "%s", in("read"));
	snprintf(log, sizeof(log), "%s", in("log"));
	snprintf(sock, sizeof(sock), "%s", in("sock"));

	const struct sandbox_path paths[] = {
		{read, SANDBOX_READ},
		{log, SANDBOX_APPEND},
		{sock, SANDBOX_REMOVE},
		{"/nonexistent/folder", SANDBOX_READ},
	};

	if (sandbox_no_new_privileges() != 0 ||
		sandbox_landlock_apply(version, paths, ARRAY_LEN(paths)) != 0) {
		return 60;
	}
	return use_files();
}

/* Each version that the kernel has: an older kernel knows less, and restricts the same files. */
static void only_the_given_files_can_be_used(void **state)
{
	int kernel = sandbox_landlock_version();

	if (kernel < 0) {
		print_message("the kernel has no Landlock\n");
	}
	make("read/a");
	make("read/below/b");
	make("other/c");
	for (int version = 1; version <= kernel; version++) {
		int status;

		make("sock/d");
		pid_t pid = fork();

		if (pid == 0) {
			_exit(confined(version));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		unlink(in("log/new"));
	}
}

static void other_errors_keep_their_text(void **state)
{
	assert_string_equal(file_error_text("/nonexistent", false, ENOENT), strerror(ENOENT));
	assert_string_equal(file_error_text("/nonexistent", false, EACCES), strerror(EACCES));
	assert_non_null(strstr(file_error_text("/", false, EACCES), "needs a restart"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_given_files_can_be_used),
		cmocka_unit_test(other_errors_keep_their_text),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
