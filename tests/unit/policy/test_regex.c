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
	enum policy_regex_result result = policy_regex_match(regex, subject, NULL);

	policy_regex_free(regex);
	return result;
}

static void matches_caseless_and_unanchored(void **state)
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

static void subjects_are_bytes(void **state)
{
	assert_int_equal(match("^a.b$", (struct str){"a\0b", 3}), POLICY_REGEX_MATCH);
	assert_int_equal(match("\\x00", (struct str){"a\0b", 3}), POLICY_REGEX_MATCH);
	assert_int_equal(match("b", (struct str){"a\0b", 2}), POLICY_REGEX_NO_MATCH);
	assert_int_equal(match("^.\\xff.$", (struct str){"\xc3\xff\x80", 3}), POLICY_REGEX_MATCH);
	assert_int_equal(match("^$", (struct str){NULL, 0}), POLICY_REGEX_MATCH);
}

static void says_where_a_pattern_is_wrong(void **state)
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

static void catastrophic_patterns_end_as_limit(void **state)
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
static void the_limit_lies_between_clumsy_and_hostile(void **state)
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

static void long_subjects_are_limit(void **state)
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

/* A text of `len` bytes: `part` again and again, and `end`. */
static struct str text_of(char *room, const char *part, size_t len, const char *end)
{
	size_t part_len = strlen(part);
	size_t end_len = strlen(end);

	for (size_t i = 0; i < len; i++) {
		room[i] = part[i % part_len];
	}
	memcpy(room + len - end_len, end, end_len);
	return (struct str){room, len};
}

/* What PCRE2's own limits do not see: they begin again at each place, and leave out loops. */
static void steps_bound_every_pattern(void **state)
{
	static const struct {
		const char *pattern;
		const char *part;
		const char *end;
	} cases[] = {
		{"(?:\\w\\s*)+\\w*!$", "a", "!?"},
		{"(?=.*google)(?=.*bot)(?=.*http).*compatible$", "googlebothttpcompatible ", "?"},
		{"(?=.*a)(?=.*b)(?=.*c).*d$", "abcd", "?"},
		{"\\w+\\s*\\w*!$", "a", "!?"},
		{".*.*.*.*[bc]", "a", "a"},
		{"a*a*a*a*[bc]", "a", "a"},
		{"(x+x+)+[yz]", "x", "x"},
		{"(?=(?:.*.*.*[bc])).", "a", "a"},
		{"(?<![^a]{20})(?:a|aa)+[bc]", "a", "a"},
		{"(?<=a)(?<=aa)(?:a*a*)+[bc]", "a", "a"},
		{"(a*)*\\1[bc]", "a", "a"},
		{"(?:(a+)\\1)+[bc]", "a", "a"},
		{"(.{1,4000})\\1[bc]", "a", "a"},
		{"(a?){40}a{40}[bc]", "a", "a"},
		{"[ab]{4000}[cd]", "a", "a"},
		{"(?:a{1,50}){1,50}[bc]", "a", "a"},
		{"(?R)?a(?R)?[bc]", "a", "a"},
		{"\\X+\\X+[bc]", "a", "a"},
		{"(?>a*)(?<=[bc])", "a", "a"},
		{"(?:a|b|ab|ba|aba|bab)*[cd]", "ab", "b"},
		{"(*NO_START_OPT)(*NO_AUTO_POSSESS)\\w*\\d*[bc]", "1", "1"},
		{"(*NO_JIT).*.*[bc]", "a", "a"},
	};
	static char room[POLICY_REGEX_SUBJECT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct policy_regex *regex = compile(cases[i].pattern);
		struct str text = text_of(room, cases[i].part, sizeof(room), cases[i].end);

		if (policy_regex_match(regex, text, NULL) != POLICY_REGEX_LIMIT) {
			print_error("%s\n", cases[i].pattern);
			assert_true(false);
		}
		policy_regex_free(regex);
	}
}

/* What takes time in proportion to the text takes nothing of what all share. */
static void ordinary_patterns_cost_nothing(void **state)
{
	static const char *const patterns[] = {"googlebot", "(googlebot|bingbot|yandex)",
		"^Mozilla/5\\.0", "Chrome/\\d+\\.", ".*Chrome.*Safari", "(bot|crawl|spider)\\b",
		"(^|\\.)googlebot\\.com$", "^crawl-\\d+-\\d+-\\d+-\\d+\\.googlebot\\.com$",
		"^/admin(/|$)", "\\.(php|asp|cgi)$"};
	static const char *const texts[] = {
		("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
		 "Chrome/120.0.0.0 Safari/537.36"),
		"crawl-66-249-66-1.googlebot.com", "/index.php", ""};
	uint64_t steps = POLICY_REGEX_STEPS;

	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct policy_regex *regex = compile(patterns[i]);

		for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
			assert_int_not_equal(policy_regex_match(regex, str_view(texts[k]), &steps),
				POLICY_REGEX_LIMIT);
		}
		policy_regex_free(regex);
	}
	assert_int_equal(steps, POLICY_REGEX_STEPS);
}

static void matches_share_a_budget(void **state)
{
	struct policy_regex *dear = compile("\\w+\\s*\\w*[!?]");
	struct policy_regex *cheap = compile("^a+$");
	static char room[200];
	struct str text = text_of(room, "a", sizeof(room), "a");
	uint64_t steps = POLICY_REGEX_STEPS;
	uint64_t before = steps + 1;
	size_t matches = 0;

	/* Each takes its part of it, until nothing is left but what a match has of its own. */
	while (policy_regex_match(dear, text, &steps) == POLICY_REGEX_NO_MATCH) {
		assert_true(steps < before);
		before = steps;
		matches++;
	}
	assert_in_range(matches, 1, POLICY_REGEX_STEPS / sizeof(room));
	assert_int_equal(steps, 0);
	assert_int_equal(policy_regex_match(dear, text, &steps), POLICY_REGEX_LIMIT);
	assert_int_equal(policy_regex_match(cheap, text, &steps), POLICY_REGEX_MATCH);
	policy_regex_free(dear);
	policy_regex_free(cheap);
}

static void *match_often(void *regex)
{
	size_t right = 0;

	for (int i = 0; i < 2000; i++) {
		bool odd = i % 2 == 1;
		struct str subject = str_view(odd ? "crawl-1.googlebot.com" : "crawl-1.example");

		right += policy_regex_match(regex, subject, NULL) ==
			 (odd ? POLICY_REGEX_MATCH : POLICY_REGEX_NO_MATCH);
	}
	return right == 2000 ? regex : NULL;
}

static void one_regex_serves_several_threads(void **state)
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
		cmocka_unit_test(matches_caseless_and_unanchored),
		cmocka_unit_test(subjects_are_bytes),
		cmocka_unit_test(says_where_a_pattern_is_wrong),
		cmocka_unit_test(catastrophic_patterns_end_as_limit),
		cmocka_unit_test(the_limit_lies_between_clumsy_and_hostile),
		cmocka_unit_test(long_subjects_are_limit),
		cmocka_unit_test(steps_bound_every_pattern),
		cmocka_unit_test(ordinary_patterns_cost_nothing),
		cmocka_unit_test(matches_share_a_budget),
		cmocka_unit_test(one_regex_serves_several_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
