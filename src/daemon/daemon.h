/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_DAEMON_H
#define DW_DAEMON_DAEMON_H

#include "base/progress.h"

/*
 * Serves in the foreground until TERM or INT; HUP reloads, USR1 reopens the log, USR2 starts a
 * successor with the same `argv` and ends once that serves. `progress` is told how far the reading
 * of the configuration is, at the start alone; NULL: no one is. Returns the exit code.
 */
int daemon_run(const char *config_path, char *const *argv, struct progress *progress);

#endif
