/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Writes the nginx configuration as it was, with auth_request, or the directive of doorward's own
 * module, in place of the rdns module's directives. Removed text stays as a comment with its place;
 * an included file that changes replaces its `include`.
 */

#include "import/nginx_rdns.h"

#include <string.h>

#define SOCKET "unix:/run/doorward/doorward.sock"

struct writer {
	const struct import_world *w;
	bool module; /* for doorward's module, and not for auth_request */
	struct bytes *out;
};

static bool is_of_module(const struct import_node *n)
{
	return import_node_is(n, "rdns") || import_node_is(n, "rdns_allow") ||
	       import_node_is(n, "rdns_deny");
}

static bool loads_module(const struct import_node *n)
{
	return import_node_is(n, "load_module") && n->arg_count > 1 &&
	       memmem(n->args[1].data, n->args[1].len, "rdns", strlen("rdns")) != NULL;
}

/* An `if` with only directives of the module is removed with them. */
static bool is_only_of_module(const struct import_node *n)
{
	bool any = false;

	for (const struct import_node *c = n->children; c != NULL; c = c->next) {
		if (!is_of_module(c)) {
			return false;
		}
		any = true;
	}
	return any;
}

/* `if` and `set` about a variable that is not known yet would set it too early for later uses. */
static bool is_dropped(const struct import_node *n)
{
	return is_of_module(n) || loads_module(n) ||
	       (import_node_is(n, "if") && is_only_of_module(n)) ||
	       (n->note != NULL && n->unread == NULL && import_node_is(n, "set")) ||
	       (n->note != NULL && import_node_is(n, "if") && n->context == NULL &&
		       strstr(n->note, "$rdns_hostname") != NULL);
}

static bool changes(const struct writer *w, const struct import_node *n)
{
	if (is_dropped(n) || n->note != NULL || import_node_is(n, "http") ||
		(n->context != NULL && n->arg_count > 0)) {
		return true;
	}
	for (const struct import_node *c = n->children; c != NULL; c = c->next) {
		if (changes(w, c)) {
			return true;
		}
	}
	return false;
}

static void write_commented(struct writer *w, const struct import_node *n)
{
	struct str text = {n->file->text.data + n->begin, n->finish - n->begin};
	struct str line;

	bytes_appendf(w->out, "# %s:%u: replaced by %s\n", n->file->path, n->line,
		w->module ? "doorward" : "auth_request");
	while (str_split_next(&text, '\n', &line)) {
		bytes_append_text(w->out, "# ");
		for (size_t i = 0; i < line.len; i++) {
			bytes_append_u8(w->out, line.data[i] == '\r' ? ' ' : (uint8_t)line.data[i]);
		}
		bytes_append_text(w->out, "\n");
	}
}

static void write_hostname_map(struct writer *w, const char *start)
{
	static const char *const lines[] = {"# The module's $rdns_hostname, for logs and headers.",
		"map $doorward_rdns $rdns_hostname {", "\tvolatile;", "\tdefault \"not found\";",
		"\t\"\" \"-\";", "\toff \"-\";", "\tverified $doorward_hostname;",
		"\tunverified $doorward_hostname;", "}"};

	bytes_append_text(w->out, "\n");
	if (w->w->policies == NULL) {
		bytes_appendf(w->out, "%smap \"\" $rdns_hostname { default \"-\"; }\n", start);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		bytes_appendf(w->out, "%s%s\n", start, lines[i]);
	}
}

static void write_sets(struct writer *w)
{
	if (w->w->variable) {
		bytes_append_text(w->out,
			"\tauth_request_set $doorward_hostname $upstream_http_x_client_hostname;\n"
			"\tauth_request_set $doorward_rdns $upstream_http_x_client_rdns;\n");
	}
}

static bool sets_variables(const struct import_node *n)
{
	for (const struct import_node *c = n->children; c != NULL; c = c->next) {
		if (import_node_is(c, "auth_request_set") ||
			((c->arg_count == 0 || import_node_is(c, "include")) &&
				sets_variables(c))) {
			return true;
		}
	}
	return false;
}

static bool uses(
	const struct writer *w, const struct import_context *server, const struct import_policy *p)
{
	for (const struct import_context *c = w->w->contexts; c != NULL; c = c->next) {
		if (c->policy == p && import_server_of(c) == server) {
			return true;
		}
	}
	return false;
}

/* A server, or the root in place of one. */
static bool is_server(const struct import_context *c)
{
	return c->kind == IMPORT_KIND_SERVER || c->kind == IMPORT_KIND_ROOT;
}

static bool asks(const struct writer *w, const struct import_context *server)
{
	for (const struct import_context *c = w->w->contexts; c != NULL; c = c->next) {
		if (c->policy != NULL && import_server_of(c) == server) {
			return true;
		}
	}
	return false;
}

/* Writes what a context begins with, for doorward's module. */
static void write_directives(
	struct writer *w, const struct import_context *c, const struct import_policy *inherited)
{
	bool server = is_server(c) && asks(w, c);

	if (!server && inherited == c->policy) {
		return;
	}
	bytes_append_text(w->out, server ? "\n\tdoorward_server " SOCKET ";\n" : "\n");
	if (inherited != c->policy) {
		bytes_appendf(w->out, "\tdoorward %s;\n",
			c->policy != NULL ? c->policy->name.data : "off");
	}
}

