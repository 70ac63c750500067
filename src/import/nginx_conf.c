/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/nginx_conf.h"

#include "import/nginx_lexer.h"

#include <string.h>

struct parser {
	const struct import_source *source;
	struct arena *arena;
	struct diag *diag;
	struct str folder; /* of the first file, with its slash: where relative includes begin */
	struct str *words; /* room for those of a statement */
	size_t files;
	size_t nodes;
	unsigned depth;
};

bool import_node_is(const struct import_node *node, const char *name)
{
	return node->arg_count > 0 && str_eq_text(node->args[0], name);
}

struct place import_node_place(const struct import_node *node)
{
	return (struct place){node->file->path, node->line, 0};
}

/* As nginx does it: before anything else than these six, a backslash stands for itself. */
static struct str unescape(struct arena *arena, struct str raw)
{
	char *copy = arena_alloc(arena, raw.len + 1, 1);
	size_t len = 0;

	for (size_t i = 0; copy != NULL && i < raw.len; i++) {
		char c = raw.data[i];
		char next = i + 1 < raw.len ? raw.data[i + 1] : '\0';

		if (c == '\\' && next != '\0' && strchr("\"'\\trn", next) != NULL) {
			c = next == 't' ? '\t' : next == 'r' ? '\r' : next == 'n' ? '\n' : next;
			i++;
		}
		copy[len++] = c;
	}
	return (struct str){copy, len};
}

static struct import_node *add_node(
	struct parser *p, struct import_node *parent, const struct import_file *file)
{
	struct import_node *node =
		p->nodes < IMPORT_NGINX_MAX_NODES ? arena_alloc(p->arena, 1, sizeof(*node)) : NULL;

	if (node == NULL) {
		diag_error(p->diag, NULL, "%s: too large, or out of memory", file->path);
		return NULL;
	}
	p->nodes++;
	node->parent = parent;
	node->file = file;
	node->end = &node->children;
	if (parent != NULL) {
		*parent->end = node;
		parent->end = &node->next;
	}
	return node;
}

static struct import_node *add_directive(
	struct parser *p, const struct import_nginx_lexer *l, struct import_node *parent)
{
	struct import_node *node = add_node(p, parent, parent->file);

	if (node == NULL) {
		return NULL;
	}
	node->line = l->begin_line;
	node->begin = l->begin;
	node->finish = l->at;
	node->args = arena_alloc(p->arena, l->count, sizeof(*node->args));
	for (size_t i = 0; node->args != NULL && i < l->count; i++) {
		node->args[i] = unescape(p->arena, l->words[i]);
		if (node->args[i].data == NULL) {
			node->args = NULL;
		}
	}
	if (node->args == NULL) {
		diag_error(p->diag, NULL, "out of memory");
		return NULL;
	}
	node->arg_count = l->count;
	return node;
}

static bool parse_file(struct parser *p, const char *path, struct import_node *parent,
	struct import_node **out, const char **why);

/* Blocks of other kinds have no directive of the module, and their `include` is not followed. */
static bool reads_includes(const struct import_node *node)
{
	static const char *const contexts[] = {"http", "server", "location", "if", "include"};

	for (; node != NULL; node = node->parent) {
		bool known = node->arg_count == 0;

		for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
			known = known || import_node_is(node, contexts[i]);
		}
		if (!known) {
			return false;
		}
	}
	return true;
}

static bool has_wildcard(struct str pattern)
{
	return str_find(pattern, '*') < pattern.len || str_find(pattern, '?') < pattern.len ||
	       str_find(pattern, '[') < pattern.len;
}

static bool follow_include(struct parser *p, struct import_node *node)
{
	struct str_list paths = {0};
	struct bytes path;

	bytes_init(&path, 0);
	if (node->args[1].len == 0 || memchr(node->args[1].data, '\0', node->args[1].len) != NULL) {
		node->unread = "its name is not a path";
		return true;
	}
	if (node->args[1].data[0] != '/') {
		bytes_append_str(&path, p->folder);
	}
	bytes_append_str(&path, node->args[1]);
	struct str full = arena_dup(p->arena, bytes_view(&path));
	bool done = !path.failed && full.data != NULL;

	bytes_clear(&path);
	if (done && has_wildcard(node->args[1])) {
		done = p->source->glob(p->source->ctx, full.data, p->arena, &paths);
	} else {
		paths = (struct str_list){&full, 1};
	}
	if (!done) {
		diag_error(p->diag, NULL, "out of memory");
	}
	for (size_t i = 0; done && i < paths.count; i++) {
		struct import_node *file;

		done = parse_file(p, paths.items[i].data, node, &file, &node->unread);
	}
	return done;
}

