/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_INSPECT_H
#define DW_DAEMON_INSPECT_H

#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"

/* What is looked at once a configuration is loaded and is to be served. */

/* Who else can write its files. False after a diag_error. */
NODISCARD bool daemon_inspect_files(const struct config *config, struct diag *diag);
/* That, and who may reach what it listens on. For a reload, too. False after a diag_error. */
NODISCARD bool daemon_inspect_before_serving(const struct config *config, struct diag *diag);
/* For -t: the same, and what else only the start would tell. False after a diag_error. */
NODISCARD bool daemon_inspect(const struct config *config, struct diag *diag);

#endif
