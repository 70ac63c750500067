/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_BAN_LOG_H
#define DW_DAEMON_BAN_LOG_H

#include "ban/table.h"

/*
 * Logs who banned and unbanned what: a line for each of the first hundred that differ, and one with
 * the number of the others. Either table may be NULL.
 */
void daemon_ban_log(const struct ban_table *before, const struct ban_table *now);

#endif
