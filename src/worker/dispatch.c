/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/dispatch.h"

#include "authz/forward_auth.h"
#include "authz/trusted_input.h"
#include "base/clock.h"
#include "fcgi/conn.h"
#include "fcgi/pool.h"
#include "http/conn.h"
#include "http/fault.h"
#include "http/route.h"
#include "log/limit.h"
#include "worker/authorizer.h"
#include "worker/endpoints.h"

#include <stdlib.h>

#define RESPONSE_KEEP 8192 /* bytes of buffer kept between responses of endpoints */
#define PATH_SHOWN 64      /* bytes of a path in the log */

struct worker_dispatch {
	struct worker_authorizer *authorizer;
	struct fcgi_pool fcgi_pool;
	struct net_service fcgi;
	struct http_pool http_pool;
	struct net_service http;
	struct bytes response; /* of an endpoint */
	const struct metrics *metrics;
	struct metrics_worker *stats;
	struct log_limit refusals; /* requests of trusted peers that were rejected */
	struct log_limit strangers_refusals;
	struct log_limit strangers_decisions;
	bool draining;
};

/* The content of dispatch->response; absent when out of memory. */
static struct str response_of(const struct worker_dispatch *dispatch)
{
	return dispatch->response.failed ? (struct str){NULL, 0} : bytes_view(&dispatch->response);
}

static struct str endpoint_response(struct worker_dispatch *dispatch, enum worker_endpoint endpoint)
{
	const struct worker_endpoint_state state = {dispatch->metrics,
		worker_authorizer_snapshot(dispatch->authorizer), dispatch->draining};

	bytes_reset(&dispatch->response, RESPONSE_KEEP);
	worker_endpoint_respond(endpoint, &state, &dispatch->response);
	return response_of(dispatch);
}

static struct str forbidden_response(struct worker_dispatch *dispatch)
{
	bytes_reset(&dispatch->response, RESPONSE_KEEP);
	worker_endpoint_forbidden(&dispatch->response);
	return response_of(dispatch);
}

/* SCRIPT_NAME; empty if it came twice. */
static struct str script_of(struct fcgi_params params)
{
	struct str script = {NULL, 0};
	struct str name;
	struct str value;

	while (fcgi_params_next(&params, &name, &value)) {
		if (str_eq_text(name, "SCRIPT_NAME")) {
			script = script.data == NULL ? value : str_view("");
		}
	}
	return script;
}

static void take_params(
	struct authz_input *input, const struct cert_sources *sources, struct fcgi_params *params)
{
	static const char *const words[] = {
		[FCGI_PARAMS_OVERSIZE] = "more parameters than max_params",
		[FCGI_PARAMS_TRUNCATED] = "the parameters end inside a name-value pair",
		[FCGI_PARAMS_NO_MEMORY] = "out of memory",
	};
	struct str name;
	struct str value;

	while (fcgi_params_next(params, &name, &value)) {
		authz_input_add(input, sources, name, value);
	}
	if (params->fault != FCGI_PARAMS_SOUND) {
		input->unusable = words[params->fault];
	}
}

static void take_fields(struct fcgi_params params, struct authz_fields *fields)
{
	struct str name;
	struct str value;

	fields->count = 0;
	fields->overflow = false;
	while (fcgi_params_next(&params, &name, &value)) {
		authz_fields_add_param(fields, name, value);
	}
}

static void reply_fcgi(void *ctx, struct str response)
{
	fcgi_reply(ctx, response);
}

/* Called by end_params() of fcgi/conn.c. */
static void *fcgi_request(
	void *ctx, struct fcgi_request *fcgi, enum fcgi_role role, struct fcgi_params *params)
{
	struct worker_dispatch *dispatch = ctx;
	const struct fcgi_params whole = *params;
	struct authz_fields fields;
	struct authz_input input;
	bool responder = role == FCGI_ROLE_RESPONDER;
	const struct worker_authorizer_request request = {
		.input = &input,
		.form = responder ? AUTHZ_RESPONSE_RESPONDER : AUTHZ_RESPONSE_AUTHORIZER,
		.reply = reply_fcgi,
		.ctx = fcgi,
		.since_us = clock_us(),
	};

	authz_input_init(&input);
	/*
	 * Front ends of authorizers (lighttpd, Apache) join a header's lines, and lighttpd gives
	 * X_Forwarded_For the same name as X-Forwarded-For; nginx sends line by line, and drops
	 * such names.
	 */
	input.lines_are_told_apart = responder;
	take_params(&input, &worker_dispatch_config(dispatch)->frontend.cert, params);
	if (authz_input_is_signed(&input)) {
		take_fields(whole, &fields);
		input.fields = &fields;
	}
	struct str endpoint = input.values[AUTHZ_INPUT_DOORWARD_ENDPOINT];

	if (endpoint.data != NULL && responder &&
		worker_endpoint_is_asked(&input, script_of(whole))) {
		fcgi_reply(fcgi, endpoint_response(dispatch, worker_endpoint_of(endpoint)));
		return NULL;
	}
	return worker_authorizer_ask(dispatch->authorizer, &request);
}

