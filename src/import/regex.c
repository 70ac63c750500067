/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/regex.h"

#include "base/bytes.h"
#include "policy/regex.h"

#include <string.h>

#define MAX_BARS 1024

/* Whether INI, or the rule language, would not take the byte for itself. */
static bool must_escape(struct str s, size_t i)
{
	char c = s.data[i];
	bool edge = i == 0 || i + 1 == s.len;
	bool blank_before = i == 0 || ascii_is_blank(s.data[i - 1]);
	bool blank_after = i + 1 == s.len || ascii_is_blank(s.data[i + 1]);

	switch (c) {
	case ';':
		return blank_before;
	case '&':
		return blank_before || blank_after;
	case ' ':
		return edge;
	default:
		return (unsigned char)c < 0x20 || c == 0x7f;
	}
}

/*
 * Whether a byte may be written as an escape: not if escapes have no meaning, or blanks do not
 * count.
 */
static bool can_escape(struct str s)
{
	return memmem(s.data, s.len, "\\Q", 2) == NULL && memmem(s.data, s.len, "\\c", 2) == NULL &&
	       memmem(s.data, s.len, "(?x", 3) == NULL && memmem(s.data, s.len, "x)", 2) == NULL &&
	       memmem(s.data, s.len, "x:", 2) == NULL && memmem(s.data, s.len, "(?#", 3) == NULL;
}

/* Appends the regex with the escapes that INI needs; false if that is impossible. */
static bool encode(struct str s, struct bytes *out)
{
	bool escaped = false; /* by the previous backslash */

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (must_escape(s, i) || (escaped && c == '&')) {
			if (!can_escape(s) || c == '\0') {
				return false;
			}
			out->len -= escaped; /* \& is &, and \\x26 would be something else */
			bytes_appendf(out, "\\x%02x", (unsigned)(unsigned char)c);
			escaped = false;
		} else {
			bytes_append_u8(out, (uint8_t)c);
			escaped = c == '\\' && !escaped;
		}
	}
	return true;
}

/* The alternatives at which a regex can be cut. */
struct cuts {
	size_t first;          /* the start of the first alternative */
	size_t last;           /* the end of the last one */
	size_t bars[MAX_BARS]; /* the | between them */
	size_t count;
	struct str prefix; /* of each piece */
	struct str suffix;
};

/* Skips the class that opens at `at`. */
static size_t skip_class(struct str s, size_t at)
{
	at++;
	at += at < s.len && s.data[at] == '^';
	at += at < s.len && s.data[at] == ']';
	while (at < s.len && s.data[at] != ']') {
		if (s.data[at] == '[' && at + 1 < s.len && strchr(":.=", s.data[at + 1]) != NULL) {
			char kind[3] = {s.data[at + 1], ']', '\0'};
			const char *end = memmem(s.data + at + 2, s.len - at - 2, kind, 2);

			at = end != NULL ? (size_t)(end - s.data) + 1 : at;
		}
		at += s.data[at] == '\\' ? 2 : 1;
	}
	return at < s.len ? at + 1 : s.len;
}

/* Whether the alternatives are independent: without back references, flags, names and verbs. */
static bool is_loose(struct str s)
{
	for (size_t i = 0; i + 1 < s.len; i++) {
		char next = s.data[i + 1];

		if (s.data[i] == '\\') {
			if ((next >= '1' && next <= '9') || strchr("gkQEK", next) != NULL) {
				return false;
			}
			i++;
		} else if (s.data[i] == '(' && (next == '*' || next == '?') &&
			   !(next == '?' && i + 2 < s.len &&
				   strchr(":=!", s.data[i + 2]) != NULL)) {
			return false;
		}
	}
	return true;
}

