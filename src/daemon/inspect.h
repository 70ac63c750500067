/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_INSPECT_H
#define DW_DAEMON_INSPECT_H

#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"

/*
 * Checks of a loaded configuration that will be served. Checks who else can write its files. False
 * after a diag_error.
 */
NODISCARD bool daemon_inspect_files(const struct config *config, struct diag *diag);
/*
 * As daemon_inspect_files, and who can reach the listening sockets. Also for a reload. False after
 * a diag_error.
 */
NODISCARD bool daemon_inspect_before_serving(const struct config *config, struct diag *diag);
/*
 * For -t: as daemon_inspect_before_serving, and what otherwise only the start would check. False
 * after a diag_error.
 */
NODISCARD bool daemon_inspect(const struct config *config, struct diag *diag);

#endif
