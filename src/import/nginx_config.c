/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/nginx_rdns.h"

#include "import/write.h"

static void write_notes(struct bytes *out, const struct import_node *node)
{
	for (; node != NULL; node = node->next) {
		if (node->note != NULL) {
			bytes_appendf(
				out, "; not carried over: %s:%u: ", node->file->path, node->line);
			if (node->arg_count > 0) {
				import_append_comment(out, node->args[0]);
			}
			bytes_appendf(out, ":\n;   %s\n", node->note);
		}
		write_notes(out, node->children);
	}
}

static void write_nameservers(const struct import_world *w, struct bytes *out)
{
	char text[ENDPOINT_TEXT_MAX];

	for (size_t i = 0; i < w->nameserver_count; i++) {
		endpoint_format(&w->nameservers[i], text);
		bytes_appendf(out, "%s%s", i == 0 ? "\n[dns]\nnameservers = " : ", ", text);
	}
	bytes_append_text(out, w->nameserver_count > 0 ? "\n" : "");
}

static void write_place(const struct import_context *c, struct bytes *out)
{
	if (c->node->arg_count == 0) {
		bytes_appendf(out, "; %s", c->node->file->path);
		return;
	}
	bytes_appendf(out, "; %s:%u: ", c->node->file->path, c->node->line);
	import_append_comment(out, c->node->args[0]);
	bytes_append_text(out, " ");
	import_append_comment(out, c->name);
}

void import_write_config(const struct import_world *w, struct bytes *out)
{
	bytes_appendf(out, "; Made of the rdns directives in ");
	import_append_comment(out, str_view(w->root->file->path));
	bytes_append_text(out, ".\n; As there, whom no rule denies comes in (default = allow).\n");
	write_notes(out, w->root);
	bytes_append_text(out, "\n[server]\nlisten = unix:/run/doorward/doorward.sock\n");
	write_nameservers(w, out);
	for (const struct import_policy *p = w->policies; p != NULL; p = p->next) {
		bytes_append_text(out, "\n");
		for (const struct import_context *c = w->contexts; c != NULL; c = c->next) {
			if (c->policy == p) {
				write_place(c, out);
				bytes_append_text(out, "\n");
			}
		}
		bytes_appendf(out, "[policy %s]\n", p->name.data);
		bytes_append_str(out, bytes_view(&p->body));
	}
}

static void warn(struct import_world *w)
{
	bool confirmed = false;

	for (const struct import_context *c = w->contexts; c != NULL; c = c->next) {
		confirmed = confirmed || c->mode == IMPORT_MODE_DOUBLE;
		for (const struct import_condition *i = c->conditions; i != NULL; i = i->next) {
			confirmed = confirmed || i->mode == IMPORT_MODE_DOUBLE;
		}
	}
	if (w->policies == NULL) {
		diag_warning(w->diag, NULL, "%s: no rdns directive is in force anywhere",
			w->root->file->path);
		return;
	}
	diag_warning(w->diag, NULL,
		"default = allow in every policy, as in the module: a client that no rule denies "
		"gets in, and so does a client without a name, unless a rule matches \"not "
		"found\"");
	if (confirmed) {
		diag_warning(w->diag, NULL,
			"rdns double took any IPv6 address of a name for a confirmation in the "
			"module; here it must be the client's");
	}
}

static void clear_policies(struct import_world *w)
{
	for (struct import_policy *p = w->policies; p != NULL; p = p->next) {
		bytes_clear(&p->body);
	}
}

enum import_status import_nginx(const char *path, const struct import_source *source,
	struct import_result *out, struct diag *diag)
{
	enum import_status status = IMPORT_BAD;
	struct arena arena;
	bool unreadable;

	arena_init(&arena, 1 << 16);
	struct import_world *w = arena_alloc(&arena, 1, sizeof(*w));

	if (w == NULL) {
		diag_error(diag, NULL, "out of memory");
		arena_clear(&arena);
		return IMPORT_BAD;
	}
	w->arena = &arena;
	w->diag = diag;
	w->contexts_end = &w->contexts;
	w->policies_end = &w->policies;
	if (!import_nginx_parse(path, source, &arena, diag, &w->root, &unreadable)) {
		status = unreadable ? IMPORT_UNREADABLE : IMPORT_BAD;
	} else if (!import_rdns_read(w)) {
		status = IMPORT_BAD;
	} else if (!import_policies_make(w)) {
		diag_error(diag, NULL, "out of memory");
	} else {
		warn(w);
		import_write_nginx(w, false, &out->server);
		import_write_nginx(w, true, &out->module);
		import_write_config(w, &out->config);
		out->lost = w->lost;
		status = IMPORT_DONE;
		if (out->config.failed || out->server.failed) {
			diag_error(diag, NULL, "%s: too large, or out of memory", path);
			status = IMPORT_BAD;
		}
	}
	clear_policies(w);
	arena_clear(&arena);
	return status;
}