static void request_abort(void *app_request)
{
	worker_authorizer_abort(app_request);
}

static void reply_http(void *ctx, struct str response)
{
	http_reply(ctx, response);
}

static void *http_auth(struct worker_dispatch *dispatch, struct http_conn *conn,
	const struct http_head *head, const struct http_route *route, const struct addr *from)
{
	const struct config *config = worker_dispatch_config(dispatch);
	char why[AUTHZ_FORWARD_WHY_MAX];
	struct authz_fields fields;
	struct authz_input input;
	bool trusted = authz_trusts_peer(&config->frontend, from);
	const struct worker_authorizer_request request = {
		.input = &input,
		.form = AUTHZ_RESPONSE_HTTP,
		.reply = reply_http,
		.ctx = conn,
		.log_limit = trusted ? NULL : &dispatch->strangers_decisions,
		.since_us = clock_us(),
	};

	authz_input_init(&input);
	if (trusted) {
		authz_forward_input(&input, config, head, route, &fields);
	} else {
		authz_forward_refuse(&input, from, why);
		http_close_after(conn);
	}
	return worker_authorizer_ask(dispatch->authorizer, &request);
}

/* A Unix socket's peer has no address. */
static const char *name_of(const struct addr *from, char text[ADDR_TEXT_MAX])
{
	if (from->family == ADDR_NONE) {
		return "a Unix socket";
	}
	addr_format(from, text);
	return text;
}

/* Errors of strangers must not hide those of a front end. */
static struct log_limit *limit_of(struct worker_dispatch *dispatch, const struct addr *from)
{
	bool trusted = authz_trusts_peer(&worker_dispatch_config(dispatch)->frontend, from);

	return trusted ? &dispatch->refusals : &dispatch->strangers_refusals;
}

static void log_refusal(struct worker_dispatch *dispatch, const struct addr *from, struct str path,
	const char *status, const char *why)
{
	char text[ADDR_TEXT_MAX];

	log_limited(limit_of(dispatch, from), LOG_LEVEL_WARNING, clock_ms(),
		"HTTP from %s: %s: \"%.*s\": %s", name_of(from, text), status,
		path.len < PATH_SHOWN ? (int)path.len : PATH_SHOWN, path.len > 0 ? path.data : "",
		why);
}

/* Whether the process lives is for any peer that can connect; its metrics are not. */
static void http_other(struct worker_dispatch *dispatch, struct http_conn *conn,
	const struct http_head *head, enum http_place place, const struct addr *from)
{
	static const enum worker_endpoint endpoints[] = {
		[HTTP_NOWHERE] = WORKER_ENDPOINT_COUNT,
		[HTTP_AUTH] = WORKER_ENDPOINT_COUNT,
		[HTTP_HEALTHZ] = WORKER_ENDPOINT_HEALTHZ,
		[HTTP_READYZ] = WORKER_ENDPOINT_READYZ,
		[HTTP_METRICS] = WORKER_ENDPOINT_METRICS,
	};
	bool trusted = authz_trusts_peer(&worker_dispatch_config(dispatch)->frontend, from);
	struct str response;

	if (!trusted) {
		http_close_after(conn);
	}
	if (place == HTTP_METRICS && !trusted) {
		counter_add(&dispatch->stats->forbidden, 1);
		log_refusal(dispatch, from, head->target, "403 Forbidden",
			"only for trusted_proxies and peers on a Unix socket");
		response = forbidden_response(dispatch);
	} else {
		response = endpoint_response(dispatch, endpoints[place]);
	}
	if (endpoints[place] == WORKER_ENDPOINT_COUNT) {
		counter_add(&dispatch->stats->not_found, 1);
		log_refusal(dispatch, from, head->target, "404 Not Found",
			"expected the path /auth, /auth/POLICY, /healthz, /readyz or /metrics");
	}
	http_reply(conn, response);
}

/* Called by take_head() of http/conn.c. */
static void *http_request(
	void *ctx, struct http_conn *conn, const struct http_head *head, const struct addr *from)
{
	struct http_route route = http_route(head->path);

	if (route.place == HTTP_AUTH) {
		return http_auth(ctx, conn, head, &route, from);
	}
	http_other(ctx, conn, head, route.place, from);
	return NULL;
}

