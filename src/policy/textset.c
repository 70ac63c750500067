/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/textset.h"

#include "base/array.h"
#include "base/bytes.h"
#include "base/hex.h"
#include "policy/keyset.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LEN_BITS 7 /* of a length, in each of the bytes before its value */

struct policy_textset {
	const struct policy_text_kind *kind;
	struct policy_keyset digests; /* all values, if the kind is a digest */
	struct bytes text;            /* values, each after its length */
	uint32_t *items;              /* the offset of each value */
	size_t count;
	size_t capacity;
};

struct policy_textset *policy_textset_new(const struct policy_text_kind *kind)
{
	struct policy_textset *set = calloc(1, sizeof(*set));

	if (set != NULL) {
		set->kind = kind;
		set->digests.width = kind->digest;
		bytes_init(&set->text, UINT32_MAX);
	}
	return set;
}

void policy_textset_free(struct policy_textset *set)
{
	if (set != NULL) {
		policy_keyset_clear(&set->digests);
		bytes_clear(&set->text);
		free(set->items);
		free(set);
	}
}

static bool append(struct policy_textset *set, struct str value)
{
	size_t len = value.len;

	for (; len >> LEN_BITS > 0; len >>= LEN_BITS) {
		bytes_append_u8(&set->text, (uint8_t)(len | 1U << LEN_BITS));
	}
	bytes_append_u8(&set->text, (uint8_t)len);
	return bytes_append_str(&set->text, value);
}

static bool add(struct policy_textset *set, struct str value)
{
	uint32_t *items = array_reserve(set->items, set->count, &set->capacity, sizeof(*items));
	uint32_t at = (uint32_t)set->text.len;

	if (items == NULL) {
		return false;
	}
	set->items = items;
	if (!append(set, value)) {
		return false;
	}
	set->items[set->count++] = at;
	return true;
}

bool policy_textset_add(struct policy_textset *set, struct str value)
{
	const struct policy_text_kind *kind = set->kind;
	uint8_t digest[POLICY_KEY_MAX];
	char room[POLICY_TEXT_ROOM];
	struct str variant;

	if (kind->digest > 0) {
		return hex_decode(value, digest, kind->digest) &&
		       policy_keyset_add(&set->digests, digest);
	}
	bool added = add(set, value);

	for (size_t i = 1;
		added && kind->variant != NULL && kind->variant(value, i, room, &variant); i++) {
		added = add(set, variant);
	}
	return added;
}

static struct str value_of(const struct policy_textset *set, const uint32_t *item)
{
	const uint8_t *at = set->text.data + *item;
	size_t len = 0;
	unsigned shift = 0;

	for (; *at >> LEN_BITS > 0; shift += LEN_BITS) {
		len |= (size_t)(*at++ & ((1U << LEN_BITS) - 1)) << shift;
	}
	len |= (size_t)*at++ << shift;
	return str_from_bytes(at, len);
}

static int by_kind(const void *a, const void *b, void *ctx)
{
	const struct policy_textset *set = ctx;

	return set->kind->order(value_of(set, a), value_of(set, b));
}

static bool is_another(const uint8_t *kept, const uint8_t *digest, size_t width)
{
	return memcmp(kept, digest, width) != 0;
}

void policy_textset_seal(struct policy_textset *set)
{
	size_t kept = 0;

	policy_keyset_sort(&set->digests);
	policy_keyset_filter(&set->digests, is_another);
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

	uint32_t *items = reallocarray(set->items, set->count, sizeof(*items));

	if (items != NULL) {
		set->items = items;
		set->capacity = set->count;
	}
}

size_t policy_textset_count(const struct policy_textset *set)
{
	return set->count + set->digests.count;
}

struct str policy_textset_at(const struct policy_textset *set, size_t index)
{
	assert(index < set->count);
	return value_of(set, &set->items[index]);
}

bool policy_textset_covers(const struct policy_textset *set, struct str fact)
{
	uint8_t digest[POLICY_KEY_MAX];
	size_t low = 0;
	size_t high = set->count;

	if (set->kind->digest > 0) {
		const uint8_t *found =
			hex_decode(fact, digest, set->kind->digest)
				? policy_keyset_last(&set->digests, digest, set->kind->digest)
				: NULL;

		return found != NULL && memcmp(found, digest, set->kind->digest) == 0;
	}

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
