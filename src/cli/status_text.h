/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_STATUS_TEXT_H
#define DW_CLI_STATUS_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints /status.json, an object, on one screen for people; what it lacks is left out. */
void cli_status_text(FILE *to, bool colours, const json_t *status);

#endif
