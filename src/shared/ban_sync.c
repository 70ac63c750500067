/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/ban_sync.h"

#include "ban/file.h"
#include "base/clock.h"
#include "log/log.h"
#include "shared/ban_sync_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 250u
#define QUESTION_MS 2000u
#define WHOLE_EVERY_MS 60000u /* for changes that the store did not tell */

void ban_sync_tell(struct shared_ban_sync *s, const char *what, struct str why)
{
	if (!s->told) {
		s->told = true;
		log_write(LOG_LEVEL_WARNING, "shared: bans: %s: %.*s", what, (int)why.len,
			why.len > 0 ? why.data : "");
	}
}

void ban_sync_give_up(struct shared_ban_sync *s, const char *what, struct str why)
{
	ban_sync_tell(s, what, why);
	s->whole = true;
}

/* A store that is away is told by the workers' clients. */
bool ban_sync_is_good(struct shared_ban_sync *s, enum store_outcome outcome,
	const struct store_reply *reply, enum store_reply_type type)
{
	s->question = NULL;
	if (outcome == STORE_AWAY) {
		s->whole = true;
		return false;
	}
	if (reply->type != type) {
		ban_sync_give_up(s, "the store's answer cannot be used",
			reply->type == STORE_REPLY_ERROR ? reply->text
							 : str_view("it has another type"));
		return false;
	}
	return true;
}

void ban_sync_ask(struct shared_ban_sync *s, const struct store_command *command, store_done *done)
{
	s->question = store_ask(s->client, command, QUESTION_MS, done, s);
	s->whole = s->whole || s->question == NULL;
}

/* Keeps what was learned for a restart. */
static void save(struct shared_ban_sync *s)
{
	struct diag diag;

	diag_init(&diag);
	bool good = ban_file_write(s->file, shared_bans(s->shared), &diag);

	if (!good && !s->file_failed) {
		log_diag(&diag);
		log_write(LOG_LEVEL_WARNING,
			"shared: bans: a restart knows the bans of other machines only once the "
			"store is there: see shared_file in [bans]");
	}
	s->file_failed = !good;
	diag_clear(&diag);
}

static bool same(const struct ban_list *a, const struct ban_list *b)
{
	for (size_t i = 0; i < a->count && a->count == b->count; i++) {
		if (ban_order(&a->items[i], &b->items[i]) != 0 ||
			ban_compare_age(&a->items[i], &b->items[i]) != 0) {
			return false;
		}
	}
	return a->count == b->count;
}

/* Adds what the store has to what is known. */
static void learn(struct shared_ban_sync *s)
{
	const struct ban_list *known = shared_bans(s->shared);
	struct ban_list list;

	ban_list_init(&list);
	if (!ban_list_add_all(&list, known) || !ban_list_add_all(&list, &s->stored)) {
		ban_sync_give_up(s, "they were not taken", str_view("out of memory"));
	} else {
		ban_list_settle(&list, clock_wall_ms());
		if (list.count > BAN_LIST_MAX) {
			ban_sync_tell(s, "they were not taken",
				str_view("the store has more than 100,000"));
		} else if (!same(&list, known)) {
			shared_bans_take(s->shared, &list);
			save(s);
			s->look(s->ctx);
		}
	}
	ban_list_clear(&list);
}

static void tell_forged(struct shared_ban_sync *s)
{
	if (s->forged > 0 && s->forged != s->forged_told) {
		log_write(LOG_LEVEL_WARNING,
			"shared: bans: %" PRIu64
			" entries in the store are ignored, as they were not made with the secret",
			s->forged);
	}
	s->forged_told = s->forged;
}

/* Everything that the store has is known now. */
static void note_compared(struct shared_ban_sync *s)
{
	shared_bans_note(s->shared, clock_wall_s(), s->forged);
}

void ban_sync_take_reading(struct shared_ban_sync *s)
{
	ban_list_settle(&s->reading, clock_wall_ms());
	ban_list_clear(&s->stored);
	s->stored = s->reading;
	ban_list_init(&s->reading);
	memcpy(s->seen, s->next, sizeof(s->seen));
	s->whole = false;
	s->told = false;
	s->read_ms = clock_ms();
	tell_forged(s);
	note_compared(s);
	learn(s);
	ban_sync_push(s);
}

