/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/access.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool doctor_user_find(const char *name, struct doctor_user *out)
{
	const struct passwd *user = getpwnam(name);

	if (user == NULL) {
		return false;
	}
	snprintf(out->name, sizeof(out->name), "%s", name);
	out->uid = user->pw_uid;
	out->group_count = DOCTOR_GROUPS_MAX;
	if (getgrouplist(name, user->pw_gid, out->groups, &out->group_count) < 0) {
		out->group_count = DOCTOR_GROUPS_MAX;
	}
	return true;
}

static bool is_in(const struct doctor_user *user, gid_t group)
{
	for (int i = 0; i < user->group_count; i++) {
		if (user->groups[i] == group) {
			return true;
		}
	}
	return false;
}

/* `bit`: 1 to pass through a folder, 2 to write to a socket, which connecting needs (unix(7)). */
static bool may(const struct doctor_user *user, const struct stat *st, unsigned bit)
{
	unsigned shift = st->st_uid == user->uid ? 6 : is_in(user, st->st_gid) ? 3 : 0;

	return user->uid == 0 || (st->st_mode >> shift & bit) != 0;
}

static const char *owner_of(const struct stat *st)
{
	const struct passwd *user = getpwuid(st->st_uid);

	return user != NULL ? user->pw_name : "?";
}

static const char *group_of(const struct stat *st)
{
	const struct group *group = getgrgid(st->st_gid);

	return group != NULL ? group->gr_name : "?";
}

static void append_mode(struct bytes *why, const struct stat *st)
{
	bytes_appendf(why, "mode %04o, user %s, group %s", st->st_mode & 07777, owner_of(st),
		group_of(st));
}

static bool folders_let_pass(const struct doctor_user *user, char *path, struct bytes *why)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		struct stat st;
		int status;

		*slash = '\0';
		status = stat(path, &st);
		if (status != 0) {
			bytes_appendf(why, "the folder %s cannot be looked at: %s%s", path,
				strerror(errno),
				errno == EACCES ? ": run this command as root" : "");
			return false;
		}
		if (!may(user, &st, 1)) {
			bytes_appendf(why, "user %s may not pass through the folder %s (",
				user->name, path);
			append_mode(why, &st);
			bytes_appendf(why, "): chmod o+x %s lets it", path);
			return false;
		}
		*slash = '/';
	}
	return true;
}

bool doctor_may_connect(const struct doctor_user *user, const char *path, struct bytes *why)
{
	char copy[PATH_MAX];
	struct stat st;

	snprintf(copy, sizeof(copy), "%s", path);
	if (!folders_let_pass(user, copy, why)) {
		return false;
	}
	if (stat(path, &st) != 0) {
		bytes_appendf(why, "%s", strerror(errno));
		return false;
	}
	if (may(user, &st, 2)) {
		return true;
	}
	bytes_appendf(why, "user %s may not connect (", user->name);
	append_mode(why, &st);
	bytes_appendf(why,
		"): expected socket_group = %s in [server], SocketGroup= of "
		"doorward.socket, or %s in a group that may",
		user->name, user->name);
	return false;
}
