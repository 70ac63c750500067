/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_MONITOR_H
#define DW_DAEMON_MONITOR_H

#include "base/diag.h"
#include "base/util.h"
#include "daemon/monitor_counts.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The monitor: a small process that stays outside of the sandbox and does the few things that the
 * serving process may not do in it. It starts one program only, the one that it was given at its
 * start, with the arguments and the environment of its start; it ends the program that it started;
 * and it refuses the system calls that the sandbox blocks. It ends when the serving process does.
 * All calls are for the main thread, and wait for the monitor.
 */
struct daemon_monitor;

/*
 * To be called before any other thread is started and before libuv is used, whose handlers of
 * fork(2) close descriptors by number, with the signals of daemon_run blocked.
 * `program` (NULL: unknown) and `argv` are borrowed. NULL with errno set.
 */
NODISCARD struct daemon_monitor *daemon_monitor_new(const char *program, char *const *argv);
/* The monitor ends soon after. */
void daemon_monitor_free(struct daemon_monitor *monitor);

/* As daemon_privileges_drop, for the monitor. False after a diag_error. */
NODISCARD bool daemon_monitor_drop_privileges(
	struct daemon_monitor *monitor, const char *user, const char *group, struct diag *diag);

/*
 * The monitor answers the notifications of a seccomp filter (seccomp_unotify(2)): `deny`: a call
 * fails with EPERM; otherwise it is carried out. The descriptor is closed in this process in any
 * case, because a process that holds it could allow itself any call. False with errno set.
 */
NODISCARD bool daemon_monitor_watch(struct daemon_monitor *monitor, int listener, bool deny);
const struct daemon_monitor_counts *daemon_monitor_counts(const struct daemon_monitor *monitor);
/* Becomes readable (eventfd(2)) when a count has changed. */
int daemon_monitor_event(const struct daemon_monitor *monitor);

/*
 * Starts the program with `handover` as DAEMON_UPGRADE_CHILD_ENV in its environment and with the
 * descriptors `fds`, at most DAEMON_UPGRADE_FDS_MAX, which keep their numbers. Variables with this
 * process's PID (LISTEN_PID, WATCHDOG_PID) get the new one's. If the file cannot be executed, the
 * new process writes so to fds[0], and exits with status 127. A program that was started before is
 * killed. -1 with errno set: ECHILD if the monitor has ended, ETIMEDOUT if it did not answer, and
 * then it does not start the program later.
 */
NODISCARD pid_t daemon_monitor_start(
	struct daemon_monitor *monitor, const char *handover, const int *fds, size_t count);
/* Kills the program that was started last, and returns its status as of waitpid(2). */
int daemon_monitor_end(struct daemon_monitor *monitor);

#endif
