/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_private.h"

#include "http/route.h"

#define HEADER_MAX 128

/* A location that asks, while it is looked at. */
struct question {
	const struct nginx_look *look;
	const struct import_node *location;
	const struct nginx_pass *pass;
	struct place place;
};

static struct str param(const struct question *q, const char *name)
{
	return nginx_set_value(q->location, "fastcgi_param", name);
}

/* "X-Real-IP" for "HTTP_X_REAL_IP", in lower case, which nginx does not tell apart. */
static bool header_of(struct str name, char out[HEADER_MAX])
{
	if (!str_take_nocase(&name, "HTTP_") || name.len >= HEADER_MAX) {
		return false;
	}
	for (size_t i = 0; i < name.len; i++) {
		out[i] = name.data[i] == '_' ? '-' : ascii_lower(name.data[i]);
	}
	out[name.len] = '\0';
	return true;
}

/* Reports a header that doorward believes, and that nginx passes on as the client sent it. */
static void check_header(const struct question *q, const char *input)
{
	const char *off =
		q->pass->http ? "proxy_pass_request_headers" : "fastcgi_pass_request_headers";
	const char *set = q->pass->http ? "proxy_set_header" : "fastcgi_param";
	char header[HEADER_MAX];

	if (!header_of(str_view(input), header)) {
		return;
	}
	const char *name = q->pass->http ? header : input;
	struct str value = nginx_set_value(q->location, set, name);

	if (value.data != NULL ? nginx_uses(value, NGINX_CLIENTS)
			       : !nginx_says(nginx_effective(q->location, off), "off")) {
		diag_error(q->look->diag, &q->place,
			"doorward believes the header %s here, and nginx passes on what the client "
			"sent: expected %s off, or %s %s with a value of nginx's own",
			header, off, set, name);
	}
}

static void check_believed(const struct question *q)
{
	const struct config_frontend *frontend = &q->look->config->frontend;

	if (!q->pass->http && !frontend->trust_headers &&
		!str_eq_text(param(q, "DOORWARD_TRUST_HEADERS"), "1")) {
		return;
	}
	if (frontend->address == CONFIG_ADDRESS_AUTO ||
		frontend->address == CONFIG_ADDRESS_X_REAL_IP) {
		check_header(q, "HTTP_X_REAL_IP");
	}
	if (frontend->forwarded_for || frontend->address == CONFIG_ADDRESS_X_FORWARDED_FOR) {
		check_header(q, "HTTP_X_FORWARDED_FOR");
	}
	for (size_t i = 0; i < CERT_INPUT_COUNT; i++) {
		if (frontend->cert.names[i].data != NULL) {
			check_header(q, frontend->cert.names[i].data);
		}
	}
	if (frontend->policy_header && q->pass->http && http_route(q->pass->path).policy.len == 0) {
		check_header(q, "HTTP_X_DOORWARD_POLICY");
	}
}

static void check_address(const struct question *q)
{
	const struct config_frontend *frontend = &q->look->config->frontend;
	bool trusts =
		frontend->trust_headers || str_eq_text(param(q, "DOORWARD_TRUST_HEADERS"), "1");
	struct str address = param(q, "REMOTE_ADDR");

	if (q->pass->http) {
		if (nginx_set_value(q->location, "proxy_set_header", "X-Real-IP").len == 0 &&
			nginx_set_value(q->location, "proxy_set_header", "X-Forwarded-For").len ==
				0) {
			diag_error(q->look->diag, &q->place,
				"the client's address is not passed, and every request is denied "
				"(no_address): expected proxy_set_header X-Real-IP $remote_addr");
		}
	} else if (address.len == 0 && !trusts) {
		diag_error(q->look->diag, &q->place,
			"the client's address is not passed, and every request is denied "
			"(no_address): expected fastcgi_param REMOTE_ADDR $remote_addr");
	} else if (nginx_uses(address, NGINX_CLIENTS)) {
		diag_error(q->look->diag, &q->place,
			"REMOTE_ADDR is a header that the client writes: expected $remote_addr, "
			"with nginx's real_ip_header behind a load balancer");
	}
}

/* nginx serves the host of the request line, if it has one, and that of the Host field if not. */
static void check_host(const struct question *q)
{
	const char *input = q->pass->http ? "X-Forwarded-Host" : "HTTP_HOST";
	struct str host = q->pass->http ? nginx_set_value(q->location, "proxy_set_header", input)
					: param(q, input);

	if (nginx_uses(host, "http_host")) {
		diag_warning(q->look->diag, &q->place,
			"%s is the Host field, and a client can pass a rule about http_host by "
			"another host in its request line: expected %s",
			input, q->pass->http ? "$host:$server_port" : "$host");
	}
}

