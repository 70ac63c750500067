/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_NGINX_CONF_H
#define DW_IMPORT_NGINX_CONF_H

#include "import/source.h"

/*
 * nginx configuration syntax as a tree with the place of each node. Words are split, quoted and
 * unescaped as in nginx; blocks of Lua are skipped.
 */

#define IMPORT_NGINX_MAX_DEPTH 64 /* blocks in blocks, files in files */
#define IMPORT_NGINX_MAX_FILES 1024
#define IMPORT_NGINX_MAX_NODES 1000000

struct import_context;
struct import_index;

struct import_file {
	const char *path;
	struct str text;
};

/* A directive, or (arg_count 0) a file: the root's, or one below its `include`. */
struct import_node {
	struct import_node *parent;
	struct import_node *next;
	struct import_node *children; /* of a block, a file, or an include that was read */
	struct import_node **end;
	const struct import_file *file;
	unsigned line;
	size_t begin;  /* its first byte in the file's text */
	size_t inside; /* of a block: the byte after its { */
	size_t close;  /* of a block: its } */
	size_t finish; /* the byte after its ; or } */
	bool block;
	struct str *args;
	size_t arg_count;
	const char *unread; /* of an include: why its file could not be read */
	const char *note;   /* set by the reader of the tree: what is not carried over */
	struct import_context *context;
	const struct import_index
		*index; /* set by the reader, too, with the node's place in the tree */
	size_t rank;
};

/* False after a diag_error; *unreadable: the first file could not be read. */
NODISCARD bool import_nginx_parse(const char *path, const struct import_source *source,
	struct arena *arena, struct diag *diag, struct import_node **root, bool *unreadable);

/* Whether it is a directive of this name. */
bool import_node_is(const struct import_node *node, const char *name);
struct place import_node_place(const struct import_node *node);

#endif
