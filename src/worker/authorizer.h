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
struct decider;

/* What is asked, and who waits for the answer. */
struct decider_question {
	const struct authz_input *input; /* good until the answer, or until decider_ask returns */
	enum fcgi_role role;             /* for which the answer is written */
	struct fcgi_request *fcgi;       /* either this */
	struct http_conn *http;          /* or this */
	uint64_t since_us;               /* clock_us() when it had come */
};

/* One that is answered later. */
struct decision;

/* NULL when out of memory or descriptors. */
struct decider *decider_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct generation_worker *worker);
/* With no decision under way. */
void decider_free(struct decider *decider);

/* Answers, and returns NULL; or answers later, unless decider_abort comes first. */
struct decision *decider_ask(struct decider *decider, const struct decider_question *question);
void decider_abort(struct decision *decision);
/* Sends an answer, in CGI's form; an empty one is taken for a failure. */
void decider_reply(const struct decider_question *question, struct str answer);

/* Questions to come are decided by `snapshot`, those under way by the one they began with. False,
 * and nothing changes, when out of memory or descriptors. */
NODISCARD bool decider_renew(struct decider *decider, struct authz_snapshot *snapshot);
/* The current one. */
const struct authz_snapshot *decider_snapshot(const struct decider *decider);

#endif
