/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/zone/lexer.h"

void dns_lexer_init(struct dns_lexer *lexer, struct str text)
{
	*lexer = (struct dns_lexer){.rest = text, .line = 1};
	bytes_init(&lexer->text, DNS_LEXER_MAX + 1);
}

void dns_lexer_clear(struct dns_lexer *lexer)
{
	bytes_clear(&lexer->text);
}

static const char too_long[] = "an entry that is over 16 KiB";

/* The lexer's state between two bytes of an entry. */
struct state {
	bool quoted;
	unsigned depth; /* of parentheses */
	bool begun;     /* the entry has more than blanks */
};

/* Reads `c`; returns what is wrong with it, or NULL. */
static const char *read_byte(struct dns_lexer *lexer, struct state *state, char c)
{
	switch (c) {
	case '\0':
		return "a NUL byte";
	case '\\':
		if (lexer->rest.len == 0 || lexer->rest.data[0] == '\n') {
			return "a backslash with nothing behind it";
		}
		bytes_append_u8(&lexer->text, '\\');
		c = lexer->rest.data[0];
		lexer->rest = str_from(lexer->rest, 1);
		if (c == '\0') {
			return "a NUL byte";
		}
		break;
	case '"':
		state->quoted = !state->quoted;
		break;
	case '(':
	case ')':
		if (state->quoted) {
			break;
		}
		if (c == ')' && state->depth == 0) {
			return "a ) without its (";
		}
		state->depth = c == '(' ? state->depth + 1 : state->depth - 1;
		c = ' ';
		break;
	case ';':
		if (!state->quoted) {
			lexer->rest = str_from(lexer->rest, str_find(lexer->rest, '\n'));
			return NULL;
		}
		break;
	case '\n':
	case '\r':
		c = ' ';
		break;
	default:
		break;
	}
	state->begun |= !ascii_is_blank(c);
	return bytes_append_u8(&lexer->text, (uint8_t)c) ? NULL : too_long;
}

enum dns_lexer_step dns_lexer_next(struct dns_lexer *lexer, const char **why)
{
	struct state state = {.depth = 0};

	bytes_reset(&lexer->text, DNS_LEXER_MAX);
	while (lexer->rest.len > 0) {
		char c = lexer->rest.data[0];

		if (!state.begun) {
			lexer->text_line = lexer->line;
		}
		lexer->rest = str_from(lexer->rest, 1);
		if (c == '\n') {
			lexer->line++;
			if (state.quoted) {
				*why = "a quote that does not end on its line";
				return DNS_LEXER_BAD;
			}
			if (state.depth == 0) {
				if (state.begun) {
					break;
				}
				lexer->text.len = 0;
				continue;
			}
		}
		*why = read_byte(lexer, &state, c);
		if (*why != NULL) {
			return DNS_LEXER_BAD;
		}
	}
	if (state.depth > 0 || state.quoted) {
		*why = state.quoted ? "a quote that does not end" : "a ( without its )";
		return DNS_LEXER_BAD;
	}
	if (!state.begun) {
		return DNS_LEXER_DONE;
	}
	if (!bytes_append_u8(&lexer->text, '\0')) {
		*why = too_long;
		return DNS_LEXER_BAD;
	}
	return DNS_LEXER_ONE;
}

struct str dns_lexer_word(struct str *rest)
{
	size_t start = 0;
	size_t end;

	while (start < rest->len && ascii_is_blank(rest->data[start])) {
		start++;
	}
	for (end = start; end < rest->len && !ascii_is_blank(rest->data[end]); end++) {
		if (rest->data[end] == '\\' && end + 1 < rest->len) {
			end++;
		}
	}
	struct str word = {rest->data + start, end - start};

	*rest = str_from(*rest, end);
	return word;
}

bool dns_lexer_ttl(struct str text, uint32_t *out)
{
	static const char units[] = "smhdw";
	static const uint32_t seconds[] = {1, 60, 3600, 86400, 604800};
	uint64_t total = 0;

	do {
		struct str digits = {text.data, 0};
		uint64_t value;

		while (digits.len < text.len && ascii_is_digit(text.data[digits.len])) {
			digits.len++;
		}
		if (!str_to_u64(digits, INT32_MAX, &value)) {
			return false;
		}
		text = str_from(text, digits.len);
		if (text.len > 0) {
			size_t unit = str_find(str_view(units), ascii_lower(text.data[0]));

			if (unit == ARRAY_LEN(seconds)) {
				return false;
			}
			value *= seconds[unit];
			text = str_from(text, 1);
		}
		total += value;
		if (total > INT32_MAX) {
			return false;
		}
	} while (text.len > 0);
	*out = (uint32_t)total;
	return true;
}
