/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_AUTHORIZER_H
#define DW_WORKER_AUTHORIZER_H

#include "authz/input.h"
#include "authz/snapshot.h"
#include "base/util.h"
#include "fcgi/app.h"
#include "http/app.h"
#include "worker/env.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/*
 * What answers one worker's questions: with the answer that the same input got before, as long as
 * it holds, or with a decision.
 */
struct worker_authorizer;

/* What is asked, and who waits for the answer. */
struct worker_authorizer_request {
	const struct authz_input
		*input;      /* good until the answer, or until worker_authorizer_ask returns */
	enum fcgi_role role; /* for which the answer is written */
	struct fcgi_request *fcgi; /* either this */
	struct http_conn *http;    /* or this */
	uint64_t since_us;         /* clock_us() when it had come */
};

/* One that is answered later. */
struct worker_decision;

/* NULL when out of memory or descriptors. */
struct worker_authorizer *worker_authorizer_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct worker_env_owner *worker);
/* With no decision under way. */
void worker_authorizer_free(struct worker_authorizer *decider);

/* Answers, and returns NULL; or answers later, unless worker_authorizer_abort comes first. */
struct worker_decision *worker_authorizer_ask(
	struct worker_authorizer *decider, const struct worker_authorizer_request *question);
void worker_authorizer_abort(struct worker_decision *decision);
/* Sends an answer, in CGI's form; an empty one is taken for a failure. */
void worker_authorizer_reply(const struct worker_authorizer_request *question, struct str answer);

/* Questions to come are decided by `snapshot`, those under way by the one they began with. False,
 * and nothing changes, when out of memory or descriptors. */
NODISCARD bool worker_authorizer_renew(
	struct worker_authorizer *decider, struct authz_snapshot *snapshot);
/* The current one. */
const struct authz_snapshot *worker_authorizer_snapshot(const struct worker_authorizer *decider);

#endif
