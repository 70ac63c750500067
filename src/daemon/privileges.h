/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_PRIVILEGES_H
#define DW_DAEMON_PRIVILEGES_H

#include "base/diag.h"
#include "base/util.h"

#include <stdbool.h>

/*
 * Becomes `user`, with `group` or the user's own groups, irrevocably. NULL names change nothing. A
 * process that was not started by root, and may not change its groups, stays what it is, after a
 * diag_warning. False after a diag_error: no such user or group, or the kernel refused.
 */
NODISCARD bool daemon_privileges_drop(const char *user, const char *group, struct diag *diag);

#endif
