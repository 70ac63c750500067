/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_REACH_H
#define DW_DAEMON_REACH_H

#include "base/bytes.h"
#include "daemon/sockets.h"

/*
 * Appends a line for each Unix socket that was opened: which users may connect, and a folder in its
 * path that keeps them out. To be called as the user that opened them.
 */
void daemon_reach_describe(const struct daemon_sockets *sockets, struct bytes *out);
/* Writes them to the log, at level info. */
void daemon_reach_log(const struct bytes *lines);

#endif
