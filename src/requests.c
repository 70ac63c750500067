/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "requests.h"

#include "authz.h"
#include "base/clock.h"
#include "believe.h"
#include "decision_log.h"
#include "fcgi/service.h"
#include "forward.h"
#include "generation.h"
#include "http/route.h"
#include "http/service.h"
#include "probe.h"
#include "reply.h"

#include <stdlib.h>

#define SPARE_REQUESTS 256 /* kept for the next ones; a burst's further ones are freed */
#define REPLY_KEEP 8192    /* bytes of reply buffer kept between requests */

struct request {
	struct authz authz;
	struct requests *owner;
	struct generation *generation;
	struct fcgi_request *fcgi; /* either this */
	enum fcgi_role role;
	const struct cert_sources *sources; /* of the generation's configuration */
	struct str script;                  /* SCRIPT_NAME; empty: it came twice */
	struct http_conn *http;             /* or this */
	uint64_t started_us;
	struct request *next_spare;
};

struct requests {
	uv_loop_t *loop;
	struct generation *current;
	struct fcgi_pool fcgi_pool;
	struct net_service fcgi;
	struct http_pool http_pool;
	struct net_service http;
	struct request *spare;
	size_t spare_count;
	struct bytes reply;
	struct bytes head; /* of an answer in the making, as are the next two */
	struct bytes tail;
	struct bytes outcome;
	struct decision_log_space log_space;
	struct generation_worker worker;
	struct metrics_worker *stats;
	bool draining;
};

static void request_free(struct request *r)
{
	authz_clear(&r->authz);
	free(r);
}

static void request_release(struct request *r)
{
	struct requests *all = r->owner;
	struct generation *g = r->generation;

	authz_reset(&r->authz);
	if (--g->in_flight == 0 && g != all->current) {
		generation_free(g);
	}
	if (all->spare_count >= SPARE_REQUESTS) {
		request_free(r);
		return;
	}
	r->next_spare = all->spare;
	all->spare = r;
	all->spare_count++;
}

static struct request *request_new(struct requests *all)
{
	struct request *r = all->spare;

	if (r != NULL) {
		all->spare = r->next_spare;
		all->spare_count--;
	} else {
		r = calloc(1, sizeof(*r));
		if (r == NULL) {
			return NULL;
		}
		authz_init(&r->authz);
		r->owner = all;
	}
	r->fcgi = NULL;
	r->http = NULL;
	r->script = (struct str){NULL, 0};
	r->role = FCGI_ROLE_RESPONDER;
	r->started_us = clock_us();
	r->generation = all->current;
	r->sources = &all->current->snapshot->config->frontend.cert;
	r->generation->in_flight++;
	return r;
}

static void *fcgi_begin(void *ctx, struct fcgi_request *fcgi, enum fcgi_role role)
{
	struct request *r = request_new(ctx);

	if (r != NULL) {
		r->fcgi = fcgi;
		r->role = role;
	}
	return r;
}

static void fcgi_bad_params(void *app_request, enum fcgi_bad_params why)
{
	static const char *const words[] = {
		[FCGI_PARAMS_OVERSIZE] = "more parameters than max_params",
		[FCGI_PARAMS_TRUNCATED] = "the parameters end inside a name-value pair",
		[FCGI_PARAMS_NO_MEMORY] = "out of memory",
	};
	struct request *r = app_request;

	r->authz.input.unusable = words[why];
}

static void fcgi_param(void *app_request, struct str name, struct str value)
{
	static const struct str script_name = {"SCRIPT_NAME", 11};
	struct request *r = app_request;

	input_add(&r->authz.input, &r->authz.arena, r->sources, name, value);
	if (str_eq(name, script_name)) {
		r->script =
			r->script.data == NULL ? arena_dup(&r->authz.arena, value) : str_view("");
	}
}

/* `policy` NULL: it is not known. */
static void count(const struct request *r, const struct policy *policy, const struct answer *answer,
	uint64_t duration_us)
{
	const struct generation *g = r->generation;
	size_t number = policy != NULL ? policy->number : g->snapshot->config->policy_count;

	counter_add(&g->counts[number]->decisions[answer->verdict][answer->reason], 1);
	histogram_observe(&r->owner->stats->request_time, duration_us);
}

