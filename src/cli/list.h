/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_LIST_H
#define DW_CLI_LIST_H

#include "cli/command.h"

/*
 * `doorward check-list`: whether a list in JSON is one that `in json:` takes, and may take the
 * place of the one before.
 */
extern const struct cli_command cli_list;

#endif
