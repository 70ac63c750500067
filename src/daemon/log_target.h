/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_LOG_TARGET_H
#define DW_DAEMON_LOG_TARGET_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"

#include <stdbool.h>

/*
 * For -t: whether the log file could be opened by this process or, if root runs it, by the `user`
 * of [server], as far as owner and mode show it. The file is not created, because it would belong
 * to another user than at the start. False after a diag_error.
 */
NODISCARD bool daemon_log_target_inspect(const struct config *config, struct diag *diag);

/*
 * Appends "target = file:PATH: ", why this process cannot open the file, for which user, and what
 * helps. `error` is an errno value.
 */
void daemon_log_target_explain(const char *path, int error, struct bytes *out);

#endif