/* Finds bars at `depth`, from `from` to the end of that level. */
static size_t find_bars(struct str s, size_t from, struct cuts *cuts)
{
	unsigned depth = 0;
	size_t i = from;

	cuts->count = 0;
	cuts->first = from;
	while (i < s.len && !(depth == 0 && s.data[i] == ')')) {
		if (s.data[i] == '\\') {
			i += 2;
			continue;
		}
		if (s.data[i] == '[') {
			i = skip_class(s, i);
			continue;
		}
		depth += s.data[i] == '(';
		depth -= s.data[i] == ')';
		if (s.data[i] == '|' && depth == 0 && cuts->count < MAX_BARS) {
			cuts->bars[cuts->count++] = i;
		}
		i++;
	}
	cuts->last = i < s.len ? i : s.len;
	return cuts->last;
}

/* Finds alternatives of the whole regex, else those of a group that occurs once in it. */
static bool find_cuts(struct str s, struct cuts *cuts)
{
	size_t end = find_bars(s, 0, cuts);

	cuts->prefix = cuts->suffix = (struct str){"", 0};
	if (cuts->count > 0) {
		return end == s.len && cuts->count < MAX_BARS;
	}
	for (size_t i = 0; i < s.len;) {
		if (s.data[i] == '\\') {
			i += 2;
		} else if (s.data[i] == '[') {
			i = skip_class(s, i);
		} else if (s.data[i] != '(') {
			i++;
		} else {
			size_t inside = i + 1;
			bool group = inside >= s.len || s.data[inside] != '?';

			if (!group && inside + 1 < s.len && s.data[inside + 1] == ':') {
				group = true;
				inside += 2;
			}
			end = find_bars(s, inside, cuts);
			if (end == s.len) {
				return false;
			}
			if (group && cuts->count > 0 && cuts->count < MAX_BARS &&
				(end + 1 == s.len || strchr("*+?{", s.data[end + 1]) == NULL)) {
				cuts->prefix = (struct str){s.data, i};
				cuts->suffix = str_from(s, end + 1);
				return true;
			}
			i = end + 1;
		}
	}
	return false;
}

/* Packs as many alternatives into each piece as fit into a line. */
static bool cut(
	struct str s, const struct cuts *cuts, struct arena *arena, struct import_regex *out)
{
	bool group = cuts->prefix.len > 0 || cuts->suffix.len > 0;
	size_t frame = cuts->prefix.len + cuts->suffix.len + (group ? strlen("(?:)") : 0);
	size_t from = cuts->first;

	for (size_t i = 0; i <= cuts->count;) {
		size_t last = i;
		struct bytes piece;

		while (last < cuts->count &&
			(last + 1 < cuts->count ? cuts->bars[last + 1] : cuts->last) - from +
					frame <=
				IMPORT_REGEX_MAX) {
			last++;
		}
		size_t end = last < cuts->count ? cuts->bars[last] : cuts->last;

		if (end - from + frame > IMPORT_REGEX_MAX ||
			out->count == IMPORT_REGEX_MAX_PIECES) {
			out->lost = "it does not fit into a line of doorward.conf";
			return true;
		}
		bytes_init(&piece, 0);
		bytes_append_str(&piece, cuts->prefix);
		bytes_append_text(&piece, group ? "(?:" : "");
		bytes_append(&piece, s.data + from, end - from);
		bytes_append_text(&piece, group ? ")" : "");
		bytes_append_str(&piece, cuts->suffix);
		out->pieces[out->count] = arena_dup(arena, bytes_view(&piece));
		bool failed = piece.failed || out->pieces[out->count].data == NULL;

		bytes_clear(&piece);
		if (failed) {
			return false;
		}
		out->count++;
		from = end + 1;
		i = last + 1;
	}
	return true;
}

static bool is_one_of(struct str s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq_text(s, words[i])) {
			return true;
		}
	}
	return false;
}

/* Tries what the pieces match; if one piece is rejected, the whole regex is lost. */
static void try_pieces(struct import_regex *out)
{
	struct policy_regex_error error;

	for (size_t i = 0; out->lost == NULL && i < out->count; i++) {
		struct policy_regex *regex = policy_regex_new(out->pieces[i], &error);
		enum policy_regex_result result = POLICY_REGEX_LIMIT;

		if (out->pieces[i].len == 0 || ascii_is_blank(out->pieces[i].data[0])) {
			out->lost = "a rule has no room for an empty alternative";
		} else if (regex == NULL) {
			out->lost = "doorward refuses the regex";
		} else {
			result = policy_regex_match(regex, str_view("not found"), NULL);
			out->not_found = out->not_found || result == POLICY_REGEX_MATCH;
		}
		policy_regex_free(regex);
		if (out->lost == NULL && result == POLICY_REGEX_LIMIT) {
			out->lost = "the regex runs into its limits";
		}
	}
}