/* Whether the store says that something has changed. */
static bool take_epochs(struct shared_ban_sync *s, const struct store_reply *reply)
{
	bool changed = false;

	for (size_t i = 0; i < s->secrets; i++) {
		struct str text = i < reply->count ? reply->items[i].text : (struct str){NULL, 0};
		struct epoch *epoch = &s->next[i];

		*epoch = (struct epoch){.len = text.len < EPOCH_MAX ? text.len : EPOCH_MAX};
		if (epoch->len > 0) {
			memcpy(epoch->bytes, text.data, epoch->len);
		}
		changed = changed || memcmp(epoch, &s->seen[i], sizeof(*epoch)) != 0;
	}
	return changed;
}

static void on_epochs(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_ban_sync *s = ctx;

	if (!ban_sync_is_good(s, outcome, reply, STORE_REPLY_ARRAY)) {
		return;
	}
	bool stale = take_epochs(s, reply) || s->whole || clock_ms() - s->read_ms >= WHOLE_EVERY_MS;

	if (stale && clock_ms() >= s->rest_until_ms) {
		ban_sync_read(s);
		return;
	}
	if (!stale) {
		note_compared(s);
	}
	ban_sync_push(s);
}

static void on_tick(uv_timer_t *timer)
{
	struct shared_ban_sync *s = timer->data;
	struct str args[1 + STORE_SECRETS_MAX] = {str_view("MGET")};
	const struct store_command command = {.args = args, .arg_count = 1 + s->secrets};

	s->look(s->ctx);
	if (s->question != NULL) {
		return;
	}
	for (size_t i = 0; i < s->secrets; i++) {
		args[1 + i] = bytes_view(&s->epoch_keys[i]);
	}
	ban_sync_ask(s, &command, on_epochs);
}

static bool prepare(struct shared_ban_sync *s)
{
	const struct store_seal *seal = shared_seal(s->shared);
	bool good = ban_sync_push_init(s);

	s->secrets = store_seal_secret_count(seal);
	for (size_t i = 0; i < s->secrets; i++) {
		store_seal_key(seal, i, STORE_LABEL_BAN, str_view("all"), &s->keys[i]);
		store_seal_key(seal, i, STORE_LABEL_BAN, str_view("epoch"), &s->epoch_keys[i]);
		good = good && !s->keys[i].failed && !s->epoch_keys[i].failed;
	}
	return good;
}

static void sync_free(struct shared_ban_sync *s)
{
	for (size_t i = 0; i < STORE_SECRETS_MAX; i++) {
		bytes_clear(&s->keys[i]);
		bytes_clear(&s->epoch_keys[i]);
	}
	ban_list_clear(&s->reading);
	ban_list_clear(&s->stored);
	ban_list_clear(&s->pushing);
	store_status_unref(s->status);
	shared_unref(s->shared);
	free(s->file);
	free(s);
}

struct shared_ban_sync *shared_ban_sync_new(uv_loop_t *loop, struct shared *shared,
	const char *file, const struct shared_ban_sync_owner *owner)
{
	struct store_settings settings = *shared_settings(shared);
	struct shared_ban_sync *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		return NULL;
	}
	settings.client_name = "doorward-bans";
	s->shared = shared_ref(shared);
	s->look = owner->look;
	s->list = owner->list;
	s->ctx = owner->ctx;
	s->file = strdup(file);
	s->whole = true;
	ban_list_init(&s->reading);
	ban_list_init(&s->stored);
	ban_list_init(&s->pushing);
	s->status = store_status_new(&settings);
	if (s->file != NULL && s->status != NULL && prepare(s)) {
		/* The clients of the workers tell whether the store is there. */
		store_status_silence(s->status);
		s->client = store_client_new(loop, &settings, s->status, &s->stats);
	}
	if (s->client == NULL) {
		sync_free(s);
		return NULL;
	}
	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	uv_timer_start(&s->timer, on_tick, TICK_MS, TICK_MS);
	return s;
}

static void on_closed(uv_handle_t *timer)
{
	sync_free(timer->data);
}

void shared_ban_sync_close(struct shared_ban_sync *s)
{
	if (s == NULL) {
		return;
	}
	if (s->question != NULL) {
		store_cancel(s->question);
		s->question = NULL;
	}
	store_client_close(s->client);
	uv_close((uv_handle_t *)&s->timer, on_closed);
}

const struct shared *shared_ban_sync_shared(const struct shared_ban_sync *s)
{
	return s->shared;
}
