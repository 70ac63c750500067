/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/admin_inspect.h"

#include "config/admin_token.h"

#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As far as owner and mode show it, where root decides for another user. */
static bool may_write(const struct config *config, const char *folder)
{
	const struct passwd *user =
		config->server.user != NULL ? getpwnam(config->server.user) : NULL;
	struct stat st;

	if (geteuid() != 0 || user == NULL || user->pw_uid == 0) {
		return faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS) == 0;
	}
	return stat(folder, &st) == 0 &&
	       (st.st_uid == user->pw_uid ? (st.st_mode & S_IWUSR) != 0
					  : (st.st_mode & (S_IWGRP | S_IWOTH)) != 0);
}

static void inspect_bans(const struct config *config, struct diag *diag)
{
	const char *path = config->bans.file;
	const char *slash = strrchr(path, '/');
	struct place place = {.file = path};
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", slash > path ? (int)(slash - path) : 1, path);
	if (!may_write(config, folder)) {
		diag_warning(diag, &place,
			"admin_write = yes, but the user of doorward cannot write to %s, so the "
			"admin listener cannot ban: expected file in [bans] to name a file in a "
			"folder of that user",
			folder);
	}
}

bool daemon_admin_inspect(const struct config *config, struct diag *diag)
{
	struct place place = {.file = config->path};
	struct bytes token;

	if (!config->server.admin_write) {
		return true;
	}
	inspect_bans(config, diag);
	if (config->log.sink.level == LOG_LEVEL_ERROR) {
		diag_warning(diag, &place,
			"admin_write = yes with level = error: the log does not tell what is "
			"changed "
			"over the admin listener; expected level = warning or more");
	}
	bytes_init(&token, 0);
	bool good = config_admin_token_read(config->server.admin_token_file, &token, diag);

	bytes_wipe(&token);
	return good;
}
