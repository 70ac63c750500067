/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_KEYS_H
#define DW_CLI_KEYS_H

#include "cli/command.h"

/*
 * `doorward check-keys`: whether a file is a key set of an agent that the folder of [agents] keys
 * may have.
 */
extern const struct cli_command cli_keys;

#endif
