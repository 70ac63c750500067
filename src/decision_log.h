/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DECISION_LOG_H
#define DW_DECISION_LOG_H

#include "authz.h"
#include "base/log.h"

#include <stdint.h>

/* Writes the one line of a decided request, if the configuration wants it. */
void decision_log(const struct authz *a, const struct config_log *log, uint64_t duration_us);

#endif
