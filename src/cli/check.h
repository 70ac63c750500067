/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_CHECK_H
#define DW_CLI_CHECK_H

/*
 * `doorward check`: decides one request that the command line describes, by the real configuration
 * and the real resolver, and explains it step by step. argv[0] is "check". Returns the exit code:
 * 0 allow, 1 deny, 2 error, 64 bad usage, 78 bad configuration.
 */
int cli_check(const char *config_path, int argc, char **argv);

#endif
