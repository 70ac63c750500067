/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_TEST_H
#define DW_CLI_TEST_H

/*
 * `doorward test`: decides the cases of a file by a configuration, with names from a zone file and
 * without asking any server, and says in TAP 13 which end as expected. argv[0] is "test". Returns
 * the exit code: 0 all do, 1 some do not, 64 bad usage or cases, 78 bad configuration.
 */
int cli_test(const char *config_path, int argc, char **argv);

#endif
