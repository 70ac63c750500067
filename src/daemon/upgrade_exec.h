/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_UPGRADE_EXEC_H
#define DW_DAEMON_UPGRADE_EXEC_H

#include "base/util.h"
#include "daemon/sockets.h"

#include <sys/types.h>

/*
 * Starts `program` with this process's environment and `variable` ("NAME=VALUE"), and with
 * `channel`, `sockets` and what systemd passed still open; what names the process by its PID
 * (LISTEN_PID, WATCHDOG_PID) names the new one. If the file cannot be executed, the child says so
 * to the channel, and ends with status 127. From the main thread, whatever other threads do. -1
 * with errno set.
 */
NODISCARD pid_t daemon_upgrade_exec(const char *program, char *const *argv, char *variable,
	const struct daemon_sockets *sockets, int channel);

#endif
