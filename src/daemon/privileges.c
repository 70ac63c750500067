/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

static bool refuse(struct diag *diag, const char *what, const char *name)
{
	diag_error(diag, NULL, "%s %s: %s%s", what, name, strerror(errno),
		errno == EPERM ? ": expected a start by root with the capabilities CAP_SETUID and "
				 "CAP_SETGID, or no user and group in [server]"
			       : "");
	return false;
}

/* As nginx does: a start by another user is fine, since nothing has to be dropped. */
static void ignore(const char *user, const char *group, struct diag *diag)
{
	diag_warning(diag, NULL,
		"%s%s%s%s%s has no effect: only a process that root starts can change to another "
		"%s, and this one runs as UID %ld, GID %ld; without the line in [server] this "
		"warning ends",
		user != NULL ? "user = " : "", user != NULL ? user : "",
		user != NULL && group != NULL ? ", " : "", group != NULL ? "group = " : "",
		group != NULL ? group : "", user != NULL ? "user" : "group", (long)geteuid(),
		(long)getegid());
}

bool daemon_privileges_drop(const char *user, const char *group, struct diag *diag)
{
	const struct passwd *passwd = user != NULL ? getpwnam(user) : NULL;
	const struct group *entry = group != NULL ? getgrnam(group) : NULL;

	if (user != NULL && passwd == NULL) {
		diag_error(diag, NULL, "user = %s: there is no such user", user);
		return false;
	}
	if (group != NULL && entry == NULL) {
		diag_error(diag, NULL, "group = %s: there is no such group", group);
		return false;
	}
	gid_t gid = entry != NULL ? entry->gr_gid : passwd != NULL ? passwd->pw_gid : getegid();
	uid_t uid = passwd != NULL ? passwd->pw_uid : geteuid();

	if (uid == geteuid() && gid == getegid()) {
		return true;
	}
	if (passwd != NULL ? initgroups(user, gid) != 0 : setgroups(1, &gid) != 0) {
		if (errno == EPERM && geteuid() != 0) {
			ignore(user, group, diag);
			return true;
		}
		return refuse(diag,
			user != NULL ? "cannot set the groups of user" : "cannot set group",
			user != NULL ? user : group);
	}
	if (setresgid(gid, gid, gid) != 0) {
		return refuse(diag, "cannot become group", group != NULL ? group : user);
	}
	if (setresuid(uid, uid, uid) != 0) {
		return refuse(diag, "cannot become user", user);
	}
	return true;
}
