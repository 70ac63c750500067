/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/nginx_rdns.h"

#include "import/nginx_scope.h"
#include "import/write.h"

#include <string.h>

static void write_rule(struct bytes *out, bool allow, const struct import_guard *guard,
	const char *op, struct str piece)
{
	struct str terms[IMPORT_GUARD_TERMS_MAX + 1];
	size_t count = guard->count;
	struct bytes last;

	memcpy(terms, guard->terms, count * sizeof(terms[0]));
	bytes_init(&last, 0);
	if (op != NULL) {
		bytes_append_text(&last, op);
		bytes_append_str(&last, piece);
		terms[count++] = bytes_view(&last);
	}
	import_write_rule(out, allow, terms, count);
	out->failed = out->failed || last.failed;
	bytes_clear(&last);
}

/*
 * Writes the rule for the case that one guard is true; a denial that cannot be expressed denies all
 * requests that reach it.
 */
static void write_guarded(
	struct bytes *out, const struct import_rule *rule, const struct import_guard *guard)
{
	const struct import_regex *regex = rule->regex;
	struct str any = str_view(".");

	if (regex->lost != NULL || (regex->any && guard->count == 0)) {
		if (regex->lost == NULL || !rule->allow) {
			write_rule(out, rule->allow, guard, guard->count == 0 ? "*" : NULL,
				(struct str){NULL, 0});
		}
		return;
	}
	for (size_t i = 0; !regex->only_absent && i < regex->count; i++) {
		if (guard->count == 0) {
			bytes_append_text(out, rule->allow ? "rdns_allow = " : "rdns_deny = ");
			bytes_append_str(out, regex->pieces[i]);
			bytes_append_text(out, "\n");
		} else {
			write_rule(out, rule->allow, guard, "host ~ ", regex->pieces[i]);
		}
	}
	if (regex->not_found) {
		write_rule(out, rule->allow, guard, "!host ~ ", any);
	}
}

static void write_lost(struct bytes *out, const struct import_rule *rule)
{
	bytes_append_text(out, "; not carried over: ");
	import_append_comment(out, rule->node->args[0]);
	bytes_append_text(out, " ");
	import_append_comment(out, rule->node->args[1]);
	bytes_appendf(out, "\n; (%s:%u): %s%s\n", rule->node->file->path, rule->node->line,
		rule->regex->lost, rule->allow ? "" : "; so all that come so far are denied");
}

/* Whether a client without a name is admitted, and so one whose lookup failed. */
static bool lets_nameless_in(const struct import_rule *rules)
{
	for (; rules != NULL; rules = rules->next) {
		if (rules->regex->lost != NULL ? !rules->allow : rules->regex->not_found) {
			return rules->allow;
		}
	}
	return true;
}

static void write_body(
	struct bytes *out, const struct import_rule *rules, const struct import_scope *scope)
{
	struct import_guard none = {.count = 0};

	bytes_appendf(out, "rdns = %s\ndefault = allow\n",
		scope->mode == IMPORT_MODE_SINGLE ? "single" : "double");
	bytes_append_text(out, "; for the module, a failed lookup is the same as no name\n");
	bytes_appendf(out, "on_dns_error = %s\n", lets_nameless_in(rules) ? "allow" : "deny");
	if (scope->mixed) {
		bytes_append_text(out,
			"; not carried over: rdns on in one place and double in another; all are "
			"denied\ndeny = *\n");
		return;
	}
	if (!scope->always) {
		bytes_append_text(out, "rdns_when = needed\n");
	}
	for (const struct import_rule *r = rules; r != NULL; r = r->next) {
		if (r->regex->lost != NULL) {
			write_lost(out, r);
		}
		if (scope->always) {
			write_guarded(out, r, &none);
		}
		for (size_t i = 0; !scope->always && i < scope->count; i++) {
			write_guarded(out, r, &scope->guards[i]);
		}
	}
	for (size_t i = 0; !scope->always && rules == NULL && i < scope->count; i++) {
		write_rule(out, true, &scope->guards[i], "host ~ ", str_view("."));
	}
}

static struct str make_name(struct import_world *w, const struct import_context *c)
{
	struct bytes wish;
	const struct import_context *server = import_server_of(c);

	bytes_init(&wish, 0);
	bytes_append_str(&wish, server->name);
	if (c != server) {
		bytes_append_text(&wish, "-");
		bytes_append_str(&wish, c->name);
	}
	struct str name = import_policy_name(w->arena, bytes_view(&wish), w->names, w->name_count);

	bytes_clear(&wish);
	return name;
}

static struct import_policy *take_policy(
	struct import_world *w, const struct import_context *c, struct bytes *body, bool claims)
{
	struct import_policy *p = w->policies;

	while (p != NULL && !str_eq(bytes_view(&p->body), bytes_view(body))) {
		p = p->next;
	}
	if (p != NULL || w->name_count == IMPORT_NGINX_MAX_POLICIES ||
		(p = arena_alloc(w->arena, 1, sizeof(*p))) == NULL) {
		bytes_clear(body);
		return p;
	}
	p->name = make_name(w, c);
	w->names[w->name_count++] = p->name;
	p->body = *body;
	p->claims = claims;
	*w->policies_end = p;
	w->policies_end = &p->next;
	return p->name.data != NULL ? p : NULL;
}

