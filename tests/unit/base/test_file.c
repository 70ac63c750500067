/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct tree {
	char folder[32];
	char file[48];
	char fifo[48];
	char socket[48];
};

static int set_up(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(tree->folder, "/tmp/doorward-file-XXXXXX");
	assert_non_null(mkdtemp(tree->folder));
	snprintf(tree->file, sizeof(tree->file), "%s/file", tree->folder);
	snprintf(tree->fifo, sizeof(tree->fifo), "%s/fifo", tree->folder);
	snprintf(tree->socket, sizeof(tree->socket), "%s/socket", tree->folder);
	FILE *file = fopen(tree->file, "w");

	assert_non_null(file);
	assert_int_equal(fputs("12345", file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(mkfifo(tree->fifo, 0600), 0);
	memcpy(name.sun_path, tree->socket, sizeof(tree->socket));
	assert_int_equal(bind(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	close(fd);
	*state = tree;
	return 0;
}

static int tear_down(void **state)
{
	struct tree *tree = *state;

	unlink(tree->file);
	unlink(tree->fifo);
	unlink(tree->socket);
	rmdir(tree->folder);
	free(tree);
	return 0;
}

static void a_file_is_read_up_to_its_limit(void **state)
{
	const struct tree *tree = *state;
	struct file_identity identity = {0};
	struct bytes text;
	struct stat st;

	assert_int_equal(stat(tree->file, &st), 0);
	bytes_init(&text, 0);
	assert_true(file_read(tree->file, 5, &text, &identity));
	assert_true(str_eq_text(bytes_view(&text), "12345"));
	assert_true(identity.device == st.st_dev && identity.inode == st.st_ino);
	bytes_clear(&text);

	bytes_init(&text, 0);
	assert_false(file_read(tree->file, 4, &text, NULL));
	assert_int_equal(errno, EFBIG);
	bytes_clear(&text);
}

static void assert_not_read(const char *path, int error)
{
	struct bytes text;

	bytes_init(&text, 0);
	errno = 0;
	assert_false(file_read(path, SIZE_MAX, &text, NULL));
	assert_int_equal(errno, error);
	assert_int_equal(text.len, 0);
	assert_int_equal(file_open(path), -1);
	assert_int_equal(errno, error);
	bytes_clear(&text);
}

/* The pipe has no writer: a call that waits for one does not return. */
static void only_regular_files_are_opened(void **state)
{
	const struct tree *tree = *state;
	char missing[64];

	snprintf(missing, sizeof(missing), "%s/missing", tree->folder);
	assert_not_read(missing, ENOENT);
	assert_not_read(tree->folder, EISDIR);
	assert_not_read(tree->fifo, ESPIPE);
	assert_not_read(tree->socket, ESPIPE);
	assert_not_read("/dev/zero", ESPIPE);
	assert_string_equal(file_error_text(tree->fifo, false, ESPIPE),
		"it is a pipe, a socket or a device: expected a regular file");
}

static void an_argument_may_be_a_pipe(void **state)
{
	struct bytes text;
	char path[32];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	close(ends[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	bytes_init(&text, 0);
	assert_true(file_read_argument(path, 3, &text, NULL));
	assert_true(str_eq_text(bytes_view(&text), "abc"));
	bytes_clear(&text);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_read_up_to_its_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_regular_files_are_opened, set_up, tear_down),
		cmocka_unit_test(an_argument_may_be_a_pipe),
	};

	return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
