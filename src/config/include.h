/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_INCLUDE_H
#define DW_CONFIG_INCLUDE_H

#include "base/arena.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* What `include = VALUE` means: a path, or a pattern of glob(3), relative to the including file. */

/* The files of one `include`; all texts are the arena's. */
struct config_include {
	const char **paths; /* in the order of their bytes */
	size_t count;       /* of a pattern, it may be 0 */
	const char *folder; /* the folder in which a pattern begins; NULL: the value is a path */
};

/*
 * Finds the files that `value` means in the file `includer`. A path need not exist. False with
 * errno set: ENOMEM, or why a folder of a pattern cannot be read.
 */
NODISCARD bool config_include_find(
	const char *includer, const char *value, struct arena *arena, struct config_include *out);

#endif