static struct import_node *resolver_of(const struct import_context *c)
{
	while (c->resolver == NULL && c->parent != NULL) {
		c = c->parent;
	}
	return c->resolver;
}

/*
 * nginx also accepts names and options; doorward accepts addresses, and does not need the options.
 */
static void read_nameservers(struct import_world *w, struct import_node *resolver)
{
	for (size_t i = 1; i < resolver->arg_count; i++) {
		struct str text = resolver->args[i];

		if (str_find(text, '=') < text.len) {
			continue;
		}
		if (text.len > 2 && text.data[0] == '[' && text.data[text.len - 1] == ']') {
			text = (struct str){text.data + 1, text.len - 2};
		}
		if (w->nameserver_count == IMPORT_NGINX_MAX_RESOLVERS ||
			!endpoint_parse(text, 53, &w->nameservers[w->nameserver_count])) {
			import_lose(w, resolver, "doorward asks up to three resolvers by address");
		} else {
			w->nameserver_count++;
		}
	}
}

/* There is one set of resolvers for all policies. */
static void take_resolver(struct import_world *w, struct import_context *c)
{
	struct import_node *resolver = resolver_of(c);

	if (w->resolver == NULL && resolver != NULL) {
		w->resolver = resolver;
		read_nameservers(w, resolver);
	} else if (resolver != NULL && resolver != w->resolver) {
		bool same = resolver->arg_count == w->resolver->arg_count;

		for (size_t i = 1; same && i < resolver->arg_count; i++) {
			same = str_eq(resolver->args[i], w->resolver->args[i]);
		}
		if (!same) {
			import_lose(w, c->node->arg_count > 0 ? c->node : w->root,
				"another resolver than elsewhere: doorward asks the same for all");
		}
	}
}

/* nginx uses one only, and the inner one takes precedence. */
static void check_auth_request(struct import_world *w, const struct import_context *c)
{
	for (; c != NULL; c = c->parent) {
		if (c->auth_request != NULL) {
			import_lose(w, c->auth_request,
				"nginx asks one auth_request only: choose, or let the one ask the "
				"other");
		}
	}
}

/*
 * These respond before nginx asks doorward. So does the content of `if`; other blocks in blocks are
 * contexts of their own.
 */
static void warn_of_bypass(struct import_world *w, const struct import_node *block)
{
	for (struct import_node *n = block->children; n != NULL; n = n->next) {
		bool stays = n->arg_count > 3 && str_eq_text(n->args[3], "break");

		if (import_node_is(n, "return") || (import_node_is(n, "rewrite") && !stays)) {
			import_lose(w, n,
				"nginx does this before auth_request: no rule is asked here; "
				"expected it in a location of its own, with internal");
		} else if (import_node_is(n, "if") || n->arg_count == 0 ||
			   import_node_is(n, "include")) {
			warn_of_bypass(w, n);
		}
	}
}

static bool make_policy(
	struct import_world *w, struct import_context *c, struct import_guard *guards)
{
	struct import_scope scope;
	struct bytes body;

	import_scope_find(w, c, guards, &scope);
	if (scope.failed) {
		return false;
	}
	if (scope.mode == IMPORT_MODE_UNSET) {
		return true;
	}
	bytes_init(&body, IMPORT_MAX_OUTPUT);
	write_body(&body, import_effective_rules(c), &scope);
	if (body.failed) {
		bytes_clear(&body);
		return false;
	}
	if (scope.mixed) {
		import_lose(w, c->node,
			"rdns on in one place and double in another of one context: the policy "
			"denies all until you choose");
	}
	take_resolver(w, c);
	check_auth_request(w, c);
	warn_of_bypass(w, c->node);
	c->policy = take_policy(w, c, &body, !scope.always);
	return c->policy != NULL;
}

static bool applies(const struct import_context *c)
{
	return c->kind != IMPORT_KIND_HTTP;
}

/* A fragment may be the content of http, or of a server. */
static bool root_is_server(const struct import_world *w)
{
	for (const struct import_context *c = w->contexts->next; c != NULL; c = c->next) {
		if (c->kind == IMPORT_KIND_HTTP || c->kind == IMPORT_KIND_SERVER) {
			return false;
		}
	}
	return true;
}

bool import_policies_make(struct import_world *w)
{
	struct import_guard *guards = arena_alloc(w->arena, IMPORT_GUARDS_MAX, sizeof(*guards));

	if (!root_is_server(w)) {
		w->contexts->kind = IMPORT_KIND_HTTP;
	}
	for (struct import_context *c = w->contexts; guards != NULL && c != NULL; c = c->next) {
		if (applies(c) && !make_policy(w, c, guards)) {
			return false;
		}
	}
	return guards != NULL;
}
