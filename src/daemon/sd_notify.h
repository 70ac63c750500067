/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SD_NOTIFY_H
#define DW_DAEMON_SD_NOTIFY_H

#include "base/util.h"

#include <stdint.h>

/*
 * The service manager's side of the process, as sd_notify(3) and sd_watchdog_enabled(3) describe
 * it. Needs no library: these datagrams are all that there is to it.
 */

/* Sends "NAME=VALUE" lines to NOTIFY_SOCKET; without one, nothing. */
void daemon_notify_send(const char *format, ...) PRINTF_LIKE(1, 2);
/* How long the manager waits between two WATCHDOG=1, in microseconds; 0: it does not. */
uint64_t daemon_notify_watchdog_us(void);

#endif
