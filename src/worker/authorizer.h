/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_AUTHORIZER_H
#define DW_WORKER_AUTHORIZER_H

#include "authz/response.h"
#include "authz/snapshot.h"
#include "base/util.h"
#include "log/limit.h"
#include "worker/env.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/*
 * Answers one worker's requests, of any protocol: with a cached response of the same input, as long
 * as it is valid, or with a decision.
 */
struct worker_authorizer;

struct worker_authorizer_request {
	const struct authz_input
		*input; /* valid until the response, or until worker_authorizer_ask returns */
	enum authz_response_form form;
	/* Sends the response, in CGI's form; an empty one counts as a failure. */
	void (*reply)(void *ctx, struct str response);
	void *ctx;
	/* of the log's lines about such requests; NULL: each has its line */
	struct log_limit *log_limit;
	uint64_t since_us; /* clock_us() when the request was complete */
};

/* A request that is still being decided. */
struct worker_decision;

/* NULL when out of memory or descriptors. */
struct worker_authorizer *worker_authorizer_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct worker_env_owner *worker);
/* No decision may be in flight. */
void worker_authorizer_free(struct worker_authorizer *authorizer);

/*
 * Calls `reply` once: at once, and returns NULL; or later, unless worker_authorizer_abort comes
 * first.
 */
struct worker_decision *worker_authorizer_ask(
	struct worker_authorizer *authorizer, const struct worker_authorizer_request *request);
void worker_authorizer_abort(struct worker_decision *decision);

/*
 * Later requests are decided by `snapshot`, those in flight by the one with which they began.
 * False, with nothing changed, when out of memory or descriptors.
 */
NODISCARD bool worker_authorizer_renew(
	struct worker_authorizer *authorizer, struct authz_snapshot *snapshot);
/* The current one. */
const struct authz_snapshot *worker_authorizer_snapshot(const struct worker_authorizer *authorizer);

#endif
