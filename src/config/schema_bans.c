/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_private.h"

#include "config/config.h"

const struct config_key config_bans_keys[CONFIG_BANS_KEY_COUNT] = {
	{.name = "file",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, bans.file),
		.value = DW_LOCALSTATEDIR "/lib/doorward/bans",
		.example = "file = /var/lib/doorward/bans",
		.help = "The file in which doorward ban and doorward unban note bans. The running "
			"process reads it again within a second after a change. If the file does "
			"not exist, there are no bans; if it has an error, or every user can "
			"write it, doorward does not start, and a running process keeps the bans "
			"that it has."},
	{.name = "shared_file",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, bans.shared_file),
		.value = DW_LOCALSTATEDIR "/lib/doorward/shared/bans",
		.example = "shared_file = /var/lib/doorward/shared/bans",
		.help = "With a store (see [shared]): the file in which the running process keeps "
			"the bans of all machines, for a restart while the store is away. Its "
			"folder must exist, and the user of doorward must be able to write there; "
			"otherwise a warning is logged, and a restart knows these bans only once "
			"the store is there."},
};
