/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_IMPORT_H
#define DW_CLI_IMPORT_H

/*
 * `doorward import-nginx [--nginx | --module] FILE` and `import-apache [--apache] FILE`: prints
 * doorward's configuration, or with the option the front end's, for another server's rules about
 * names. argv[0] is the command; `config_path` is not used. Returns the exit code: 0 everything is
 * carried over, 1 comments say what is not, 64 bad usage, 65 bad syntax, 78 a file that cannot be
 * read.
 */
int cli_import(const char *config_path, int argc, char **argv);

#endif
