/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_ADMIN_TOKEN_H
#define DW_DAEMON_ADMIN_TOKEN_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

/* The bearer token (RFC 6750) of admin_token_file. */

#define DAEMON_ADMIN_TOKEN_MIN 32
#define DAEMON_ADMIN_TOKEN_MAX 512

/* Appends the only line of the file. False after a diag_error. The caller wipes *token. */
NODISCARD bool daemon_admin_token_read(const char *path, struct bytes *token, struct diag *diag);
void daemon_admin_token_wipe(struct bytes *token);

/* How long it takes depends on the length of `given` alone. */
bool daemon_admin_token_is(struct str given, struct str token);

#endif
