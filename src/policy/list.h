/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_LIST_H
#define DW_POLICY_LIST_H

#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdio.h>

/* Bytes of one line, without its end. */
#define POLICY_LIST_LINE_MAX 4096
/* After this many errors the rest of a file is not read. */
#define POLICY_LIST_ERRORS_MAX 10

/*
 * Called for each line; false if the line is bad, after a diag_error. `line` is valid until it
 * returns.
 */
typedef bool policy_list_line(
	void *ctx, struct str line, const struct place *place, struct diag *diag);

/*
 * Reads a list: one value a line, ended by LF or CR LF, blanks around it dropped, empty lines and
 * lines that begin with # left out, as is a UTF-8 byte order mark. Only regular files: a load must
 * not wait for a pipe. False after at least one diag_error, whose place is the file's own line, or
 * `from`, where the file is named, if it cannot be opened. A list without any value is a warning.
 */
NODISCARD bool policy_list_read(const char *path, const struct place *from,
	policy_list_line *on_line, void *ctx, struct diag *diag);

/*
 * Opens a list; `expected` names what the path should be if it is not a regular file. NULL after a
 * diag_error at `from`.
 */
NODISCARD FILE *policy_list_open(
	const char *path, const struct place *from, const char *expected, struct diag *diag);

#endif
