/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/keyset.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define FEW 16 /* with so few keys insertion sort is faster */

void policy_keyset_clear(struct policy_keyset *set)
{
	free(set->data);
	*set = (struct policy_keyset){.width = set->width};
}

bool policy_keyset_add(struct policy_keyset *set, const void *key)
{
	uint8_t *data = array_reserve(set->data, set->count, &set->capacity, set->width);

	if (data == NULL) {
		return false;
	}
	set->data = data;
	memcpy(set->data + set->count++ * set->width, key, set->width);
	return true;
}

static void swap(uint8_t *a, uint8_t *b, size_t width)
{
	uint8_t key[POLICY_KEY_MAX];

	memcpy(key, a, width);
	memcpy(a, b, width);
	memcpy(b, key, width);
}

static void sort_few(uint8_t *data, size_t count, size_t width)
{
	uint8_t key[POLICY_KEY_MAX];

	for (size_t i = 1; i < count; i++) {
		size_t at = i;

		memcpy(key, data + i * width, width);
		while (at > 0 && memcmp(data + (at - 1) * width, key, width) > 0) {
			at--;
		}
		memmove(data + (at + 1) * width, data + at * width, (i - at) * width);
		memcpy(data + at * width, key, width);
	}
}

/*
 * Sorts by the byte at `at`, and each group of equal ones by the bytes that follow (McIlroy, Bostic
 * and McIlroy, Engineering Radix Sort): in place; the recursion is at most as deep as a key is
 * wide.
 */
static void sort_by(uint8_t *data, size_t count, size_t width, size_t at)
{
	size_t starts[256];
	size_t ends[256];
	size_t sums[256] = {0};
	size_t sum = 0;

	if (count <= FEW) {
		sort_few(data, count, width);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		sums[data[i * width + at]]++;
	}
	for (size_t b = 0; b < 256; b++) {
		starts[b] = sum;
		sum += sums[b];
		ends[b] = sum;
	}
	for (size_t b = 0; b < 256; b++) {
		while (starts[b] < ends[b]) {
			uint8_t *key = data + starts[b] * width;
			uint8_t home = key[at];

			if (home != b) {
				swap(key, data + starts[home] * width, width);
			}
			starts[home]++;
		}
	}
	for (size_t b = 0; b < 256 && at + 1 < width; b++) {
		if (sums[b] > 1) {
			sort_by(data + (ends[b] - sums[b]) * width, sums[b], width, at + 1);
		}
	}
}

static void give_back(struct policy_keyset *set)
{
	uint8_t *data = set->count > 0 ? reallocarray(set->data, set->count, set->width) : NULL;

	if (data != NULL) {
		set->data = data;
		set->capacity = set->count;
	}
}

void policy_keyset_sort(struct policy_keyset *set)
{
	if (set->count > 1) {
		sort_by(set->data, set->count, set->width, 0);
	}
}

void policy_keyset_filter(struct policy_keyset *set,
	bool (*adds)(const uint8_t *kept, const uint8_t *key, size_t width))
{
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++) {
		const uint8_t *key = set->data + i * set->width;
		uint8_t *to = set->data + count * set->width;

		if (count == 0 || adds(to - set->width, key, set->width)) {
			memmove(to, key, set->width);
			count++;
		}
	}
	set->count = count;
	give_back(set);
}

const uint8_t *policy_keyset_last(
	const struct policy_keyset *set, const uint8_t *prefix, size_t len)
{
	size_t low = 0;
	size_t high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(set->data + middle * set->width, prefix, len) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low > 0 ? set->data + (low - 1) * set->width : NULL;
}
