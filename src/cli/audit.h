/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_AUDIT_H
#define DW_CLI_AUDIT_H

/* `doorward audit`: argv[0] is "audit". Returns the exit status. */
int cli_audit(const char *config_path, int argc, char **argv);

#endif
