/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_QUESTION_H
#define DW_STORE_QUESTION_H

#include "base/bytes.h"
#include "base/util.h"
#include "store/breaker.h"
#include "store/client_private.h"
#include "store/command.h"
#include "store/error.h"
#include "store/stats.h"
#include "store/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a client has sent and not got a reply to, in the order of sending: private to the client. */

/* A question, or one of the client's own commands (`step`), until its reply comes. */
struct store_question {
	struct store_question *next;
	const struct store_script *script; /* NULL: a plain command, or EVAL was sent already */
	store_done *done;
	void *ctx;
	uint64_t asked_us;
	uint64_t due_ms;  /* when it is settled without a reply */
	uint64_t late_ms; /* when the store is too slow: at `due_ms`, or at the end of `timeout` */
	enum store_step step;
	bool settled;     /* `done` was called, or is not wanted any more */
	bool counted;     /* as late */
	size_t arg_count; /* of a script */
	size_t tail_len;
	char tail[]; /* of a script: its number of keys, keys and arguments, as they are sent */
};

struct store_questions {
	struct store_question *first;
	struct store_question **last;
	size_t count;
};

void store_questions_init(struct store_questions *questions);
void store_questions_add(struct store_questions *questions, struct store_question *q);
/* The oldest one, which the caller frees; NULL: the queue is empty. */
struct store_question *store_questions_take(struct store_questions *questions);
/*
 * Ends and frees all as STORE_AWAY. Nothing is in the queue meanwhile, so that a `done` finds none
 * of them.
 */
void store_questions_end(struct store_questions *questions);
/*
 * Ends the questions whose time is over, and adds their number to *timeouts; *next_ms is when the
 * next one is due (UINT64_MAX: never). True if the store was too slow for one: a question that
 * waits less than `timeout` is no measure of that.
 */
bool store_questions_end_due(
	struct store_questions *questions, uint64_t now_ms, uint64_t *next_ms, uint64_t *timeouts);

/* Appends the command and makes its question, due at `due_ms`. NULL with nothing appended. */
struct store_question *store_question_new(
	const struct store_command *command, uint64_t due_ms, struct bytes *out);
/* The same for one of the client's own. */
struct store_question *store_question_new_step(enum store_step step,
	const struct store_settings *settings, uint64_t due_ms, struct bytes *out);
/*
 * Appends the question again, with the text of its script. False, with nothing appended, when out
 * of memory.
 */
NODISCARD bool store_question_send_text(const struct store_question *q, struct bytes *out);
/* Calls `done`, unless the question is settled. */
void store_question_settle(
	struct store_question *q, enum store_outcome outcome, const struct store_reply *reply);
/*
 * Settles the question by the store's reply, which is of this kind, counts it, and frees it. A
 * caller that can send the text of a script does that instead for STORE_ERROR_NOSCRIPT.
 */
void store_question_answer(struct store_question *q, enum store_error kind,
	const struct store_reply *reply, struct store_breaker *breaker, struct store_status *status,
	struct store_stats *stats);

#endif
