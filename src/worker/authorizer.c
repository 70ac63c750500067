/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/authorizer.h"

#include "authz/authz.h"
#include "authz/decision_log.h"
#include "base/clock.h"

#include <stdlib.h>

#define SPARE_DECISIONS 256 /* kept for later requests; further ones of a burst are freed */
#define BUFFER_KEEP 8192    /* bytes of each buffer kept between responses */

struct worker_decision {
	struct authz *authz;
	struct worker_authorizer_request request;
	struct worker_authorizer *owner;
	struct worker_env *env;
	struct worker_decision *next_spare;
};

struct worker_authorizer {
	uv_loop_t *loop;
	struct worker_env *current;
	struct worker_decision *spare;
	size_t spare_count;
	struct bytes made; /* texts of a new response */
	struct bytes sent; /* the response to send */
	struct bytes recent_fields;
	struct recent_ring *recent; /* NULL: recent decisions are not kept */
	struct authz_decision_log_space log_space;
	struct authz_request_ids ids;
	struct worker_env_owner worker;
	struct metrics_worker *stats;
};

/* For how long a response may be kept, at the time it is sent. */
struct response_time {
	uint64_t now_us; /* clock_us() */
	int64_t wall_s;
	uint32_t max_age_s;
};

static void decision_free(struct worker_decision *d)
{
	authz_free(d->authz);
	free(d);
}

static void decision_release(struct worker_decision *d)
{
	struct worker_authorizer *authorizer = d->owner;
	struct worker_env *env = d->env;

	authz_reset(d->authz);
	if (--env->in_flight == 0 && env != authorizer->current) {
		worker_env_free(env);
	}
	if (authorizer->spare_count >= SPARE_DECISIONS) {
		decision_free(d);
		return;
	}
	d->next_spare = authorizer->spare;
	authorizer->spare = d;
	authorizer->spare_count++;
}

/* A spare decision, or a new one; NULL when out of memory. */
static struct worker_decision *decision_take(struct worker_authorizer *authorizer)
{
	struct worker_decision *d = authorizer->spare;

	if (d != NULL) {
		authorizer->spare = d->next_spare;
		authorizer->spare_count--;
		return d;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL) {
		return NULL;
	}
	d->authz = authz_new();
	if (d->authz == NULL) {
		free(d);
		return NULL;
	}
	d->owner = authorizer;
	return d;
}

static struct worker_decision *decision_new(struct worker_authorizer *authorizer,
	const struct worker_authorizer_request *request, int64_t wall_s)
{
	struct worker_decision *d = decision_take(authorizer);

	if (d == NULL) {
		return NULL;
	}
	struct authz_request *kept = authz_request(d->authz);

	d->env = authorizer->current;
	d->env->in_flight++;
	kept->input = *request->input;
	kept->wall_s = wall_s;
	authz_keep_input(d->authz);
	d->request = *request;
	d->request.input = &kept->input;
	return d;
}

/* `policy` NULL: unknown. */
static void count(const struct worker_env *env, const struct policy *policy,
	const struct authz_response *response)
{
	size_t number =
		policy != NULL ? policy->number : config_all_policies(env->snapshot->config);

	counter_add(&env->counts[number]->decisions[response->verdict][response->reason], 1);
}

/* Whether the log may have a line now; *left_out: how many it did not have before. */
static bool may_log(struct log_limit *limit, uint64_t now_ms, uint64_t *left_out)
{
	if (limit == NULL) {
		return true;
	}
	if (!log_limit_allows(limit, LOG_LEVEL_INFO, now_ms)) {
		return false;
	}
	*left_out = log_limit_written(limit, now_ms);
	return true;
}

