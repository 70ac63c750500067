/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/file.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_PAUSE_MS 20
#define FILE_MODE 0644 /* which user serves is not known to a command */

/* False after a diag_error; *missing: there is no such file. */
static bool check(const char *path, bool *missing, struct diag *diag)
{
	struct place place = {.file = path};
	struct stat st;

	*missing = false;
	if (stat(path, &st) != 0) {
		*missing = errno == ENOENT;
		if (!*missing) {
			diag_error(diag, &place, "the file of bans: %s", strerror(errno));
		}
		return *missing;
	}
	if (!S_ISREG(st.st_mode)) {
		diag_error(diag, &place, "this is not a file: expected the file of bans");
		return false;
	}
	if ((st.st_mode & S_IWOTH) != 0) {
		diag_error(diag, &place,
			"every user can write it (mode %04o), and it decides who is kept out: "
			"expected chmod o-w",
			(unsigned)(st.st_mode & 07777));
		return false;
	}
	return true;
}

bool ban_file_read(const char *path, struct ban_list *out, struct diag *diag)
{
	struct place place = {.file = path};
	struct ban_list read;
	struct bytes text;
	bool missing;

	if (!check(path, &missing, diag) || missing) {
		return missing;
	}
	bytes_init(&text, 0);
	ban_list_init(&read);
	bool good = file_read(path, BAN_LIST_BYTES_MAX, &text, NULL);

	if (!good) {
		diag_error(diag, &place, "the file of bans: %s%s", strerror(errno),
			errno == EACCES ? ": expected a file that the user of doorward can read"
					: "");
	} else {
		good = ban_list_read(bytes_view(&text), path, &read, diag);
	}
	if (good && !ban_list_add_all(out, &read)) {
		diag_error(diag, &place, "out of memory");
		good = false;
	}
	ban_list_clear(&read);
	bytes_clear(&text);
	return good;
}

/* The folder of a path, opened; -1 with errno. */
static int open_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	free(folder);
	return fd;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

int ban_file_lock(const char *path, unsigned wait_ms, struct diag *diag)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
	struct place place = {.file = path};
	uint64_t end_ms = clock_ms() + wait_ms;
	int fd = open_folder(path);

	if (fd < 0) {
		diag_error(diag, &place, "its folder cannot be opened: %s", strerror(errno));
		return -1;
	}
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK || clock_ms() >= end_ms) {
			if (errno == EWOULDBLOCK) {
				diag_error(diag, &place,
					"its folder cannot be locked: after %u ms, another process "
					"still has the lock",
					wait_ms);
			} else {
				diag_error(diag, &place, "its folder cannot be locked: %s",
					strerror(errno));
			}
			close(fd);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

static bool write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t wrote = write(fd, text.data, text.len);

		if (wrote < 0 && errno != EINTR) {
			return false;
		}
		text = str_from(text, wrote > 0 ? (size_t)wrote : 0);
	}
	return true;
}

/* False with errno. */
static bool replace(int folder, const char *name, struct str text)
{
	char fresh[NAME_MAX + 1];
	uint64_t number;

	random_bytes(&number, sizeof(number));
	if (snprintf(fresh, sizeof(fresh), ".%s.%016" PRIx64, name, number) >= (int)sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return false;
	}
	int fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0) {
		return false;
	}
	bool good = write_all(fd, text) && fchmod(fd, FILE_MODE) == 0 && fsync(fd) == 0;
	int error = errno;

	good = close(fd) == 0 && good && renameat(folder, fresh, folder, name) == 0;
	if (!good) {
		error = error != 0 ? error : errno;
		(void)unlinkat(folder, fresh, 0);
		errno = error;
		return false;
	}
	(void)fsync(folder);
	return true;
}

bool ban_file_write(const char *path, const struct ban_list *list, struct diag *diag)
{
	struct place place = {.file = path};
	int folder = open_folder(path);
	struct bytes text;

	if (folder < 0) {
		diag_error(diag, &place, "its folder cannot be opened: %s", strerror(errno));
		return false;
	}
	bytes_init(&text, 0);
	ban_list_write(list, &text);
	errno = 0;
	bool good = !text.failed && replace(folder, name_of(path), bytes_view(&text));

	if (!good) {
		diag_error(diag, &place, "it cannot be written: %s",
			text.failed ? "out of memory" : strerror(errno));
	}
	bytes_clear(&text);
	close(folder);
	return good;
}
