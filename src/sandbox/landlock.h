/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SANDBOX_LANDLOCK_H
#define DW_SANDBOX_LANDLOCK_H

#include "base/util.h"

#include <stddef.h>

/* What may be done with the files in a folder and in all folders below it (landlock(7)). */
enum sandbox_access {
	SANDBOX_READ = 1,   /* files and folders can be read */
	SANDBOX_APPEND = 2, /* files can be written and created */
	SANDBOX_REMOVE = 4  /* files and sockets can be removed */
};

/* A file or folder. A path that does not exist gives no access. */
struct sandbox_path {
	const char *path;
	unsigned access; /* of enum sandbox_access */
};

/*
 * The version of Landlock that the kernel has; a negative errno value: it has none (ENOSYS,
 * EOPNOTSUPP), or a filter around this process refuses it.
 */
int sandbox_landlock_version(void);

/*
 * For this thread and those that it starts: opening of files is restricted to `paths`; TCP sockets
 * cannot be bound (from version 4 on), and no process outside of the sandbox can be sent a signal
 * (from version 6 on). `version` is at most the kernel's. Before, no_new_privs must have been set.
 * 0 or an errno value.
 */
NODISCARD int sandbox_landlock_apply(int version, const struct sandbox_path *paths, size_t count);

#endif
