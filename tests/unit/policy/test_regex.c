/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/regex.h"

#include "unit/policy/kit.h"

#include <pthread.h>

static struct policy_regex *compile(const char *pattern)
{
	struct policy_regex_error error;
	struct policy_regex *regex = policy_regex_new(str_view(pattern), &error);

	if (regex == NULL) {
		print_error("%s: %s\n", pattern, error.text);
	}
	assert_non_null(regex);
	return regex;
}

static enum policy_regex_result match(const char *pattern, struct str subject)
{
	struct policy_regex *regex = compile(pattern);
	enum policy_regex_result result = policy_regex_match(regex, subject);

	policy_regex_free(regex);
	return result;
}

static void test_matches_caseless_and_unanchored(void **state)
{
	static const struct {
		const char *pattern;
		const char *subject;
		bool matches;
	} cases[] = {
		{"googlebot", "Mozilla (GoogleBot)", true},
		{"GOOGLEBOT", "mozilla (googlebot)", true},
		{"^googlebot", "a googlebot", false},
		{"\\.example\\.com$", "a.example.com", true},
		{"\\.example\\.com$", "a.example.com.evil.test", false},
		{"^$", "", true},
		{"a", "", false},
		{"(a)(b)\\2\\1", "abba", true},
		{"(?-i)a", "A", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(match(cases[i].pattern, str_view(cases[i].subject)),
			cases[i].matches ? POLICY_REGEX_MATCH : POLICY_REGEX_NO_MATCH);
	}
}

static void test_subjects_are_bytes(void **state)
{
	assert_int_equal(match("^a.b$", (struct str){"a\0b", 3}), POLICY_REGEX_MATCH);
	assert_int_equal(match("\\x00", (struct str){"a\0b", 3}), POLICY_REGEX_MATCH);
	assert_int_equal(match("b", (struct str){"a\0b", 2}), POLICY_REGEX_NO_MATCH);
	assert_int_equal(match("^.\\xff.$", (struct str){"\xc3\xff\x80", 3}), POLICY_REGEX_MATCH);
	assert_int_equal(match("^$", (struct str){NULL, 0}), POLICY_REGEX_MATCH);
}

static void test_says_where_a_pattern_is_wrong(void **state)
{
	static const struct {
		const char *pattern;
		size_t offset;
	} cases[] = {{"(a", 2}, {"a)", 1}, {"a**b", 2}, {"[z-a]", 3}, {"(*UTF)a", 6}};
	struct policy_regex_error error;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		memset(&error, 0, sizeof(error));
		assert_null(policy_regex_new(str_view(cases[i].pattern), &error));
		assert_int_equal(error.offset, cases[i].offset);
		assert_true(strlen(error.text) > 5);
	}
}

static void test_catastrophic_patterns_end_as_limit(void **state)
{
	static const char *const patterns[] = {"(a+)+$", "^(a+)+$", "(a|aa)+$",
		"^(([a-z])+.)+[A-Z]$", "(*LIMIT_MATCH=100)(a+)+$", "(*NO_JIT)(a+)+$",
		"(*NO_JIT)(a|aa)+$"};
	char name[254];

	memset(name, 'a', sizeof(name));
	name[252] = '!';
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		assert_int_equal(match(patterns[i], (struct str){name, 253}), POLICY_REGEX_LIMIT);
	}
	/* A pattern cannot raise the limit that the program set. */
	assert_int_equal(match("(*LIMIT_MATCH=4000000000)(a+)+$", (struct str){name, 253}),
		POLICY_REGEX_LIMIT);
}

/* The limit is tight enough for milliseconds, and wide enough for patterns that are only clumsy. */
static void test_the_limit_lies_between_clumsy_and_hostile(void **state)
{
	static const char *const patterns[] = {"(a+)+$", "(*NO_JIT)(a+)+$"};
	char name[32];

	memset(name, 'a', sizeof(name));
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		name[12] = '!';
		assert_int_equal(match(patterns[i], (struct str){name, 13}), POLICY_REGEX_NO_MATCH);
		name[12] = 'a';
		name[20] = '!';
		assert_int_equal(match(patterns[i], (struct str){name, 21}), POLICY_REGEX_LIMIT);
		name[20] = 'a';
	}
}

static void test_long_subjects_are_limit(void **state)
{
	char *subject = malloc(65536);

	assert_non_null(subject);
	memset(subject, 'a', 65536);
	assert_int_equal(match("a", (struct str){subject, 65536}), POLICY_REGEX_LIMIT);
	assert_int_equal(match("a", (struct str){subject, POLICY_REGEX_SUBJECT_MAX + 1}),
		POLICY_REGEX_LIMIT);
	assert_int_equal(
		match("a", (struct str){subject, POLICY_REGEX_SUBJECT_MAX}), POLICY_REGEX_MATCH);
	assert_int_equal(
		match("b", (struct str){subject, POLICY_REGEX_SUBJECT_MAX}), POLICY_REGEX_NO_MATCH);
	/* Deep recursion runs out of machine stack or of steps, not of the process. */
	assert_int_equal(match("^(a|(?1)b)*[xy]", (struct str){subject, POLICY_REGEX_SUBJECT_MAX}),
		POLICY_REGEX_LIMIT);
	free(subject);
}

static void *match_often(void *regex)
{
	size_t right = 0;

	for (int i = 0; i < 2000; i++) {
		bool odd = i % 2 == 1;
		struct str subject = str_view(odd ? "crawl-1.googlebot.com" : "crawl-1.example");

		right += policy_regex_match(regex, subject) ==
			 (odd ? POLICY_REGEX_MATCH : POLICY_REGEX_NO_MATCH);
	}
	return right == 2000 ? regex : NULL;
}

static void test_one_regex_serves_several_threads(void **state)
{
	struct policy_regex *regex = compile("^crawl-\\d+\\.(googlebot|google)\\.com$");
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, match_often, regex), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		void *result;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, regex);
	}
	policy_regex_free(regex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches_caseless_and_unanchored),
		cmocka_unit_test(test_subjects_are_bytes),
		cmocka_unit_test(test_says_where_a_pattern_is_wrong),
		cmocka_unit_test(test_catastrophic_patterns_end_as_limit),
		cmocka_unit_test(test_the_limit_lies_between_clumsy_and_hostile),
		cmocka_unit_test(test_long_subjects_are_limit),
		cmocka_unit_test(test_one_regex_serves_several_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
