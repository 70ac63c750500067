/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/reach.h"

#include "log/log.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Connecting needs write permission (unix(7)). Root may always connect. */
static void append_who(struct bytes *out, const struct stat *st)
{
	const struct passwd *user = getpwuid(st->st_uid);
	const struct group *group = getgrgid(st->st_gid);
	bool by_user = (st->st_mode & S_IWUSR) != 0 && st->st_uid != 0;
	bool by_group = (st->st_mode & S_IWGRP) != 0 && st->st_gid != 0;

	if ((st->st_mode & S_IWOTH) != 0) {
		bytes_append_text(out, "every local user may connect");
		return;
	}
	if (!by_user && !by_group) {
		bytes_append_text(out, "only root may connect: socket_group, socket_owner or "
				       "socket_mode lets the front end's user in");
		return;
	}
	bytes_append_text(out, "root");
	if (by_user) {
		bytes_appendf(out, ", user %s", user != NULL ? user->pw_name : "?");
	}
	if (by_group) {
		bytes_appendf(out, ", group %s", group != NULL ? group->gr_name : "?");
	}
	bytes_append_text(out, " may connect (socket_owner, socket_group, socket_mode)");
}

/* Whether users who may connect to the socket may pass through the folder. */
static bool lets_pass(const struct stat *folder, const struct stat *sock)
{
	if ((folder->st_mode & S_IXOTH) != 0) {
		return true;
	}
	return (sock->st_mode & S_IWOTH) == 0 &&
	       ((sock->st_mode & S_IWGRP) == 0 || sock->st_gid == 0 ||
		       ((folder->st_mode & S_IXGRP) != 0 && folder->st_gid == sock->st_gid)) &&
	       (sock->st_uid == 0 ||
		       ((folder->st_mode & S_IXUSR) != 0 && folder->st_uid == sock->st_uid));
}

static void append_closed_folder(struct bytes *out, char *path, const struct stat *sock)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		struct stat folder;

		*slash = '\0';
		if (stat(path, &folder) == 0 && !lets_pass(&folder, sock)) {
			bytes_appendf(out, "; but the folder %s keeps some of them out (mode %04o)",
				path, folder.st_mode & 07777);
			return;
		}
		*slash = '/';
	}
}

void daemon_reach_describe(const struct daemon_sockets *sockets, struct bytes *out)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const struct net_listen_spec *spec = sockets->specs[i];
		char path[PATH_MAX];
		struct stat st;

		if (spec == NULL || spec->protocol == NET_LISTEN_ADMIN ||
			spec->kind != NET_LISTEN_UNIX || spec->path.len >= sizeof(path)) {
			continue;
		}
		memcpy(path, spec->path.data, spec->path.len);
		path[spec->path.len] = '\0';
		if (stat(path, &st) == 0) {
			bytes_appendf(out, "unix:%s: ", path);
			append_who(out, &st);
			append_closed_folder(out, path, &st);
			bytes_append_text(out, "\n");
		}
	}
}

void daemon_reach_log(const struct bytes *lines)
{
	struct str rest = bytes_view(lines);
	struct str line;

	while (str_split_next(&rest, '\n', &line)) {
		if (line.len > 0) {
			log_write(LOG_LEVEL_INFO, "%.*s", (int)line.len, line.data);
		}
	}
}
