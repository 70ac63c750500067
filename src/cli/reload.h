/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_RELOAD_H
#define DW_CLI_RELOAD_H

#include "cli/command.h"

/*
 * `doorward reload`: checks the configuration, tells the running process to read it (SIGHUP), and
 * waits for the result, which the admin listener tells.
 */
extern const struct cli_command cli_reload;

#endif
