/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_tree.h"

#include "doctor/nginx_ordered.h"

/* Whether it only stands for the directives in it: a file, or an include that was read. */
static bool is_transparent(const struct import_node *node)
{
	return node->arg_count == 0 || (!node->block && node->children != NULL);
}

/* The first directive of this list of siblings, or in the files among them. */
static const struct import_node *first_of(const struct import_node *node)
{
	for (; node != NULL; node = node->next) {
		if (!is_transparent(node)) {
			return node;
		}
		const struct import_node *inside = first_of(node->children);

		if (inside != NULL) {
			return inside;
		}
	}
	return NULL;
}

const struct import_node *nginx_first(const struct import_node *block)
{
	return first_of(block->children);
}

const struct import_node *nginx_next(
	const struct import_node *block, const struct import_node *node)
{
	while (node != block) {
		const struct import_node *next = first_of(node->next);

		if (next != NULL) {
			return next;
		}
		node = node->parent;
	}
	return NULL;
}

const struct import_node *nginx_find(
	const struct import_node *block, const struct import_node *node, const char *name)
{
	if (block->index != NULL) {
		return nginx_ordered_next(&block->index->by_name, str_view(name), node);
	}
	node = node == NULL ? nginx_first(block) : nginx_next(block, node);
	while (node != NULL && !import_node_is(node, name)) {
		node = nginx_next(block, node);
	}
	return node;
}

const struct import_node *nginx_block_of(const struct import_node *node)
{
	do {
		node = node->parent;
	} while (node != NULL && node->parent != NULL && is_transparent(node));
	return node;
}

const struct import_node *nginx_enclosing(const struct import_node *block, const char *name)
{
	while (block != NULL && !import_node_is(block, name)) {
		block = nginx_block_of(block);
	}
	return block;
}

const struct import_node *nginx_level_with(const struct import_node *block, const char *name)
{
	while (block != NULL && nginx_find(block, NULL, name) == NULL) {
		block = nginx_block_of(block);
	}
	return block;
}

const struct import_node *nginx_effective(const struct import_node *block, const char *name)
{
	block = nginx_level_with(block, name);
	return block != NULL ? nginx_find(block, NULL, name) : NULL;
}

struct str nginx_arg(const struct import_node *node, size_t number)
{
	return number < node->arg_count ? node->args[number] : (struct str){NULL, 0};
}

bool nginx_says(const struct import_node *node, const char *value)
{
	return node != NULL && node->arg_count == 2 && str_eq_text(node->args[1], value);
}

struct str nginx_set_value(const struct import_node *block, const char *directive, const char *name)
{
	const struct import_node *level = nginx_level_with(block, directive);
	const struct import_node *node = NULL;
	struct str value = {NULL, 0};

	while (level != NULL && (node = nginx_find(level, node, directive)) != NULL) {
		if (str_eq_nocase(nginx_arg(node, 1), str_view(name))) {
			value = nginx_arg(node, 2);
		}
	}
	return value;
}

bool nginx_uses(struct str value, const char *name)
{
	for (size_t at = str_find(value, '$'); at < value.len; at = str_find(value, '$')) {
		value = str_from(value, at + 1);

		struct str variable = value;

		(void)str_take_nocase(&variable, "{");
		if (str_take_nocase(&variable, name)) {
			return true;
		}
	}
	return false;
}

bool nginx_is_variable(struct str value, const char *name)
{
	bool braced = str_take_nocase(&value, "${");

	return (braced || str_take_nocase(&value, "$")) && str_take_nocase(&value, name) &&
	       str_eq_text(value, braced ? "}" : "");
}

void nginx_each(const struct import_node *block,
	void (*each)(void *ctx, const struct import_node *node), void *ctx)
{
	for (const struct import_node *node = nginx_first(block); node != NULL;
		node = nginx_next(block, node)) {
		each(ctx, node);
		if (node->block) {
			nginx_each(node, each, ctx);
		}
	}
}

bool nginx_location_is_exact(const struct import_node *location)
{
	return str_eq_text(nginx_arg(location, 1), "=");
}

struct str nginx_location_path(const struct import_node *node)
{
	struct str first = nginx_arg(node, 1);
	struct str path = nginx_location_is_exact(node) || str_eq_text(first, "^~")
				  ? nginx_arg(node, 2)
				  : first;

	return import_node_is(node, "location") && path.len > 0 && path.data[0] == '/'
		       ? path
		       : (struct str){NULL, 0};
}

struct location_search {
	struct str uri;
	bool whole;
	const struct import_node *best;
	size_t best_len;
};

static void consider(void *ctx, const struct import_node *node)
{
	struct location_search *s = ctx;
	struct str path = nginx_location_path(node);
	bool exact = nginx_location_is_exact(node);

	if (path.data == NULL) {
		return;
	}
	bool fits = exact ? s->whole && str_eq(path, s->uri)
			  : path.len <= s->uri.len && memcmp(path.data, s->uri.data, path.len) == 0;

	if (fits && (s->best == NULL || path.len + exact > s->best_len)) {
		s->best = node;
		s->best_len = path.len + exact;
	}
}

/* The first location of this path that is exact, or that is not. */
static const struct import_node *location_with(
	const struct import_node *server, struct str path, bool exact)
{
	const struct nginx_ordered *locations = &server->index->locations;
	const struct import_node *node = nginx_ordered_next(locations, path, NULL);

	while (node != NULL && nginx_location_is_exact(node) != exact) {
		node = nginx_ordered_next(locations, path, node);
	}
	return node;
}

/* The same by the index: tries the whole URI, and then ever shorter beginnings. */
static const struct import_node *find_location(
	const struct import_node *server, struct str uri, bool whole)
{
	const struct import_node *found = whole ? location_with(server, uri, true) : NULL;

	for (; found == NULL && uri.len > 0; uri.len--) {
		found = location_with(server, uri, false);
	}
	return found;
}

const struct import_node *nginx_location_of(
	const struct import_node *server, struct str uri, bool whole)
{
	struct location_search s = {.uri = uri, .whole = whole};

	if (server->index != NULL) {
		return find_location(server, uri, whole);
	}
	nginx_each(server, consider, &s);
	return s.best;
}