static void http_refused(void *ctx, const struct http_refusal *refusal)
{
	struct worker_dispatch *dispatch = ctx;
	struct log_limit *limit = limit_of(dispatch, refusal->from);
	char from[ADDR_TEXT_MAX];
	uint64_t now_ms = clock_ms();
	struct bytes why;

	if (!log_limit_allows(limit, LOG_LEVEL_WARNING, now_ms)) {
		return;
	}
	bytes_init(&why, 0);
	http_fault_describe(refusal, &why);
	log_limited(limit, LOG_LEVEL_WARNING, now_ms, "HTTP from %s: %s: %.*s",
		name_of(refusal->from, from), refusal->status, (int)why.len,
		why.len > 0 ? (const char *)why.data : "");
	bytes_clear(&why);
}

static void fcgi_refused(void *ctx, const struct addr *from, const char *what)
{
	struct worker_dispatch *dispatch = ctx;
	char text[ADDR_TEXT_MAX];

	log_limited(&dispatch->refusals, LOG_LEVEL_WARNING, clock_ms(),
		"FastCGI from %s: refused: %s", name_of(from, text), what);
}

static bool http_knows(const void *ctx, const struct addr *from)
{
	const struct worker_dispatch *dispatch = ctx;

	return authz_trusts_peer(&worker_dispatch_config(dispatch)->frontend, from);
}

static struct fcgi_limits limits_of(const struct authz_snapshot *snapshot)
{
	const struct config_server *server = &snapshot->config->server;

	return (struct fcgi_limits){
		.max_connections = server->net.max_connections,
		.max_params = server->max_params,
		.max_requests_per_connection = server->max_requests_per_connection,
		.generation = snapshot->generation,
	};
}

struct worker_dispatch *worker_dispatch_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct worker_env_owner *worker)
{
	struct worker_dispatch *dispatch = calloc(1, sizeof(*dispatch));
	struct worker_authorizer *authorizer = worker_authorizer_new(loop, snapshot, worker);

	if (dispatch == NULL || authorizer == NULL) {
		worker_authorizer_free(authorizer);
		free(dispatch);
		return NULL;
	}
	const struct fcgi_limits limits = limits_of(snapshot);
	const struct fcgi_app fcgi = {
		.ctx = dispatch,
		.request = fcgi_request,
		.abort = request_abort,
		.refused = fcgi_refused,
	};
	const struct http_app http = {.ctx = dispatch,
		.request = http_request,
		.abort = request_abort,
		.refused = http_refused};

	dispatch->authorizer = authorizer;
	dispatch->metrics = worker->metrics;
	dispatch->stats = metrics_worker(worker->metrics, worker->number);
	bytes_init(&dispatch->response, 0);
	fcgi_pool_init(&dispatch->fcgi_pool, &fcgi, &limits);
	dispatch->fcgi_pool.stats = &dispatch->stats->fcgi;
	net_service_init(&dispatch->fcgi, &fcgi_protocol, &dispatch->fcgi_pool);
	dispatch->fcgi.stats = &dispatch->stats->net[NET_LISTEN_FASTCGI];
	http_pool_init(&dispatch->http_pool, &http, limits.max_params, clock_wall_s);
	dispatch->http_pool.stats = &dispatch->stats->http;
	net_service_init(&dispatch->http, &http_protocol, &dispatch->http_pool);
	dispatch->http.stats = &dispatch->stats->net[NET_LISTEN_HTTP];
	dispatch->http.knows = http_knows;
	dispatch->http.knows_ctx = dispatch;
	return dispatch;
}

void worker_dispatch_free(struct worker_dispatch *dispatch)
{
	if (dispatch == NULL) {
		return;
	}
	fcgi_pool_clear(&dispatch->fcgi_pool);
	worker_authorizer_free(dispatch->authorizer);
	bytes_clear(&dispatch->response);
	free(dispatch);
}

struct net_service *worker_dispatch_service(
	struct worker_dispatch *dispatch, enum net_listen_protocol protocol)
{
	return protocol == NET_LISTEN_HTTP ? &dispatch->http : &dispatch->fcgi;
}

bool worker_dispatch_renew(struct worker_dispatch *dispatch, struct authz_snapshot *snapshot)
{
	if (!worker_authorizer_renew(dispatch->authorizer, snapshot)) {
		return false;
	}
	dispatch->fcgi_pool.limits = limits_of(snapshot);
	dispatch->http_pool.max_head = snapshot->config->server.max_params;
	return true;
}

void worker_dispatch_drain(struct worker_dispatch *dispatch)
{
	dispatch->draining = true;
}

const struct config *worker_dispatch_config(const struct worker_dispatch *dispatch)
{
	return worker_authorizer_snapshot(dispatch->authorizer)->config;
}
