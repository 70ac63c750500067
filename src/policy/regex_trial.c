/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/regex_trial.h"

#include <string.h>

#define SAMPLE_MAX 64
#define LETTERS_MAX 16 /* letters of the sample, each of which makes a text */

/* A text that the pattern could match, as far as its letters show; a heuristic. */
static size_t make_sample(struct str pattern, char out[SAMPLE_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < pattern.len && len < SAMPLE_MAX; i++) {
		char c = pattern.data[i];

		if (c == '\\' && i + 1 < pattern.len) {
			c = pattern.data[++i];
			c = c == 'd' ? '0' : c == 's' ? ' ' : ascii_is_alnum(c) ? 'a' : c;
		} else if (strchr("^$.|?*+()[]{}", c) != NULL) {
			continue;
		}
		out[len++] = c;
	}
	return len;
}

/*
 * `part` repeated, then an end that hardly any pattern matches. The sample stands before it, or the
 * sample's end after it, because PCRE2 first looks whether a required letter is there.
 */
static struct str make_text(
	struct str part, struct str sample, bool sample_first, size_t len, char *room)
{
	size_t end = len - 1;

	for (size_t i = 0; i < len; i++) {
		room[i] = part.data[i % part.len];
	}
	if (sample_first) {
		memcpy(room + end - sample.len, sample.data, sample.len);
	} else if (sample.len > 0) {
		room[end - 1] = sample.data[sample.len - 1];
		room[end - 2] = '\x01';
	}
	room[end] = '\x01';
	return (struct str){room, len};
}

/* Whether the text uses up the budget of one decision. */
static bool is_costly(const struct policy_regex *regex, struct str text, uint64_t *steps)
{
	uint64_t left = POLICY_REGEX_STEPS;
	enum policy_regex_result result = policy_regex_match(regex, text, &left);
	uint64_t taken = POLICY_REGEX_STEPS - left + text.len;

	*steps -= taken < *steps ? taken : *steps;
	return result == POLICY_REGEX_LIMIT;
}

/*
 * The part of that number: texts of the pattern, its single letters, and others; absent at the end.
 */
static struct str part_of(size_t number, struct str sample)
{
	static const char *const others[] = {"a", "0", " ", "a ", "a.", "/a", "a-", "?a=", "aab"};

	if (number < ARRAY_LEN(others)) {
		return str_view(others[number]);
	}
	number -= ARRAY_LEN(others);
	if (number == 0) {
		return sample.len > 0 ? sample : (struct str){NULL, 0};
	}
	return number <= sample.len && number <= LETTERS_MAX
		       ? (struct str){sample.data + number - 1, 1}
		       : (struct str){NULL, 0};
}

size_t policy_regex_try(
	const struct policy_regex *regex, struct str pattern, size_t longest, uint64_t *steps)
{
	static const size_t lengths[] = {100, 250, 1000, 2000, POLICY_REGEX_SUBJECT_MAX};
	char room[POLICY_REGEX_SUBJECT_MAX];
	char own[SAMPLE_MAX];
	struct str sample = {own, make_sample(pattern, own)};
	struct str part;

	for (size_t l = 0; l < ARRAY_LEN(lengths) && lengths[l] <= longest; l++) {
		for (size_t i = 0; *steps > 0 && (part = part_of(i, sample)).data != NULL; i++) {
			struct str text = make_text(part, sample, true, lengths[l], room);

			if (is_costly(regex, text, steps)) {
				return lengths[l];
			}
			text = make_text(part, sample, false, lengths[l], room);
			if (is_costly(regex, text, steps)) {
				return lengths[l];
			}
		}
	}
	return 0;
}
