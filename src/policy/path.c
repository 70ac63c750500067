/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/path.h"

#include <string.h>

/* One byte of a path, decoded. */
struct letter {
	unsigned char byte;
	bool escaped;
	uint8_t len; /* bytes in the text; 0: the escape is broken */
};

static struct letter letter_at(struct str text, size_t i)
{
	unsigned char c = (unsigned char)text.data[i];

	if (c != '%') {
		return (struct letter){c, false, 1};
	}
	int high = i + 2 < text.len ? ascii_hex_value(text.data[i + 1]) : -1;
	int low = i + 2 < text.len ? ascii_hex_value(text.data[i + 2]) : -1;

	if (high < 0 || low < 0) {
		return (struct letter){c, false, 0};
	}
	return (struct letter){(unsigned char)(high * 16 + low), true, 3};
}

/* The same, but a broken escape is a percent sign, as in a second decoding. */
static struct letter lenient_letter_at(struct str text, size_t i)
{
	struct letter letter = letter_at(text, i);

	letter.len = letter.len > 0 ? letter.len : 1;
	return letter;
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/*
 * Cuts scheme and host off an absolute URL. False: the target is neither an absolute URL nor a
 * path.
 */
static bool find_path(struct str target, struct policy_path *path)
{
	if (target.len > 0 && target.data[0] == '/') {
		path->text = target;
		return true;
	}
	size_t colon = str_find(target, ':');
	struct str rest = str_from(target, colon);
	size_t end = 3;

	for (size_t i = 0; i < colon; i++) {
		char c = target.data[i];

		if (!ascii_is_alpha(c) &&
			(i == 0 || (!ascii_is_digit(c) && c != '+' && c != '-' && c != '.'))) {
			return false;
		}
	}
	if (colon == 0 || !str_starts_with(rest, "://")) {
		return false;
	}
	while (end < rest.len && strchr("/?#", rest.data[end]) == NULL) {
		if (rest.data[end] == '\\' || rest.data[end] == ' ' ||
			is_control((unsigned char)rest.data[end])) {
			return false;
		}
		end++;
	}
	/* strchr finds the NUL, too. */
	if (end == 3 || (end < rest.len && rest.data[end] == '\0')) {
		return false;
	}
	path->host = (struct str){rest.data + 3, end - 3};
	path->text = end < rest.len && rest.data[end] == '/' ? str_from(rest, end) : str_view("/");
	return true;
}

/* The state of the segment that is being scanned. */
struct segment {
	size_t len;
	bool dots; /* only dots so far */
};

static unsigned end_segment(struct segment *segment)
{
	bool special = segment->dots && (segment->len == 1 || segment->len == 2);

	*segment = (struct segment){0, true};
	return special ? POLICY_PATH_DOTS : 0;
}

static bool is_overlong(unsigned char lead, unsigned char next)
{
	return ((lead == 0xc0 || lead == 0xc1) && next >= 0x80 && next <= 0xbf) ||
	       (lead == 0xe0 && next >= 0x80 && next <= 0x9f) ||
	       (lead == 0xf0 && next >= 0x80 && next <= 0x8f);
}

/* The ways in which a letter can be read that stands after `before` in its segment. */
static unsigned ways_of(struct letter letter, bool after_slash, struct segment *segment)
{
	bool slash = letter.byte == '/' || letter.byte == '\\';
	unsigned ways = slash && after_slash ? POLICY_PATH_EMPTY : 0;

	if (letter.byte == '/' && letter.escaped) {
		ways |= POLICY_PATH_SLASH;
	}
	if (letter.byte == '\\') {
		ways |= POLICY_PATH_BACKSLASH;
	}
	if (letter.byte == ';') {
		ways |= POLICY_PATH_PARAMETER | (after_slash ? POLICY_PATH_EMPTY : 0);
	}
	if ((letter.byte == '?' || letter.byte == '#') && letter.escaped) {
		ways |= POLICY_PATH_TWICE;
	}
	if (slash || strchr(";?#", letter.byte) != NULL) {
		return ways | end_segment(segment);
	}
	segment->dots = segment->dots && letter.byte == '.';
	segment->len++;
	return ways;
}

/*
 * Decodes the text into `out`, which may be the text itself, and adds the ways in which it can be
 * read.
 */
static enum policy_path_flaw decode_all(
	struct str text, bool again, char *out, size_t *out_len, unsigned *ways)
{
	struct segment segment = {0, true};
	bool after_slash = false;
	unsigned char before = 0;
	size_t len = 0;

