/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/input.h"

#include <stddef.h>
#include <string.h>

#define WORD(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

static const struct str words[INPUT_CERT] = {
	[INPUT_REMOTE_ADDR] = WORD("REMOTE_ADDR"),
	[INPUT_DOORWARD_POLICY] = WORD("DOORWARD_POLICY"),
	[INPUT_DOORWARD_ENDPOINT] = WORD("DOORWARD_ENDPOINT"),
	[INPUT_DOORWARD_TRUST_HEADERS] = WORD("DOORWARD_TRUST_HEADERS"),
	[INPUT_REQUEST_URI] = WORD("REQUEST_URI"),
	[INPUT_REQUEST_METHOD] = WORD("REQUEST_METHOD"),
	[INPUT_X_REAL_IP] = WORD("HTTP_X_REAL_IP"),
	[INPUT_X_FORWARDED_FOR] = WORD("HTTP_X_FORWARDED_FOR"),
	[INPUT_USER_AGENT] = WORD("HTTP_USER_AGENT"),
	[INPUT_HOST] = WORD("HTTP_HOST"),
};

struct str input_word(const struct cert_sources *sources, enum input_name name)
{
	return name >= INPUT_CERT ? sources->names[name - INPUT_CERT] : words[name];
}

void input_init(struct input *input)
{
	/* Not the further lines: hardly a request has one. */
	memset(input, 0, offsetof(struct input, more_lines));
}

bool input_is_clear(const struct input *input)
{
	return input->unusable == NULL && input->duplicates == 0;
}

/* By its mark the word that has it, plus 1; 0: none. */
static const uint8_t by_mark[CERT_NAME_MARKS] = {
	[CERT_NAME_MARK(11, 'E', 'R')] = INPUT_REMOTE_ADDR + 1,
	[CERT_NAME_MARK(15, 'D', 'Y')] = INPUT_DOORWARD_POLICY + 1,
	[CERT_NAME_MARK(17, '_', 'T')] = INPUT_DOORWARD_ENDPOINT + 1,
	[CERT_NAME_MARK(22, 'U', 'S')] = INPUT_DOORWARD_TRUST_HEADERS + 1,
	[CERT_NAME_MARK(11, 'S', 'I')] = INPUT_REQUEST_URI + 1,
	[CERT_NAME_MARK(14, '_', 'D')] = INPUT_REQUEST_METHOD + 1,
	[CERT_NAME_MARK(14, 'R', 'P')] = INPUT_X_REAL_IP + 1,
	[CERT_NAME_MARK(20, 'W', 'R')] = INPUT_X_FORWARDED_FOR + 1,
	[CERT_NAME_MARK(15, 'E', 'T')] = INPUT_USER_AGENT + 1,
	[CERT_NAME_MARK(9, '_', 'T')] = INPUT_HOST + 1,
};

static enum input_name recognise_fixed(struct str name)
{
	unsigned found = by_mark[cert_name_mark(name)];

	return found > 0 && str_eq(name, words[found - 1]) ? found - 1 : INPUT_COUNT;
}

struct str input_clash(const struct cert_sources *sources)
{
	for (size_t i = 0; i < CERT_INPUT_COUNT; i++) {
		struct str name = sources->names[i];

		if (name.len > 0 && recognise_fixed(name) != INPUT_COUNT) {
			return name;
		}
	}
	return (struct str){NULL, 0};
}

static enum input_name recognise(const struct cert_sources *sources, struct str name)
{
	enum input_name fixed = recognise_fixed(name);

	for (unsigned i = 0; fixed == INPUT_COUNT && i < CERT_INPUT_COUNT; i++) {
		if (str_eq(sources->names[i], name)) {
			return INPUT_CERT + i;
		}
	}
	return fixed;
}

static void add_line(struct input *input, struct str line)
{
	if (input->more_line_count == INPUT_MORE_LINES_MAX) {
		input->unusable = "more lines of X-Forwarded-For than doorward takes (16)";
		return;
	}
	input->more_lines[input->more_line_count++] = line;
}

void input_set(struct input *input, enum input_name name, struct str value)
{
	unsigned bit = 1U << name;

	if (value.data == NULL) {
		value = str_view("");
	}
	if ((input->present & bit) == 0) {
		input->values[name] = value;
		input->present |= bit;
	} else if (name == INPUT_X_FORWARDED_FOR && input->lines_are_told_apart) {
		add_line(input, value);
	} else {
		input->duplicates |= bit;
	}
}

/* Apart, so that names that are passed over have no registers to save for this. */
__attribute__((noinline)) static void take(
	struct input *input, const struct cert_sources *sources, struct str name, struct str value)
{
	enum input_name found = recognise(sources, name);

	if (found != INPUT_COUNT) {
		input_set(input, found, value);
	}
}

void input_add(
	struct input *input, const struct cert_sources *sources, struct str name, struct str value)
{
	if (name.len == 0) {
		return;
	}
	unsigned mark = cert_name_mark(name);

	if (by_mark[mark] > 0 || (sources->name_marks >> mark & 1) != 0) {
		take(input, sources, name, value);
	}
}

void input_add_ambiguous(
	struct input *input, const struct cert_sources *sources, struct str name, struct str value)
{
	enum input_name found = name.len > 0 ? recognise(sources, name) : INPUT_COUNT;

	if (found != INPUT_COUNT) {
		input_set(input, found, value);
		input->duplicates |= 1U << found;
	}
}

static void keep(struct input *input, struct str *value, struct arena *arena)
{
	*value = arena_dup(arena, *value);
	if (value->data == NULL) {
		input->unusable = "out of memory";
	}
}

void input_keep(struct input *input, struct arena *arena)
{
	for (unsigned left = input->present; left != 0; left &= left - 1) {
		keep(input, &input->values[__builtin_ctz(left)], arena);
	}
	for (size_t i = 0; i < input->more_line_count; i++) {
		keep(input, &input->more_lines[i], arena);
	}
}
