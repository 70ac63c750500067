/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/regex_shape.h"

#include <string.h>

#define DEPTH_MAX 16 /* of groups; deeper ones are not analysed */

enum piece {
	PIECE_NONE, /* before the first */
	PIECE_LETTER,
	PIECE_DOT, /* escaped, or in brackets */
	PIECE_ANY, /* a dot that is not escaped */
	PIECE_START,
	PIECE_END,
	PIECE_GROUP,
	PIECE_OTHER
};

/* The analysis of one alternative, or of all alternatives of a group. */
struct analysis {
	bool plain;   /* only parts of names, dots and groups of them */
	bool letters; /* has parts of names */
	bool dots;
	bool raw_dot;
	bool begins; /* starts with a part of a name, or a dot that stands for any character */
	bool ends;   /* ends in $ */
	bool open_start;
};

struct scan {
	struct str rest;
	bool strange; /* cannot be analysed */
};

static bool is_letter(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_';
}

static char next(const struct scan *s)
{
	return s->rest.len > 0 ? s->rest.data[0] : '\0';
}

static bool take(struct scan *s, const char *prefix)
{
	if (!str_starts_with(s->rest, prefix)) {
		return false;
	}
	s->rest = str_from(s->rest, strlen(prefix));
	return true;
}

static bool take_quantifier(struct scan *s)
{
	char c = next(s);

	if (c == '{') {
		s->rest = str_from(s->rest, str_find(s->rest, '}') + 1);
	} else if (c == '*' || c == '+' || c == '?') {
		s->rest = str_from(s->rest, 1);
	} else {
		return false;
	}
	if (next(s) == '?' || next(s) == '+') {
		s->rest = str_from(s->rest, 1);
	}
	return true;
}

static enum piece take_escape(struct scan *s)
{
	char c = s->rest.len > 1 ? s->rest.data[1] : '\0';

	s->rest = str_from(s->rest, 2);
	switch (c) {
	case '.':
		return PIECE_DOT;
	case '-':
		return PIECE_LETTER;
	case 'A':
		return PIECE_START;
	case 'z':
	case 'Z':
		return PIECE_END;
	case 'd':
	case 'w':
	case 's':
	case 'D':
	case 'W':
	case 'S':
	case 'b':
		return PIECE_OTHER;
	default:
		s->strange = true;
		return PIECE_OTHER;
	}
}

static enum piece take_class(struct scan *s)
{
	size_t end = 1;

	if (take(s, "[.]")) {
		return PIECE_DOT;
	}
	if (end < s->rest.len && s->rest.data[end] == '^') {
		end++;
	}
	end++; /* a ] that comes first is a member of the class */
	while (end < s->rest.len && s->rest.data[end] != ']') {
		s->strange = s->strange || s->rest.data[end] == '[';
		end += s->rest.data[end] == '\\' ? 2 : 1;
	}
	s->rest = str_from(s->rest, end + 1);
	return PIECE_OTHER;
}

static struct analysis look_at_group(struct scan *s, unsigned depth);

static enum piece take_piece(struct scan *s, unsigned depth, struct analysis *group)
{
	char c = next(s);

	switch (c) {
	case '\\':
		return take_escape(s);
	case '[':
		return take_class(s);
	case '(':
		s->rest = str_from(s->rest, 1);
		if (!take(s, "?:") && (next(s) == '?' || next(s) == '*')) {
			s->strange = true;
		} else {
			*group = look_at_group(s, depth + 1);
		}
		return PIECE_GROUP;
	default:
		break;
	}
	s->rest = str_from(s->rest, 1);
	return c == '.'       ? PIECE_ANY
	       : c == '^'     ? PIECE_START
	       : c == '$'     ? PIECE_END
	       : is_letter(c) ? PIECE_LETTER
			      : PIECE_OTHER;
}

/* Adds a piece to an alternative; `before` is the previous piece. */
static void add_piece(struct analysis *analysis, enum piece before, enum piece piece,
	const struct analysis *group, char after)
{
	bool parts = before == PIECE_NONE || before == PIECE_LETTER || before == PIECE_GROUP;

	switch (piece) {
	case PIECE_LETTER:
		analysis->letters = true;
		break;
	case PIECE_DOT:
		analysis->dots = true;
		break;
	case PIECE_ANY:
		analysis->dots = true;
		analysis->raw_dot =
			analysis->raw_dot || (parts && (is_letter(after) || after == '('));
		break;
	case PIECE_GROUP:
		analysis->letters = analysis->letters || group->letters;
		analysis->dots = analysis->dots || group->dots;
		analysis->raw_dot = analysis->raw_dot || group->raw_dot;
		analysis->plain = analysis->plain && group->plain;
		break;
	case PIECE_END:
		break;
	default:
		analysis->plain = false;
		break;
	}
	if (before == PIECE_NONE) {
		analysis->begins = piece == PIECE_LETTER || piece == PIECE_ANY ||
				   (piece == PIECE_GROUP && group->begins);
	}
	analysis->ends = piece == PIECE_END || (piece == PIECE_GROUP && group->ends);
}

