/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/user_group.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#define MAX_MEMORY (1024 * 1024) /* bytes of one entry; a group may have very many members */

bool config_user_group_find(bool user, const char *name, uint32_t *out)
{
	bool found = false;
	int error = ERANGE;

	for (size_t size = 1024; error == ERANGE && size <= MAX_MEMORY; size *= 2) {
		struct passwd passwd;
		struct passwd *a_user = NULL;
		struct group group;
		struct group *a_group = NULL;
		char *memory = malloc(size);

		if (memory == NULL) {
			return false;
		}
		error = user ? getpwnam_r(name, &passwd, memory, size, &a_user)
			     : getgrnam_r(name, &group, memory, size, &a_group);
		found = a_user != NULL || a_group != NULL;
		if (found) {
			*out = user ? passwd.pw_uid : group.gr_gid;
		}
		free(memory);
	}
	return found;
}
