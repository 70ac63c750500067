/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/apache_require.h"
#include "import/source.h"
#include "import/write.h"

#include <string.h>

#define BACKEND "fcgi://127.0.0.1:9000/"

struct world {
	const char *path;
	struct arena *arena;
	struct diag *diag;
	struct import_result *out;
	struct bytes policies; /* [policy …] sections */
	struct str names[IMPORT_RULES_MAX];
	size_t count;
	bool lost;
};

static void lose(struct world *w, const struct import_directive *d, const char *why)
{
	struct import_require r = {.path = w->path, .diag = w->diag};

	import_require_lose(&r, d, why);
	w->lost = true;
	bytes_appendf(&w->policies, "\n; not carried over: %s:%u: ", w->path, d->line);
	import_append_comment(&w->policies, d->name);
	bytes_append_text(&w->policies, " ");
	import_append_comment(&w->policies, d->rest);
	bytes_appendf(&w->policies, "\n;   %s\n", why);
}

static bool is_plain_name(struct str name)
{
	return str_starts_with(name, "host ") || str_starts_with(name, "forward ");
}

/*
 * Terms about addresses need no DNS: rules with only such terms come first, so that they work when
 * DNS fails.
 */
static bool needs_dns(const struct import_conjunction *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (is_plain_name(c->terms[i]->text)) {
			return true;
		}
	}
	return false;
}

static void write_rules(struct world *w, const struct import_terms *terms, bool dns)
{
	for (const struct import_conjunction *c = terms->rules; c != NULL; c = c->next) {
		struct str texts[IMPORT_TERMS_MAX];

		if (needs_dns(c) != dns) {
			continue;
		}
		for (size_t i = 0; i < c->count; i++) {
			struct bytes text;

			bytes_init(&text, 0);
			bytes_append_text(&text, c->terms[i]->negated ? "!" : "");
			bytes_append_str(&text, c->terms[i]->text);
			texts[i] = arena_dup(w->arena, bytes_view(&text));
			bytes_clear(&text);
			w->policies.failed = w->policies.failed || texts[i].data == NULL;
		}
		if (c->count == 0) {
			bytes_append_text(&w->policies, "allow = *\n");
		} else if (!w->policies.failed) {
			import_write_rule(&w->policies, true, texts, c->count);
		}
	}
}

static struct str take_name(struct world *w, const struct import_directive *section)
{
	struct str wish =
		section->count > 0 ? section->words[section->count - 1] : str_view("apache");
	struct str name = import_policy_name(w->arena, wish, w->names, w->count);

	if (name.data == NULL || w->count == ARRAY_LEN(w->names)) {
		w->policies.failed = true;
		return str_view("");
	}
	w->names[w->count++] = name;
	return name;
}

/* Lines outside of all sections belong to the file as a whole, which has no line. */
static void write_place(
	const struct world *w, const struct import_directive *section, struct bytes *out)
{
	bytes_append_text(out, w->path);
	if (section->line > 0) {
		bytes_appendf(out, ":%u", section->line);
	}
}

static void write_lost_lines(struct world *w, const struct import_directive *parent)
{
	for (const struct import_directive *d = parent->children; d != NULL; d = d->next) {
		if (import_is_require(d)) {
			bytes_appendf(&w->policies, "; %s:%u: ", w->path, d->line);
			import_append_comment(&w->policies, d->name);
			bytes_append_text(&w->policies, " ");
			import_append_comment(&w->policies, d->rest);
			bytes_append_text(&w->policies, "\n");
			write_lost_lines(w, d);
		}
	}
}

static void write_section(struct world *w, const struct import_directive *section, struct str name)
{
	struct bytes *out = &w->out->server;
	const char *indent = section->parent != NULL ? "\t" : "";

	bytes_append_text(out, "\n# ");
	write_place(w, section, out);
	bytes_append_text(out, ": in place of its Require lines\n");
	if (section->parent != NULL) {
		bytes_appendf(out, "<%.*s %.*s>\n", (int)section->name.len, section->name.data,
			(int)section->rest.len, section->rest.data);
	}
	bytes_appendf(out,
		"%sAuthMerging Off\n%sSetEnvIfExpr true DOORWARD_POLICY=%s\n%sAuthType None\n"
		"%sAuthnzFcgiCheckAuthnProvider doorward Authoritative On RequireBasicAuth Off "
		"UserExpr \"doorward\"\n%sRequire valid-user\n",
		indent, indent, name.data, indent, indent, indent);
	if (section->parent != NULL) {
		bytes_appendf(out, "</%.*s>\n", (int)section->name.len, section->name.data);
	}
}

/*
 * Whether clients must also satisfy the Require lines around the section, which no policy can
 * express.
 */
static bool joins_others(const struct import_directive *section)
{
	for (const struct import_directive *d = section->children; d != NULL; d = d->next) {
		if (import_directive_is(d, "AuthMerging") &&
			!(d->count == 1 && (str_eq_nocase(d->words[0], str_view("Off")) ||
						   str_eq_nocase(d->words[0], str_view("Or"))))) {
			return true;
		}
	}
	return false;
}

