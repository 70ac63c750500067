/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "requests.h"

#include "base/clock.h"
#include "believe.h"
#include "decider.h"
#include "fcgi/service.h"
#include "forward.h"
#include "http/route.h"
#include "http/service.h"
#include "probe.h"

#include <stdlib.h>

#define REPLY_KEEP 8192 /* bytes of buffer kept between answers to probes */

struct requests {
	struct decider *decider;
	struct fcgi_pool fcgi_pool;
	struct net_service fcgi;
	struct http_pool http_pool;
	struct net_service http;
	struct bytes reply; /* to a probe */
	const struct metrics *metrics;
	struct metrics_worker *stats;
	bool draining;
};

static void answer_probe(struct requests *all, enum probe probe)
{
	const struct probe_state state = {
		all->metrics, decider_snapshot(all->decider), all->draining};

	bytes_reset(&all->reply, REPLY_KEEP);
	probe_answer(probe, &state, &all->reply);
}

/* What is in all->reply. */
static struct str probed(const struct requests *all)
{
	return all->reply.failed ? (struct str){NULL, 0} : bytes_view(&all->reply);
}

/* SCRIPT_NAME; empty: it came twice. */
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
	struct input *input, const struct cert_sources *sources, struct fcgi_params *params)
{
	static const char *const words[] = {
		[FCGI_PARAMS_SOUND] = NULL,
		[FCGI_PARAMS_OVERSIZE] = "more parameters than max_params",
		[FCGI_PARAMS_TRUNCATED] = "the parameters end inside a name-value pair",
		[FCGI_PARAMS_NO_MEMORY] = "out of memory",
	};
	struct str name;
	struct str value;

	while (fcgi_params_next(params, &name, &value)) {
		input_add(input, sources, name, value);
	}
	input->unusable = words[params->fault];
}

static void *fcgi_request(
	void *ctx, struct fcgi_request *fcgi, enum fcgi_role role, struct fcgi_params *params)
{
	struct requests *all = ctx;
	const struct fcgi_params whole = *params;
	struct input input;
	const struct decider_question question = {
		.input = &input, .role = role, .fcgi = fcgi, .since_us = clock_us()};

	input_init(&input);
	take_params(&input, &requests_config(all)->frontend.cert, params);
	struct str endpoint = input.values[INPUT_DOORWARD_ENDPOINT];

	if (endpoint.data != NULL && role == FCGI_ROLE_RESPONDER &&
		probe_is_asked(&input, script_of(whole))) {
		answer_probe(all, probe_of(endpoint));
		decider_reply(&question, probed(all));
		return NULL;
	}
	return decider_ask(all->decider, &question);
}

static void request_abort(void *app_request)
{
	decider_abort(app_request);
}

static void *http_auth(struct requests *all, struct http_conn *conn, const struct http_head *head,
	const struct http_route *route, const struct addr *from)
{
	const struct config *config = requests_config(all);
	char why[FORWARD_WHY_MAX];
	struct input input;
	const struct decider_question question = {
		.input = &input, .role = FCGI_ROLE_RESPONDER, .http = conn, .since_us = clock_us()};

	input_init(&input);
	if (believe_peer(&config->frontend, from)) {
		forward_input(&input, config, head, route);
	} else {
		forward_refuse(&input, from, why);
		http_conn_stop(conn);
	}
	return decider_ask(all->decider, &question);
}

/* Whether the process lives is for anyone to know who can connect; what it does is not. */
static void http_other(struct requests *all, struct http_conn *conn, enum http_place place,
	const struct addr *from)
{
	static const enum probe probes[] = {
		[HTTP_NOWHERE] = PROBE_COUNT,
		[HTTP_AUTH] = PROBE_COUNT,
		[HTTP_HEALTHZ] = PROBE_HEALTHZ,
		[HTTP_READYZ] = PROBE_READYZ,
		[HTTP_METRICS] = PROBE_METRICS,
	};

	counter_add(&all->stats->not_found, probes[place] == PROBE_COUNT);
	if (place == HTTP_METRICS && !believe_peer(&requests_config(all)->frontend, from)) {
		counter_add(&all->stats->forbidden, 1);
		bytes_reset(&all->reply, REPLY_KEEP);
		probe_forbidden(&all->reply);
	} else {
		answer_probe(all, probes[place]);
	}
	http_reply(conn, probed(all));
}

static void *http_request(
	void *ctx, struct http_conn *conn, const struct http_head *head, const struct addr *from)
{
	struct http_route route = http_route(head->path);

	if (route.place == HTTP_AUTH) {
		return http_auth(ctx, conn, head, &route, from);
	}
	http_other(ctx, conn, route.place, from);
	return NULL;
}

static struct fcgi_limits limits_of(const struct config_server *server)
{
	return (struct fcgi_limits){
		.max_connections = server->net.max_connections,
		.max_params = server->max_params,
		.max_requests_per_connection = server->max_requests_per_connection,
	};
}

struct requests *requests_new(
	uv_loop_t *loop, struct snapshot *snapshot, const struct generation_worker *worker)
{
	struct requests *all = calloc(1, sizeof(*all));
	struct decider *decider = decider_new(loop, snapshot, worker);

	if (all == NULL || decider == NULL) {
		decider_free(decider);
		free(all);
		return NULL;
	}
	const struct fcgi_limits limits = limits_of(&snapshot->config->server);
	const struct fcgi_app fcgi = {
		.ctx = all,
		.request = fcgi_request,
		.abort = request_abort,
	};
	const struct http_app http = {.ctx = all, .request = http_request, .abort = request_abort};

	all->decider = decider;
	all->metrics = worker->metrics;
	all->stats = metrics_worker(worker->metrics, worker->number);
	bytes_init(&all->reply, 0);
	fcgi_pool_init(&all->fcgi_pool, &fcgi, &limits);
	all->fcgi_pool.stats = &all->stats->fcgi;
	fcgi_service_init(&all->fcgi, &all->fcgi_pool);
	all->fcgi.stats = &all->stats->net[LISTEN_FASTCGI];
	http_pool_init(&all->http_pool, &http, limits.max_params, clock_wall_s);
	all->http_pool.stats = &all->stats->http;
	http_service_init(&all->http, &all->http_pool);
	all->http.stats = &all->stats->net[LISTEN_HTTP];
	return all;
}

void requests_free(struct requests *all)
{
	if (all == NULL) {
		return;
	}
	fcgi_pool_clear(&all->fcgi_pool);
	decider_free(all->decider);
	bytes_clear(&all->reply);
	free(all);
}

struct net_service *requests_service(struct requests *all, enum listen_protocol protocol)
{
	return protocol == LISTEN_HTTP ? &all->http : &all->fcgi;
}

bool requests_renew(struct requests *all, struct snapshot *snapshot)
{
	if (!decider_renew(all->decider, snapshot)) {
		return false;
	}
	all->fcgi_pool.limits = limits_of(&snapshot->config->server);
	all->http_pool.max_head = snapshot->config->server.max_params;
	return true;
}

void requests_drain(struct requests *all)
{
	all->draining = true;
}

const struct config *requests_config(const struct requests *all)
{
	return decider_snapshot(all->decider)->config;
}
