/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* The file of bans: what is read is written back as the same, and each ban in force is found. */

#include "ban/table.h"
#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define NOW INT64_C(1000000)

static void check_found(const struct ban_table *table)
{
	const struct ban_list *list = ban_table_list(table);

	for (size_t i = 0; i < list->count; i++) {
		const struct ban *ban = &list->items[i];
		struct str name = ban->host;

		if (!ban_is_in_force(ban, NOW)) {
			continue;
		}
		if (ban->kind == BAN_HOST && name.data[0] == '.') {
			name = str_from(name, 1);
		}
		check(ban->kind == BAN_HOST
				? ban_table_find_host(table, name, NOW) != NULL
				: ban_table_find_addr(table, &ban->prefix.addr, NOW) != NULL);
	}
}

static bool read_list(struct str text, struct ban_list *out)
{
	struct diag diag;

	diag_init(&diag);
	ban_list_init(out);
	bool good = ban_list_read(text, "bans", out, &diag);

	check(good == (diag.errors == 0));
	diag_clear(&diag);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ban_list list;
	struct ban_list again;
	struct bytes text;

	if (read_list(str_from_bytes(data, len), &list)) {
		ban_list_settle(&list, NOW);
		bytes_init(&text, 0);
		ban_list_write(&list, &text);
		check(read_list(bytes_view(&text), &again));
		ban_list_settle(&again, NOW);
		check(again.count == list.count);
		for (size_t i = 0; i < list.count; i++) {
			check(ban_order(&again.items[i], &list.items[i]) == 0);
			check(ban_compare_age(&again.items[i], &list.items[i]) == 0);
		}
		struct ban_table *table = ban_table_new(&list);

		check(table != NULL);
		check_found(table);
		ban_table_unref(table);
		ban_list_clear(&again);
		bytes_clear(&text);
	}
	ban_list_clear(&list);
	return 0;
}
