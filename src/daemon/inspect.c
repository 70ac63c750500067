/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/inspect.h"

#include "daemon/admin_inspect.h"
#include "daemon/log_target.h"
#include "daemon/tcp_peers.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUPS_MAX 1024

struct inspection {
	struct diag *diag;
	bool good;
};

/* Whether all users may replace files in the folder. */
static bool is_open_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & S_IWOTH) != 0 &&
	       (st.st_mode & S_ISVTX) == 0 && (access(path, W_OK) == 0 || errno != EROFS);
}

/* The innermost folder above the path that is open; "" if none is. */
static void find_open_folder(const char *path, char out[PATH_MAX])
{
	char *slash;

	if (realpath(path, out) == NULL) {
		out[0] = '\0';
	}
	while ((slash = strrchr(out, '/')) != NULL) {
		slash[slash == out ? 1 : 0] = '\0';
		if (is_open_folder(out)) {
			return;
		}
		*slash = '\0';
	}
	out[0] = '\0';
}

/*
 * A file that all users may write decides who is admitted. Groups are not checked: many systems
 * give each user a group of their own. Folders are only warned of, because containers mount them
 * with mode 0777.
 */
static void inspect_file(void *ctx, enum config_file_kind kind, const char *path)
{
	struct inspection *in = ctx;
	struct place place = {.file = path};
	char folder[PATH_MAX];
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & S_IWOTH) != 0 &&
		(S_ISREG(st.st_mode) || is_open_folder(path))) {
		if (kind == CONFIG_FILE_ITSELF && geteuid() == 0) {
			diag_error(in->diag, &place,
				"every user can write it (mode %04o), and root reads it: expected "
				"chmod o-w",
				(unsigned)(st.st_mode & 07777));
			in->good = false;
		} else {
			diag_warning(in->diag, &place,
				"every user can write it (mode %04o): expected chmod o-w",
				(unsigned)(st.st_mode & 07777));
		}
		return;
	}
	find_open_folder(path, folder);
	if (folder[0] != '\0') {
		diag_warning(in->diag, &place,
			"every user can replace it, as the folder %s is open to all: expected "
			"chmod o-w",
			folder);
	}
}

/* Whether the user, with its groups, may read the file, as far as owner and mode show it. */
static bool may_read(const struct stat *st, const struct passwd *user, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX;

	if (user->pw_uid == 0) {
		return true;
	}
	if (st->st_uid == user->pw_uid) {
		return (st->st_mode & S_IRUSR) != 0;
	}
	if (getgrouplist(user->pw_name, group, groups, &count) < 0) {
		count = GROUPS_MAX;
	}
	for (int i = 0; i < count; i++) {
		if (st->st_gid == groups[i]) {
			return (st->st_mode & S_IRGRP) != 0;
		}
	}
	return (st->st_mode & S_IROTH) != 0;
}

/* A file with a secret is read at the start by root, but at a reload by the user that serves. */
static bool inspect_secret(
	const struct config *config, const char *key, const char *path, struct diag *diag)
{
	const struct passwd *user =
		config->server.user != NULL ? getpwnam(config->server.user) : NULL;
	const struct group *group =
		config->server.group != NULL ? getgrnam(config->server.group) : NULL;
	struct place place = {.file = path};
	struct stat st;

	if (path == NULL || user == NULL || geteuid() != 0 || stat(path, &st) != 0 ||
		may_read(&st, user, group != NULL ? group->gr_gid : user->pw_gid)) {
		return true;
	}
	diag_error(diag, &place,
		"%s: user = %s cannot read it, as it would have to at a reload: expected chgrp to "
		"a group of that user, and chmod 0640",
		key, config->server.user);
	return false;
}

bool daemon_inspect_files(const struct config *config, struct diag *diag)
{
	struct inspection in = {.diag = diag, .good = true};
	const struct config_shared *shared = &config->shared;

	config_each_file(config, inspect_file, &in);
	bool good = inspect_secret(config, "secret_file", shared->secret_file, diag);

	good = inspect_secret(config, "password_file", shared->password_file, diag) && good;
	good = inspect_secret(config, "admin_token_file", config->server.admin_token_file, diag) &&
	       good;
	return daemon_admin_inspect(config, diag) && good && in.good;
}

bool daemon_inspect_before_serving(const struct config *config, struct diag *diag)
{
	struct daemon_tcp_peers peers;
	bool good = daemon_tcp_peers_init(&peers, config, diag) &&
		    daemon_tcp_peers_check_listen(&peers, config, diag);

	daemon_tcp_peers_clear(&peers);
	return daemon_inspect_files(config, diag) && good;
}

bool daemon_inspect(const struct config *config, struct diag *diag)
{
	bool good = daemon_inspect_before_serving(config, diag);

	good = daemon_log_target_inspect(config, diag) && good;
	config_warn_of_empty(config, diag);
	config_try_regexes(config, diag);
	return good;
}
