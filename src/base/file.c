/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
