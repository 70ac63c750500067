/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/nginx_scope.h"

static struct str term_text(
	struct import_world *w, const struct import_condition *c, bool positive, struct str piece)
{
	struct bytes text;

	bytes_init(&text, 0);
	bytes_appendf(&text, "%s%s ~ ", positive ? "" : "!", c->field);
	bytes_append_str(&text, piece);
	struct str copy = arena_dup(w->arena, bytes_view(&text));

	bytes_clear(&text);
	return copy;
}

/*
 * Adds to one conjunction that the condition is true (or false); false if that needs another
 * conjunction.
 */
static bool add_terms(struct import_world *w, const struct import_condition *c, bool holds,
	struct import_guard *guard)
{
	bool positive = c->negated != holds;

	if ((positive && c->regex->count > 1) ||
		guard->count + c->regex->count > IMPORT_GUARD_TERMS_MAX) {
		return false;
	}
	for (size_t i = 0; i < c->regex->count; i++) {
		guard->terms[guard->count++] = term_text(w, c, positive, c->regex->pieces[i]);
	}
	return true;
}

/*
 * Adds conditions under which the module does no lookup; those that rules cannot express are left
 * out.
 */
static void add_off(
	struct import_world *w, const struct import_condition *c, struct import_guard *guard)
{
	for (; c != NULL; c = c->next) {
		if (c->mode == IMPORT_MODE_OFF && c->field != NULL &&
			!add_terms(w, c, false, guard)) {
			import_lose(w, c->node,
				"no rule has room for this condition; the policy holds also where "
				"it switched rdns off");
		}
	}
}

static void take_mode(struct import_scope *scope, enum import_mode mode)
{
	scope->mixed = scope->mixed || (scope->mode != IMPORT_MODE_UNSET && scope->mode != mode);
	scope->mode = mode;
}

static void add_guard(struct import_scope *scope, const struct import_guard *guard)
{
	scope->always = scope->always || guard->count == 0 || scope->count == IMPORT_GUARDS_MAX;
	for (size_t i = 0; i < guard->count; i++) {
		scope->failed = scope->failed || guard->terms[i].data == NULL;
	}
	if (!scope->always) {
		scope->guards[scope->count++] = *guard;
	}
}

/* Adds each condition that switches the lookup on, as far as `rest` is true. */
static void add_on(struct import_world *w, const struct import_condition *c,
	const struct import_guard *rest, struct import_scope *scope)
{
	for (; c != NULL; c = c->next) {
		struct import_guard guard = *rest;

		if (c->mode == IMPORT_MODE_OFF) {
			continue;
		}
		take_mode(scope, c->mode);
		if (c->field == NULL || c->negated || c->regex->count == 1) {
			if (c->field != NULL && !add_terms(w, c, true, &guard)) {
				import_lose(w, c->node,
					"no rule has room for this condition; the policy holds "
					"also where it does not");
				guard.count = 0;
			}
			add_guard(scope, &guard);
			continue;
		}
		for (size_t i = 0; i < c->regex->count; i++) {
			guard = *rest;
			if (guard.count < IMPORT_GUARD_TERMS_MAX) {
				guard.terms[guard.count++] =
					term_text(w, c, true, c->regex->pieces[i]);
			}
			add_guard(scope, &guard);
		}
	}
}

/*
 * The module evaluates the server's conditions, then the location's. Each evaluation ends at the
 * first condition that switches the lookup on; the location's result takes precedence over the
 * server's, and that over `rdns`.
 */
void import_scope_find(struct import_world *w, const struct import_context *c,
	struct import_guard *guards, struct import_scope *out)
{
	const struct import_context *server = import_server_of(c);
	const struct import_condition *own = server != c ? c->conditions : NULL;
	enum import_mode fixed = import_effective_mode(c);
	struct import_guard rest = {.count = 0};

	*out = (struct import_scope){.guards = guards};
	add_on(w, own, &rest, out);
	add_off(w, own, &rest);
	add_on(w, server->conditions, &rest, out);
	add_off(w, server->conditions, &rest);
	if (fixed == IMPORT_MODE_SINGLE || fixed == IMPORT_MODE_DOUBLE) {
		take_mode(out, fixed);
		add_guard(out, &rest);
	}
}
