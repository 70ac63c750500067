/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/lookup.h"

#include "base/array.h"

#include <stdlib.h>

enum policy_lookup_added policy_lookup_table_add(
	struct policy_lookup_table *table, const struct policy_lookup *lookup, size_t *index)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->items[i].kind == lookup->kind &&
			str_eq(table->items[i].name, lookup->name)) {
			*index = i;
			return POLICY_LOOKUP_ADDED;
		}
	}
	if (table->count == POLICY_LOOKUPS_MAX) {
		return POLICY_LOOKUP_FULL;
	}
	struct policy_lookup *items =
		array_reserve(table->items, table->count, &table->capacity, sizeof(*items));

	if (items == NULL) {
		return POLICY_LOOKUP_NO_MEMORY;
	}
	table->items = items;
	*index = table->count;
	table->items[table->count++] = *lookup;
	return POLICY_LOOKUP_ADDED;
}

void policy_lookup_table_clear(struct policy_lookup_table *table)
{
	free(table->items);
	*table = (struct policy_lookup_table){NULL, 0, 0};
}
