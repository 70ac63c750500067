/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/terms.h"

static const struct import_terms failed = {.failed = true};

struct import_terms import_terms_never(void)
{
	return (struct import_terms){0};
}

struct import_terms import_terms_always(struct arena *arena)
{
	struct import_conjunction *c = arena_alloc(arena, 1, sizeof(*c));

	return c != NULL ? (struct import_terms){.rules = c, .count = 1} : failed;
}

struct import_terms import_terms_of(struct arena *arena, struct str text, bool negated)
{
	struct import_terms all = import_terms_always(arena);
	struct import_term *term = arena_alloc(arena, 1, sizeof(*term));

	if (all.failed || term == NULL || (term->text = arena_dup(arena, text)).data == NULL) {
		return failed;
	}
	term->negated = negated;
	all.rules->terms[all.rules->count++] = term;
	return all;
}

static bool holds(const struct import_conjunction *c, const struct import_term *term, bool negated)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->terms[i]->negated == negated && str_eq(c->terms[i]->text, term->text)) {
			return true;
		}
	}
	return false;
}

/* Whether `narrow` has every term of `wide`, and so adds nothing to it. */
static bool includes(const struct import_conjunction *wide, const struct import_conjunction *narrow)
{
	for (size_t i = 0; i < wide->count; i++) {
		if (!holds(narrow, wide->terms[i], wide->terms[i]->negated)) {
			return false;
		}
	}
	return true;
}

static void add(struct import_terms *to, struct import_conjunction *c)
{
	struct import_conjunction **at = &to->rules;

	while (*at != NULL) {
		if (includes(*at, c)) {
			return;
		}
		if (includes(c, *at)) {
			*at = (*at)->next;
			to->count--;
		} else {
			at = &(*at)->next;
		}
	}
	c->next = NULL;
	*at = c;
	to->count++;
	to->failed = to->failed || to->count > IMPORT_RULES_MAX;
}

struct import_terms import_terms_or(struct import_terms a, struct import_terms b)
{
	struct import_conjunction *next;

	for (struct import_conjunction *c = b.rules; !a.failed && !b.failed && c != NULL;
		c = next) {
		next = c->next;
		add(&a, c);
	}
	return a.failed || b.failed ? failed : a;
}

/* NULL if both cannot be true; *full if there is no room for it. */
static struct import_conjunction *join(struct arena *arena, const struct import_conjunction *a,
	const struct import_conjunction *b, bool *full)
{
	struct import_conjunction *both = arena_alloc(arena, 1, sizeof(*both));

	if (both == NULL) {
		*full = true;
		return NULL;
	}
	*both = *a;
	for (size_t i = 0; i < b->count; i++) {
		const struct import_term *term = b->terms[i];

		if (holds(both, term, !term->negated)) {
			return NULL;
		}
		if (holds(both, term, term->negated)) {
			continue;
		}
		if (both->count == IMPORT_TERMS_MAX) {
			*full = true;
			return NULL;
		}
		both->terms[both->count++] = term;
	}
	return both;
}

struct import_terms import_terms_and(
	struct arena *arena, struct import_terms a, struct import_terms b)
{
	struct import_terms result = {
		.failed = a.failed || b.failed || a.count * b.count > IMPORT_RULES_MAX};

	for (const struct import_conjunction *x = a.rules; x != NULL; x = x->next) {
		for (const struct import_conjunction *y = b.rules; !result.failed && y != NULL;
			y = y->next) {
			struct import_conjunction *both = join(arena, x, y, &result.failed);

			if (both != NULL) {
				add(&result, both);
			}
		}
	}
	return result.failed ? failed : result;
}
