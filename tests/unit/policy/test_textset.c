/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/textset.h"

#include "policy/domain.h"
#include "policy/fingerprint.h"
#include "unit/policy/kit.h"

static struct policy_textset *set_of(
	const struct policy_text_kind *kind, const char *const *values, size_t count)
{
	struct policy_textset *set = policy_textset_new(kind);

	assert_non_null(set);
	for (size_t i = 0; i < count; i++) {
		assert_true(policy_textset_add(set, str_view(values[i])));
	}
	policy_textset_seal(set);
	return set;
}

static void names_and_suffixes(void **state)
{
	static const char *const values[] = {"a.example", ".crawl.test", "b.crawl.test",
		".crawl.test", "crawl.test", ".x.y.crawl.test", "a.example", ".net"};
	struct policy_textset *set = set_of(&policy_domain_host, values, ARRAY_LEN(values));

	assert_int_equal(policy_textset_count(set), 3);
	assert_true(policy_textset_covers(set, str_view("a.example")));
	assert_false(policy_textset_covers(set, str_view("b.a.example")));
	assert_false(policy_textset_covers(set, str_view("example")));
	assert_true(policy_textset_covers(set, str_view("crawl.test")));
	assert_true(policy_textset_covers(set, str_view("b.crawl.test")));
	assert_true(policy_textset_covers(set, str_view("q.y.crawl.test")));
	assert_false(policy_textset_covers(set, str_view("notcrawl.test")));
	assert_false(policy_textset_covers(set, str_view("-crawl.test")));
	assert_false(policy_textset_covers(set, str_view(".crawl.test")));
	assert_true(policy_textset_covers(set, str_view("any.net")));
	assert_false(policy_textset_covers(set, str_view("")));
	assert_false(policy_textset_covers(set, (struct str){NULL, 0}));
	policy_textset_free(set);
}

static void exact_values(void **state)
{
	static const char *const values[] = {"b", "a", "abc", "a", "\xff", "A"};
	struct policy_textset *set = set_of(&policy_text_exact, values, ARRAY_LEN(values));

	assert_int_equal(policy_textset_count(set), 5);
	assert_true(policy_textset_covers(set, str_view("a")));
	assert_true(policy_textset_covers(set, str_view("\xff")));
	assert_false(policy_textset_covers(set, str_view("ab")));
	assert_false(policy_textset_covers(set, (struct str){"a\0", 2}));
	assert_false(policy_textset_covers(set, str_view("B")));
	policy_textset_free(set);
}

/* Against a sorted list of the same, in which some come twice. */
static void many_digests(void **state)
{
	static char digests[5000][65];
	struct policy_textset *set = policy_textset_new(&policy_text_sha256);
	uint32_t number = 1;

	for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
		for (size_t k = 0; k < 64; k++) {
			number = number * 1103515245u + 12345u;
			/* Few bytes differ near the front. */
			digests[i][k] = k < 3 ? 'a' : "0123456789abcdef"[number >> 16 & 15];
		}
		assert_true(policy_textset_add(set, str_view(digests[i])));
		assert_true(i % 3 > 0 || policy_textset_add(set, str_view(digests[i])));
	}
	policy_textset_seal(set);
	assert_int_equal(policy_textset_count(set), ARRAY_LEN(digests));
	for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
		struct str digest = str_view(digests[i]);

		assert_true(policy_textset_covers(set, digest));
		assert_false(policy_textset_covers(set, (struct str){digest.data, 63}));
		digests[i][63] = 'g';
		assert_false(policy_textset_covers(set, digest));
		digests[i][63] = '0';
		digests[i][0] = 'b';
		assert_false(policy_textset_covers(set, digest));
	}
	assert_false(policy_textset_covers(set, str_view("")));
	policy_textset_free(set);
}

static void long_values(void **state)
{
	static const size_t lens[] = {0, 1, 127, 128, 129, 4095, 4096, 16383, 16384, 20000};
	static char text[20001];
	struct policy_textset *set = policy_textset_new(&policy_text_exact);

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		assert_true(policy_textset_add(set, (struct str){text, lens[i]}));
	}
	policy_textset_seal(set);
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		assert_int_equal(policy_textset_at(set, i).len, lens[i]);
		assert_true(policy_textset_covers(set, (struct str){text, lens[i]}));
		assert_false(i > 4 && policy_textset_covers(set, (struct str){text, lens[i] - 2}));
	}
	policy_textset_free(set);
}

static void an_empty_set_covers_nothing(void **state)
{
	struct policy_textset *set = set_of(&policy_text_exact, NULL, 0);

	assert_int_equal(policy_textset_count(set), 0);
	assert_false(policy_textset_covers(set, str_view("")));
	policy_textset_free(set);
	policy_textset_free(NULL);
}

/* Names over a tiny alphabet, so that many are related. */
static struct str name_of(uint32_t number, char *out)
{
	static const char letters[] = "ab.-";
	size_t len = 1 + number % 9;

	for (size_t i = 0; i < len; i++) {
		number = number * 1103515245u + 12345u;
		out[i] = letters[number >> 16 & 3];
	}
	return (struct str){out, len};
}

static void agrees_with_looking_at_each_value(void **state)
{
	static char texts[64][16];
	struct str values[64];
	char room[POLICY_TEXT_ROOM];
	struct str value;
	struct diag diag;

	diag_init(&diag);
	for (uint32_t round = 0; round < 200; round++) {
		struct policy_textset *set = policy_textset_new(&policy_domain_host);
		size_t count = round % ARRAY_LEN(values);

		for (size_t i = 0; i < count; i++) {
			values[i] = name_of(round * 977 + (uint32_t)i * 7919, texts[i]);
			if (!policy_domain_san.read(values[i], NULL, &diag, room, &value)) {
				values[i] = str_view(i % 2 == 0 ? "a.b" : ".a.a");
			}
			assert_true(policy_textset_add(set, values[i]));
		}
		policy_textset_seal(set);
		for (uint32_t ask = 0; ask < 300; ask++) {
			struct str name = name_of(ask * 31 + round, room);
			bool expected = false;

			for (size_t i = 0; i < count; i++) {
				expected = expected || policy_domain_host.covers(values[i], name);
			}
			assert_int_equal(policy_textset_covers(set, name), expected);
		}
		policy_textset_free(set);
	}
	diag_clear(&diag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_suffixes),
		cmocka_unit_test(exact_values),
		cmocka_unit_test(many_digests),
		cmocka_unit_test(long_values),
		cmocka_unit_test(an_empty_set_covers_nothing),
		cmocka_unit_test(agrees_with_looking_at_each_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
