/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_STATUS_H
#define DW_CLI_STATUS_H

#include "cli/command.h"

/* `doorward status`: prints what the running process tells on its admin listener. */
extern const struct cli_command cli_status;

#endif
