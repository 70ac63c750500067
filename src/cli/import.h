/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_IMPORT_H
#define DW_CLI_IMPORT_H

#include "cli/command.h"

/*
 * `doorward import-nginx [--nginx | --module] FILE` and `import-apache [--apache] FILE`: print
 * doorward's configuration, or with the option the front end's, for another server's rules about
 * names. Exit codes: 0 everything is carried over, 1 comments say what is not, 64 bad usage, 65 bad
 * syntax, 78 a file that cannot be read.
 */
extern const struct cli_command cli_import_nginx;
extern const struct cli_command cli_import_apache;

#endif
