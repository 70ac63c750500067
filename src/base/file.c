/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SANDBOX_FORBIDS                                                                            \
	"the sandbox forbids it, as it permits only folders of files that were configured at the " \
	"start: doorward needs a restart"

bool file_read(const char *path, size_t max, struct bytes *text, struct file_identity *identity)
{
	struct stat st;
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		return false;
	}
	if (fstat(fd, &st) == 0) {
		*identity = (struct file_identity){st.st_dev, st.st_ino};
		do {
			uint8_t *room = bytes_reserve(text, 4096);

			if (room == NULL || text->len > max) {
				errno = room == NULL ? ENOMEM : EFBIG;
				got = -1;
				break;
			}
			got = read(fd, room, 4096);
			text->len += got > 0 ? (size_t)got : 0;
		} while (got > 0 || (got < 0 && errno == EINTR));
	}
	int error = errno;

	close(fd);
	errno = error;
	return got == 0;
}

const char *file_folder(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');
	struct str folder =
		slash == NULL ? str_view(".")
			      : (struct str){path, slash == path ? 1 : (size_t)(slash - path)};
	struct str copy = arena_dup(arena, folder);
	char *real = copy.data != NULL ? realpath(copy.data, NULL) : NULL;

	if (real == NULL) {
		return NULL;
	}
	copy = arena_dup(arena, str_view(strcmp(real, "/") == 0 ? "" : real));
	free(real);
	return copy.data;
}

static bool may_open(const char *path, bool writing)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	if (faccessat(AT_FDCWD, path, writing ? W_OK : R_OK, AT_EACCESS) == 0) {
		return true;
	}
	if (!writing || errno != ENOENT || slash == NULL ||
		(size_t)(slash - path) >= sizeof(folder)) {
		return false;
	}
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

/* Landlock does not restrict faccessat. */
bool file_is_outside_sandbox(const char *path, bool writing, int error)
{
	return error == EACCES && may_open(path, writing);
}

const char *file_error_text(const char *path, bool writing, int error)
{
	return file_is_outside_sandbox(path, writing, error) ? SANDBOX_FORBIDS : strerror(error);
}
