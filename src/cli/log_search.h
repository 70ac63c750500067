/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_LOG_SEARCH_H
#define DW_CLI_LOG_SEARCH_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"
#include "config/config.h"

#include <stdbool.h>

/*
 * Finds the line of the decision log with an identifier: in the file `path` ("-": standard input);
 * without one, where the configuration's log goes: its file and those that it was renamed to by
 * logrotate, or the journal. Appends the line to *line. False with sentences in *why, which say
 * where was looked and what helps.
 */
NODISCARD bool cli_log_search(const struct config_log *log, struct str id, const char *path,
	struct bytes *line, struct bytes *why);

#endif