/* The block that was opened; its statements follow in parse_statements. */
static bool open_block(struct import_nginx_lexer *l, struct import_node *node)
{
	struct str name = node->args[0];

	node->block = true;
	node->inside = l->at;
	return !str_ends_with_nocase(name, str_view("_by_lua_block")) ||
	       import_nginx_lexer_skip_lua(l);
}

static bool parse_statements(
	struct parser *p, struct import_nginx_lexer *l, struct import_node *root)
{
	struct import_node *parent = root;
	unsigned depth = 0;

	for (;;) {
		enum import_nginx_statement kind = import_nginx_lexer_next(l);
		struct import_node *node = NULL;

		progress_at_byte(p->diag->progress, l->at, l->text.len);
		switch (kind) {
		case IMPORT_NGINX_BAD:
			return false;
		case IMPORT_NGINX_END:
			if (parent != root) {
				import_nginx_lexer_bad(l, "the file ends: expected \"}\"");
				return false;
			}
			return true;
		case IMPORT_NGINX_CLOSE:
			if (parent == root) {
				import_nginx_lexer_bad(l, "\"}\": expected a { before it");
				return false;
			}
			parent->close = l->at - 1;
			parent->finish = l->at;
			parent = parent->parent;
			depth--;
			continue;
		case IMPORT_NGINX_DIRECTIVE:
		case IMPORT_NGINX_BLOCK:
			node = add_directive(p, l, parent);
			break;
		}
		if (node == NULL) {
			return false;
		}
		if (kind == IMPORT_NGINX_BLOCK) {
			if (++depth > IMPORT_NGINX_MAX_DEPTH) {
				import_nginx_lexer_bad(l, "expected blocks at most 64 deep");
				return false;
			}
			if (!open_block(l, node)) {
				return false;
			}
			parent = node;
		} else if (import_node_is(node, "include") && node->arg_count == 2 &&
			   reads_includes(parent) && !follow_include(p, node)) {
			return false;
		}
	}
}

/* True with *why set if the file cannot be read; the caller decides what that means. */
static bool parse_file(struct parser *p, const char *path, struct import_node *parent,
	struct import_node **out, const char **why)
{
	struct import_file *file = arena_alloc(p->arena, 1, sizeof(*file));
	struct bytes text;
	bool done = false;

	*out = NULL;
	if (file == NULL) {
		diag_error(p->diag, NULL, "out of memory");
		return false;
	}
	if (p->depth == IMPORT_NGINX_MAX_DEPTH || p->files == IMPORT_NGINX_MAX_FILES) {
		diag_error(p->diag, NULL, "%s: expected at most %d files, %d deep", path,
			IMPORT_NGINX_MAX_FILES, IMPORT_NGINX_MAX_DEPTH);
		return false;
	}
	p->files++;
	p->depth++;
	bytes_init(&text, IMPORT_MAX_FILE);
	if (!p->source->read(p->source->ctx, path, &text, why)) {
		*why = arena_dup(p->arena, str_view(*why)).data;
		done = *why != NULL;
	} else {
		file->path = arena_dup(p->arena, str_view(path)).data;
		file->text = arena_dup(p->arena, bytes_view(&text));
		if (file->path == NULL || file->text.data == NULL) {
			diag_error(p->diag, NULL, "out of memory");
		} else {
			struct import_nginx_lexer l = {.path = file->path,
				.text = file->text,
				.diag = p->diag,
				.words = p->words,
				.line = 1};

			*out = add_node(p, parent, file);
			/* With an included file ends what is shown of this one. */
			progress_begin(p->diag->progress, file->path);
			done = *out != NULL && parse_statements(p, &l, *out);
			progress_end(p->diag->progress);
		}
	}
	bytes_clear(&text);
	p->depth--;
	return done;
}

bool import_nginx_parse(const char *path, const struct import_source *source, struct arena *arena,
	struct diag *diag, struct import_node **root, bool *unreadable)
{
	const char *slash = strrchr(path, '/');
	struct parser p = {.source = source,
		.arena = arena,
		.diag = diag,
		.folder = {path, slash != NULL ? (size_t)(slash - path) + 1 : 0}};
	const char *why = NULL;

	*unreadable = false;
	p.words = arena_alloc(arena, IMPORT_NGINX_MAX_ARGS, sizeof(*p.words));
	if (p.words == NULL) {
		diag_error(diag, NULL, "out of memory");
		return false;
	}
	if (!parse_file(&p, path, NULL, root, &why)) {
		return false;
	}
	if (*root == NULL) {
		*unreadable = true;
		diag_error(diag, NULL, "%s: expected a file that can be read: %s", path, why);
		return false;
	}
	return true;
}
