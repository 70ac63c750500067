/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_NGINX_RDNS_H
#define DW_IMPORT_NGINX_RDNS_H

#include "base/addr.h"
#include "import/nginx_conf.h"
#include "import/regex.h"

/* The meaning of the rdns module's directives in an nginx configuration, context by context. */

#define IMPORT_NGINX_MAX_POLICIES 4000
#define IMPORT_NGINX_MAX_RESOLVERS 3 /* that fit into a line */

enum import_mode { IMPORT_MODE_UNSET, IMPORT_MODE_OFF, IMPORT_MODE_SINGLE, IMPORT_MODE_DOUBLE };

struct import_rule {
	struct import_rule *next;
	struct import_node *node;
	bool allow;
	struct import_regex *regex;
};

/* `if (…) { rdns MODE; }`: while the condition is true, the mode is MODE. */
struct import_condition {
	struct import_condition *next;
	struct import_node *node; /* the if */
	enum import_mode mode;
	const char *field; /* of the rule language; NULL: it cannot be expressed */
	bool negated;
	struct import_regex *regex;
};

enum import_kind { IMPORT_KIND_ROOT, IMPORT_KIND_HTTP, IMPORT_KIND_SERVER, IMPORT_KIND_LOCATION };

struct import_policy;

struct import_context {
	struct import_context *parent;
	struct import_context *next; /* among all, in the order of the text */
	enum import_kind kind;
	struct import_node *node; /* the block, or the root */
	struct str name;          /* the words after `location`; the first server_name */
	enum import_mode mode;
	struct import_rule *rules;
	struct import_rule **rules_end;
	struct import_condition *conditions;
	struct import_condition **conditions_end;
	struct import_node *resolver;
	struct import_node *auth_request;
	const struct import_policy *policy; /* NULL: all clients are admitted */
};

/* Several contexts may have one policy. */
struct import_policy {
	struct import_policy *next;
	struct str name;
	struct bytes body; /* its keys and rules */
	bool claims;       /* it reads the user agent */
};

struct import_world {
	struct arena *arena;
	struct diag *diag;
	struct import_node *root;
	struct import_context *contexts;
	struct import_context **contexts_end;
	struct import_policy *policies;
	struct import_policy **policies_end;
	struct str names[IMPORT_NGINX_MAX_POLICIES]; /* the names of the policies */
	size_t name_count;
	const struct import_node *resolver; /* of the first context with a policy */
	struct endpoint nameservers[IMPORT_NGINX_MAX_RESOLVERS]; /* of that resolver */
	size_t nameserver_count;
	bool variable; /* $rdns_hostname is used */
	bool lost;
};

/* The nearest server around a context; without one, that of the root. */
const struct import_context *import_server_of(const struct import_context *c);
/* The mode, inherited if the context has none. */
enum import_mode import_effective_mode(const struct import_context *c);
const struct import_rule *import_effective_rules(const struct import_context *c);

/* Fills the contexts; false after a diag_error. */
NODISCARD bool import_rdns_read(struct import_world *w);
/* Gives each context its policy; false when out of memory. */
NODISCARD bool import_policies_make(struct import_world *w);

void import_write_config(const struct import_world *w, struct bytes *out);
/* `module`: for doorward's module for nginx, and not for auth_request. */
void import_write_nginx(const struct import_world *w, bool module, struct bytes *out);

/* Reports at the directive, in both outputs, and on stderr, what is not carried over. */
void import_lose(struct import_world *w, struct import_node *node, const char *note);

#endif
