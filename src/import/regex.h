/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_REGEX_H
#define DW_IMPORT_REGEX_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

#include <stdbool.h>

#define IMPORT_REGEX_MAX 180 /* bytes that fit into a line of doorward.conf */
#define IMPORT_REGEX_MAX_PIECES 64

/* A regex in the form of rules of doorward.conf. */
struct import_regex {
	/* It matches if one of these does. Each fits into a line and has the same meaning there. */
	struct str pieces[IMPORT_REGEX_MAX_PIECES];
	size_t count;
	const char *lost; /* why it cannot be carried over; count is 0 then */
	bool not_found;   /* it matches the module's word for a client without a name */
	bool only_absent; /* and no name */
	bool any;         /* it matches everything */
};

/*
 * Converts a regex to lines of rules: what INI would take for a comment, an end or a joint is
 * escaped, and a regex that is too long is cut at its alternatives. False when out of memory.
 */
NODISCARD bool import_regex_read(struct str regex, struct arena *arena, struct import_regex *out);

/* Warns of a pattern for host names that matches more than its writer meant. */
void import_regex_warn(struct str regex, const struct place *place, struct diag *diag);

/* `text` as a regex that matches exactly it, with case; false when out of memory. */
NODISCARD bool import_regex_quote(struct str text, struct arena *arena, struct str *out);

#endif
