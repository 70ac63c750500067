/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_CHECK_H
#define DW_CLI_CHECK_H

#include "cli/command.h"

/*
 * `doorward check`: decides one request that the command line describes, by the real configuration
 * and the real resolver, and explains it step by step. Exit codes: 0 allow, 1 deny, 2 error, 64 bad
 * usage, 78 bad configuration.
 */
extern const struct cli_command cli_check;

#endif
