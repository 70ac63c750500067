/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_STATUS_RATES_H
#define DW_CLI_STATUS_RATES_H

#include "base/bytes.h"
#include "cli/status_lines.h"

#include <jansson.h>

/* The lines about the clients that are nearest to the rates of their policies. */
void cli_status_rates(const struct cli_lines *s, const json_t *rates, struct bytes *out);

#endif