	for (size_t i = 0; i < text.len;) {
		struct letter letter = again ? lenient_letter_at(text, i) : letter_at(text, i);

		if (letter.len == 0) {
			return POLICY_PATH_ESCAPE;
		}
		if (is_control(letter.byte)) {
			return POLICY_PATH_CONTROL;
		}
		if (letter.byte == ' ' && !letter.escaped && !again) {
			return POLICY_PATH_BLANK;
		}
		if (is_overlong(before, letter.byte)) {
			return POLICY_PATH_OVERLONG;
		}
		*ways |= ways_of(letter, after_slash, &segment);
		after_slash = letter.byte == '/' || letter.byte == '\\';
		before = letter.byte;
		out[len++] = (char)letter.byte;
		i += letter.len;
	}
	*ways |= end_segment(&segment);
	*out_len = len;
	return POLICY_PATH_GOOD;
}

static bool holds_escape(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '%' && letter_at(text, i).len > 0) {
			return true;
		}
	}
	return false;
}

/*
 * Whether the text has only bytes that stand for themselves; for a dot or a slash that depends on
 * the next byte.
 */
static bool is_plain(struct str text)
{
	static const bool plain[256] = {
		['!'] = true,
		['$'] = true,
		['&' ... '9'] = true,
		[':'] = true,
		['='] = true,
		['@' ... 'Z'] = true,
		['_'] = true,
		['a' ... 'z'] = true,
		['~'] = true,
	};

	for (size_t i = 0; i < text.len; i++) {
		bool slashed = i > 0 && text.data[i - 1] == '/';
		char c = text.data[i];

		if (!plain[(unsigned char)c] || (slashed && (c == '/' || c == '.'))) {
			return false;
		}
	}
	return true;
}

static enum policy_path_flaw find_ways(struct policy_path *path)
{
	char room[POLICY_PATH_MAX];
	enum policy_path_flaw flaw;
	size_t len;

	if (path->text.len > POLICY_PATH_MAX) {
		return POLICY_PATH_LONG;
	}
	flaw = decode_all(path->text, false, room, &len, &path->ways);
	if (flaw != POLICY_PATH_GOOD) {
		return flaw;
	}
	if (holds_escape((struct str){room, len})) {
		path->ways |= POLICY_PATH_TWICE;
		flaw = decode_all((struct str){room, len}, true, room, &len, &path->ways);
		if (flaw == POLICY_PATH_GOOD && holds_escape((struct str){room, len})) {
			flaw = POLICY_PATH_DEEP;
		}
	}
	return flaw;
}

enum policy_path_flaw policy_path_scan(struct str target, struct policy_path *out)
{
	struct policy_path path = {.ways = 0};

	if (!find_path(target, &path)) {
		return POLICY_PATH_NO_PATH;
	}
	path.text.len = str_find(path.text, '?');
	path.fragment = str_find(path.text, '#');
	path.plain = is_plain(path.text);
	if (!path.plain) {
		enum policy_path_flaw flaw = find_ways(&path);

		if (flaw != POLICY_PATH_GOOD) {
			return flaw;
		}
	}
	if (path.fragment < path.text.len) {
		path.ways |= POLICY_PATH_FRAGMENT;
	}
	if (path.host.data == NULL && str_starts_with(path.text, "//")) {
		path.ways |= POLICY_PATH_AUTHORITY;
	}
	int ways = __builtin_popcount(path.ways);

