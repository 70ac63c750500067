/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_ADMIN_TOKEN_H
#define DW_CONFIG_ADMIN_TOKEN_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

/* The bearer token (RFC 6750) of admin_token_file. */

#define CONFIG_ADMIN_TOKEN_MIN 32
#define CONFIG_ADMIN_TOKEN_MAX 512

/* Appends the only line of the file. False after a diag_error. The caller ends with bytes_wipe. */
NODISCARD bool config_admin_token_read(const char *path, struct bytes *token, struct diag *diag);

/* How long it takes depends on the length of `given` alone. */
bool config_admin_token_is(struct str given, struct str token);

#endif
