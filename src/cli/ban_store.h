/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_BAN_STORE_H
#define DW_CLI_BAN_STORE_H

#include "ban/list.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

/* What the commands about bans need of a configuration, which may have errors elsewhere. */
struct cli_ban_config {
	const char *file; /* `file` of [bans] */
	/* Where the running process keeps those of other machines; NULL: there is no store. */
	const char *shared_file;
};

/* The arena keeps the texts. False when out of memory. */
NODISCARD bool cli_ban_config_find(
	const char *config_path, struct arena *arena, struct cli_ban_config *out);

/*
 * Adds the bans that the configuration's files hold, of this machine and of others; settled. False
 * after a diag_error.
 */
NODISCARD bool cli_ban_config_read(
	const struct cli_ban_config *config, struct ban_list *out, struct diag *diag);

/* The user who calls: that of sudo or doas, else the process's own; the arena keeps it. */
struct str cli_ban_caller(struct arena *arena);

/* The address from which the caller is connected by SSH; false: not by SSH. */
NODISCARD bool cli_ban_own_address(struct addr *out);

#endif