static void send_response(struct worker_authorizer *authorizer, const struct worker_env *env,
	const struct worker_authorizer_request *request, const struct authz_response *response,
	const struct response_time *time)
{
	const struct authz_request_id *id = authz_request_ids_next(&authorizer->ids);
	struct authz_decision_log_request logged = {
		.input = request->input,
		.id = id,
		.wall_s = time->wall_s,
		.duration_us = time->now_us - request->since_us,
		.max_age_s = time->max_age_s,
		.fields_cut = response->log_fields_cut,
	};

	histogram_observe(&authorizer->stats->request_time, logged.duration_us);
	bytes_reset(&authorizer->sent, BUFFER_KEEP);
	authz_response_append(response, request->form, time->max_age_s, id, &authorizer->sent);
	if (may_log(request->log_limit, time->now_us / 1000, &logged.left_out)) {
		authz_decision_log_line(&env->snapshot->config->log, response->verdict,
			response->log_fields, &logged, &authorizer->log_space);
	}
	if (authorizer->recent != NULL) {
		recent_note(authorizer->recent, response->recent_fields, &logged, time->now_us);
	}
	request->reply(request->ctx,
		authorizer->sent.failed ? (struct str){NULL, 0} : bytes_view(&authorizer->sent));
}

/* A signature is about its own request, and no response to one is cached. */
static bool is_about_agent(const struct policy *policy, const struct authz_input *input)
{
	return policy_rules_need_agent(policy->rules) && authz_input_is_signed(input);
}

static void remember(const struct worker_decision *d, const struct authz_response *response)
{
	const struct authz_decision *decision = authz_decision(d->authz);
	struct worker_response_cache *responses = d->env->responses;
	int64_t wall_s = decision->request->wall_s;

	if (responses == NULL || response->head.len == 0 || decision->holds_s == 0 ||
		!authz_input_is_clear(d->request.input) ||
		is_about_agent(decision->policy, d->request.input)) {
		return;
	}
	const struct worker_response_cache_key key = {
		d->request.form, decision->policy, d->request.input, &decision->trusted};
	const struct worker_response_cache_value value = {
		.response = *response,
		.max_age_s = decision->max_age_s,
		.until_ms = authz_decision_until_ms(decision),
		.from_wall_s = wall_s,
		.until_wall_s = wall_s + decision->holds_s,
	};

	worker_response_cache_keep(responses, &key, &value);
	counter_set(&d->owner->stats->answers_bytes, worker_response_cache_bytes(responses));
}

/* One reference; NULL: recent decisions are not kept, or out of memory. */
static struct recent_fields *recent_fields_of(const struct worker_decision *d)
{
	struct worker_authorizer *authorizer = d->owner;
	const struct config *config = d->env->snapshot->config;
	struct bytes *fields = &authorizer->recent_fields;

	if (authorizer->recent == NULL) {
		return NULL;
	}
	bytes_reset(fields, BUFFER_KEEP);
	unsigned cut = authz_decision_recent_fields(authz_decision(d->authz), config,
		config->server.recent_addresses == CONFIG_ADDRESSES_CUT, RECENT_FIELDS_MAX, fields);

	return fields->failed ? NULL : recent_fields_new(bytes_view(fields), cut);
}

static void count_agent(const struct worker_authorizer *authorizer, const struct authz_agent *agent)
{
	struct metrics_worker *stats = authorizer->stats;

	if (agent->is_known) {
		const struct agent_counts counts =
			authz_agent_verifier_counts(authorizer->worker.agent_verifier);

		counter_add(&stats->agents[agent->state], 1);
		counter_set(&stats->agent_checks, counts.checks);
		counter_set(&stats->agent_busy, counts.busy);
	}
}

static void on_decided(void *ctx)
{
	struct worker_decision *d = ctx;
	struct worker_authorizer *authorizer = d->owner;
	const struct worker_env *env = d->env;
	const struct authz_decision *decision = authz_decision(d->authz);

	bytes_reset(&authorizer->made, BUFFER_KEEP);
	struct authz_response response = authz_response_make(
		decision, d->request.form, env->snapshot->config, &authorizer->made);

	response.recent_fields = recent_fields_of(d);
	remember(d, &response);
	counter_set(
		&authorizer->stats->memory_bytes, policy_match_cache_bytes(env->authz.match_cache));
	const struct response_time time = {
		clock_us(), decision->request->wall_s, decision->max_age_s};

	count(env, decision->policy, &response);
	count_agent(authorizer, &decision->agent);
	send_response(authorizer, env, &d->request, &response, &time);
	recent_fields_unref(response.recent_fields);
	decision_release(d);
}

