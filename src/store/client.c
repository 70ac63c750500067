/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/client.h"

#include "base/clock.h"
#include "store/breaker.h"
#include "store/client_private.h"
#include "store/connection.h"
#include "store/error.h"
#include "store/question.h"

#include <stdio.h>
#include <stdlib.h>

#define SETUP_MS 1000u   /* to connect, AUTH and SELECT */
#define AT_ONCE_MS 1000u /* between two connections that are made at once, after a loss */
#define ERROR_SHOWN 150  /* bytes of an error in the log */

enum state {
	STATE_AWAY,    /* without a connection, until the next probe */
	STATE_CONNECT, /* connecting, or in AUTH and SELECT */
	STATE_PROBE,   /* PING is sent */
	STATE_UP,
	STATE_CLOSED
};

struct store_client {
	uv_loop_t *loop;
	uv_timer_t timer; /* for the next probe, or the first question that is due */
	uv_timer_t flush; /* at the end of the turn */
	struct store_settings settings;
	char *texts; /* of the settings */
	struct store_status *status;
	struct store_stats *stats;
	struct store_connection *connection; /* NULL: none */
	struct store_breaker breaker;
	enum state state;
	bool counts_as_up;   /* in `status` */
	bool reconnects;     /* at once, after a loss; nothing was said about it */
	uint64_t at_once_ms; /* the last time that it did */
	uint64_t timer_ms;   /* when `timer` fires; UINT64_MAX: it does not run */
	struct store_questions questions;
	unsigned handles; /* that libuv has not closed yet */
};

static void give_up(struct store_client *c, enum store_fault fault, const char *why);
static void connect_now(struct store_client *c);

/* Timers */

static void on_timer(uv_timer_t *timer);

