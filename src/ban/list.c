/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/list.h"

#include "base/array.h"

#include <stdlib.h>

#define ARENA_CHUNK 16384
#define ERRORS_MAX 10

void ban_list_init(struct ban_list *list)
{
	*list = (struct ban_list){.count = 0};
	arena_init(&list->arena, ARENA_CHUNK);
}

void ban_list_clear(struct ban_list *list)
{
	free(list->items);
	arena_clear(&list->arena);
	ban_list_init(list);
}

/* The texts are the list's already. */
static bool append(struct ban_list *list, const struct ban *ban)
{
	struct ban *items =
		array_reserve(list->items, list->count, &list->capacity, sizeof(*items));

	if (items == NULL) {
		return false;
	}
	list->items = items;
	list->items[list->count++] = *ban;
	return true;
}

bool ban_list_add(struct ban_list *list, const struct ban *ban)
{
	struct ban copy = *ban;

	copy.by = arena_dup(&list->arena, ban->by);
	copy.why = arena_dup(&list->arena, ban->why);
	if (ban->kind == BAN_HOST) {
		copy.host = arena_dup(&list->arena, ban->host);
	}
	return copy.by.data != NULL && copy.why.data != NULL &&
	       (ban->kind != BAN_HOST || copy.host.data != NULL) && append(list, &copy);
}

bool ban_list_add_all(struct ban_list *list, const struct ban_list *other)
{
	for (size_t i = 0; i < other->count; i++) {
		if (!ban_list_add(list, &other->items[i])) {
			return false;
		}
	}
	return true;
}

/* What counts comes first. */
static int order(const void *a, const void *b)
{
	int result = ban_order(a, b);

	return result != 0 ? result : ban_compare_age(b, a);
}

void ban_list_settle(struct ban_list *list, int64_t now_ms)
{
	size_t different = 0;
	size_t kept = 0;

	if (list->count > 0) {
		qsort(list->items, list->count, sizeof(*list->items), order);
	}
	for (size_t i = 0; i < list->count; i++) {
		if (i == 0 || ban_order(&list->items[different - 1], &list->items[i]) != 0) {
			list->items[different++] = list->items[i];
		}
	}
	for (size_t i = 0; i < different; i++) {
		if (list->items[i].kept_ms > now_ms) {
			list->items[kept++] = list->items[i];
		}
	}
	list->count = kept;
}

static int order_of(const void *like, const void *item)
{
	return ban_order(like, item);
}

const struct ban *ban_list_find(const struct ban_list *list, const struct ban *like)
{
	return list->count == 0
		       ? NULL
		       : bsearch(like, list->items, list->count, sizeof(*list->items), order_of);
}

size_t ban_list_count_bans(const struct ban_list *list, int64_t now_ms)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		count += ban_is_in_force(&list->items[i], now_ms);
	}
	return count;
}

/* False after a diag_error. */
static bool read_line(
	struct str line, const struct place *place, struct ban_list *out, struct diag *diag)
{
	struct ban ban;

	if (line.len == 0 || line.data[0] == '#') {
		return true;
	}
	const char *wrong = line.len <= BAN_LINE_MAX ? ban_read(line, &out->arena, &ban)
						     : "it is longer than 768 bytes";

	if (wrong == NULL && out->count == BAN_LIST_MAX) {
		wrong = "expected at most 100,000 bans";
	}
	if (wrong == NULL && !append(out, &ban)) {
		wrong = "out of memory";
	}
	if (wrong != NULL) {
		diag_error(diag, place, "this is no ban: %s", wrong);
	}
	return wrong == NULL;
}

bool ban_list_read(struct str text, const char *path, struct ban_list *out, struct diag *diag)
{
	struct place place = {.file = path};
	struct str line;
	size_t errors = 0;

	while (errors < ERRORS_MAX && str_split_next(&text, '\n', &line)) {
		place.line++;
		errors += !read_line(line, &place, out, diag);
	}
	return errors == 0;
}

void ban_list_write(const struct ban_list *list, struct bytes *out)
{
	bytes_append_text(out,
		"# Bans of doorward: ban|unban WHAT UNTIL KEPT MADE BY WHY. Change them by "
		"doorward ban and doorward unban.\n");
	for (size_t i = 0; i < list->count; i++) {
		ban_write(&list->items[i], out);
		bytes_append_u8(out, '\n');
	}
}
