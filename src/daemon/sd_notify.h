/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SD_NOTIFY_H
#define DW_DAEMON_SD_NOTIFY_H

#include "base/util.h"

#include <stdint.h>

/*
 * The process's side of sd_notify(3) and sd_watchdog_enabled(3). The protocol is these datagrams,
 * so no library is needed. Sends "NAME=VALUE" lines to NOTIFY_SOCKET, if it is set.
 */
void daemon_notify_send(const char *format, ...) PRINTF_LIKE(1, 2);
/* The time within which the manager expects a WATCHDOG=1, in microseconds; 0: no watchdog. */
uint64_t daemon_notify_watchdog_us(void);

#endif
