/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/hash.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* CPython's str hash, with PYTHONHASHSEED=0 and =42, over the bytes 0, 1, 2, …; Rust's for none. */
static void is_siphash_1_3(void **state)
{
	static const struct hash_key keys[] = {{0, 0}, {0xdc504fd368cd90af, 0xb920bb9ffe99e9c1}};
	static const struct {
		size_t key;
		size_t len;
		uint64_t hash;
	} cases[] = {
		{0, 0, 0xd1fba762150c532c},
		{0, 1, 0x68a914128e01e473},
		{0, 7, 0x2f098ab0c751325a},
		{0, 8, 0xead411e67ebe2eea},
		{0, 9, 0x75927f9d95124362},
		{0, 15, 0xf30eb725bb91c9ea},
		{0, 16, 0x8972188433a5c5b7},
		{0, 63, 0x385d3e39e5f37359},
		{1, 1, 0xce880c366bcf3489},
		{1, 7, 0xce280fabc397fbda},
		{1, 8, 0x60866c3c108c6afb},
		{1, 9, 0x68814005f7469e03},
		{1, 15, 0x94ace24d68c18cf8},
		{1, 16, 0x339176f3ac59ce05},
		{1, 63, 0x06e24d6f0d014c37},
	};
	uint8_t data[64 + 1];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* Aligned, and not. */
		for (size_t shift = 0; shift <= 1; shift++) {
			for (size_t at = 0; at < 64; at++) {
				data[at + shift] = (uint8_t)at;
			}
			assert_true(hash_bytes(&keys[cases[i].key], data + shift, cases[i].len) ==
				    cases[i].hash);
		}
	}
	assert_true(hash_bytes(&keys[0], NULL, 0) == cases[0].hash);
}

static void keys_differ(void **state)
{
	struct hash_key a = hash_key_new();
	struct hash_key b = hash_key_new();

	assert_true(a.k0 != b.k0 && a.k1 != b.k1 && a.k0 != a.k1);
	assert_true(hash_bytes(&a, "x", 1) != hash_bytes(&b, "x", 1));
}

#define LONG_MAX_LEN (2 * HASH_BLOCK + 37)

static uint64_t hash_of(const struct hash_long_key *key, const void *data, size_t len)
{
	struct hash hash;

	hash_begin(&hash, key);
	hash_add(&hash, data, len);
	return hash_end(&hash);
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* Each byte of a text of each form: short, one block, the end of a block, several. */
static void every_byte_of_a_long_text_counts(void **state)
{
	static const size_t lens[] = {1, 7, HASH_SHORT, HASH_SHORT + 1, HASH_BLOCK - 1, HASH_BLOCK,
		HASH_BLOCK + 1, LONG_MAX_LEN};
	static uint8_t data[LONG_MAX_LEN];
	static uint64_t hashes[LONG_MAX_LEN + 1];
	struct hash_long_key key;

	hash_long_key_init(&key);
	for (size_t l = 0; l < ARRAY_LEN(lens); l++) {
		size_t len = lens[l];

		hashes[len] = hash_of(&key, data, len);
		for (size_t i = 0; i < len; i++) {
			data[i] = 1;
			hashes[i] = hash_of(&key, data, len);
			data[i] = 0;
		}
		assert_true(hash_of(&key, data, len) == hashes[len]);
		qsort(hashes, len + 1, sizeof(hashes[0]), compare);
		for (size_t i = 0; i < len; i++) {
			assert_true(hashes[i] != hashes[i + 1]);
		}
	}
}

/* Zeros at the end of a text are no padding, and what two parts share is neither's. */
static void lengths_and_parts_count(void **state)
{
	static const uint8_t zeros[LONG_MAX_LEN];
	static uint64_t hashes[LONG_MAX_LEN];
	struct hash_long_key key;
	struct hash hash;

	hash_long_key_init(&key);
	for (size_t len = 0; len < LONG_MAX_LEN; len++) {
		hashes[len] = hash_of(&key, zeros, len);
	}
	qsort(hashes, LONG_MAX_LEN, sizeof(hashes[0]), compare);
	for (size_t i = 0; i + 1 < LONG_MAX_LEN; i++) {
		assert_true(hashes[i] != hashes[i + 1]);
	}
	for (size_t at = 0; at < 100; at++) {
		hash_begin(&hash, &key);
		hash_add(&hash, zeros, at);
		hash_add(&hash, zeros, 100 - at);
		hashes[at] = hash_end(&hash);
	}
	qsort(hashes, 100, sizeof(hashes[0]), compare);
	for (size_t i = 0; i + 1 < 100; i++) {
		assert_true(hashes[i] != hashes[i + 1]);
	}
}

#define BUCKETS 8192
#define CHAIN_MAX 20 /* as many in one bucket: fewer than 1 in 10^14 */

/* BUCKETS texts of one length, different in the two bytes at `at` alone, fall into buckets as
 * random ones do, by either end of their hashes. */
static void check_spread(const struct hash_long_key *key, size_t len, size_t at, bool is_long)
{
	static uint8_t data[LONG_MAX_LEN];
	static uint8_t low[BUCKETS];
	static uint8_t high[BUCKETS];

	memset(low, 0, sizeof(low));
	memset(high, 0, sizeof(high));
	for (unsigned i = 0; i < BUCKETS; i++) {
		data[at] = (uint8_t)i;
		data[at + 1] = (uint8_t)(i >> 8);
		uint64_t hash =
			is_long ? hash_of(key, data, len) : hash_bytes(&key->sip, data, len);

		assert_in_range(++low[hash % BUCKETS], 1, CHAIN_MAX);
		assert_in_range(++high[(hash >> 32) % BUCKETS], 1, CHAIN_MAX);
	}
	data[at] = 0;
	data[at + 1] = 0;
}

static void no_place_of_a_text_makes_chains(void **state)
{
	static const size_t lens[] = {4, 17, 33, 253, 600, LONG_MAX_LEN};
	struct hash_long_key key;

	hash_long_key_init(&key);
	for (size_t l = 0; l < ARRAY_LEN(lens); l++) {
		size_t step = 1 + lens[l] / 16;

		for (size_t at = 0; at + 2 <= lens[l]; at += step) {
			check_spread(&key, lens[l], at, false);
			check_spread(&key, lens[l], at, true);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_siphash_1_3),
		cmocka_unit_test(keys_differ),
		cmocka_unit_test(every_byte_of_a_long_text_counts),
		cmocka_unit_test(lengths_and_parts_count),
		cmocka_unit_test(no_place_of_a_text_makes_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
