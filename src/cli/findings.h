/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_FINDINGS_H
#define DW_CLI_FINDINGS_H

#include "base/diag.h"

/*
 * Prints what was found in a configuration on standard error; if that is the journal's (a unit runs
 * the command), with priorities, as the log does.
 */
void cli_findings_print(const struct diag *diag);

#endif
