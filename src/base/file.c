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

#define NOT_A_FILE "it is a pipe, a socket or a device: expected a regular file"
#define SANDBOX_FORBIDS                                                                            \
	"the sandbox forbids it, as it permits only folders of files that were configured at the " \
	"start: doorward needs a restart"

int file_open(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0) {
		/* Of sockets, and of devices that are not there. */
		errno = errno == ENXIO ? ESPIPE : errno;
		return -1;
	}
	int error = fstat(fd, &st) != 0   ? errno
		    : S_ISREG(st.st_mode) ? 0
		    : S_ISDIR(st.st_mode) ? EISDIR
					  : ESPIPE;

	if (error != 0) {
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Takes `fd`, which may be -1 with errno set. */
static bool read_whole(int fd, size_t max, struct bytes *text, struct file_identity *identity)
{
	struct stat st;
	ssize_t got = -1;

	if (fd < 0) {
		return false;
	}
	if (fstat(fd, &st) == 0) {
		if (identity != NULL) {
			*identity = (struct file_identity){st.st_dev, st.st_ino};
		}
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

bool file_read(const char *path, size_t max, struct bytes *text, struct file_identity *identity)
{
	return read_whole(file_open(path), max, text, identity);
}

bool file_read_argument(
	const char *path, size_t max, struct bytes *text, struct file_identity *identity)
{
	return read_whole(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), max, text, identity);
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
	return error == ESPIPE                                 ? NOT_A_FILE
	       : file_is_outside_sandbox(path, writing, error) ? SANDBOX_FORBIDS
							       : strerror(error);
}
