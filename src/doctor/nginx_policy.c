/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_private.h"
#include "http/route.h"

#include <string.h>

static void check_certificate(const struct nginx_look *look, const struct import_node *location,
	const struct nginx_pass *pass, const struct policy *policy)
{
	const struct cert_sources *sources = &look->config->frontend.cert;
	struct str name = sources->names[pass->http ? CERT_INPUT_HEADER : CERT_INPUT_PARAM];
	const struct import_node *server = nginx_enclosing(location, "server");
	const struct import_node *asked = nginx_effective(location, "ssl_verify_client");
	struct place place = import_node_place(pass->node);

	if (policy->client_cert != POLICY_CERT_REQUIRED || sources->profile != CERT_PROFILE_NGINX) {
		return;
	}
	if (!pass->http && name.data != NULL &&
		nginx_set_value(location, "fastcgi_param", name.data).len == 0) {
		diag_error(look->diag, &place,
			"[policy %.*s] requires a certificate, which is not passed: expected "
			"fastcgi_param %.*s $ssl_client_raw_cert and fastcgi_param "
			"SSL_CLIENT_VERIFY $ssl_client_verify",
			(int)policy->name.len, policy->name.data, (int)name.len, name.data);
	}
	if ((asked == NULL || nginx_says(asked, "off")) && server != NULL &&
		nginx_effective(server, "ssl_certificate") != NULL) {
		place = import_node_place(server);
		diag_error(look->diag, &place,
			"[policy %.*s] requires a certificate, for which nginx does not ask "
			"clients: expected ssl_verify_client optional and ssl_client_certificate",
			(int)policy->name.len, policy->name.data);
	}
}

/* A policy that is named at this place. */
static const struct policy *check_name(
	const struct nginx_look *look, const struct import_node *at, struct str name)
{
	const struct policy *policy = config_policy(look->config, name);
	struct place place = import_node_place(at);

	if (policy == NULL && !str_starts_with(name, "@")) {
		diag_error(look->diag, &place,
			"no [policy %.*s] is configured: every request is denied (unknown_policy)",
			(int)name.len, name.data);
	}
	return policy;
}

static bool is_literal(struct str value)
{
	return str_find(value, '$') == value.len;
}

struct variable {
	const struct nginx_look *look;
	struct str name; /* without its $ */
};

/* The name in $NAME or ${NAME}; absent: another value. */
static struct str variable_name(struct str value)
{
	bool braced = str_starts_with(value, "${");
	struct str name = str_from(value, braced ? 2 : 1);

	size_t end = str_find(name, '}');

	if (!str_starts_with(value, "$") || !is_literal(name) || end + braced != name.len) {
		return (struct str){NULL, 0};
	}
	return (struct str){name.data, end};
}

static bool is_named(struct str value, struct str name)
{
	return str_eq_nocase(variable_name(value), name);
}

static void check_map(const struct variable *v, const struct import_node *map)
{
	static const char *const words[] = {"hostnames", "volatile", "include"};

	for (const struct import_node *row = nginx_first(map); row != NULL;
		row = nginx_next(map, row)) {
		bool is_row = row->arg_count == 2;

		for (size_t i = 0; i < ARRAY_LEN(words); i++) {
			is_row = is_row && !import_node_is(row, words[i]);
		}
		if (is_row && is_literal(row->args[1])) {
			(void)check_name(v->look, row, row->args[1]);
		}
	}
}

/* The places where a variable gets a value. */
static void check_assignment(void *ctx, const struct import_node *node)
{
	const struct variable *v = ctx;

	if (import_node_is(node, "set") && node->arg_count == 3 &&
		is_named(node->args[1], v->name) && is_literal(node->args[2])) {
		(void)check_name(v->look, node, node->args[2]);
	} else if (import_node_is(node, "map") && node->arg_count == 3 &&
		   is_named(node->args[2], v->name)) {
		check_map(v, node);
	}
}

/* Takes a prefix off the front; false: it is not there. */
static bool take(struct str *rest, const char *prefix)
{
	if (!str_starts_with(*rest, prefix)) {
		return false;
	}
	*rest = str_from(*rest, strlen(prefix));
	return true;
}

/*
 * What stands before the name in the paths of a location such as ~ "^/doorward/(?<NAME>.*)$", from
 * which the variable has its value; absent: it has another origin.
 */
static struct str path_before(const struct import_node *location, struct str name)
{
	const struct str none = {NULL, 0};
	struct str regex = nginx_arg(location, 2);

	if (!str_eq_text(nginx_arg(location, 1), "~") || !take(&regex, "^")) {
		return none;
	}
	struct str before = {regex.data, str_find(regex, '(')};

	regex = str_from(regex, before.len);
	if (!take(&regex, "(?<")) {
		return none;
	}
	struct str group = {regex.data, str_find(regex, '>')};

	return str_eq(group, name) ? before : none;
}

/* The requests of a server for a location that takes the policy from the path. */
struct by_path {
	const struct nginx_look *look;
	const struct import_node *location;
	const struct nginx_pass *pass;
	const struct import_node *server;
	struct str before;
};

static void check_request(void *ctx, const struct import_node *node)
{
	const struct by_path *b = ctx;
	struct str uri = nginx_arg(node, 1);

	uri.len = str_find(uri, '?');
	if (!import_node_is(node, "auth_request") || uri.len <= b->before.len || !is_literal(uri) ||
		!str_eq((struct str){uri.data, b->before.len}, b->before)) {
		return;
	}
	const struct import_node *other = nginx_location_of(b->server, uri, true);

	if (other != NULL && str_eq_text(nginx_arg(other, 1), "=")) {
		return;
	}
	const struct policy *policy = check_name(b->look, node, str_from(uri, b->before.len));

	if (policy != NULL) {
		check_certificate(b->look, b->location, b->pass, policy);
		nginx_look_at_agents(b->look, b->location, b->pass, policy);
	}
}

/* Whether the variable was looked at before; notes that it is now. */
static bool was_looked_at(struct nginx_look *look, struct str name)
{
	for (size_t i = 0; i < look->variable_count; i++) {
		if (str_eq(look->variables[i], name)) {
			return true;
		}
	}
	if (look->variable_count < NGINX_VARIABLES_MAX) {
		look->variables[look->variable_count++] = name;
	}
	return false;
}

static void check_variable(struct nginx_look *look, const struct import_node *location,
	const struct nginx_pass *pass, struct str name)
{
	struct by_path by_path = {look, location, pass, nginx_enclosing(location, "server"),
		path_before(location, name)};
	struct variable variable = {look, name};

	if (by_path.before.data != NULL && by_path.server != NULL) {
		nginx_each(by_path.server, check_request, &by_path);
	} else if (!was_looked_at(look, name)) {
		nginx_each(look->root, check_assignment, &variable);
	}
}

void nginx_look_at_policy(
	struct nginx_look *look, const struct import_node *location, const struct nginx_pass *pass)
{
	struct str name = pass->http
				  ? http_route(pass->path).policy
				  : nginx_set_value(location, "fastcgi_param", "DOORWARD_POLICY");
	const struct policy *policy = NULL;

	if (name.data == NULL) {
		if (pass->http && look->config->frontend.policy_header) {
			return;
		}
		policy = check_name(look, pass->node, str_view("default"));
	} else if (is_literal(name)) {
		policy = check_name(look, pass->node, name);
	} else if (variable_name(name).len > 0) {
		check_variable(look, location, pass, variable_name(name));
	}
	if (policy != NULL) {
		check_certificate(look, location, pass, policy);
		nginx_look_at_agents(look, location, pass, policy);
	}
}