static bool listens_elsewhere(const struct config_server *server)
{
	for (size_t i = 0; i < server->listen_count; i++) {
		if (server->listen[i].kind == NET_LISTEN_SYSTEMD ||
			server->listen[i].kind == NET_LISTEN_FD) {
			return true;
		}
	}
	return false;
}

static void check_target(const struct question *q)
{
	const struct net_listen_spec *listen = nginx_listen_of(q->look, q->pass);
	struct str target = q->pass->target;

	if (listen == NULL) {
		if (target.len > 0 && !listens_elsewhere(&q->look->config->server)) {
			diag_error(q->look->diag, &q->place,
				"doorward does not listen at %.*s: [server] has no listen = %s%.*s",
				(int)target.len, target.data, q->pass->http ? "http:" : "",
				(int)target.len, target.data);
		}
	} else if (listen->protocol == NET_LISTEN_ADMIN) {
		diag_error(q->look->diag, &q->place,
			"%.*s is the admin socket, which decides nothing: expected the place of "
			"another listen in [server]",
			(int)target.len, target.data);
	} else if (q->pass->http && listen->protocol == NET_LISTEN_FASTCGI) {
		diag_error(q->look->diag, &q->place,
			"proxy_pass to a FastCGI socket: expected fastcgi_pass, or listen = "
			"http:%.*s in [server]",
			(int)target.len, target.data);
	} else if (!q->pass->http && listen->protocol == NET_LISTEN_HTTP) {
		diag_error(q->look->diag, &q->place,
			"fastcgi_pass to an HTTP socket: expected proxy_pass, or listen = %.*s "
			"in [server]",
			(int)target.len, target.data);
	}
}

/* Whether the error page gives one of these errors another status, which may be a good one. */
static bool changes_status(const struct import_node *page, bool intercepts)
{
	bool failure = false;
	bool changed = false;

	for (size_t i = 1; i + 1 < page->arg_count; i++) {
		struct str word = page->args[i];

		failure = failure || str_starts_with(word, "5") ||
			  (intercepts && (str_eq_text(word, "401") || str_eq_text(word, "403")));
		changed = changed || str_eq_text(word, "=") || str_starts_with(word, "=2");
	}
	return failure && changed;
}

/* What the server says of errors counts in the location that asks, too. */
static void check_error_pages(const struct question *q)
{
	const char *intercept =
		q->pass->http ? "proxy_intercept_errors" : "fastcgi_intercept_errors";
	bool intercepts = nginx_says(nginx_effective(q->location, intercept), "on");
	const struct import_node *level = nginx_level_with(q->location, "error_page");
	const struct import_node *page = NULL;

	while (level != NULL && (page = nginx_find(level, page, "error_page")) != NULL) {
		struct place place = import_node_place(page);

		if (changes_status(page, intercepts)) {
			diag_error(q->look->diag, &place,
				"this error page replaces the status of a failure in the location "
				"that "
				"asks doorward, too, and lets every client in while doorward does "
				"not "
				"run: expected an error_page without =, or one of the location's "
				"own "
				"(line %u of %s)",
				q->location->line, q->location->file->path);
		}
	}
}

static bool has_address(struct str key)
{
	return nginx_uses(key, "remote_addr") || nginx_uses(key, "binary_remote_addr") ||
	       nginx_uses(key, "proxy_protocol_addr");
}

/* A response that is kept for one client must not be another's. */
static void check_cache(const struct question *q)
{
	const char *cache = q->pass->http ? "proxy_cache" : "fastcgi_cache";
	const char *key = q->pass->http ? "proxy_cache_key" : "fastcgi_cache_key";
	const struct import_node *kept = nginx_effective(q->location, cache);
	const struct import_node *by = nginx_effective(q->location, key);

	if (kept == NULL || nginx_says(kept, "off")) {
		return;
	}
	for (size_t i = 1; by != NULL && i < by->arg_count; i++) {
		if (has_address(by->args[i])) {
			return;
		}
	}
	struct place place = import_node_place(by != NULL ? by : kept);

	diag_error(q->look->diag, &place,
		"nginx keeps doorward's response about one client for all of them: expected %s "
		"with "
		"$remote_addr in it, and with the certificate and the policy where they differ, or "
		"%s off",
		key, cache);
}

void nginx_look_at_question(const struct nginx_look *look, const struct import_node *location,
	const struct nginx_pass *pass)
{
	const struct question q = {look, location, pass, import_node_place(pass->node)};
	const struct place start = import_node_place(location);

	if (nginx_find(location, NULL, "internal") == NULL &&
		!str_starts_with(nginx_arg(location, 1), "@")) {
		diag_warning(look->diag, &start,
			"clients can ask doorward themselves: expected internal in the location");
	}
	check_target(&q);
	check_address(&q);
	check_host(&q);
	check_believed(&q);
	check_error_pages(&q);
	check_cache(&q);
}
