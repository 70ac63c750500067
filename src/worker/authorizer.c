/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/authorizer.h"

#include "authz/authz.h"
#include "authz/decision_log.h"
#include "authz/response.h"
#include "authz/trusted_input.h"
#include "base/clock.h"
#include "fcgi/conn.h"
#include "http/conn.h"

#include <stdlib.h>

#define SPARE_DECISIONS 256 /* kept for the next ones; a burst's further ones are freed */
#define REPLY_KEEP 8192     /* bytes of reply buffer kept between answers */

struct worker_decision {
	struct authz authz;
	struct worker_authorizer_request question;
	struct worker_authorizer *owner;
	struct worker_env *generation;
	struct worker_decision *next_spare;
};

struct worker_authorizer {
	uv_loop_t *loop;
	struct worker_env *current;
	struct worker_decision *spare;
	size_t spare_count;
	struct bytes reply;
	struct bytes head; /* of an answer in the making, as are the next two */
	struct bytes tail;
	struct bytes outcome;
	struct authz_decision_log_space log_space;
	struct worker_env_owner worker;
	struct metrics_worker *stats;
};

static void decision_free(struct worker_decision *d)
{
	authz_clear(&d->authz);
	free(d);
}

static void decision_release(struct worker_decision *d)
{
	struct worker_authorizer *decider = d->owner;
	struct worker_env *g = d->generation;

	authz_reset(&d->authz);
	if (--g->in_flight == 0 && g != decider->current) {
		worker_env_free(g);
	}
	if (decider->spare_count >= SPARE_DECISIONS) {
		decision_free(d);
		return;
	}
	d->next_spare = decider->spare;
	decider->spare = d;
	decider->spare_count++;
}

static struct worker_decision *decision_new(
	struct worker_authorizer *decider, const struct worker_authorizer_request *question)
{
	struct worker_decision *d = decider->spare;

	if (d != NULL) {
		decider->spare = d->next_spare;
		decider->spare_count--;
	} else {
		d = calloc(1, sizeof(*d));
		if (d == NULL) {
			return NULL;
		}
		authz_init(&d->authz);
		d->owner = decider;
	}
	d->generation = decider->current;
	d->generation->in_flight++;
	d->authz.input = *question->input;
	authz_input_keep(&d->authz.input, &d->authz.arena);
	d->question = *question;
	d->question.input = &d->authz.input;
	return d;
}

/* `policy` NULL: it is not known. */
static void count(const struct worker_authorizer *decider, const struct worker_env *g,
	const struct policy *policy, const struct worker_response *answer, uint64_t duration_us)
{
	size_t number = policy != NULL ? policy->number : g->snapshot->config->policy_count;

	counter_add(&g->counts[number]->decisions[answer->verdict][answer->reason], 1);
	histogram_observe(&decider->stats->request_time, duration_us);
}

