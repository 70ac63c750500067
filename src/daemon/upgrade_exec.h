/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_UPGRADE_EXEC_H
#define DW_DAEMON_UPGRADE_EXEC_H

#include "base/util.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The most descriptors that a program can be passed: SCM_RIGHTS takes 253. */
#define DAEMON_UPGRADE_FDS_MAX 250

/* A program to be started, for daemon_upgrade_exec. */
struct daemon_upgrade_program {
	const char *path;
	char *const *argv;
	pid_t owner; /* variables with this PID (LISTEN_PID, WATCHDOG_PID) get the new one's */
	const char *handover; /* DAEMON_UPGRADE_CHILD_ENV in its environment */
	const int *fds; /* to be passed; the first one is told why the file cannot be executed */
	const int32_t *numbers; /* that they get; all different */
	size_t count;           /* 1 to DAEMON_UPGRADE_FDS_MAX */
};

/*
 * Starts the program with this process's environment, with signals as they are by default, and with
 * the descriptors. If the file cannot be executed, the child exits with status 127. To be called in
 * a process without other threads. -1 with errno set.
 */
NODISCARD pid_t daemon_upgrade_exec(const struct daemon_upgrade_program *program);

#endif
