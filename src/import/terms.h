/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_TERMS_H
#define DW_IMPORT_TERMS_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>

/* Conditions as rules can express them: one of several conjunctions of terms must be true. */

#define IMPORT_TERMS_MAX 32 /* in one rule */
#define IMPORT_RULES_MAX 4096

/* Terms as written in rules; one with `negated` has a ! before it. */
struct import_term {
	struct str text;
	bool negated;
};

struct import_conjunction {
	struct import_conjunction *next;
	const struct import_term *terms[IMPORT_TERMS_MAX];
	size_t count;
};

/* `rules` NULL: never. A conjunction without terms: always. */
struct import_terms {
	struct import_conjunction *rules;
	size_t count;
	bool failed; /* too large for rules, or out of memory: has no meaning then */
};

struct import_terms import_terms_never(void);
struct import_terms import_terms_always(struct arena *arena);
struct import_terms import_terms_of(struct arena *arena, struct str text, bool negated);
/* The conjunctions of the operands must not be used afterwards. */
struct import_terms import_terms_or(struct import_terms a, struct import_terms b);
struct import_terms import_terms_and(
	struct arena *arena, struct import_terms a, struct import_terms b);

#endif
