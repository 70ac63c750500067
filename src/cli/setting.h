/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_SETTING_H
#define DW_CLI_SETTING_H

#include "base/arena.h"
#include "base/str.h"
#include "config/ini_tree.h"

/*
 * Single settings of a configuration, for commands that need no others: so these work also while
 * the rest has errors. Of a key that is there twice, which is an error, the last value counts.
 */

/* The value as it stands there; absent if the key is not there. */
struct str cli_setting(const struct config_ini *ini, const char *section, const char *key);
/*
 * The path, from the folder of its file if it is relative; `without` if the key is not there. The
 * arena keeps it. NULL when out of memory.
 */
const char *cli_setting_path(const struct config_ini *ini, const char *section, const char *key,
	const char *without, struct arena *arena);

#endif
