/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_index.h"

#include "doctor/nginx_ordered.h"
#include "doctor/nginx_tree.h"

#include <stdlib.h>

static struct str name_of(const struct import_node *node)
{
	return nginx_arg(node, 0);
}

static struct str upstream_of(const struct import_node *node)
{
	return import_node_is(node, "upstream") ? nginx_arg(node, 1) : (struct str){NULL, 0};
}

static int compare(const void *left, const void *right, void *ctx)
{
	const struct nginx_ordered *ordered = ctx;
	const struct import_node *a = *(const struct import_node *const *)left;
	const struct import_node *b = *(const struct import_node *const *)right;
	int order = nginx_compare_texts(ordered->text(a), ordered->text(b));

	return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

/* Those directives that have such a text are counted, and then added. */
static void count(void *ctx, const struct import_node *node)
{
	struct nginx_ordered *ordered = ctx;

	ordered->count += ordered->text(node).data != NULL;
}

static void add(void *ctx, const struct import_node *node)
{
	struct nginx_ordered *ordered = ctx;

	if (ordered->text(node).data != NULL) {
		ordered->items[ordered->count++] = node;
	}
}

static void each_of_block(const struct import_node *block,
	void (*each)(void *ctx, const struct import_node *node), void *ctx)
{
	for (const struct import_node *node = nginx_first(block); node != NULL;
		node = nginx_next(block, node)) {
		each(ctx, node);
	}
}

typedef void walk(const struct import_node *block,
	void (*each)(void *ctx, const struct import_node *node), void *ctx);

static bool order(struct nginx_ordered *ordered, const struct import_node *block, walk *over,
	struct str (*text)(const struct import_node *node), struct arena *arena)
{
	*ordered = (struct nginx_ordered){.text = text};
	over(block, count, ordered);
	ordered->items = arena_alloc(arena, ordered->count + 1, sizeof(*ordered->items));
	if (ordered->items == NULL) {
		return false;
	}
	ordered->count = 0;
	over(block, add, ordered);
	qsort_r(ordered->items, ordered->count, sizeof(*ordered->items), compare, ordered);
	return true;
}

static bool has_regexes(const struct import_index *index)
{
	const struct import_node *node = NULL;

	while ((node = nginx_ordered_next(&index->by_name, str_view("location"), node)) != NULL) {
		if (str_starts_with(nginx_arg(node, 1), "~")) {
			return true;
		}
	}
	return false;
}

static bool make_index(struct import_node *block, struct arena *arena)
{
	struct import_index *index = arena_alloc(arena, 1, sizeof(*index));

	if (index == NULL || !order(&index->by_name, block, each_of_block, name_of, arena) ||
		!order(&index->upstreams, block, each_of_block, upstream_of, arena)) {
		return false;
	}
	index->locations = (struct nginx_ordered){.text = nginx_location_path};
	index->regexes = false;
	if (import_node_is(block, "server")) {
		if (!order(&index->locations, block, nginx_each, nginx_location_path, arena)) {
			return false;
		}
		index->regexes = has_regexes(index);
	}
	block->index = index;
	return true;
}

static void give_ranks(struct import_node *node, size_t *rank)
{
	for (; node != NULL; node = node->next) {
		node->rank = ++*rank;
		give_ranks(node->children, rank);
	}
}

/* Blocks and files, whose depth the parser has limited. */
static bool index_blocks(struct import_node *node, struct arena *arena)
{
	for (; node != NULL; node = node->next) {
		if ((node->block && !make_index(node, arena)) ||
			!index_blocks(node->children, arena)) {
			return false;
		}
	}
	return true;
}

bool nginx_index(struct import_node *root, struct arena *arena)
{
	size_t rank = 0;

	root->rank = ++rank;
	give_ranks(root->children, &rank);
	return index_blocks(root->children, arena) && make_index(root, arena);
}
