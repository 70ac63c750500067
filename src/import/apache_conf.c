/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/apache_conf.h"

#include "base/bytes.h"

struct parser {
	const char *path;
	struct arena *arena;
	struct diag *diag;
	struct str rest; /* of the text */
	unsigned line;
	unsigned begin; /* of the line being read */
	size_t nodes;
};

bool import_directive_is(const struct import_directive *d, const char *name)
{
	return str_eq_nocase(d->name, str_view(name));
}

static bool bad(const struct parser *p, const char *what)
{
	struct place place = {p->path, p->begin, 0};

	diag_error(p->diag, &place, "%s", what);
	return false;
}

/* The next line, with the lines that a backslash at its end joins to it; false at the end. */
static bool next_line(struct parser *p, struct bytes *out)
{
	struct str line;
	bool joined;

	bytes_reset(out, SIZE_MAX);
	p->begin = p->line + 1;
	do {
		if (!str_split_next(&p->rest, '\n', &line)) {
			return out->len > 0;
		}
		p->line++;
		if (line.len > 0 && line.data[line.len - 1] == '\r') {
			line.len--;
		}
		joined = line.len > 0 && line.data[line.len - 1] == '\\';
		line.len -= joined;
		bytes_append_str(out, line);
	} while (joined);
	return true;
}

/* Cuts a word off *rest; quotes are taken off, and a backslash before a quote or itself. */
static bool next_word(struct arena *arena, struct str *rest, struct str *word)
{
	char *copy;
	char quote = '\0';
	size_t at = 0;
	size_t len = 0;

	*rest = str_trim(*rest);
	copy = arena_alloc(arena, rest->len + 1, 1);
	if (copy == NULL) {
		return false;
	}
	if (rest->len > 0 && (rest->data[0] == '"' || rest->data[0] == '\'')) {
		quote = rest->data[at++];
	}
	while (at < rest->len &&
		(quote != '\0' ? rest->data[at] != quote : !ascii_is_blank(rest->data[at]))) {
		char c = rest->data[at];
		char next = at + 1 < rest->len ? rest->data[at + 1] : '\0';

		if (c == '\\' && next != '\0' &&
			(next == '\\' || (quote != '\0' && next == quote))) {
			c = next;
			at++;
		}
		copy[len++] = c;
		at++;
	}
	*word = (struct str){copy, len};
	*rest = str_from(*rest, at + (quote != '\0'));
	return true;
}

static bool read_words(struct parser *p, struct import_directive *d)
{
	struct str rest = d->rest;
	struct str *words;
	size_t count = 1;

	for (size_t i = 0; i < rest.len; i++) {
		count +=
			ascii_is_blank(rest.data[i]) || rest.data[i] == '"' || rest.data[i] == '\'';
	}
	if (count > IMPORT_APACHE_MAX_WORDS) {
		return bad(p, "expected at most 4096 words in a line");
	}
	words = arena_alloc(p->arena, count, sizeof(*words));
	while (words != NULL && str_trim(rest).len > 0 && d->count < count) {
		if (!next_word(p->arena, &rest, &words[d->count])) {
			words = NULL;
			break;
		}
		d->count++;
	}
	d->words = words;
	return words != NULL || bad(p, "out of memory");
}

static struct import_directive *add(
	struct parser *p, struct import_directive *parent, struct str line)
{
	struct import_directive *d =
		p->nodes++ < IMPORT_APACHE_MAX_NODES ? arena_alloc(p->arena, 1, sizeof(*d)) : NULL;
	size_t name = 0;

	line = d != NULL ? arena_dup(p->arena, line) : line;
	if (d == NULL || line.data == NULL) {
		bad(p, "too large, or out of memory");
		return NULL;
	}
	while (name < line.len && !ascii_is_blank(line.data[name])) {
		name++;
	}
	d->parent = parent;
	d->end = &d->children;
	d->line = p->begin;
	d->name = (struct str){line.data, name};
	d->rest = str_trim(str_from(line, name));
	if (parent != NULL) {
		*parent->end = d;
		parent->end = &d->next;
	}
	return read_words(p, d) ? d : NULL;
}

/* One line: a directive, or the begin or the end of a section. */
static bool read_line(
	struct parser *p, struct str line, struct import_directive **parent, unsigned *depth)
{
	struct import_directive *d;

	if (line.data[0] != '<') {
		return add(p, *parent, line) != NULL;
	}
	if (line.data[line.len - 1] != '>') {
		return bad(p, "expected > at the end of a section's line");
	}
	line = (struct str){line.data + 1, line.len - 2};
	if (str_starts_with(line, "/")) {
		if ((*parent)->parent == NULL ||
			!str_eq_nocase(str_trim(str_from(line, 1)), (*parent)->name)) {
			return bad(p, "expected the end of the section that is open");
		}
		*parent = (*parent)->parent;
		(*depth)--;
		return true;
	}
	line = str_trim(line);
	if (line.len == 0 || ++*depth > IMPORT_APACHE_MAX_DEPTH) {
		return bad(p, "expected the name of a section, at most 64 deep");
	}
	d = add(p, *parent, line);
	if (d == NULL) {
		return false;
	}
	d->section = true;
	*parent = d;
	return true;
}

bool import_apache_parse(const char *path, struct str text, struct arena *arena, struct diag *diag,
	struct import_directive **root)
{
	struct parser p = {.path = path, .arena = arena, .diag = diag, .rest = text};
	struct import_directive *parent = add(&p, NULL, (struct str){"", 0});
	unsigned depth = 0;
	struct bytes line;
	bool good = parent != NULL;

	*root = parent;
	bytes_init(&line, IMPORT_APACHE_MAX_LINE);
	progress_begin(diag->progress, path);
	while (good && next_line(&p, &line)) {
		struct str view = str_trim(bytes_view(&line));

		progress_at_byte(diag->progress, text.len - p.rest.len, text.len);
		if (line.failed) {
			good = bad(&p, "expected at most 8190 bytes in a line");
		} else if (view.len > 0 && view.data[0] != '#') {
			good = read_line(&p, view, &parent, &depth);
		}
	}
	if (good && parent != *root) {
		p.begin = parent->line;
		good = bad(&p, "a section that does not end: expected its </...>");
	}
	progress_end(diag->progress);
	bytes_clear(&line);
	return good;
}
