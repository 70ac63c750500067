/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_NGINX_TREE_H
#define DW_DOCTOR_NGINX_TREE_H

#include "import/nginx_conf.h"

/* Questions about a configuration of nginx as a tree. */

/*
 * The directives of a block, those of included files in their places: the first, and the one after
 * `node`, which must be of that block. NULL: no more.
 */
const struct import_node *nginx_first(const struct import_node *block);
const struct import_node *nginx_next(
	const struct import_node *block, const struct import_node *node);
/* The next directive of this name in the block after `node` (NULL: from its start); or NULL. */
const struct import_node *nginx_find(
	const struct import_node *block, const struct import_node *node, const char *name);

/* The block around a node, past files and includes; NULL: the node is at the top. */
const struct import_node *nginx_block_of(const struct import_node *node);
/* The block itself, or the innermost around it, of this name; or NULL. */
const struct import_node *nginx_enclosing(const struct import_node *block, const char *name);
/* The innermost block, from this one outwards, that has a directive of this name; or NULL. */
const struct import_node *nginx_level_with(const struct import_node *block, const char *name);
/* The directive that counts in the block: its own, or an inherited one; or NULL. */
const struct import_node *nginx_effective(const struct import_node *block, const char *name);

/* An argument, the name being number 0; absent if there are fewer. */
struct str nginx_arg(const struct import_node *node, size_t number);
/* Whether the directive has one argument, and it is this. */
bool nginx_says(const struct import_node *node, const char *value);

/*
 * The value that `directive` NAME VALUE (fastcgi_param, proxy_set_header) sets for a name in the
 * block, as inherited: a level with one such directive inherits none. Names are compared without
 * case. Absent: not set.
 */
struct str nginx_set_value(
	const struct import_node *block, const char *directive, const char *name);

/*
 * Whether the value has a variable whose name begins with `name`, as $NAME or ${NAME}; in any case,
 * as nginx compares them.
 */
bool nginx_uses(struct str value, const char *name);
/* Whether it is that one variable, and nothing else. */
bool nginx_is_variable(struct str value, const char *name);

/* Calls `each` for every directive below the block, deeper blocks included. */
void nginx_each(const struct import_node *block,
	void (*each)(void *ctx, const struct import_node *node), void *ctx);

/* The path of a location; absent: it has a regular expression or a name, or is no location. */
struct str nginx_location_path(const struct import_node *node);
/* Whether the location is of that path alone. */
bool nginx_location_is_exact(const struct import_node *location);

/*
 * The location of the server that serves an internal request for the URI, of which only a beginning
 * may be known (`whole` false: variables follow); NULL: no location, or one that is found by a
 * regular expression.
 */
const struct import_node *nginx_location_of(
	const struct import_node *server, struct str uri, bool whole);

#endif