/* Writes what a context begins with. */
static void write_beginning(struct writer *w, const struct import_context *c)
{
	const struct import_policy *inherited =
		c->kind == IMPORT_KIND_LOCATION && c->parent != NULL ? c->parent->policy : NULL;
	bool same = inherited == c->policy;

	if (w->module) {
		write_directives(w, c, inherited);
		return;
	}
	if (same && (c->policy == NULL || !sets_variables(c->node))) {
		return;
	}
	bytes_append_text(w->out, "\n");
	if (!same && c->policy != NULL) {
		bytes_appendf(w->out, "\tauth_request /doorward/%s;\n", c->policy->name.data);
	} else if (!same && c->auth_request == NULL) {
		bytes_append_text(w->out, "\tauth_request off;\n");
	}
	if (c->policy != NULL) {
		write_sets(w);
	}
}

static void write_location(struct writer *w, const struct import_policy *p)
{
	bytes_appendf(w->out,
		"\n\tlocation = /doorward/%s {\n"
		"\t\tinternal; # no client can ask for this path\n"
		"\t\tfastcgi_pass " SOCKET ";\n"
		"\t\tfastcgi_pass_request_headers off;\n"
		"\t\tfastcgi_pass_request_body off;\n"
		"\t\terror_page 599 /; # no error page of the server may respond in place of "
		"doorward\n"
		"\t\tclient_max_body_size 0; # the limit of the location that is protected counts\n"
		"\t\tfastcgi_cache off;\n"
		"\t\tfastcgi_param CONTENT_LENGTH \"\";\n"
		"\t\tfastcgi_param REMOTE_ADDR $remote_addr;\n",
		p->name.data);
	if (p->claims) {
		bytes_append_text(w->out, "\t\tfastcgi_param HTTP_USER_AGENT $http_user_agent;\n");
	}
	bytes_appendf(w->out,
		"\t\tfastcgi_param REQUEST_METHOD $request_method;\n"
		"\t\tfastcgi_param REQUEST_URI $request_uri;\n"
		"\t\tfastcgi_param DOORWARD_POLICY %s;\n\t}\n",
		p->name.data);
}

/* Writes what a server ends with: the locations that ask for its policies. */
static void write_end(struct writer *w, const struct import_context *c)
{
	if (w->module || !is_server(c)) {
		return;
	}
	for (const struct import_policy *p = w->w->policies; p != NULL; p = p->next) {
		if (uses(w, c, p)) {
			write_location(w, p);
		}
	}
}

static void write_children(
	struct writer *w, const struct import_node *parent, size_t from, size_t to);

static void write_block(struct writer *w, const struct import_node *n)
{
	const char *text = n->file->text.data;

	bytes_append(w->out, text + n->begin, n->inside - n->begin);
	if (import_node_is(n, "http") && w->w->variable) {
		write_hostname_map(w, "\t");
	}
	if (n->context != NULL && n->context->kind >= IMPORT_KIND_SERVER) {
		write_beginning(w, n->context);
	}
	write_children(w, n, n->inside, n->close);
	if (n->context != NULL) {
		write_end(w, n->context);
	}
	bytes_append_text(w->out, "}");
}

static void write_node(struct writer *w, const struct import_node *n)
{
	const char *text = n->file->text.data;

	if (n->note != NULL) {
		bytes_appendf(
			w->out, "# %s:%u: not carried over: %s\n", n->file->path, n->line, n->note);
	}
	if (is_dropped(n)) {
		write_commented(w, n);
	} else if (!changes(w, n) || (!n->block && n->children == NULL)) {
		bytes_append(w->out, text + n->begin, n->finish - n->begin);
	} else if (n->block) {
		write_block(w, n);
	} else {
		bytes_appendf(
			w->out, "# %s:%u: its files, as they change\n", n->file->path, n->line);
		for (const struct import_node *f = n->children; f != NULL; f = f->next) {
			bytes_appendf(w->out, "# begin of %s\n", f->file->path);
			write_children(w, f, 0, f->file->text.len);
			bytes_appendf(w->out, "\n# end of %s\n", f->file->path);
		}
	}
}

static void write_children(
	struct writer *w, const struct import_node *parent, size_t from, size_t to)
{
	const char *text = NULL;

	for (const struct import_node *n = parent->children; n != NULL; n = n->next) {
		text = n->file->text.data;
		bytes_append(w->out, text + from, n->begin - from);
		write_node(w, n);
		from = n->finish;
	}
	text = parent->file->text.data;
	bytes_append(w->out, text + from, to - from);
}

void import_write_nginx(const struct import_world *world, bool module, struct bytes *out)
{
	struct writer w = {world, module, out};
	const struct import_context *root = world->contexts;
	bool http = false;

	for (const struct import_context *c = root; c != NULL; c = c->next) {
		http = http || (c->kind == IMPORT_KIND_HTTP && c != root);
	}
	if (!http && world->variable) {
		if (root->kind == IMPORT_KIND_ROOT) {
			bytes_append_text(out, "# To be put into http { }:");
		}
		write_hostname_map(&w, root->kind == IMPORT_KIND_ROOT ? "# " : "");
	}
	if (root->kind == IMPORT_KIND_ROOT) {
		write_beginning(&w, root);
	}
	write_children(&w, world->root, 0, world->root->file->text.len);
	write_end(&w, root);
}
