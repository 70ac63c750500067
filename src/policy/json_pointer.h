/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_JSON_POINTER_H
#define DW_POLICY_JSON_POINTER_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

/*
 * Where a JSON file holds addresses: JSON pointers as URI fragments (RFC 6901 section 6), one after
 * the other, as in #/ipRanges#/ipv6Ranges. One extension: a reference token that is an asterisk
 * stands for each element of an array, and for each member of an object. For the member with this
 * name the token is %2A; # in a name is %23.
 */

#define POLICY_JSON_POINTERS_MAX 8
#define POLICY_JSON_TOKENS_MAX 16

struct policy_json_token {
	bool each;       /* `*` */
	struct str name; /* decoded, followed by a NUL, without another NUL */
};

struct policy_json_pointer {
	struct str text; /* as written, without its # */
	struct policy_json_token tokens[POLICY_JSON_TOKENS_MAX];
	size_t count; /* at least 1 */
};

struct policy_json_pointers {
	struct policy_json_pointer items[POLICY_JSON_POINTERS_MAX];
	size_t count;
};

/* The position of the "#/" that ends a path and begins pointers; s.len if s has no pointers. */
size_t policy_json_pointers_find(struct str s);
/*
 * Reads pointers, from the # of the first one on; the arena keeps them. False after a diag_error.
 */
NODISCARD bool policy_json_pointers_read(struct str text, const struct place *place,
	struct arena *arena, struct diag *diag, struct policy_json_pointers *out);

/* The index that a token without `each` has in an array (RFC 6901 section 4); false: none. */
NODISCARD bool policy_json_token_index(const struct policy_json_token *token, size_t *index);

#endif
