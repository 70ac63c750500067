/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_PATHS_H
#define DW_CLI_PATHS_H

/* The configuration, unless -c names another. */
extern const char cli_config_default[];

/* The results of `doorward audit`, unless --state names another file. */
extern const char cli_audit_state_default[];

/* The files of bans, unless the configuration names others: as the defaults of its keys. */
extern const char cli_bans_default[];
extern const char cli_shared_bans_default[];

#endif
