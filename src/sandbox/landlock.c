/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Later than the kernel headers of Debian 12: include/uapi/linux/landlock.h. */
#define FS_TRUNCATE (UINT64_C(1) << 14)  /* version 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* version 5 */
#define NET_BIND_TCP (UINT64_C(1) << 0)  /* version 4 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)  /* version 6 */
#define FS_VERSION_1 (LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1)

struct ruleset {
	uint64_t fs;
	uint64_t net;    /* since version 4 */
	uint64_t scoped; /* since version 6 */
};

static struct ruleset ruleset_of(int version, size_t *size)
{
	struct ruleset ruleset = {.fs = FS_VERSION_1};

	*size = version >= 6   ? sizeof(ruleset)
		: version >= 4 ? offsetof(struct ruleset, scoped)
			       : offsetof(struct ruleset, net);
	if (version >= 2) {
		ruleset.fs |= LANDLOCK_ACCESS_FS_REFER;
	}
	if (version >= 3) {
		ruleset.fs |= FS_TRUNCATE;
	}
	if (version >= 4) {
		ruleset.net = NET_BIND_TCP;
	}
	if (version >= 5) {
		ruleset.fs |= FS_IOCTL_DEV;
	}
	if (version >= 6) {
		ruleset.scoped = SCOPE_SIGNAL;
	}
	return ruleset;
}

static uint64_t rights_of(unsigned access, bool folder)
{
	uint64_t rights = 0;

	if ((access & SANDBOX_READ) != 0) {
		rights |= LANDLOCK_ACCESS_FS_READ_FILE | (folder ? LANDLOCK_ACCESS_FS_READ_DIR : 0);
	}
	if ((access & SANDBOX_APPEND) != 0) {
		rights |=
			LANDLOCK_ACCESS_FS_WRITE_FILE | (folder ? LANDLOCK_ACCESS_FS_MAKE_REG : 0);
	}
	if ((access & SANDBOX_REMOVE) != 0 && folder) {
		rights |= LANDLOCK_ACCESS_FS_REMOVE_FILE;
	}
	return rights;
}

static int add(int ruleset, const struct sandbox_path *path)
{
	struct landlock_path_beneath_attr rule = {
		.parent_fd = open(path->path, O_PATH | O_CLOEXEC)};
	struct stat st;
	int error = 0;

	if (rule.parent_fd < 0) {
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : errno;
	}
	if (fstat(rule.parent_fd, &st) != 0) {
		error = errno;
	} else {
		rule.allowed_access = rights_of(path->access, S_ISDIR(st.st_mode));
	}
	if (rule.allowed_access != 0 && syscall(SYS_landlock_add_rule, ruleset,
						LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
		error = errno;
	}
	close(rule.parent_fd);
	return error;
}

int sandbox_landlock_version(void)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return version >= 0 ? (int)version : -errno;
}

int sandbox_landlock_apply(int version, const struct sandbox_path *paths, size_t count)
{
	size_t size;
	struct ruleset rights = ruleset_of(version, &size);
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0);
	int error = ruleset < 0 ? errno : 0;

	for (size_t i = 0; error == 0 && i < count; i++) {
		error = add(ruleset, &paths[i]);
	}
	if (error == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
		error = errno;
	}
	if (ruleset >= 0) {
		close(ruleset);
	}
	return error;
}
