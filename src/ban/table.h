/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BAN_TABLE_H
#define DW_BAN_TABLE_H

#include "ban/list.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The bans that requests are compared with: immutable, reference-counted, shared by all threads. A
 * lookup costs O(log n) for each length of prefix that occurs, or for each label of a name. Times
 * are Unix time in milliseconds; a ban that has ended meanwhile is not found.
 */
struct ban_table;

/* Takes the list, which is settled, and empties it. NULL when out of memory. */
struct ban_table *ban_table_new(struct ban_list *list);
/* NULL stays NULL, here and below an empty table. */
struct ban_table *ban_table_ref(struct ban_table *table);
void ban_table_unref(struct ban_table *table);

/* The ban in force that covers the address and ends last; NULL: no ban does. */
const struct ban *ban_table_find_addr(
	const struct ban_table *table, const struct addr *addr, int64_t now_ms);
/* The same for a name in lower case without a final dot. */
const struct ban *ban_table_find_host(
	const struct ban_table *table, struct str name, int64_t now_ms);
/* Whether a ban of a name is in force. */
bool ban_table_has_hosts(const struct ban_table *table, int64_t now_ms);
/* Bans in force. */
size_t ban_table_count(const struct ban_table *table, int64_t now_ms);
/* All, with what was lifted; NULL without a table. */
const struct ban_list *ban_table_list(const struct ban_table *table);

#endif
