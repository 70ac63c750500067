/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_LOG_LINES_H
#define DW_CLI_LOG_LINES_H

#include "base/bytes.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CLI_LOG_TIME_UNKNOWN INT64_MIN

/* What is known about the lines of one log after searching it for an identifier. */
struct cli_log_lines {
	struct str id;
	size_t count;
	int64_t first_s; /* the times of its first and last line; CLI_LOG_TIME_UNKNOWN: not written
			  */
	int64_t last_s;
	struct bytes found; /* the line with the identifier; empty: not there */
};

void cli_log_lines_init(struct cli_log_lines *lines, struct str id);
void cli_log_lines_clear(struct cli_log_lines *lines);
/* Looks at one line; true, with a copy, if its decision has the identifier. */
bool cli_log_lines_take(struct cli_log_lines *lines, struct str line);
/* Takes lines to the end of the file or until one is found; false: errno. */
bool cli_log_lines_read(struct cli_log_lines *lines, FILE *file);
/* Appends how many lines there are, and from when to when. */
void cli_log_lines_describe(const struct cli_log_lines *lines, struct bytes *out);

#endif
