/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_AUDIT_H
#define DW_CLI_AUDIT_H

#include "cli/command.h"

/* `doorward audit`: looks up the names that rules depend on. */
extern const struct cli_command cli_audit;

#endif
