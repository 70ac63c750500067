/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_UPGRADE_EXEC_H
#define DW_DAEMON_UPGRADE_EXEC_H

#include "base/util.h"
#include "daemon/sockets.h"

#include <sys/types.h>

/*
 * Starts `program` with this process's environment and `variable` ("NAME=VALUE"), and with
 * `channel`, `sockets` and the sockets of systemd still open; variables with this process's PID
 * (LISTEN_PID, WATCHDOG_PID) get the new one's. If the file cannot be executed, the child writes so
 * to the channel, and exits with status 127. To be called from the main thread; other threads may
 * run. -1 with errno set.
 */
NODISCARD pid_t daemon_upgrade_exec(const char *program, char *const *argv, char *variable,
	const struct daemon_sockets *sockets, int channel);

#endif
