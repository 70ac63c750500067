/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/nginx_lexer.h"

#include "import/lua.h"

#include <string.h>

enum import_nginx_statement import_nginx_lexer_bad(struct import_nginx_lexer *l, const char *what)
{
	struct place place = {l->path, l->line, 0};

	diag_error(l->diag, &place, "%s", what);
	return IMPORT_NGINX_BAD;
}

static bool at_end(const struct import_nginx_lexer *l)
{
	return l->at >= l->text.len;
}

static char take(struct import_nginx_lexer *l)
{
	char c = l->text.data[l->at++];

	l->line += c == '\n';
	return c;
}

static char peek(const struct import_nginx_lexer *l)
{
	return l->text.data[l->at];
}

/* Blanks and comments before a word. */
static void skip_blanks(struct import_nginx_lexer *l)
{
	while (!at_end(l) && (ascii_is_space(peek(l)) || peek(l) == '#')) {
		if (take(l) == '#') {
			while (!at_end(l) && peek(l) != '\n') {
				l->at++;
			}
		}
	}
}

static void skip_escaped(struct import_nginx_lexer *l)
{
	l->at++;
	if (!at_end(l)) {
		take(l);
	}
}

/* Only a blank, the end of the statement or a ) may follow a closing quote. */
static bool read_quoted(struct import_nginx_lexer *l, struct str *word)
{
	char quote = take(l);
	size_t begin = l->at;

	while (!at_end(l) && peek(l) != quote) {
		if (peek(l) == '\\') {
			skip_escaped(l);
		} else {
			take(l);
		}
	}
	if (at_end(l)) {
		return false;
	}
	*word = (struct str){l->text.data + begin, l->at - begin};
	l->at++;
	return at_end(l) || ascii_is_space(peek(l)) || strchr(";{)", peek(l)) != NULL;
}

static struct str read_plain(struct import_nginx_lexer *l)
{
	size_t begin = l->at;

	while (!at_end(l) && !ascii_is_space(peek(l)) && peek(l) != ';' && peek(l) != '{') {
		char c = peek(l);

		if (c == '\\') {
			skip_escaped(l);
			continue;
		}
		l->at++;
		if (c == '$' && !at_end(l) && peek(l) == '{') {
			l->at++;
		}
	}
	return (struct str){l->text.data + begin, l->at - begin};
}

static bool read_word(struct import_nginx_lexer *l)
{
	struct str *word = &l->words[l->count];

	if (peek(l) != '"' && peek(l) != '\'') {
		*word = read_plain(l);
	} else if (!read_quoted(l, word)) {
		import_nginx_lexer_bad(
			l, at_end(l) ? "the file ends in quotes: expected a closing one"
				     : "expected a blank, \";\", \"{\" or \")\" after a quote");
		return false;
	}
	if (word->len > IMPORT_NGINX_MAX_WORD) {
		import_nginx_lexer_bad(
			l, "expected at most 4095 bytes in a word; a quote may be missing");
		return false;
	}
	l->count++;
	return true;
}

enum import_nginx_statement import_nginx_lexer_next(struct import_nginx_lexer *l)
{
	l->count = 0;
	for (;;) {
		skip_blanks(l);
		if (l->count == 0) {
			l->begin = l->at;
			l->begin_line = l->line;
		}
		if (at_end(l)) {
			return l->count == 0 ? IMPORT_NGINX_END
					     : import_nginx_lexer_bad(
						       l, "the file ends: expected \";\" or \"{\"");
		}
		char c = peek(l);

		if (c == ';' || c == '{') {
			l->at++;
			if (l->count == 0) {
				return import_nginx_lexer_bad(
					l, c == ';' ? "\";\": expected a directive before it"
						    : "\"{\": expected a directive before it");
			}
			return c == ';' ? IMPORT_NGINX_DIRECTIVE : IMPORT_NGINX_BLOCK;
		}
		if (c == '}') {
			l->at++;
			return l->count == 0 ? IMPORT_NGINX_CLOSE
					     : import_nginx_lexer_bad(
						       l, "\"}\": expected \";\" before it");
		}
		if (l->count == IMPORT_NGINX_MAX_ARGS) {
			return import_nginx_lexer_bad(
				l, "expected at most 4096 words in a directive");
		}
		if (!read_word(l)) {
			return IMPORT_NGINX_BAD;
		}
	}
}

bool import_nginx_lexer_skip_lua(struct import_nginx_lexer *l)
{
	size_t end = import_lua_end(l->text, l->at);

	if (end >= l->text.len) {
		import_nginx_lexer_bad(l, "the file ends in a block of Lua: expected its }");
		return false;
	}
	while (l->at < end) {
		take(l);
	}
	return true;
}
