/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_RECENT_LINE_H
#define DW_CLI_RECENT_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Prints one decision of /recent.json as a line: its time (UTC), verdict, status, reason, policy,
 * address, host name, what was asked, and its identifier. Nothing of a client's text that a
 * terminal could obey passes.
 */
void cli_recent_line(FILE *to, bool colours, const json_t *decision);

#endif
