/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_STATUS_CONFIGURATION_H
#define DW_CLI_STATUS_CONFIGURATION_H

#include "base/bytes.h"
#include "cli/status_lines.h"

#include <jansson.h>

/* The lines about the configuration in force, the last reload, its findings and its changes. */
void cli_status_configuration(const struct cli_lines *s, const json_t *status, struct bytes *out);

#endif
