/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_TOP_H
#define DW_CLI_TOP_H

#include "cli/command.h"

extern const struct cli_command cli_top;

#endif
