/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_ACCESS_H
#define DW_DOCTOR_ACCESS_H

#include "base/bytes.h"

#include <stdbool.h>
#include <sys/types.h>

#define DOCTOR_GROUPS_MAX 256

/* A user with its groups, as the system knows them. */
struct doctor_user {
	char name[64];
	uid_t uid;
	gid_t groups[DOCTOR_GROUPS_MAX];
	int group_count;
};

/* False: there is no such user. */
NODISCARD bool doctor_user_find(const char *name, struct doctor_user *out);

/*
 * Whether the user may connect to the Unix socket, by the modes of its folders and of itself (ACLs
 * and security modules are not looked at). False with a sentence about the first obstacle, and what
 * removes it, in *why.
 */
NODISCARD bool doctor_may_connect(
	const struct doctor_user *user, const char *path, struct bytes *why);

#endif
