/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_LOG_JOURNAL_H
#define DW_CLI_LOG_JOURNAL_H

#include "cli/log_lines.h"

/*
 * Searches the journal of systemd backwards: the lines of doorward.service, then those of this
 * program as another service or none. Lines that another program wrote in doorward's name, as any
 * user can, are not read. 0, or a negative errno; -EOPNOTSUPP: built without
 * libsystemd. A line that is found begins with its time.
 */
NODISCARD int cli_log_journal_search(struct cli_log_lines *lines);

#endif
