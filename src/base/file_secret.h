/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_FILE_SECRET_H
#define DW_BASE_FILE_SECRET_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/util.h"

#include <stddef.h>

/*
 * Appends a file with a secret, of at most `max` bytes: a regular file that not every user can read
 * or write. `key` of the configuration names it. False after a diag_error.
 */
NODISCARD bool file_read_secret(
	const char *path, const char *key, size_t max, struct bytes *text, struct diag *diag);
/* The same, without the end of the last line, LF or CRLF: for a file of one line. */
NODISCARD bool file_read_secret_line(
	const char *path, const char *key, size_t max, struct bytes *line, struct diag *diag);

#endif
