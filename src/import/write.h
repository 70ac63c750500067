/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_WRITE_H
#define DW_IMPORT_WRITE_H

#include "base/arena.h"
#include "base/bytes.h"

#include <stdbool.h>

/* Lines of doorward.conf. */

#define IMPORT_LINE_MAX 199
#define IMPORT_NAME_MAX 42 /* [policy NAME] holds 49 bytes */

/* A rule of one or more terms, each at most IMPORT_LINE_MAX - 8 bytes, on as many lines as needed.
 */
void import_write_rule(struct bytes *out, bool allow, const struct str *terms, size_t count);

/* A name for a policy, made from `wish`, that is not in `taken`; data NULL: out of memory. */
struct str import_policy_name(
	struct arena *arena, struct str wish, const struct str *taken, size_t count);

/* Appends foreign text to a comment: one line, printable. */
void import_append_comment(struct bytes *out, struct str text);

#endif
