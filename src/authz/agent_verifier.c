/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/agent_verifier.h"

#include "base/clock.h"

#include <stdlib.h>

struct authz_agent_verifier {
	struct agent_verifier *verifier;
	uv_idle_t turn; /* active while requests wait */
	struct list waits;
};

struct authz_agent_verifier *authz_agent_verifier_new(uv_loop_t *loop)
{
	struct authz_agent_verifier *v = calloc(1, sizeof(*v));

	if (v == NULL) {
		return NULL;
	}
	v->verifier = agent_verifier_new(NULL);
	if (v->verifier == NULL) {
		free(v);
		return NULL;
	}
	list_init(&v->waits);
	uv_idle_init(loop, &v->turn);
	v->turn.data = v;
	return v;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void authz_agent_verifier_close(struct authz_agent_verifier *v)
{
	if (v != NULL) {
		agent_verifier_free(v->verifier);
		uv_close((uv_handle_t *)&v->turn, on_closed);
	}
}

struct agent_counts authz_agent_verifier_counts(const struct authz_agent_verifier *v)
{
	return agent_verifier_counts(v->verifier);
}

static void on_turn(uv_idle_t *turn)
{
	struct authz_agent_verifier *v = turn->data;
	struct list *first = list_pop(&v->waits);

	if (first == NULL) {
		uv_idle_stop(turn);
		return;
	}
	struct authz_agent_wait *wait = CONTAINER_OF(first, struct authz_agent_wait, link);

	wait->done(wait->ctx);
}

enum agent_step authz_agent_verifier_ask(struct authz_agent_verifier *v,
	const struct agent_keys *keys, const struct agent_request *request, int64_t wall_s,
	struct authz_agent_wait *wait, struct agent_result *result)
{
	enum agent_step step = agent_verify_step(
		v->verifier, keys, request, wall_s, clock_ms(), &wait->progress, result);

	if (step == AGENT_WAIT) {
		list_append(&v->waits, &wait->link);
		uv_idle_start(&v->turn, on_turn);
	}
	return step;
}

bool authz_agent_is_queued(const struct authz_agent_wait *wait)
{
	return wait->link.next != NULL && !list_is_empty(&wait->link);
}

void authz_agent_cancel(struct authz_agent_wait *wait)
{
	if (authz_agent_is_queued(wait)) {
		list_remove(&wait->link);
	}
}
