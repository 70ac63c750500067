/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_ADMIN_INSPECT_H
#define DW_DAEMON_ADMIN_INSPECT_H

#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"

#include <stdbool.h>

/*
 * With admin_write: whether the token can be read, and a warning where the user that serves cannot
 * write the file of bans, or the log would not tell of changes. False after a diag_error.
 */
NODISCARD bool daemon_admin_inspect(const struct config *config, struct diag *diag);

#endif
