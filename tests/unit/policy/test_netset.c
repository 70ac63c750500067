/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/netset.h"

#include "unit/policy/kit.h"

static void add(struct policy_netset *set, const char *text)
{
	struct prefix p;

	assert_true(prefix_parse(str_view(text), &p));
	assert_true(policy_netset_add(set, &p));
}

static bool contains(const struct policy_netset *set, const char *text)
{
	struct addr a = address(text);

	return policy_netset_contains(set, &a);
}

static void holds_what_its_prefixes_hold(void **state)
{
	struct policy_netset *set = policy_netset_new();

	add(set, "198.51.100.0/24");
	add(set, "2001:db8::/32");
	add(set, "192.0.2.7");
	add(set, "10.0.0.0/8");
	add(set, "::ffff:203.0.113.0/120");
	policy_netset_seal(set);
	assert_int_equal(policy_netset_count(set), 5);
	assert_true(contains(set, "198.51.100.0"));
	assert_true(contains(set, "198.51.100.255"));
	assert_false(contains(set, "198.51.99.255"));
	assert_false(contains(set, "198.51.101.0"));
	assert_true(contains(set, "192.0.2.7"));
	assert_false(contains(set, "192.0.2.6"));
	assert_false(contains(set, "192.0.2.8"));
	assert_true(contains(set, "10.255.255.255"));
	assert_false(contains(set, "9.255.255.255"));
	assert_true(contains(set, "2001:db8:ffff::1"));
	assert_false(contains(set, "2001:db9::"));
	assert_false(contains(set, "::"));
	assert_true(contains(set, "203.0.113.9"));
	policy_netset_free(set);
}

static void nested_and_doubled_prefixes_become_one(void **state)
{
	struct policy_netset *set = policy_netset_new();

	add(set, "10.1.2.3");
	add(set, "10.0.0.0/9");
	add(set, "10.1.2.0/24");
	add(set, "10.0.0.0/8");
	add(set, "10.0.0.0/8");
	add(set, "10.255.0.0/16");
	add(set, "11.0.0.0/8");
	policy_netset_seal(set);
	assert_int_equal(policy_netset_count(set), 2);
	assert_true(contains(set, "10.200.0.1"));
	assert_true(contains(set, "10.255.255.255"));
	assert_true(contains(set, "11.0.0.1"));
	assert_false(contains(set, "12.0.0.0"));
	policy_netset_free(set);
}

static void families_stay_apart(void **state)
{
	struct policy_netset *set = policy_netset_new();

	add(set, "0.0.0.0/0");
	policy_netset_seal(set);
	assert_true(contains(set, "255.255.255.255"));
	assert_false(contains(set, "::1"));
	policy_netset_free(set);

	set = policy_netset_new();
	add(set, "::/0");
	policy_netset_seal(set);
	assert_true(contains(set, "ffff::1"));
	assert_false(contains(set, "1.2.3.4"));
	policy_netset_free(set);
}

static void an_empty_set_holds_nothing(void **state)
{
	struct policy_netset *set = policy_netset_new();

	policy_netset_seal(set);
	assert_int_equal(policy_netset_count(set), 0);
	assert_false(contains(set, "0.0.0.0"));
	policy_netset_free(set);
	policy_netset_free(NULL);
}

/* A generator that gives the same numbers everywhere. */
static uint32_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static void agrees_with_looking_at_each_prefix(void **state)
{
	static struct prefix all[20000];
	uint64_t seed = 1;

	for (int round = 0; round < 6; round++) {
		struct policy_netset *set = policy_netset_new();
		size_t count = 1 + next(&seed) % ARRAY_LEN(all);

		for (size_t i = 0; i < count; i++) {
			bool v4 = next(&seed) % 2 == 0;
			struct addr a = {.family = v4 ? ADDR_V4 : ADDR_V6};

			a.bytes[0] = (uint8_t)(next(&seed) % 4);
			a.bytes[1] = (uint8_t)next(&seed);
			a.bytes[2] = (uint8_t)next(&seed);
			all[i] = prefix_of(&a, next(&seed) % (v4 ? 33 : 60));
			assert_true(policy_netset_add(set, &all[i]));
		}
		policy_netset_seal(set);
		for (int ask = 0; ask < 300; ask++) {
			struct addr a = {.family = ask % 2 ? ADDR_V4 : ADDR_V6};
			bool expected = false;

			a.bytes[0] = (uint8_t)(next(&seed) % 5);
			a.bytes[1] = (uint8_t)next(&seed);
			a.bytes[2] = (uint8_t)next(&seed);
			for (size_t i = 0; i < count; i++) {
				expected = expected || prefix_contains(&all[i], &a);
			}
			assert_int_equal(policy_netset_contains(set, &a), expected);
		}
		policy_netset_free(set);
	}
}

static void covers(const char *const *prefixes, size_t count, uint64_t v4, uint64_t v6)
{
	struct policy_netset *set = policy_netset_new();

	for (size_t i = 0; i < count; i++) {
		add(set, prefixes[i]);
	}
	policy_netset_seal(set);
	struct policy_coverage sum = policy_netset_coverage(set);

	assert_int_equal(sum.v4, v4);
	assert_int_equal(sum.v6, v6);
	policy_netset_free(set);
}

#define COVERS(v4, v6, ...)                                                                        \
	covers((const char *const[]){__VA_ARGS__},                                                 \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), v4, v6)

static void what_a_set_covers_counts_once(void **state)
{
	covers(NULL, 0, 0, 0);
	COVERS(256, 0, "192.0.2.0/24", "192.0.2.7", "192.0.2.0/25", "192.0.2.0/24");
	COVERS(256, 0, "::ffff:192.0.2.0/120", "192.0.2.0/24");
	COVERS(UINT64_C(1) << 32, 0, "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8");
	COVERS(UINT64_C(1) << 32, 0, "0.0.0.0/0", "128.0.0.0/1");
	COVERS(1, UINT64_C(1) << 32, "2001:db8::/32", "2001:db8::1", "192.0.2.1");
	COVERS(0, 2, "2001:db8::1", "2001:db8:1::1");
	COVERS(0, UINT64_MAX, "::/0");
	COVERS(0, UINT64_MAX, "::/1", "8000::/1");
}

static void vast_and_most(void **state)
{
	static const struct {
		const char *prefix;
		bool vast;
		bool most;
	} cases[] = {
		{"8.0.0.0/5", false, false},
		{"16.0.0.0/4", true, false},
		{"128.0.0.0/1", true, true},
		{"2a00::/12", false, false},
		{"2a00::/11", true, false},
		{"2000::/4", true, true},
		{"::/0", true, true},
		{"0.0.0.0/0", true, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct prefix prefix;

		assert_true(prefix_parse(str_view(cases[i].prefix), &prefix));
		struct policy_coverage one = policy_prefix_coverage(&prefix);

		assert_int_equal(policy_coverage_is_vast(&one), cases[i].vast);
		assert_int_equal(policy_coverage_is_most(&one), cases[i].most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_what_its_prefixes_hold),
		cmocka_unit_test(nested_and_doubled_prefixes_become_one),
		cmocka_unit_test(families_stay_apart),
		cmocka_unit_test(an_empty_set_holds_nothing),
		cmocka_unit_test(agrees_with_looking_at_each_prefix),
		cmocka_unit_test(what_a_set_covers_counts_once),
		cmocka_unit_test(vast_and_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
