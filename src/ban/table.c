/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/table.h"

#include "base/ref.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 253

/* Which lengths of prefixes occur, as bits. */
struct lengths {
	uint64_t bits[3]; /* 0 to 128 */
};

struct ban_table {
	struct ref references;
	struct ban_list list;
	struct lengths v4;
	struct lengths v6;
	int64_t hosts_until_ms; /* when the last ban of a name ends */
};

static void note_length(struct lengths *lengths, unsigned len)
{
	lengths->bits[len / 64] |= UINT64_C(1) << len % 64;
}

struct ban_table *ban_table_new(struct ban_list *list)
{
	struct ban_table *table = calloc(1, sizeof(*table));

	if (table == NULL) {
		return NULL;
	}
	ref_init(&table->references);
	table->list = *list;
	ban_list_init(list);
	for (size_t i = 0; i < table->list.count; i++) {
		const struct ban *ban = &table->list.items[i];

		if (ban->lifted) {
			continue;
		}
		if (ban->kind == BAN_PREFIX) {
			note_length(ban->prefix.addr.family == ADDR_V4 ? &table->v4 : &table->v6,
				ban->prefix.len);
		} else if (ban->until_ms > table->hosts_until_ms) {
			table->hosts_until_ms = ban->until_ms;
		}
	}
	return table;
}

struct ban_table *ban_table_ref(struct ban_table *table)
{
	if (table != NULL) {
		ref_get(&table->references);
	}
	return table;
}

void ban_table_unref(struct ban_table *table)
{
	if (table != NULL && ref_put(&table->references)) {
		ban_list_clear(&table->list);
		free(table);
	}
}

/* The one of the two that ends later; either may be NULL. */
static const struct ban *later(const struct ban *a, const struct ban *b)
{
	return a == NULL || (b != NULL && b->until_ms > a->until_ms) ? b : a;
}

/* A ban in force that is about the same; NULL: no ban does. */
static const struct ban *find(const struct ban_table *table, const struct ban *like, int64_t now_ms)
{
	const struct ban *ban = ban_list_find(&table->list, like);

	return ban != NULL && ban_is_in_force(ban, now_ms) ? ban : NULL;
}

const struct ban *ban_table_find_addr(
	const struct ban_table *table, const struct addr *addr, int64_t now_ms)
{
	const struct ban *found = NULL;

	if (table == NULL) {
		return NULL;
	}
	const struct lengths *lengths = addr->family == ADDR_V4 ? &table->v4 : &table->v6;

	for (unsigned i = 0; i < ARRAY_LEN(lengths->bits); i++) {
		for (uint64_t left = lengths->bits[i]; left != 0; left &= left - 1) {
			unsigned len = 64 * i + (unsigned)__builtin_ctzll(left);
			const struct ban like = {
				.kind = BAN_PREFIX, .prefix = prefix_of(addr, len)};

			found = later(found, find(table, &like, now_ms));
		}
	}
	return found;
}

const struct ban *ban_table_find_host(
	const struct ban_table *table, struct str name, int64_t now_ms)
{
	char dotted[NAME_MAX_LEN + 1] = ".";

	if (!ban_table_has_hosts(table, now_ms) || name.len > NAME_MAX_LEN) {
		return NULL;
	}
	struct ban like = {.kind = BAN_HOST, .host = name};
	const struct ban *found = find(table, &like, now_ms);

	memcpy(dotted + 1, name.data, name.len);
	for (size_t i = 0; i <= name.len; i++) {
		if (dotted[i] == '.') {
			like.host = (struct str){dotted + i, name.len + 1 - i};
			found = later(found, find(table, &like, now_ms));
		}
	}
	return found;
}

bool ban_table_has_hosts(const struct ban_table *table, int64_t now_ms)
{
	return table != NULL && now_ms < table->hosts_until_ms;
}

size_t ban_table_count(const struct ban_table *table, int64_t now_ms)
{
	return table != NULL ? ban_list_count_bans(&table->list, now_ms) : 0;
}

const struct ban_list *ban_table_list(const struct ban_table *table)
{
	return table != NULL ? &table->list : NULL;
}
