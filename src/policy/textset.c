/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/textset.h"

#include "base/bytes.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

struct entry {
	uint32_t at;
	uint32_t len;
};

struct policy_textset {
	const struct policy_text_kind *kind;
	struct bytes text;
	struct entry *items;
	size_t count;
	size_t capacity;
};

struct policy_textset *policy_textset_new(const struct policy_text_kind *kind)
{
	struct policy_textset *set = calloc(1, sizeof(*set));

	if (set != NULL) {
		set->kind = kind;
		bytes_init(&set->text, UINT32_MAX);
	}
	return set;
}

void policy_textset_free(struct policy_textset *set)
{
	if (set != NULL) {
		bytes_clear(&set->text);
		free(set->items);
		free(set);
	}
}

bool policy_textset_add(struct policy_textset *set, struct str value)
{
	if (set->count == set->capacity) {
		size_t capacity = set->capacity > 0 ? set->capacity * 2 : 16;
		struct entry *items = reallocarray(set->items, capacity, sizeof(*items));

		if (items == NULL) {
			return false;
		}
		set->items = items;
		set->capacity = capacity;
	}
	struct entry entry = {(uint32_t)set->text.len, (uint32_t)value.len};

	if (!bytes_append_str(&set->text, value)) {
		return false;
	}
	set->items[set->count++] = entry;
	return true;
}

static struct str value_of(const struct policy_textset *set, const struct entry *entry)
{
	return str_from_bytes(set->text.data + entry->at, entry->len);
}

static int by_kind(const void *a, const void *b, void *ctx)
{
	const struct policy_textset *set = ctx;

	return set->kind->order(value_of(set, a), value_of(set, b));
}

void policy_textset_seal(struct policy_textset *set)
{
	size_t kept = 0;

	if (set->count == 0) {
		return;
	}
	qsort_r(set->items, set->count, sizeof(*set->items), by_kind, set);
	for (size_t i = 1; i < set->count; i++) {
		if (!set->kind->includes(
			    value_of(set, &set->items[kept]), value_of(set, &set->items[i]))) {
			set->items[++kept] = set->items[i];
		}
	}
	set->count = kept + 1;

	struct entry *items = reallocarray(set->items, set->count, sizeof(*items));

	if (items != NULL) {
		set->items = items;
		set->capacity = set->count;
	}
}

size_t policy_textset_count(const struct policy_textset *set)
{
	return set->count;
}

struct str policy_textset_at(const struct policy_textset *set, size_t index)
{
	assert(index < set->count);
	return value_of(set, &set->items[index]);
}

bool policy_textset_covers(const struct policy_textset *set, struct str fact)
{
	size_t low = 0;
	size_t high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->kind->order(value_of(set, &set->items[middle]), fact) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low > 0 && set->kind->covers(value_of(set, &set->items[low - 1]), fact);
}
