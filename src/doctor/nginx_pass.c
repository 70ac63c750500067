/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_ordered.h"
#include "doctor/nginx_private.h"

static const struct import_node *next_upstream(
	const struct import_node *block, const struct import_node *node, struct str name)
{
	return block->index != NULL ? nginx_ordered_next(&block->index->upstreams, name, node)
				    : nginx_find(block, node, "upstream");
}

/* The address of the only server of an upstream; absent: there are several, or none. */
static struct str upstream_target(const struct nginx_look *look, struct str name)
{
	const struct import_node *http = nginx_find(look->root, NULL, "http");
	const struct import_node *node = NULL;
	struct str target = {NULL, 0};

	if (http == NULL) {
		http = look->root;
	}
	while ((node = next_upstream(http, node, name)) != NULL) {
		const struct import_node *server = nginx_find(node, NULL, "server");

		if (str_eq(nginx_arg(node, 1), name) && server != NULL &&
			nginx_find(node, server, "server") == NULL) {
			target = nginx_arg(server, 1);
		}
	}
	return target;
}

/* Cuts an address, unix:PATH or HOST:PORT, from what follows it. */
static struct str take_address(struct str *rest)
{
	bool is_unix = str_starts_with(*rest, "unix:");
	size_t from = is_unix ? sizeof("unix:") - 1 : 0;
	struct str tail = str_from(*rest, from);
	size_t len = from + str_find(tail, is_unix ? ':' : '/');
	struct str address = {rest->data, len};

	*rest = str_from(*rest, len + is_unix);
	return address;
}

void nginx_pass_of(
	const struct nginx_look *look, const struct import_node *location, struct nginx_pass *out)
{
	const struct import_node *fastcgi = nginx_find(location, NULL, "fastcgi_pass");
	const struct import_node *proxy = nginx_find(location, NULL, "proxy_pass");

	*out = (struct nginx_pass){.node = fastcgi != NULL ? fastcgi : proxy};
	out->http = fastcgi == NULL;
	if (out->node == NULL) {
		return;
	}
	struct str rest = nginx_arg(out->node, 1);

	if (out->http && !str_take_nocase(&rest, "http://")) {
		return;
	}
	out->target = take_address(&rest);
	out->path = out->http && rest.len > 0 ? rest : (struct str){NULL, 0};
	if (str_find(out->target, '$') < out->target.len) {
		out->target = (struct str){NULL, 0};
	} else if (str_find(out->target, ':') == out->target.len) {
		out->target = upstream_target(look, out->target);
	}
}

/* /var/run is /run, on every system with systemd. */
static struct str without_var(struct str path)
{
	return str_starts_with(path, "/var/run/") ? str_from(path, sizeof("/var") - 1) : path;
}

const struct net_listen_spec *nginx_listen_of(
	const struct nginx_look *look, const struct nginx_pass *pass)
{
	const struct config_server *server = &look->config->server;
	struct net_listen_spec spec;
	const char *why;

	if (pass->target.len == 0 || !net_listen_parse(pass->target, &spec, &why)) {
		return NULL;
	}
	spec.path = without_var(spec.path);
	for (size_t i = 0; i < server->listen_count; i++) {
		struct net_listen_spec listen = server->listen[i];

		listen.path = without_var(listen.path);
		if (net_listen_is_same_place(&listen, &spec)) {
			return &server->listen[i];
		}
	}
	return NULL;
}

static bool names_doorward(struct str text)
{
	return text.len > 0 &&
	       memmem(text.data, text.len, "doorward", sizeof("doorward") - 1) != NULL;
}

bool nginx_asks(
	const struct nginx_look *look, const struct import_node *location, struct nginx_pass *pass)
{
	nginx_pass_of(look, location, pass);
	if (pass->node == NULL) {
		return false;
	}
	/* A location for /metrics and the like asks for no decision. */
	if (nginx_set_value(location, "fastcgi_param", "DOORWARD_ENDPOINT").data != NULL) {
		return false;
	}
	if (pass->http) {
		return pass->path.len >= sizeof("/auth") - 1 &&
		       str_starts_with(pass->path, "/auth") &&
		       (nginx_listen_of(look, pass) != NULL ||
			       names_doorward(nginx_arg(pass->node, 1)));
	}
	return nginx_listen_of(look, pass) != NULL || names_doorward(pass->target) ||
	       nginx_set_value(location, "fastcgi_param", "DOORWARD_POLICY").data != NULL;
}
