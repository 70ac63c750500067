/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_QUESTION_H
#define DW_DAEMON_QUESTION_H

#include "base/bytes.h"
#include "daemon/status.h"
#include "http/conn.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/*
 * Requests of the admin listener that need a decision: /explain.json decides one of the recent ones
 * again, and /whatif.json one that is described, both by the configuration in force and the real
 * resolver, and explained; /why and /whatif with a query are the same as a page. Such a decision is
 * not counted: it takes no token of a rate, and is in no metric, log or list of recent decisions.
 * It runs on the main loop, which it does not block; there are at most DAEMON_QUESTIONS at once,
 * each for at most DAEMON_QUESTION_MS.
 */
#define DAEMON_QUESTIONS 4
#define DAEMON_QUESTION_MS 1800 /* less than a connection has */

struct daemon_question;

struct daemon_questions {
	uv_loop_t *loop;
	const struct daemon_status *status; /* borrowed */
	size_t in_flight;
};

/* Whether the target is one of them. */
bool daemon_question_is_one(struct str target);
/*
 * Decides, and answers `conn` later by http_reply; or returns NULL, and *out has the response
 * already. `questions` must live until the loop has ended.
 */
struct daemon_question *daemon_question_begin(struct daemon_questions *questions, struct str target,
	struct http_conn *conn, struct bytes *out);
/* The peer has left. */
void daemon_question_abort(struct daemon_question *question);

#endif