void worker_authorizer_reply(const struct worker_authorizer_request *question, struct str answer)
{
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

static void give(struct worker_authorizer *decider,
	const struct worker_authorizer_request *question, const struct worker_env *g,
	const struct policy *policy, const struct worker_response *answer, uint32_t max_age_s,
	const struct moment *now)
{
	const struct authz_decision_log_request request = {
		.input = question->input,
		.wall_s = now->wall_s,
		.duration_us = now->us - question->since_us,
		.max_age_s = max_age_s,
	};

	count(decider, g, policy, answer, request.duration_us);
	bytes_reset(&decider->reply, REPLY_KEEP);
	bytes_append_str(&decider->reply, answer->head);
	authz_response_caching(max_age_s, question->role,
		question->http != NULL && answer->verdict != AUTHZ_ALLOW, &decider->reply);
	/* Over HTTP the head is all: nginx reads no body for auth_request, and would not keep a
	 * connection on which one comes. */
	bytes_append_str(&decider->reply, question->http != NULL ? str_view("\r\n") : answer->tail);
	authz_decision_log_line(&g->snapshot->config->log, answer->verdict, answer->outcome,
		&request, &decider->log_space);
	bool whole = answer->head.len > 0 && !decider->reply.failed;

	worker_authorizer_reply(
		question, whole ? bytes_view(&decider->reply) : (struct str){NULL, 0});
}

/* Without a head when memory is out. */
static struct worker_response answer_of(const struct worker_decision *d)
{
	const struct authz *a = &d->authz;
	struct worker_authorizer *decider = d->owner;

	bytes_reset(&decider->head, REPLY_KEEP);
	bytes_reset(&decider->tail, REPLY_KEEP);
	bytes_reset(&decider->outcome, REPLY_KEEP);
	authz_response_head(a, d->question.role, &decider->head);
	authz_response_tail(a, d->question.role, &decider->tail);
	authz_decision_log_outcome(a, &d->generation->snapshot->config->log, &decider->outcome);
	bool whole = !decider->head.failed && !decider->tail.failed && !decider->outcome.failed;

	return (struct worker_response){
		.head = whole ? bytes_view(&decider->head) : (struct str){NULL, 0},
		.tail = bytes_view(&decider->tail),
		.outcome = bytes_view(&decider->outcome),
		.verdict = a->verdict,
		.reason = a->reason,
		.max_age_s = a->max_age_s,
		.until_ms = authz_until_ms(a),
		.from_wall_s = a->wall_s,
		.until_wall_s = a->wall_s + a->holds_s,
	};
}

static void decision_answer(void *ctx)
{
	struct worker_decision *d = ctx;
	struct worker_authorizer *decider = d->owner;
	const struct worker_env *g = d->generation;
	const struct authz *a = &d->authz;
	struct worker_response answer = answer_of(d);

	if (g->answers != NULL && answer.head.len > 0 && a->holds_s > 0 &&
		authz_input_is_clear(&a->input)) {
		struct worker_response_cache_key key = {
			d->question.role, a->policy, &a->input, &a->belief};

		worker_response_cache_keep(g->answers, &key, &answer);
		counter_set(
			&decider->stats->answers_bytes, worker_response_cache_bytes(g->answers));
	}
	counter_set(&decider->stats->memory_bytes, policy_match_cache_bytes(g->memory));
	const struct moment now = {clock_us(), a->wall_s};

	give(decider, &d->question, g, a->policy, &answer, a->max_age_s, &now);
	decision_release(d);
}

/* Whether the same input was answered before, and still would be in the same way. */
static bool answer_again(struct worker_authorizer *decider,
	const struct worker_authorizer_request *question, int64_t wall_s)
{
	const struct worker_env *g = decider->current;
	const struct policy *policy = authz_policy(question->input, g->snapshot->config);
	struct authz_trusted_input belief;

	if (g->answers == NULL || policy == NULL || !authz_input_is_clear(question->input)) {
		return false;
	}
	authz_trust_input(question->input, &g->snapshot->config->frontend, &belief);
	if (belief.address != AUTHZ_CLIENT_ADDRESS_OK) {
		return false;
	}
	struct worker_response_cache_key key = {question->role, policy, question->input, &belief};
	const struct moment now = {clock_us(), wall_s};
	uint64_t now_ms = now.us / 1000;
	const struct worker_response *answer =
		worker_response_cache_find(g->answers, &key, now_ms, wall_s);

	if (answer == NULL) {
		return false;
	}
	counter_add(&decider->stats->again, 1);
	give(decider, question, g, policy, answer,
		worker_response_max_age_s(answer, now_ms, wall_s), &now);
	return true;
}

struct worker_decision *worker_authorizer_ask(
	struct worker_authorizer *decider, const struct worker_authorizer_request *question)
{
	int64_t wall_s = clock_wall_s();

	if (answer_again(decider, question, wall_s)) {
		return NULL;
	}
	struct worker_decision *d = decision_new(decider, question);

	if (d == NULL) {
		worker_authorizer_reply(question, (struct str){NULL, 0});
		return NULL;
	}
	const struct worker_env *g = d->generation;
	const struct authz_means means = {
		g->snapshot->config, g->dns, g->verifier, g->memory, g->snapshot->buckets};

	if (!authz_start(&d->authz, &means, wall_s, NULL, decision_answer, d)) {
		return d;
	}
	decision_answer(d);
	return NULL;
}

void worker_authorizer_abort(struct worker_decision *d)
{
	decision_release(d);
}

struct worker_authorizer *worker_authorizer_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct worker_env_owner *worker)
{
	struct worker_authorizer *decider = calloc(1, sizeof(*decider));
	struct worker_env *g = worker_env_new(loop, snapshot, worker);

	if (decider == NULL || g == NULL) {
		worker_env_free(g);
		free(decider);
		return NULL;
	}
	decider->loop = loop;
	decider->current = g;
	decider->worker = *worker;
	decider->stats = metrics_worker(worker->metrics, worker->number);
	bytes_init(&decider->reply, 0);
	bytes_init(&decider->head, 0);
	bytes_init(&decider->tail, 0);
	bytes_init(&decider->outcome, 0);
	authz_decision_log_space_init(&decider->log_space);
	return decider;
}

void worker_authorizer_free(struct worker_authorizer *decider)
{
	if (decider == NULL) {
		return;
	}
	while (decider->spare != NULL) {
		struct worker_decision *d = decider->spare;

		decider->spare = d->next_spare;
		decision_free(d);
	}
	worker_env_free(decider->current);
	bytes_clear(&decider->reply);
	bytes_clear(&decider->head);
	bytes_clear(&decider->tail);
	bytes_clear(&decider->outcome);
	authz_decision_log_space_clear(&decider->log_space);
	free(decider);
}

bool worker_authorizer_renew(struct worker_authorizer *decider, struct authz_snapshot *snapshot)
{
	struct worker_env *old = decider->current;
	struct worker_env *g = worker_env_new(decider->loop, snapshot, &decider->worker);

	if (g == NULL) {
		return false;
	}
	decider->current = g;
	if (old->in_flight == 0) {
		worker_env_free(old);
	}
	return true;
}

const struct authz_snapshot *worker_authorizer_snapshot(const struct worker_authorizer *decider)
{
	return decider->current->snapshot;
}
