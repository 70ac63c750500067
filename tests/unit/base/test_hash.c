/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/hash.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* CPython's str hash, with PYTHONHASHSEED=0 and =42, over the bytes 0, 1, 2, …; Rust's for none. */
static void test_is_siphash_1_3(void **state)
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

static void test_keys_differ(void **state)
{
	struct hash_key a = hash_key_new();
	struct hash_key b = hash_key_new();

	assert_true(a.k0 != b.k0 && a.k1 != b.k1 && a.k0 != a.k1);
	assert_true(hash_bytes(&a, "x", 1) != hash_bytes(&b, "x", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_siphash_1_3),
		cmocka_unit_test(test_keys_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
