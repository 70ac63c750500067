/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_FILE_H
#define DW_BASE_FILE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Shows whether two paths are one file. */
struct file_identity {
	dev_t device;
	ino_t inode;
};

/*
 * Opens a regular file for reading. -1 with errno set: EISDIR is a folder; ESPIPE a pipe, a socket
 * or a device, of which nothing is read and which is not waited for.
 */
NODISCARD int file_open(const char *path);
/*
 * Appends a regular file of at most `max` bytes to *text; on failure errno is set, as by file_open
 * (EFBIG: too large). `identity` may be NULL.
 */
NODISCARD bool file_read(
	const char *path, size_t max, struct bytes *text, struct file_identity *identity);
/*
 * The same of what a user names on the command line, which may be a pipe or /dev/stdin: waits for
 * who writes it.
 */
NODISCARD bool file_read_argument(
	const char *path, size_t max, struct bytes *text, struct file_identity *identity);
/* The absolute folder of `path`, without a final slash, in the arena; NULL with errno set. */
const char *file_folder(const char *path, struct arena *arena);

/* Whether opening `path` failed with `error` although the permissions of the file allow it. */
bool file_is_outside_sandbox(const char *path, bool writing, int error);
/*
 * What is wrong if opening `path`, for reading or for writing, has failed with `error`: as
 * strerror, but names the sandbox where not the permissions of the file are the reason, and says of
 * ESPIPE what file_open means by it.
 */
const char *file_error_text(const char *path, bool writing, int error);

#endif
