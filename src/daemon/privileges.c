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
	diag_error(diag, NULL, "%s %s: %s", what, name, strerror(errno));
	return false;
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
