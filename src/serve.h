/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SERVE_H
#define DW_SERVE_H

/*
 * Serves FastCGI in the foreground until TERM or INT; HUP reloads, USR1 reopens the log. Returns
 * the exit code.
 */
int serve(const char *config_path);

#endif
