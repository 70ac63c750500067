/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/ban_store.h"

#include "ban/file.h"
#include "base/clock.h"
#include "cli/paths.h"
#include "cli/setting.h"
#include "config/ini.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool cli_ban_config_find(const char *config_path, struct arena *arena, struct cli_ban_config *out)
{
	struct config_ini ini;
	struct diag diag;

	diag_init(&diag);
	/* What could be read is there also if not all could. */
	bool whole = config_ini_read(config_path, arena, &ini, &diag);

	(void)whole;
	diag_clear(&diag);
	bool shared = cli_setting(&ini, "shared", "server").len > 0;

	out->file = cli_setting_path(&ini, "bans", "file", cli_bans_default, arena);
	out->shared_file = shared ? cli_setting_path(&ini, "bans", "shared_file",
					    cli_shared_bans_default, arena)
				  : NULL;
	return out->file != NULL && (!shared || out->shared_file != NULL);
}

bool cli_ban_config_read(
	const struct cli_ban_config *config, struct ban_list *out, struct diag *diag)
{
	bool good = ban_file_read(config->file, out, diag) &&
		    (config->shared_file == NULL || ban_file_read(config->shared_file, out, diag));

	ban_list_settle(out, clock_wall_ms());
	return good;
}

/* Whether it can be part of a line. */
static bool is_word(const char *name)
{
	size_t len = 0;

	for (; name != NULL && name[len] != '\0'; len++) {
		if (name[len] <= ' ' || name[len] > '~' || len == BAN_BY_MAX) {
			return false;
		}
	}
	return len > 0;
}

struct str cli_ban_caller(struct arena *arena)
{
	const char *of_sudo = getenv("SUDO_USER");
	const char *name = of_sudo != NULL ? of_sudo : getenv("DOAS_USER");
	const struct passwd *user = getpwuid(getuid());
	char number[32];

	if (geteuid() != 0 || !is_word(name)) {
		name = user != NULL ? user->pw_name : NULL;
	}
	if (!is_word(name)) {
		snprintf(number, sizeof(number), "uid:%u", (unsigned)getuid());
		name = number;
	}
	return arena_dup(arena, str_view(name));
}

bool cli_ban_own_address(struct addr *out)
{
	struct str connection = str_view(getenv("SSH_CONNECTION"));

	return addr_parse(str_take_word(&connection), out);
}
