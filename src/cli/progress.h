/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_PROGRESS_H
#define DW_CLI_PROGRESS_H

#include "base/progress.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Progress as one line on a terminal, "doorward: WHAT: 43 %", which is gone at the end. Without
 * colours, as cli_colour_wanted says, there is no escape sequence in it.
 */
struct cli_progress {
	struct progress progress;
	FILE *to;
	size_t drawn; /* columns of the line that is there */
	bool colour;
};

/*
 * NULL unless `to` is a terminal that is not dumb. It lies in *p, and what was shown must be ended
 * before anything else is written to the terminal.
 */
struct progress *cli_progress_init(struct cli_progress *p, FILE *to);

#endif