static struct analysis look_at_alternative(struct scan *s, unsigned depth)
{
	struct analysis analysis = {.plain = true};
	enum piece before = PIECE_NONE;

	while (!s->strange && s->rest.len > 0 && next(s) != '|' && next(s) != ')') {
		struct analysis group = {0};
		enum piece piece = take_piece(s, depth, &group);

		if (take_quantifier(s)) {
			/* `.*` before a name changes nothing. */
			if (piece == PIECE_ANY && (before == PIECE_NONE || before == PIECE_START)) {
				analysis.plain = true;
				before = PIECE_NONE;
				continue;
			}
			analysis.letters =
				analysis.letters || group.letters || piece == PIECE_LETTER;
			piece = PIECE_OTHER;
		}
		add_piece(&analysis, before, piece, &group, next(s));
		before = piece;
	}
	analysis.open_start =
		analysis.begins && analysis.plain && analysis.dots && analysis.letters;
	return analysis;
}

static struct analysis look_at_alternatives(struct scan *s, unsigned depth)
{
	struct analysis all = look_at_alternative(s, depth);

	while (!s->strange && take(s, "|")) {
		struct analysis one = look_at_alternative(s, depth);

		all.plain = all.plain && one.plain;
		all.letters = all.letters || one.letters;
		all.dots = all.dots || one.dots;
		all.raw_dot = all.raw_dot || one.raw_dot;
		all.begins = all.begins || one.begins;
		all.ends = all.ends && one.ends;
		all.open_start = all.open_start || one.open_start;
	}
	return all;
}

static struct analysis look_at_group(struct scan *s, unsigned depth)
{
	struct analysis analysis = {0};

	if (depth > DEPTH_MAX) {
		s->strange = true;
		return analysis;
	}
	analysis = look_at_alternatives(s, depth);
	s->strange = s->strange || !take(s, ")");
	return analysis;
}

/*
 * Whether a rule could name it: parts of names between single dots, the last of which is not a
 * number.
 */
static bool is_name(struct str name)
{
	struct str part = {NULL, 0};
	bool word = false;

	while (str_split_next(&name, '.', &part)) {
		if (part.len == 0 || part.data[0] == '-' || part.data[part.len - 1] == '-') {
			return false;
		}
		word = false;
		for (size_t i = 0; i < part.len; i++) {
			word = word || !ascii_is_digit(part.data[i]);
		}
	}
	return word;
}

/* The name, if the regex is one name and nothing else. */
static void find_name(struct str regex, struct policy_regex_shape *out)
{
	struct scan s = {.rest = regex};
	size_t len = 0;

	out->whole = take(&s, "^");
	if (take(&s, "(^|\\.)") || take(&s, "(?:^|\\.)") || take(&s, ".*") || take(&s, ".+")) {
		out->whole = false;
	}
	while (s.rest.len > 0 && len + 1 < sizeof(out->name)) {
		struct analysis none;
		char c = next(&s);
		enum piece piece = c == '(' ? PIECE_OTHER : take_piece(&s, 0, &none);

		if (piece == PIECE_END && s.rest.len == 0) {
			break;
		}
		if (piece != PIECE_LETTER && piece != PIECE_DOT && piece != PIECE_ANY) {
			len = 0;
			break;
		}
		if (len > 0 || piece == PIECE_LETTER) {
			out->name[len++] = piece != PIECE_LETTER ? '.' : c == '\\' ? '-' : c;
		}
	}
	out->name[s.rest.len > 0 ? 0 : len] = '\0';
	if (!is_name(str_view(out->name))) {
		out->name[0] = '\0';
	}
}

void policy_regex_shape(struct str regex, struct policy_regex_shape *out)
{
	if (str_starts_with(regex, "(?i)")) {
		regex = str_from(regex, strlen("(?i)"));
	}
	struct scan s = {.rest = regex};
	struct analysis analysis = look_at_alternatives(&s, 0);

	*out = (struct policy_regex_shape){0};
	if (s.strange || s.rest.len > 0 || !analysis.letters) {
		return;
	}
	out->open_end = !analysis.ends;
	out->open_start = analysis.open_start && !str_starts_with(regex, "-");
	out->raw_dot = analysis.raw_dot;
	find_name(regex, out);
}
