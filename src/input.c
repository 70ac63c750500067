/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "input.h"

#include <string.h>

static const char *const words[INPUT_COUNT] = {
	[INPUT_REMOTE_ADDR] = "REMOTE_ADDR",
	[INPUT_DOORWARD_POLICY] = "DOORWARD_POLICY",
	[INPUT_DOORWARD_TRUST_HEADERS] = "DOORWARD_TRUST_HEADERS",
	[INPUT_SSL_CLIENT_CERT] = "SSL_CLIENT_CERT",
	[INPUT_SSL_CLIENT_VERIFY] = "SSL_CLIENT_VERIFY",
	[INPUT_REQUEST_URI] = "REQUEST_URI",
	[INPUT_REQUEST_METHOD] = "REQUEST_METHOD",
	[INPUT_X_REAL_IP] = "HTTP_X_REAL_IP",
	[INPUT_X_FORWARDED_FOR] = "HTTP_X_FORWARDED_FOR",
	[INPUT_X_SSL_CLIENT_CERT] = "HTTP_X_SSL_CLIENT_CERT",
	[INPUT_X_SSL_CLIENT_VERIFY] = "HTTP_X_SSL_CLIENT_VERIFY",
	[INPUT_USER_AGENT] = "HTTP_USER_AGENT",
	[INPUT_HOST] = "HTTP_HOST",
};

const char *input_word(enum input_name name)
{
	return words[name];
}

void input_init(struct input *input)
{
	*input = (struct input){0};
}

/* Few names share a length, so the length leaves one or two to compare. */
static enum input_name recognise(struct str name)
{
	static const struct {
		uint8_t len;
		uint8_t name;
	} by_length[] = {
		{9, INPUT_HOST},
		{11, INPUT_REMOTE_ADDR},
		{11, INPUT_REQUEST_URI},
		{14, INPUT_REQUEST_METHOD},
		{14, INPUT_X_REAL_IP},
		{15, INPUT_DOORWARD_POLICY},
		{15, INPUT_SSL_CLIENT_CERT},
		{15, INPUT_USER_AGENT},
		{17, INPUT_SSL_CLIENT_VERIFY},
		{20, INPUT_X_FORWARDED_FOR},
		{22, INPUT_DOORWARD_TRUST_HEADERS},
		{22, INPUT_X_SSL_CLIENT_CERT},
		{24, INPUT_X_SSL_CLIENT_VERIFY},
	};

	for (size_t i = 0; i < ARRAY_LEN(by_length) && by_length[i].len <= name.len; i++) {
		if (by_length[i].len == name.len &&
			memcmp(words[by_length[i].name], name.data, name.len) == 0) {
			return by_length[i].name;
		}
	}
	return INPUT_COUNT;
}

void input_add(struct input *input, struct arena *arena, struct str name, struct str value)
{
	enum input_name found = recognise(name);

	if (found == INPUT_COUNT) {
		return;
	}
	if (input->values[found].data != NULL) {
		input->duplicates |= 1U << found;
		return;
	}
	input->values[found] = arena_dup(arena, value);
	if (input->values[found].data == NULL) {
		input->unusable = "out of memory";
	}
}
