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

/* What is asked, and who waits for the answer. */
struct question {
	const struct input *input;
	enum fcgi_role role;
	struct fcgi_request *fcgi; /* either this */
	struct http_conn *http;    /* or this */
	uint64_t since_us;
};

/* One that cannot be answered with what was answered before. */
struct request {
	struct authz authz;
	struct question question;
	struct requests *owner;
	struct generation *generation;
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

static struct request *request_new(struct requests *all, const struct question *question)
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
	r->generation = all->current;
	r->generation->in_flight++;
	r->authz.input = *question->input;
	input_keep(&r->authz.input, &r->authz.arena);
	r->question = *question;
	r->question.input = &r->authz.input;
	return r;
}

/* `policy` NULL: it is not known. */
static void count(const struct requests *all, const struct generation *g,
	const struct policy *policy, const struct answer *answer, uint64_t duration_us)
{
	size_t number = policy != NULL ? policy->number : g->snapshot->config->policy_count;

	counter_add(&g->counts[number]->decisions[answer->verdict][answer->reason], 1);
	histogram_observe(&all->stats->request_time, duration_us);
}

/* Sends what is in all->reply; without memory for a whole answer none, which front ends take for a
 * failure. */
static void reply(const struct requests *all, const struct question *question, bool whole)
{
	struct str answer =
		whole && !all->reply.failed ? bytes_view(&all->reply) : (struct str){NULL, 0};

	if (question->fcgi != NULL) {
		fcgi_reply(question->fcgi, answer);
	} else {
		http_reply(question->http, answer);
	}
}

/* When an answer is given. */
struct moment {
	uint64_t us; /* clock_us() */
	int64_t wall_s;
};

static void give(struct requests *all, const struct question *question, const struct generation *g,
	const struct policy *policy, const struct answer *answer, uint32_t max_age_s,
	const struct moment *now)
{
	const struct decision_log_request request = {
		.input = question->input,
		.wall_s = now->wall_s,
		.duration_us = now->us - question->since_us,
		.max_age_s = max_age_s,
	};

	count(all, g, policy, answer, request.duration_us);
	bytes_reset(&all->reply, REPLY_KEEP);
	bytes_append_str(&all->reply, answer->head);
	reply_caching(max_age_s, question->role, &all->reply);
	/* Over HTTP the head is all: nginx reads no body for auth_request, and would not keep a
	 * connection on which one comes. */
	bytes_append_str(&all->reply, question->http != NULL ? str_view("\r\n") : answer->tail);
	decision_log_line(&g->snapshot->config->log, answer->verdict, answer->outcome, &request,
		&all->log_space);
	reply(all, question, answer->head.len > 0);
}

/* Without a head when memory is out. */
static struct answer answer_of(const struct request *r)
{
	const struct authz *a = &r->authz;
	struct requests *all = r->owner;

	bytes_reset(&all->head, REPLY_KEEP);
	bytes_reset(&all->tail, REPLY_KEEP);
	bytes_reset(&all->outcome, REPLY_KEEP);
	reply_head(a, r->question.role, &all->head);
	reply_tail(a, r->question.role, &all->tail);
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
	struct requests *all = r->owner;
	const struct generation *g = r->generation;
	const struct authz *a = &r->authz;
	struct answer answer = answer_of(r);

	if (g->answers != NULL && answer.head.len > 0 && a->holds_s > 0) {
		struct answers_key key = {r->question.role, a->policy, &a->input};

		answers_keep(g->answers, &key, &answer);
		counter_set(&all->stats->answers_bytes, answers_bytes(g->answers));
	}
	counter_set(&all->stats->memory_bytes, policy_memory_bytes(g->memory));
	const struct moment now = {clock_us(), a->wall_s};

	give(all, &r->question, g, a->policy, &answer, a->max_age_s, &now);
	request_release(r);
}

/* Whether the same input was answered before, and still would be in the same way. */
static bool answer_again(struct requests *all, const struct question *question, int64_t wall_s)
{
	const struct generation *g = all->current;
	const struct policy *policy = authz_policy(question->input, g->snapshot->config);

	if (g->answers == NULL || policy == NULL || !input_is_clear(question->input)) {
		return false;
	}
	struct answers_key key = {question->role, policy, question->input};
	const struct moment now = {clock_us(), wall_s};
	uint64_t now_ms = now.us / 1000;
	const struct answer *answer = answers_find(g->answers, &key, now_ms, wall_s);

	if (answer == NULL) {
		return false;
	}
	counter_add(&all->stats->again, 1);
	give(all, question, g, policy, answer, answer_max_age_s(answer, now_ms, wall_s), &now);
	return true;
}

/* NULL if it is answered already. The input is good during the call only. */
static struct request *decide(struct requests *all, const struct question *question)
{
	int64_t wall_s = clock_wall_s();

	if (answer_again(all, question, wall_s)) {
		return NULL;
	}
	struct request *r = request_new(all, question);

	if (r == NULL) {
		reply(all, question, false);
		return NULL;
	}
	const struct generation *g = r->generation;
	const struct authz_means means = {
		g->snapshot->config, g->dns, g->verifier, g->memory, g->snapshot->buckets};

	if (!authz_start(&r->authz, &means, wall_s, NULL, request_answer, r)) {
		return r;
	}
	request_answer(r);
	return NULL;
}

static void answer_probe(struct requests *all, enum probe probe)
{
	const struct probe_state state = {
		all->worker.metrics, all->current->snapshot, all->draining};

	bytes_reset(&all->reply, REPLY_KEEP);
	probe_answer(probe, &state, &all->reply);
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
	const struct question question = {
		.input = &input, .role = role, .fcgi = fcgi, .since_us = clock_us()};

	input_init(&input);
	take_params(&input, &requests_config(all)->frontend.cert, params);
	struct str endpoint = input.values[INPUT_DOORWARD_ENDPOINT];

	if (endpoint.data != NULL && role == FCGI_ROLE_RESPONDER &&
		probe_is_asked(&input, script_of(whole))) {
		answer_probe(all, probe_of(endpoint));
		reply(all, &question, true);
		return NULL;
	}
	return decide(all, &question);
}

static void request_abort(void *app_request)
{
	request_release(app_request);
}

static void *http_auth(struct requests *all, struct http_conn *conn, const struct http_head *head,
	const struct http_route *route, const struct addr *from)
{
	const struct config *config = requests_config(all);
	char why[FORWARD_WHY_MAX];
	struct input input;
	const struct question question = {
		.input = &input, .role = FCGI_ROLE_RESPONDER, .http = conn, .since_us = clock_us()};

	input_init(&input);
	if (believe_peer(&config->frontend, from)) {
		forward_input(&input, config, head, route);
	} else {
		forward_refuse(&input, from, why);
		http_conn_stop(conn);
	}
	return decide(all, &question);
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
		.request = fcgi_request,
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
