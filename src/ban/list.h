/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BAN_LIST_H
#define DW_BAN_LIST_H

#include "ban/ban.h"

#include <stddef.h>

/* Bans and what was lifted, in all. */
#define BAN_LIST_MAX 100000u
/* Bytes of a file that holds such a list. */
#define BAN_LIST_BYTES_MAX ((size_t)32 << 20)

/* Bans in any order, until they are settled. A zeroed structure is an empty list. */
struct ban_list {
	struct ban *items;
	size_t count;
	size_t capacity;
	struct arena arena; /* holds the texts */
};

void ban_list_init(struct ban_list *list);
void ban_list_clear(struct ban_list *list);
/* Adds a copy. False when out of memory. */
NODISCARD bool ban_list_add(struct ban_list *list, const struct ban *ban);
/* Adds copies of all. False when out of memory. */
NODISCARD bool ban_list_add_all(struct ban_list *list, const struct ban_list *other);
/*
 * Orders the list, keeps of several about the same the one that counts, and drops those whose
 * time to be kept is over.
 */
void ban_list_settle(struct ban_list *list, int64_t now_ms);
/* In a settled list; NULL: it has no line about the same. */
const struct ban *ban_list_find(const struct ban_list *list, const struct ban *like);
/* Bans in force. */
size_t ban_list_count_bans(const struct ban_list *list, int64_t now_ms);

/*
 * Reads lines into an empty list; empty lines, and those that begin with #, do not count. False
 * after a diag_error that names the line of `path`.
 */
NODISCARD bool ban_list_read(
	struct str text, const char *path, struct ban_list *out, struct diag *diag);
/* Appends the lines, with a comment for people at their head. */
void ban_list_write(const struct ban_list *list, struct bytes *out);

#endif
