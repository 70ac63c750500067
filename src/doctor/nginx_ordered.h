/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_NGINX_ORDERED_H
#define DW_DOCTOR_NGINX_ORDERED_H

#include "import/nginx_conf.h"

/*
 * What is known of the blocks of a configuration of nginx, so that a question about one of their
 * directives does not look at all of them.
 */

/* Some directives, ordered by a text of each, and those with the same text as they stand. */
struct nginx_ordered {
	struct str (*text)(const struct import_node *node);
	const struct import_node **items;
	size_t count;
};

struct import_index {
	struct nginx_ordered by_name;   /* all directives of the block */
	struct nginx_ordered upstreams; /* of the block, by their names */
	struct nginx_ordered locations; /* below a server, by the paths of nginx_location_path */
	bool regexes;                   /* a location of the server has a regular expression */
};

/* Of the texts: as strcmp. */
int nginx_compare_texts(struct str a, struct str b);
/* The next directive with this text behind `after` (NULL: from the start); or NULL. */
const struct import_node *nginx_ordered_next(
	const struct nginx_ordered *ordered, struct str text, const struct import_node *after);

#endif
