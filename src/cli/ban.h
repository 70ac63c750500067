/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_BAN_H
#define DW_CLI_BAN_H

#include "cli/command.h"

/* `doorward ban`, `unban` and `bans`. */
extern const struct cli_command cli_ban;
extern const struct cli_command cli_unban;
extern const struct cli_command cli_bans;

#endif