/* Reads the Require lines of one section, which replace those around it. */
static void take_section(struct world *w, const struct import_directive *section)
{
	struct import_require r = {.path = w->path, .arena = w->arena, .diag = w->diag};
	struct import_terms terms = import_require_granted(&r, section);

	if (joins_others(section)) {
		terms = import_terms_never();
		r.lost = true;
	}
	struct str name = take_name(w, section);

	bytes_append_text(&w->policies, "\n; ");
	write_place(w, section, &w->policies);
	bytes_append_text(&w->policies, "\n");
	if (r.lost || terms.failed) {
		w->lost = true;
		bytes_append_text(&w->policies,
			terms.failed ? "; not carried over: too much for rules; no client gets in\n"
				     : "; not carried over is what no rule can say of these lines; "
				       "it lets no client in\n");
		write_lost_lines(w, section);
	}
	if (terms.failed) {
		struct place place = {w->path, section->line, 0};

		diag_warning(w->diag, &place, "these Require lines are too much for rules");
	}
	bytes_appendf(&w->policies, "[policy %s]\nrdns = double\nrdns_when = needed\n", name.data);
	if (!terms.failed) {
		write_rules(w, &terms, false);
		write_rules(w, &terms, true);
	}
	write_section(w, section, name);
}

static bool is_one_of(const struct import_directive *d, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (import_directive_is(d, names[i])) {
			return true;
		}
	}
	return false;
}

static bool has_require(const struct import_directive *parent)
{
	for (const struct import_directive *d = parent->children; d != NULL; d = d->next) {
		if (import_is_require(d) || has_require(d)) {
			return true;
		}
	}
	return false;
}

/* Sections and directives that change the meaning of Require lines. */
static void take_directives(struct world *w, const struct import_directive *parent)
{
	static const char *const places[] = {"Directory", "DirectoryMatch", "Location",
		"LocationMatch", "Files", "FilesMatch", "Proxy", "ProxyMatch"};
	static const char *const includes[] = {"Include", "IncludeOptional"};
	static const char *const old[] = {"Order", "Allow", "Deny", "Satisfy", "AuthMerging"};
	bool own = false;

	for (const struct import_directive *d = parent->children; d != NULL; d = d->next) {
		if (import_is_require(d)) {
			own = true;
		} else if (is_one_of(d, includes, ARRAY_LEN(includes))) {
			lose(w, d, "other files are not read: import them by themselves");
		} else if (is_one_of(d, old, ARRAY_LEN(old))) {
			lose(w, d,
				"of Apache 2.2: expected Require ip, Require host or Require all");
		} else if (d->section && (is_one_of(d, places, ARRAY_LEN(places)) ||
						 import_directive_is(d, "VirtualHost"))) {
			take_directives(w, d);
		} else if (d->section && has_require(d)) {
			lose(w, d, "Require lines that hold on a condition");
		}
	}
	if (own) {
		take_section(w, parent);
	}
}

static void import_text(struct world *w, struct str text, enum import_status *status)
{
	struct import_directive *root;

	if (!import_apache_parse(w->path, text, w->arena, w->diag, &root)) {
		return;
	}
	bytes_append_text(&w->out->server, "# For mod_authnz_fcgi, mod_authz_user and "
					   "mod_setenvif. Once, outside of sections:\n"
					   "AuthnzFcgiDefineProvider authn doorward " BACKEND "\n");
	take_directives(w, root);
	bytes_append_text(&w->out->config, "; Made of the Require lines in ");
	import_append_comment(&w->out->config, str_view(w->path));
	bytes_append_text(&w->out->config, ".\n\n[server]\nlisten = 127.0.0.1:9000\n");
	bytes_append_str(&w->out->config, bytes_view(&w->policies));
	w->out->lost = w->lost;
	if (w->policies.failed || w->out->config.failed || w->out->server.failed) {
		diag_error(w->diag, NULL, "%s: too large, or out of memory", w->path);
		return;
	}
	if (w->count == 0) {
		diag_warning(w->diag, NULL, "%s: no Require line is in force anywhere", w->path);
	}
	*status = IMPORT_DONE;
}

enum import_status import_apache(const char *path, const struct import_source *source,
	struct import_result *out, struct diag *diag)
{
	enum import_status status = IMPORT_BAD;
	const char *why = NULL;
	struct arena arena;
	struct bytes text;

	arena_init(&arena, 1 << 16);
	bytes_init(&text, IMPORT_MAX_FILE);
	struct world *w = arena_alloc(&arena, 1, sizeof(*w));

	if (w == NULL) {
		diag_error(diag, NULL, "out of memory");
	} else if (!source->read(source->ctx, path, &text, &why)) {
		diag_error(diag, NULL, "%s: expected a file that can be read: %s", path, why);
		status = IMPORT_UNREADABLE;
	} else {
		w->path = path;
		w->arena = &arena;
		w->diag = diag;
		w->out = out;
		bytes_init(&w->policies, IMPORT_MAX_OUTPUT);
		import_text(w, bytes_view(&text), &status);
		bytes_clear(&w->policies);
	}
	bytes_clear(&text);
	arena_clear(&arena);
	return status;
}
