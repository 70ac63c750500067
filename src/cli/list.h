/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_LIST_H
#define DW_CLI_LIST_H

/*
 * The subcommand check-list: whether a list in JSON is one that `in json:` takes, and may take the
 * place of the one before. Returns an exit code; argv[0] is the subcommand.
 */
int cli_list(const char *config_path, int argc, char **argv);

#endif
