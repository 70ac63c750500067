/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/file_secret.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_read_secret(
	const char *path, const char *key, size_t max, struct bytes *text, struct diag *diag)
{
	struct place place = {.file = path};
	struct file_identity identity;
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		diag_error(diag, &place, "%s: this is not a file", key);
		return false;
	}
	if (!file_read(path, max, text, &identity) || stat(path, &st) != 0) {
		int error = errno;

		if (error == EACCES) {
			diag_error(diag, &place,
				"%s: permission denied: expected a file that the user of doorward "
				"can read (here uid %u), also at a reload",
				key, (unsigned)geteuid());
		} else {
			diag_error(diag, &place, "%s: %s", key,
				error == EFBIG ? "it is too large" : strerror(error));
		}
		return false;
	}
	if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0) {
		diag_error(diag, &place,
			"%s: every user can read or write it (mode %04o): expected chmod o-rw, and "
			"then a new secret, as this one may be known",
			key, (unsigned)(st.st_mode & 07777));
		return false;
	}
	return true;
}

bool file_read_secret_line(
	const char *path, const char *key, size_t max, struct bytes *line, struct diag *diag)
{
	if (!file_read_secret(path, key, max, line, diag)) {
		return false;
	}
	if (line->len > 0 && line->data[line->len - 1] == '\n') {
		line->len--;
	}
	if (line->len > 0 && line->data[line->len - 1] == '\r') {
		line->len--;
	}
	return true;
}