/* Lets the timer fire at `at_ms`, unless it fires earlier. */
static void wake_by(struct store_client *c, uint64_t at_ms)
{
	uint64_t now_ms = uv_now(c->loop);

	if (at_ms < c->timer_ms) {
		c->timer_ms = at_ms;
		uv_timer_start(&c->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
	}
}

static void stop_timer(struct store_client *c)
{
	c->timer_ms = UINT64_MAX;
	uv_timer_stop(&c->timer);
}

static void on_flush(uv_timer_t *flush)
{
	store_flush(flush->data);
}

static void flush_later(struct store_client *c)
{
	if (!uv_is_active((uv_handle_t *)&c->flush)) {
		uv_timer_start(&c->flush, on_flush, 0, 0);
	}
}

/* Questions */

struct store_question *store_ask(struct store_client *c, const struct store_command *command,
	uint32_t timeout_ms, store_done *done, void *ctx)
{
	struct bytes *out = c->state == STATE_UP && c->questions.count < STORE_QUESTIONS_MAX
				    ? store_connection_out(c->connection)
				    : NULL;
	uint32_t usual_ms = c->settings.timeout_ms;
	uint64_t now_ms = uv_now(c->loop);
	uint64_t due_ms = now_ms + (timeout_ms > 0 ? timeout_ms : usual_ms);

	if (out == NULL) {
		counter_add(&c->stats->unasked, 1);
		return NULL;
	}
	struct store_question *q = store_question_new(command, due_ms, out);

	if (q == NULL) {
		counter_add(&c->stats->unasked, 1);
		return NULL;
	}
	q->late_ms = timeout_ms > usual_ms ? due_ms : now_ms + usual_ms;
	q->done = done;
	q->ctx = ctx;
	store_questions_add(&c->questions, q);
	counter_add(&c->stats->questions, 1);
	flush_later(c);
	wake_by(c, due_ms);
	return q;
}

void store_cancel(struct store_question *q)
{
	q->settled = true;
}

void store_flush(struct store_client *c)
{
	if (c->connection != NULL) {
		store_connection_flush(c->connection);
	}
}

bool store_is_there(const struct store_client *c)
{
	return c->state == STATE_UP && c->questions.count < STORE_QUESTIONS_MAX;
}

bool store_has_spare_room(const struct store_client *c)
{
	return c->state == STATE_UP && c->questions.count < STORE_QUESTIONS_MAX / 2;
}

/* The client's own commands */

/* False when out of memory. */
static bool send_step(struct store_client *c, enum store_step step, uint32_t timeout_ms)
{
	struct bytes *out = store_connection_out(c->connection);
	uint64_t due_ms = uv_now(c->loop) + timeout_ms;
	struct store_question *q =
		out != NULL ? store_question_new_step(step, &c->settings, due_ms, out) : NULL;

	if (q == NULL) {
		return false;
	}
	store_questions_add(&c->questions, q);
	wake_by(c, due_ms);
	return true;
}

static void on_connected(void *ctx)
{
	struct store_client *c = ctx;
	bool sent = true;

	for (unsigned i = 0; i < STORE_STEPS_SETUP && sent; i++) {
		enum store_step step = (enum store_step)i;

		sent = !store_step_is_needed(step, &c->settings) || send_step(c, step, SETUP_MS);
	}
	if (!sent) {
		give_up(c, STORE_FAULT_CONNECT, "out of memory");
		return;
	}
	store_connection_flush(c->connection);
}

static void come_up(struct store_client *c)
{
	c->state = STATE_UP;
	store_breaker_close(&c->breaker);
	counter_add(&c->stats->connects, 1);
	counter_set(&c->stats->up, 1);
	if (!c->counts_as_up) {
		c->counts_as_up = true;
		store_status_up(c->status);
	}
}

static void take_step(struct store_client *c, enum store_step step, const struct store_reply *reply)
{
	char why[STORE_STATUS_DETAIL_MAX];
	enum store_fault fault = store_step_check(step, reply, why, sizeof(why));

	if (fault != STORE_FAULT_NONE) {
		give_up(c, fault, why);
	} else if (step == STORE_STEP_PING) {
		come_up(c);
	} else if (c->questions.first == NULL) {
		c->state = STATE_PROBE;
		if (!send_step(c, STORE_STEP_PING, c->settings.timeout_ms)) {
			give_up(c, STORE_FAULT_CONNECT, "out of memory");
			return;
		}
		store_connection_flush(c->connection);
	}
}

/* Replies */

/* The store has been restarted or flushed: sends the text. False: it cannot be sent. */
static bool send_text(struct store_client *c, struct store_question *q)
{
	struct bytes *out = store_connection_out(c->connection);

	if (out == NULL || q->settled || !store_question_send_text(q, out)) {
		return false;
	}
	q->script = NULL;
	counter_add(&c->stats->script_loads, 1);
	store_questions_add(&c->questions, q);
	flush_later(c);
	return true;
}

/* This server cannot be used now, or not with this password. */
static void take_refusal(
	struct store_client *c, enum store_error kind, const struct store_reply *reply)
{
	char why[STORE_STATUS_DETAIL_MAX];

	if (c->state == STATE_UP) {
		snprintf(why, sizeof(why), "%.*s",
			(int)(reply->text.len < ERROR_SHOWN ? reply->text.len : ERROR_SHOWN),
			reply->text.data);
		give_up(c, kind == STORE_ERROR_AUTH ? STORE_FAULT_AUTH : STORE_FAULT_STATE, why);
	}
}

static void on_reply(void *ctx, const struct store_reply *reply)
{
	struct store_client *c = ctx;
	struct store_question *q = store_questions_take(&c->questions);

	if (q == NULL) {
		give_up(c, STORE_FAULT_PROTOCOL, "it sent a reply to no question");
		return;
	}
	if (q->step != STORE_STEP_NONE) {
		enum store_step step = q->step;

		free(q);
		take_step(c, step, reply);
		return;
	}
	enum store_error kind =
		reply->type == STORE_REPLY_ERROR ? store_error_kind(reply->text) : STORE_ERROR_NONE;

	if (kind == STORE_ERROR_NOSCRIPT && q->script != NULL && send_text(c, q)) {
		return;
	}
	store_question_answer(q, kind, reply, &c->breaker, c->status, c->stats);
	if (kind == STORE_ERROR_STATE || kind == STORE_ERROR_AUTH) {
		take_refusal(c, kind, reply);
	}
}

/* The connection's end */

static void drop_connection(struct store_client *c)
{
	if (c->connection != NULL) {
		store_connection_close(c->connection);
		c->connection = NULL;
	}
	c->state = STATE_AWAY;
	counter_set(&c->stats->up, 0);
	stop_timer(c);
}

/*
 * Gives the connection up until the next probe. The questions end last: what they do then finds the
 * client as it will be.
 */
static void give_up(struct store_client *c, enum store_fault fault, const char *why)
{
	bool was_up = c->state == STATE_UP;

	drop_connection(c);
	counter_add(&c->stats->losses, was_up);
	store_breaker_open(&c->breaker, uv_now(c->loop));
	store_status_down(c->status, c->counts_as_up, fault, why);
	c->counts_as_up = false;
	wake_by(c, c->breaker.probe_ms);
	store_questions_end(&c->questions);
}

/*
 * A connection that has worked is made again at once, and only if that fails is it told: servers
 * close connections that were idle, and end for an upgrade.
 */
static void on_lost(void *ctx, bool foreign, const char *why)
{
	struct store_client *c = ctx;
	uint64_t now_ms = uv_now(c->loop);

	if (foreign || c->state != STATE_UP || c->breaker.wait_ms > 0 ||
		(c->at_once_ms != 0 && now_ms - c->at_once_ms < AT_ONCE_MS)) {
		give_up(c,
			foreign ? STORE_FAULT_PROTOCOL
				: (c->state == STATE_UP ? STORE_FAULT_LOST : STORE_FAULT_CONNECT),
			why);
		return;
	}
	drop_connection(c);
	counter_add(&c->stats->losses, 1);
	c->at_once_ms = now_ms;
	connect_now(c);
	store_questions_end(&c->questions);
}

static void free_if_closed(struct store_client *c)
{
	if (--c->handles == 0) {
		store_status_unref(c->status);
		free(c->texts);
		free(c);
	}
}

static void on_connection_closed(void *ctx)
{
	free_if_closed(ctx);
}

static void connect_now(struct store_client *c)
{
	const struct store_connection_events events = {.connected = on_connected,
		.reply = on_reply,
		.lost = on_lost,
		.closed = on_connection_closed,
		.ctx = c};
	const char *why = NULL;

	c->state = STATE_CONNECT;
	c->connection = store_connection_new(c->loop, &c->settings, &events, &why);
	if (c->connection == NULL) {
		give_up(c, STORE_FAULT_CONNECT, why);
		return;
	}
	c->handles++;
	wake_by(c, uv_now(c->loop) + SETUP_MS);
}

static void give_up_as_slow(struct store_client *c)
{
	char why[STORE_STATUS_DETAIL_MAX];

	snprintf(why, sizeof(why), "it does not answer in time (timeout = %ums)",
		c->settings.timeout_ms);
	give_up(c, STORE_FAULT_TIMEOUT, why);
}

static void on_timer(uv_timer_t *timer)
{
	struct store_client *c = timer->data;
	uint64_t now_ms = uv_now(c->loop);
	uint64_t next_ms;
	uint64_t timeouts = 0;

	c->timer_ms = UINT64_MAX;
	switch (c->state) {
	case STATE_AWAY:
		if (store_breaker_left_ms(&c->breaker, now_ms) == 0) {
			connect_now(c);
		} else {
			wake_by(c, c->breaker.probe_ms);
		}
		return;
	case STATE_CONNECT:
		give_up(c, STORE_FAULT_CONNECT, "it does not answer within one second");
		return;
	case STATE_PROBE:
		if (c->questions.first->due_ms > now_ms) {
			wake_by(c, c->questions.first->due_ms);
			return;
		}
		give_up_as_slow(c);
		return;
	case STATE_UP:
		break;
	case STATE_CLOSED:
		return;
	}
	bool slow = store_questions_end_due(&c->questions, now_ms, &next_ms, &timeouts);

	counter_add(&c->stats->timeouts, timeouts);
	if (slow && store_breaker_fail(&c->breaker, now_ms, c->settings.timeout_ms)) {
		give_up_as_slow(c);
	} else if (next_ms != UINT64_MAX) {
		wake_by(c, next_ms);
	}
}

/* The client's life */

struct store_client *store_client_new(uv_loop_t *loop, const struct store_settings *settings,
	struct store_status *status, struct store_stats *stats)
{
	struct store_client *c = calloc(1, sizeof(*c));

	if (c == NULL || !store_settings_copy(settings, &c->settings, &c->texts)) {
		free(c);
		return NULL;
	}
	c->loop = loop;
	c->status = store_status_ref(status);
	c->stats = stats;
	store_questions_init(&c->questions);
	c->timer_ms = UINT64_MAX;
	uv_timer_init(loop, &c->timer);
	uv_timer_init(loop, &c->flush);
	c->timer.data = c;
	c->flush.data = c;
	c->handles = 2;
	c->state = STATE_AWAY;
	store_status_join(status);
	wake_by(c, uv_now(loop));
	return c;
}

static void on_timer_closed(uv_handle_t *timer)
{
	free_if_closed(timer->data);
}

void store_client_close(struct store_client *c)
{
	if (c == NULL) {
		return;
	}
	drop_connection(c);
	c->state = STATE_CLOSED;
	store_status_leave(c->status, c->counts_as_up);
	uv_close((uv_handle_t *)&c->timer, on_timer_closed);
	uv_close((uv_handle_t *)&c->flush, on_timer_closed);
	store_questions_end(&c->questions);
}