/* Sends what is in all->reply; without memory for a whole answer none, which front ends take for a
 * failure. */
static void reply(struct request *r, bool whole)
{
	struct requests *all = r->owner;
	struct str answer =
		whole && !all->reply.failed ? bytes_view(&all->reply) : (struct str){NULL, 0};

	if (r->fcgi != NULL) {
		fcgi_reply(r->fcgi, answer);
	} else {
		http_reply(r->http, answer);
	}
	request_release(r);
}

static void give(struct request *r, const struct policy *policy, const struct answer *answer,
	uint32_t max_age_s, uint64_t now_us, int64_t wall_s)
{
	struct requests *all = r->owner;
	const struct decision_log_request request = {
		.input = &r->authz.input,
		.wall_s = wall_s,
		.duration_us = now_us - r->started_us,
		.max_age_s = max_age_s,
	};

	count(r, policy, answer, request.duration_us);
	bytes_reset(&all->reply, REPLY_KEEP);
	bytes_append_str(&all->reply, answer->head);
	reply_caching(max_age_s, r->role, &all->reply);
	/* Over HTTP the head is all: nginx reads no body for auth_request, and would not keep a
	 * connection on which one comes. */
	bytes_append_str(&all->reply, r->http != NULL ? str_view("\r\n") : answer->tail);
	decision_log_line(&r->generation->snapshot->config->log, answer->verdict, answer->outcome,
		&request, &all->log_space);
	reply(r, answer->head.len > 0);
}

static struct answers_key key_of(const struct request *r, const struct policy *policy)
{
	return (struct answers_key){.form = r->role, .policy = policy, .input = &r->authz.input};
}

/* Without a head when memory is out. */
static struct answer answer_of(const struct request *r)
{
	const struct authz *a = &r->authz;
	struct requests *all = r->owner;

	bytes_reset(&all->head, REPLY_KEEP);
	bytes_reset(&all->tail, REPLY_KEEP);
	bytes_reset(&all->outcome, REPLY_KEEP);
	reply_head(a, r->role, &all->head);
	reply_tail(a, r->role, &all->tail);
	decision_log_outcome(a, &r->generation->snapshot->config->log, &all->outcome);
	bool whole = !all->head.failed && !all->tail.failed && !all->outcome.failed;

	return (struct answer){
		.head = whole ? bytes_view(&all->head) : (struct str){NULL, 0},
		.tail = bytes_view(&all->tail),
		.outcome = bytes_view(&all->outcome),
		.verdict = a->verdict,
		.reason = a->reason,
		.max_age_s = a->max_age_s,
		.until_ms = authz_until_ms(a),
		.from_wall_s = a->wall_s,
		.until_wall_s = a->wall_s + a->holds_s,
	};
}

static void request_answer(void *ctx)
{
	struct request *r = ctx;
	struct answers *answers = r->generation->answers;
	struct answer answer = answer_of(r);

	if (answers != NULL && answer.head.len > 0 && r->authz.holds_s > 0) {
		struct answers_key key = key_of(r, r->authz.policy);

		answers_keep(answers, &key, &answer);
		counter_set(&r->owner->stats->answers_bytes, answers_bytes(answers));
	}
	counter_set(&r->owner->stats->memory_bytes, policy_memory_bytes(r->generation->memory));
	give(r, r->authz.policy, &answer, r->authz.max_age_s, clock_us(), r->authz.wall_s);
}

/* Whether the same input was answered before, and still would be in the same way. */
static bool answer_again(struct request *r, int64_t wall_s)
{
	const struct generation *g = r->generation;
	const struct policy *policy = authz_policy(&r->authz.input, g->snapshot->config);

	if (g->answers == NULL || policy == NULL || !input_is_clear(&r->authz.input)) {
		return false;
	}
	struct answers_key key = key_of(r, policy);
	uint64_t now_us = clock_us();
	uint64_t now_ms = now_us / 1000;
	const struct answer *answer = answers_find(g->answers, &key, now_ms, wall_s);

	if (answer == NULL) {
		return false;
	}
	counter_add(&r->owner->stats->again, 1);
	give(r, policy, answer, answer_max_age_s(answer, now_ms, wall_s), now_us, wall_s);
	return true;
}

