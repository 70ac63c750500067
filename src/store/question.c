/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/question.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void store_questions_init(struct store_questions *questions)
{
	*questions = (struct store_questions){.last = &questions->first};
}

void store_questions_add(struct store_questions *questions, struct store_question *q)
{
	q->next = NULL;
	*questions->last = q;
	questions->last = &q->next;
	questions->count++;
}

struct store_question *store_questions_take(struct store_questions *questions)
{
	struct store_question *q = questions->first;

	if (q != NULL) {
		questions->first = q->next;
		if (questions->first == NULL) {
			questions->last = &questions->first;
		}
		questions->count--;
	}
	return q;
}

void store_question_settle(
	struct store_question *q, enum store_outcome outcome, const struct store_reply *reply)
{
	if (!q->settled) {
		q->settled = true;
		if (q->done != NULL) {
			q->done(q->ctx, outcome, reply);
		}
	}
}

void store_questions_end(struct store_questions *questions)
{
	struct store_question *q = questions->first;

	store_questions_init(questions);
	while (q != NULL) {
		struct store_question *next = q->next;

		store_question_settle(q, STORE_AWAY, NULL);
		free(q);
		q = next;
	}
}

bool store_questions_end_due(
	struct store_questions *questions, uint64_t now_ms, uint64_t *next_ms, uint64_t *timeouts)
{
	bool slow = false;

	*next_ms = UINT64_MAX;
	for (struct store_question *q = questions->first; q != NULL; q = q->next) {
		if (q->due_ms <= now_ms && !q->settled) {
			(*timeouts)++;
			store_question_settle(q, STORE_AWAY, NULL);
		}
		if (q->late_ms <= now_ms && !q->counted) {
			q->counted = true;
			slow = true;
		}
		uint64_t at_ms = q->settled ? q->late_ms : q->due_ms;

		if (at_ms < *next_ms && !(q->settled && q->counted)) {
			*next_ms = at_ms;
		}
	}
	return slow;
}

/* Undoes what was appended behind `from` if it is not whole; true: it is. */
static bool is_whole(struct bytes *out, size_t from)
{
	if (out->failed) {
		out->len = from;
		out->failed = false;
		return false;
	}
	return true;
}

/* `tail` is copied. NULL, with `out` cut at `from`, if that is not whole or when out of memory. */
static struct store_question *question_new(
	struct str tail, uint64_t due_ms, struct bytes *out, size_t from)
{
	struct store_question *q = is_whole(out, from) ? calloc(1, sizeof(*q) + tail.len) : NULL;

	if (q == NULL) {
		out->len = from;
		return NULL;
	}
	q->step = STORE_STEP_NONE;
	q->asked_us = clock_us();
	q->due_ms = due_ms;
	q->late_ms = due_ms;
	q->tail_len = tail.len;
	if (tail.len > 0) {
		memcpy(q->tail, tail.data, tail.len);
	}
	return q;
}

static void append_args(const struct store_command *command, struct bytes *out)
{
	for (size_t i = 0; i < command->arg_count; i++) {
		store_command_add(out, command->args[i]);
	}
}

struct store_question *store_question_new(
	const struct store_command *command, uint64_t due_ms, struct bytes *out)
{
	size_t from = out->len;
	char keys[24];

	if (command->script == NULL) {
		store_command_begin(out, command->arg_count);
		append_args(command, out);
		return question_new((struct str){NULL, 0}, due_ms, out, from);
	}
	store_command_begin(out, command->arg_count + 3);
	store_command_add(out, str_view("EVALSHA"));
	store_command_add(out, str_view(command->script->name));
	size_t tail = out->len;

	snprintf(keys, sizeof(keys), "%zu", command->key_count);
	store_command_add(out, str_view(keys));
	append_args(command, out);
	struct store_question *q = question_new(str_from(bytes_view(out), tail), due_ms, out, from);

	if (q != NULL) {
		q->script = command->script;
		q->arg_count = command->arg_count;
	}
	return q;
}

struct store_question *store_question_new_step(enum store_step step,
	const struct store_settings *settings, uint64_t due_ms, struct bytes *out)
{
	size_t from = out->len;

	store_step_append(step, settings, out);
	struct store_question *q = question_new((struct str){NULL, 0}, due_ms, out, from);

	if (q != NULL) {
		q->step = step;
	}
	return q;
}

bool store_question_send_text(const struct store_question *q, struct bytes *out)
{
	size_t from = out->len;

	store_command_begin(out, q->arg_count + 3);
	store_command_add(out, str_view("EVAL"));
	store_command_add(out, str_view(q->script->text));
	bytes_append(out, q->tail, q->tail_len);
	return is_whole(out, from);
}

static void count_reply(
	const struct store_question *q, struct store_breaker *breaker, struct store_stats *stats)
{
	uint64_t now_us = clock_us();

	counter_add(&stats->replies, 1);
	histogram_observe(&stats->reply_time, now_us > q->asked_us ? now_us - q->asked_us : 0);
	store_breaker_succeed(breaker);
}

void store_question_answer(struct store_question *q, enum store_error kind,
	const struct store_reply *reply, struct store_breaker *breaker, struct store_status *status,
	struct store_stats *stats)
{
	bool answered = kind == STORE_ERROR_NONE || kind == STORE_ERROR_OF_COMMAND;

	if (answered) {
		if (!q->counted) {
			count_reply(q, breaker, stats);
		}
		store_status_accepted(status);
	} else if (kind != STORE_ERROR_NOSCRIPT) {
		counter_add(&stats->refusals, 1);
	}
	if (kind == STORE_ERROR_REFUSED) {
		store_status_refused(status, reply->text);
	}
	store_question_settle(q, answered ? STORE_REPLIED : STORE_AWAY, answered ? reply : NULL);
	free(q);
}
