/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_IMPORT_KIT_H
#define DW_TEST_IMPORT_KIT_H

#include "base/arena.h"
#include "base/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

/* Parsers of configurations, of which a test sees the tree as text. */

/* Appends the tree, if the text can be read; the arena and the findings are the kit's. */
typedef bool parse_fn(struct str text, struct arena *arena, struct diag *diag, struct bytes *tree);

/* Whether `parse` can read the text, and as what: the tree, or the findings. */
static inline bool parses(parse_fn *parse, struct str text, struct bytes *tree)
{
	/* Of exactly this size, so that a byte beyond is noticed. */
	char *copy = malloc(text.len > 0 ? text.len : 1);
	struct arena arena;
	struct diag diag;

	assert_non_null(copy);
	memcpy(copy, text.data, text.len);
	arena_init(&arena, 1024);
	diag_init(&diag);
	bool good = parse((struct str){copy, text.len}, &arena, &diag, tree);

	assert_int_equal(diag.errors, good ? 0 : 1);
	if (!good) {
		bytes_append_str(tree, bytes_view(&diag.text));
	}
	diag_clear(&diag);
	arena_clear(&arena);
	free(copy);
	return good;
}

static inline void assert_parse(parse_fn *parse, struct str text, bool good, const char *expected)
{
	struct bytes tree;

	bytes_init(&tree, 0);
	assert_int_equal(parses(parse, text, &tree), good);
	bytes_append_u8(&tree, 0);
	assert_string_equal((const char *)tree.data, expected);
	bytes_clear(&tree);
}

#endif
