/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "input.h"

#include <string.h>

static const char *const words[INPUT_CERT] = {
	[INPUT_REMOTE_ADDR] = "REMOTE_ADDR",
	[INPUT_DOORWARD_POLICY] = "DOORWARD_POLICY",
	[INPUT_DOORWARD_ENDPOINT] = "DOORWARD_ENDPOINT",
	[INPUT_DOORWARD_TRUST_HEADERS] = "DOORWARD_TRUST_HEADERS",
	[INPUT_REQUEST_URI] = "REQUEST_URI",
	[INPUT_REQUEST_METHOD] = "REQUEST_METHOD",
	[INPUT_X_REAL_IP] = "HTTP_X_REAL_IP",
	[INPUT_X_FORWARDED_FOR] = "HTTP_X_FORWARDED_FOR",
	[INPUT_USER_AGENT] = "HTTP_USER_AGENT",
	[INPUT_HOST] = "HTTP_HOST",
};

struct str input_word(const struct cert_sources *sources, enum input_name name)
{
	return name >= INPUT_CERT ? sources->names[name - INPUT_CERT] : str_view(words[name]);
}

void input_init(struct input *input)
{
	*input = (struct input){0};
}

bool input_is_clear(const struct input *input)
{
	return input->unusable == NULL && input->duplicates == 0;
}

/*
 * Whether the name is that word of the same length. Many of a request's names have the length of a
 * word, and nearly all of them begin or end otherwise.
 */
static inline bool is_word(const char *word, struct str name)
{
	size_t last = name.len - 1;

	return word[last] == name.data[last] && word[0] == name.data[0] &&
	       memcmp(word, name.data, name.len) == 0;
}

/*
 * By the length of the name the one or two that have it, each plus 1; 0: none. Most names that come
 * have another length, and are not compared at all.
 */
static inline enum input_name recognise_fixed(struct str name)
{
	static const struct {
		uint8_t first;
		uint8_t second;
	} by_length[] = {
		[9] = {INPUT_HOST + 1, 0},
		[11] = {INPUT_REMOTE_ADDR + 1, INPUT_REQUEST_URI + 1},
		[14] = {INPUT_REQUEST_METHOD + 1, INPUT_X_REAL_IP + 1},
		[15] = {INPUT_DOORWARD_POLICY + 1, INPUT_USER_AGENT + 1},
		[17] = {INPUT_DOORWARD_ENDPOINT + 1, 0},
		[20] = {INPUT_X_FORWARDED_FOR + 1, 0},
		[22] = {INPUT_DOORWARD_TRUST_HEADERS + 1, 0},
	};

	if (name.len >= ARRAY_LEN(by_length) || by_length[name.len].first == 0) {
		return INPUT_COUNT;
	}
	unsigned first = by_length[name.len].first - 1U;
	unsigned second = by_length[name.len].second;

	if (is_word(words[first], name)) {
		return first;
	}
	return second > 0 && is_word(words[second - 1], name) ? second - 1 : INPUT_COUNT;
}

struct str input_clash(const struct cert_sources *sources)
{
	for (size_t i = 0; i < CERT_INPUT_COUNT; i++) {
		if (recognise_fixed(sources->names[i]) != INPUT_COUNT) {
			return sources->names[i];
		}
	}
	return (struct str){NULL, 0};
}

static inline enum input_name recognise(const struct cert_sources *sources, struct str name)
{
	enum input_name fixed = recognise_fixed(name);

	if (fixed != INPUT_COUNT || (sources->name_lengths >> name.len % 64 & 1) == 0) {
		return fixed;
	}
	for (unsigned i = 0; i < CERT_INPUT_COUNT; i++) {
		/* Absent names have no length. */
		if (name.len > 0 && str_eq(sources->names[i], name)) {
			return INPUT_CERT + i;
		}
	}
	return INPUT_COUNT;
}

void input_add(
	struct input *input, const struct cert_sources *sources, struct str name, struct str value)
{
	enum input_name found = recognise(sources, name);

	if (found == INPUT_COUNT) {
		return;
	}
	if (input->values[found].data == NULL) {
		input->values[found] = value;
	} else {
		input->duplicates |= 1U << found;
	}
}

void input_keep(struct input *input, struct arena *arena)
{
	for (size_t i = 0; i < INPUT_COUNT; i++) {
		if (input->values[i].data == NULL) {
			continue;
		}
		input->values[i] = arena_dup(arena, input->values[i]);
		if (input->values[i].data == NULL) {
			input->unusable = "out of memory";
		}
	}
}