/* True if it is answered already. */
static bool decide(struct request *r)
{
	const struct generation *g = r->generation;
	const struct authz_means means = {
		g->snapshot->config, g->dns, g->verifier, g->memory, g->snapshot->buckets};
	int64_t wall_s = clock_wall_s();

	if (answer_again(r, wall_s)) {
		return true;
	}
	if (!authz_start(&r->authz, &means, wall_s, NULL, request_answer, r)) {
		return false;
	}
	request_answer(r);
	return true;
}

static void answer_probe(struct requests *all, enum probe probe)
{
	const struct probe_state state = {
		all->worker.metrics, all->current->snapshot, all->draining};

	bytes_reset(&all->reply, REPLY_KEEP);
	probe_answer(probe, &state, &all->reply);
}

static void fcgi_ready(void *app_request)
{
	struct request *r = app_request;

	if (r->role == FCGI_ROLE_RESPONDER && probe_is_asked(&r->authz.input, r->script)) {
		answer_probe(r->owner, probe_of(r->authz.input.values[INPUT_DOORWARD_ENDPOINT]));
		reply(r, true);
	} else {
		(void)decide(r);
	}
}

static void request_abort(void *app_request)
{
	request_release(app_request);
}

static void *http_auth(struct requests *all, struct http_conn *conn, const struct http_head *head,
	const struct http_route *route, const struct addr *from)
{
	struct request *r = request_new(all);

	if (r == NULL) {
		return NULL;
	}
	const struct config *config = r->generation->snapshot->config;

	r->http = conn;
	if (believe_peer(&config->frontend, from)) {
		forward_input(&r->authz, config, head, route);
	} else {
		forward_refuse(&r->authz, from);
		http_conn_stop(conn);
	}
	return decide(r) ? NULL : r;
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
	http_reply(conn, all->reply.failed ? (struct str){NULL, 0} : bytes_view(&all->reply));
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
	struct generation *g = generation_new(loop, snapshot, worker);

	if (all == NULL || g == NULL) {
		generation_free(g);
		free(all);
		return NULL;
	}
	const struct fcgi_limits limits = limits_of(&snapshot->config->server);
	const struct fcgi_app fcgi = {
		.ctx = all,
		.begin = fcgi_begin,
		.param = fcgi_param,
		.bad_params = fcgi_bad_params,
		.ready = fcgi_ready,
		.abort = request_abort,
	};
	const struct http_app http = {.ctx = all, .request = http_request, .abort = request_abort};

	all->loop = loop;
	all->current = g;
	all->worker = *worker;
	all->stats = metrics_worker(worker->metrics, worker->number);
	bytes_init(&all->reply, 0);
	bytes_init(&all->head, 0);
	bytes_init(&all->tail, 0);
	bytes_init(&all->outcome, 0);
	decision_log_space_init(&all->log_space);
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
	while (all->spare != NULL) {
		struct request *r = all->spare;

		all->spare = r->next_spare;
		request_free(r);
	}
	fcgi_pool_clear(&all->fcgi_pool);
	generation_free(all->current);
	bytes_clear(&all->reply);
	bytes_clear(&all->head);
	bytes_clear(&all->tail);
	bytes_clear(&all->outcome);
	decision_log_space_clear(&all->log_space);
	free(all);
}

struct net_service *requests_service(struct requests *all, enum listen_protocol protocol)
{
	return protocol == LISTEN_HTTP ? &all->http : &all->fcgi;
}

bool requests_renew(struct requests *all, struct snapshot *snapshot)
{
	struct generation *old = all->current;
	struct generation *g = generation_new(all->loop, snapshot, &all->worker);

	if (g == NULL) {
		return false;
	}
	all->current = g;
	all->fcgi_pool.limits = limits_of(&snapshot->config->server);
	all->http_pool.max_head = snapshot->config->server.max_params;
	if (old->in_flight == 0) {
		generation_free(old);
	}
	return true;
}

void requests_drain(struct requests *all)
{
	all->draining = true;
}

const struct config *requests_config(const struct requests *all)
{
	return all->current->snapshot->config;
}
