/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_TEST_H
#define DW_CLI_TEST_H

#include "cli/command.h"

/*
 * `doorward test`: decides the cases of a file by a configuration, with names from a zone file and
 * without asking any server, and says in TAP 13 which end as expected. Exit codes: 0 all do, 1 some
 * do not, 64 bad usage or cases, 78 bad configuration.
 */
extern const struct cli_command cli_test;

#endif