bool import_regex_read(struct str regex, struct arena *arena, struct import_regex *out)
{
	static const char *const any[] = {"", "^", "$", ".", ".*", ".+", "^.", "^.*", "^.+", ".*$",
		".+$", "^.*$", "^.+$", ".?", "(.*)", "(.+)", "^(.*)$", "^(.+)$"};
	static const char *const absent[] = {"not found", "^not found", "not found$", "^not found$",
		"not\\ found", "^not\\ found$", "not\\sfound", "^not\\sfound$", "not\\s+found",
		"^not\\s+found$", "^(not found)$", "(not found)"};
	struct bytes text;
	bool done = true;

	*out = (struct import_regex){0};
	out->any = is_one_of(regex, any, ARRAY_LEN(any));
	out->only_absent = is_one_of(regex, absent, ARRAY_LEN(absent));
	if (out->any) {
		out->not_found = true;
		out->pieces[out->count++] = regex.len > 0 ? regex : str_view(".");
		return true;
	}
	bytes_init(&text, 0);
	if (!encode(regex, &text)) {
		out->lost = "it holds what no line of doorward.conf can say";
	} else {
		struct str whole = arena_dup(arena, bytes_view(&text));
		struct cuts *cuts = arena_alloc(arena, 1, sizeof(*cuts));

		done = !text.failed && whole.data != NULL && cuts != NULL;
		if (done && whole.len <= IMPORT_REGEX_MAX) {
			out->pieces[out->count++] = whole;
		} else if (done && is_loose(whole) && find_cuts(whole, cuts)) {
			done = cut(whole, cuts, arena, out);
		} else {
			out->lost = "it does not fit into a line of doorward.conf";
		}
	}
	bytes_clear(&text);
	if (done) {
		try_pieces(out);
	}
	if (out->lost != NULL) {
		out->count = 0;
	}
	return done;
}

static bool is_label(char c)
{
	return ascii_is_alnum(c) || c == '-';
}

void import_regex_warn(struct str regex, const struct place *place, struct diag *diag)
{
	bool word = false;
	bool dot = false;

	for (size_t i = 0; i < regex.len;) {
		char c = regex.data[i];

		if (c == '\\') {
			i += 2;
			continue;
		}
		if (c == '[') {
			i = skip_class(regex, i);
			continue;
		}
		word = word || ascii_is_alnum(c);
		dot = dot || (c == '.' && i > 0 && i + 1 < regex.len &&
				     is_label(regex.data[i - 1]) && is_label(regex.data[i + 1]));
		i++;
	}
	if (dot) {
		diag_warning(diag, place,
			"%.*s: a dot matches any byte: \\. is meant for the one in a name",
			(int)regex.len, regex.data);
	}
	if (word && (regex.data[regex.len - 1] != '$' ||
			    (regex.len > 1 && regex.data[regex.len - 2] == '\\'))) {
		diag_warning(diag, place,
			"%.*s: matches in the midst of a name, too, also of names that anyone can "
			"have; $ ends it",
			(int)regex.len, regex.data);
	}
}

bool import_regex_quote(struct str text, struct arena *arena, struct str *out)
{
	struct bytes b;

	bytes_init(&b, 0);
	bytes_append_text(&b, "(?-i)\\A");
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!ascii_is_alnum(c) && (unsigned char)c < 0x80) {
			bytes_append_u8(&b, '\\');
		}
		bytes_append_u8(&b, (uint8_t)c);
	}
	bytes_append_text(&b, "\\z");
	*out = arena_dup(arena, bytes_view(&b));
	bytes_clear(&b);
	return out->data != NULL;
}
