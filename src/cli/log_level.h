/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_LOG_LEVEL_H
#define DW_CLI_LOG_LEVEL_H

#include "cli/command.h"

/* `doorward log-level`: sets the level of the log of the running process, over its admin listener.
 */
extern const struct cli_command cli_log_level;

#endif