	if (ways > POLICY_PATH_WAYS_MAX) {
		return POLICY_PATH_MANY;
	}
	if (ways > 0 && path.text.len << ways > POLICY_PATH_WORK_MAX) {
		return POLICY_PATH_LONG;
	}
	*out = path;
	return POLICY_PATH_GOOD;
}

/* Decodes once into `out`, which may be the text itself. */
static size_t decode(struct str text, unsigned ways, bool again, char *out)
{
	bool in_parameter = false;
	size_t len = 0;

	for (size_t i = 0; i < text.len;) {
		struct letter letter = lenient_letter_at(text, i);
		char c = (char)letter.byte;
		bool kept = c == '/' && letter.escaped && !again && (ways & POLICY_PATH_SLASH) != 0;

		if (c == '\\' && (ways & POLICY_PATH_BACKSLASH) != 0) {
			c = '/';
		}
		in_parameter = (in_parameter && (c != '/' || kept)) ||
			       (c == ';' && (ways & POLICY_PATH_PARAMETER) != 0);
		if (in_parameter) {
			i += letter.len;
		} else if (kept) {
			memmove(out + len, text.data + i, letter.len);
			len += letter.len;
			i += letter.len;
		} else {
			out[len++] = c;
			i += letter.len;
		}
	}
	return len;
}

/* Merges slashes and resolves dots (RFC 3986 5.2.4) in place; the text begins with a /. */
static size_t resolve(char *text, size_t len, unsigned ways)
{
	bool merges = (ways & POLICY_PATH_EMPTY) == 0;
	bool resolves = (ways & POLICY_PATH_DOTS) == 0;
	size_t out = 0;

	for (size_t i = 0; i < len;) {
		const char *name = text + i + 1;
		size_t name_len = str_find((struct str){name, len - i - 1}, '/');
		bool last = i + 1 + name_len == len;
		bool dot = resolves && name_len == 1 && name[0] == '.';
		bool dots = resolves && name_len == 2 && name[0] == '.' && name[1] == '.';

		i += 1 + name_len;
		if (dots) {
			while (out > 0 && text[--out] != '/') {
			}
		}
		if (dot || dots || (name_len == 0 && merges)) {
			name_len = 0;
			if (!last) {
				continue;
			}
		}
		text[out++] = '/';
		memmove(text + out, name, name_len);
		out += name_len;
	}
	return out;
}

struct str policy_path_read(
	const struct policy_path *path, unsigned ways, char room[POLICY_PATH_MAX])
{
	struct str text = path->text;

	if (path->plain) {
		return text;
	}
	if ((ways & POLICY_PATH_FRAGMENT) == 0) {
		text.len = path->fragment;
	}
	if ((ways & POLICY_PATH_AUTHORITY) != 0) {
		size_t slash = str_find(str_from(text, 2), '/');

		text = str_from(text, 2 + slash);
		text = text.len > 0 ? text : str_view("/");
	}
	size_t len = decode(text, ways, false, room);

	if ((ways & POLICY_PATH_TWICE) != 0) {
		struct str once = {room, len};

		once.len = str_find(once, '?');
		once.len = str_find(once, '#');
		len = decode(once, ways, true, room);
	}
	return (struct str){room, resolve(room, len, ways)};
}

bool policy_path_is_served(struct str path)
{
	char room[POLICY_PATH_MAX];

	if (path.len == 0 || path.len > sizeof(room) || path.data[0] != '/' || holds_escape(path)) {
		return false;
	}
	for (size_t i = 0; i < path.len; i++) {
		if (is_control((unsigned char)path.data[i]) ||
			strchr("?#;\\", path.data[i]) != NULL) {
			return false;
		}
	}
	memcpy(room, path.data, path.len);
	return resolve(room, path.len, 0) == path.len;
}
