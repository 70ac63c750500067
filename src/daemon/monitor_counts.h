/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_MONITOR_COUNTS_H
#define DW_DAEMON_MONITOR_COUNTS_H

#include <stdint.h>

/* The highest number of a system call that is counted by number, and one more. */
#define DAEMON_MONITOR_CALLS_MAX 1024

/* How many system calls were blocked, by number; the last count is for all higher numbers. */
struct daemon_monitor_counts {
	_Atomic uint64_t blocked[DAEMON_MONITOR_CALLS_MAX + 1];
};

#endif
