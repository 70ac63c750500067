/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_STATUS_DNS_H
#define DW_CLI_STATUS_DNS_H

#include "base/bytes.h"
#include "cli/status_lines.h"

#include <jansson.h>

/* The lines about name servers and DNS, and the beginning of the line about caches in *out. */
void cli_status_dns(const struct cli_lines *s, const json_t *dns, struct bytes *out);

#endif