/* Sends a cached response, if the same input got one that is still valid. */
static bool answer_again(struct worker_authorizer *authorizer,
	const struct worker_authorizer_request *request, int64_t wall_s)
{
	const struct worker_env *env = authorizer->current;
	const struct config *config = env->snapshot->config;
	const struct policy *policy = authz_policy(request->input, config);
	struct authz_trusted_input trusted;

	if (env->responses == NULL || policy == NULL || !authz_input_is_clear(request->input) ||
		is_about_agent(policy, request->input)) {
		return false;
	}
	authz_trust_input(request->input, &config->frontend, &trusted);
	if (trusted.address != AUTHZ_CLIENT_ADDRESS_OK) {
		return false;
	}
	const struct worker_response_cache_key key = {
		request->form, policy, request->input, &trusted};
	struct response_time time = {.now_us = clock_us(), .wall_s = wall_s};
	uint64_t now_ms = time.now_us / 1000;
	const struct worker_response_cache_value *found =
		worker_response_cache_find(env->responses, &key, now_ms, wall_s);

	if (found == NULL) {
		return false;
	}
	time.max_age_s = worker_response_cache_max_age_s(found, now_ms, wall_s);
	counter_add(&authorizer->stats->again, 1);
	count(env, policy, &found->response);
	send_response(authorizer, env, request, &found->response, &time);
	return true;
}

struct worker_decision *worker_authorizer_ask(
	struct worker_authorizer *authorizer, const struct worker_authorizer_request *request)
{
	int64_t wall_s = clock_wall_s();

	if (answer_again(authorizer, request, wall_s)) {
		return NULL;
	}
	struct worker_decision *d = decision_new(authorizer, request, wall_s);

	if (d == NULL) {
		request->reply(request->ctx, (struct str){NULL, 0});
		return NULL;
	}
	if (authz_start(d->authz, &d->env->authz, on_decided, d) == AUTHZ_WAIT) {
		return d;
	}
	on_decided(d);
	return NULL;
}

void worker_authorizer_abort(struct worker_decision *d)
{
	decision_release(d);
}

struct worker_authorizer *worker_authorizer_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct worker_env_owner *worker)
{
	struct worker_authorizer *authorizer = calloc(1, sizeof(*authorizer));
	struct worker_env_owner owner = *worker;

	owner.agent_verifier = authz_agent_verifier_new(loop);
	struct worker_env *env = worker_env_new(loop, snapshot, &owner, NULL);

	if (authorizer == NULL || env == NULL || owner.agent_verifier == NULL) {
		worker_env_free(env);
		authz_agent_verifier_close(owner.agent_verifier);
		free(authorizer);
		return NULL;
	}
	authorizer->loop = loop;
	authorizer->current = env;
	authorizer->worker = owner;
	authorizer->stats = metrics_worker(worker->metrics, worker->number);
	authz_request_ids_init(&authorizer->ids);
	bytes_init(&authorizer->made, 0);
	bytes_init(&authorizer->sent, 0);
	bytes_init(&authorizer->recent_fields, 0);
	authorizer->recent =
		worker->recent != NULL ? recent_worker(worker->recent, worker->number) : NULL;
	authz_decision_log_space_init(&authorizer->log_space);
	return authorizer;
}

void worker_authorizer_free(struct worker_authorizer *authorizer)
{
	if (authorizer == NULL) {
		return;
	}
	while (authorizer->spare != NULL) {
		struct worker_decision *d = authorizer->spare;

		authorizer->spare = d->next_spare;
		decision_free(d);
	}
	worker_env_free(authorizer->current);
	authz_agent_verifier_close(authorizer->worker.agent_verifier);
	bytes_clear(&authorizer->made);
	bytes_clear(&authorizer->sent);
	bytes_clear(&authorizer->recent_fields);
	authz_decision_log_space_clear(&authorizer->log_space);
	free(authorizer);
}

bool worker_authorizer_renew(struct worker_authorizer *authorizer, struct authz_snapshot *snapshot)
{
	struct worker_env *old = authorizer->current;
	struct worker_env *env =
		worker_env_new(authorizer->loop, snapshot, &authorizer->worker, old);

	if (env == NULL) {
		return false;
	}
	authorizer->current = env;
	if (old->in_flight == 0) {
		worker_env_free(old);
	}
	return true;
}

const struct authz_snapshot *worker_authorizer_snapshot(const struct worker_authorizer *authorizer)
{
	return authorizer->current->snapshot;
}
