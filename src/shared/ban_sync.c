/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/ban_sync.h"

#include "ban/file.h"
#include "base/clock.h"
#include "base/random.h"
#include "log/log.h"
#include "shared/ban_codec.h"
#include "store/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 250u
#define QUESTION_MS 2000u
#define WHOLE_EVERY_MS 60000u /* for changes that the store did not tell */
#define PAGE "200"
#define PAGES_MAX 20000u
#define BATCH_MAX 400u
#define BATCH_BYTES_MAX ((size_t)400 * 1024)
#define KEEP_MS_MAX INT64_C(3153600000000) /* a hundred years */
#define EPOCH_MAX 64u
#define CURSOR_MAX 24u

/* KEYS: the bans, the epoch; ARGV: another epoch, milliseconds to keep both, fields and values. */
static const char push_script[] =
	"local left = redis.call('PTTL', KEYS[1])\n"
	"for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end\n"
	"if left < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end\n"
	"redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])\n"
	"return 1\n";

/* What tells that another machine has written: any bytes, or none. */
struct epoch {
	char bytes[EPOCH_MAX];
	size_t len;
};

struct shared_ban_sync {
	struct shared *shared;
	struct shared_ban_sync_owner owner;
	char *file;
	bool file_failed;
	uv_timer_t timer;
	struct store_status *status;
	struct store_stats stats;
	struct store_client *client;
	struct store_question *question; /* NULL: none is in flight */
	struct store_script push;
	/* By the number of the secret; the first are written, too. */
	struct bytes keys[STORE_SECRETS_MAX];
	struct bytes epoch_keys[STORE_SECRETS_MAX];
	size_t secrets;
	struct epoch seen[STORE_SECRETS_MAX];
	struct epoch next[STORE_SECRETS_MAX];
	bool whole; /* everything is to be read, whatever the epochs are */
	uint64_t read_ms;
	size_t secret; /* whose bans are read */
	char cursor[CURSOR_MAX];
	unsigned pages;
	uint64_t forged;      /* of this reading */
	uint64_t forged_told; /* of the last one */
	struct ban_list reading;
	struct ban_list stored; /* what the store has, as far as it is known */
	struct ban_list pushing;
	bool told; /* of an error of the store */
};

static void tell(struct shared_ban_sync *s, const char *what, struct str why)
{
	if (!s->told) {
		s->told = true;
		log_write(LOG_LEVEL_WARNING, "shared: bans: %s: %.*s", what, (int)why.len,
			why.len > 0 ? why.data : "");
	}
}

/* Ends the round; everything is read in the next one. */
static void give_up(struct shared_ban_sync *s, const char *what, struct str why)
{
	tell(s, what, why);
	s->whole = true;
}

/* A store that is away is told by the workers' clients. */
static bool is_good(struct shared_ban_sync *s, enum store_outcome outcome,
	const struct store_reply *reply, enum store_reply_type type)
{
	s->question = NULL;
	if (outcome == STORE_AWAY) {
		s->whole = true;
		return false;
	}
	if (reply->type != type) {
		give_up(s, "the store's answer cannot be used",
			reply->type == STORE_REPLY_ERROR ? reply->text
							 : str_view("it has another type"));
		return false;
	}
	return true;
}

static void ask(struct shared_ban_sync *s, const struct store_command *command, store_done *done)
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
		give_up(s, "they were not taken", str_view("out of memory"));
	} else {
		ban_list_settle(&list, clock_wall_ms());
		if (list.count > BAN_LIST_MAX) {
			tell(s, "they were not taken", str_view("the store has more than 100,000"));
		} else if (!same(&list, known)) {
			shared_bans_take(s->shared, &list);
			save(s);
			s->owner.look(s->owner.ctx);
		}
	}
	ban_list_clear(&list);
}

static void push(struct shared_ban_sync *s);

static void on_pushed(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_ban_sync *s = ctx;

	if (!is_good(s, outcome, reply, STORE_REPLY_INTEGER)) {
		return;
	}
	if (!ban_list_add_all(&s->stored, &s->pushing)) {
		give_up(s, "they were not sent", str_view("out of memory"));
		return;
	}
	ban_list_settle(&s->stored, clock_wall_ms());
	/* Another machine may have written since the last reading. */
	s->whole = true;
	push(s);
}

/* The arguments of a push, and the bytes that they point to. */
struct batch {
	struct str args[4 + 2 * BATCH_MAX];
	struct bytes parts[2 * BATCH_MAX];
	size_t count;
	size_t bytes;
	int64_t kept_ms; /* of the one that is kept for longest */
	bool failed;
};

static void add_to_batch(struct shared_ban_sync *s, struct batch *b, const struct ban *ban)
{
	struct bytes *field = &b->parts[2 * b->count];
	struct bytes *value = field + 1;

	bytes_init(field, 0);
	bytes_init(value, 0);
	b->count++;
	shared_ban_encode(shared_seal(s->shared), ban, field, value);
	b->failed = b->failed || field->failed || value->failed || !ban_list_add(&s->pushing, ban);
	b->bytes += field->len + value->len;
	b->kept_ms = ban->kept_ms > b->kept_ms ? ban->kept_ms : b->kept_ms;
}

static void send_batch(struct shared_ban_sync *s, struct batch *b, int64_t now_ms)
{
	int64_t left_ms = b->kept_ms - now_ms < KEEP_MS_MAX ? b->kept_ms - now_ms : KEEP_MS_MAX;
	uint8_t epoch[16];
	char left[24];

	random_bytes(epoch, sizeof(epoch));
	snprintf(left, sizeof(left), "%" PRId64, left_ms);
	b->args[0] = bytes_view(&s->keys[0]);
	b->args[1] = bytes_view(&s->epoch_keys[0]);
	b->args[2] = str_from_bytes(epoch, sizeof(epoch));
	b->args[3] = str_view(left);
	for (size_t i = 0; i < 2 * b->count; i++) {
		b->args[4 + i] = bytes_view(&b->parts[i]);
	}
	const struct store_command command = {
		.script = &s->push, .args = b->args, .arg_count = 4 + 2 * b->count, .key_count = 2};

	ask(s, &command, on_pushed);
}

/* Sends a part of what the store lacks, or has in an older form. */
static void push(struct shared_ban_sync *s)
{
	const struct ban_list *list = s->owner.list(s->owner.ctx);
	int64_t now_ms = clock_wall_ms();
	struct batch *b = NULL;

	ban_list_clear(&s->pushing);
	for (size_t i = 0; list != NULL && i < list->count; i++) {
		const struct ban *ban = &list->items[i];
		const struct ban *there = ban_list_find(&s->stored, ban);

		if (ban->kept_ms <= now_ms || (there != NULL && ban_compare_age(there, ban) >= 0)) {
			continue;
		}
		b = b != NULL ? b : calloc(1, sizeof(*b));
		if (b == NULL || b->count == BATCH_MAX || b->bytes >= BATCH_BYTES_MAX) {
			break;
		}
		add_to_batch(s, b, ban);
	}
	if (b == NULL) {
		return;
	}
	if (b->failed) {
		give_up(s, "they were not sent", str_view("out of memory"));
	} else {
		send_batch(s, b, now_ms);
	}
	for (size_t i = 0; i < 2 * b->count; i++) {
		bytes_clear(&b->parts[i]);
	}
	free(b);
}

/* The store may hold what others wrote under the same key: it is counted, and not believed. */
static bool take_pairs(struct shared_ban_sync *s, const struct store_reply *pairs)
{
	int64_t now_ms = clock_wall_ms();

	for (size_t i = 0; i + 1 < pairs->count; i += 2) {
		struct ban ban;
		enum store_opened opened =
			shared_ban_decode(shared_seal(s->shared), pairs->items[i].text,
				pairs->items[i + 1].text, now_ms, &s->reading.arena, &ban);

		if (opened == STORE_FORGED) {
			s->forged++;
		}
		if (opened == STORE_OPENED && (s->reading.count >= 2 * BAN_LIST_MAX ||
						      !ban_list_add(&s->reading, &ban))) {
			return false;
		}
	}
	return true;
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
	const struct shared_bans_state state = {clock_wall_s(), s->forged};

	shared_bans_note(s->shared, &state);
}

static void end_reading(struct shared_ban_sync *s)
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
	push(s);
}

static void ask_page(struct shared_ban_sync *s);

static void on_page(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_ban_sync *s = ctx;

	if (!is_good(s, outcome, reply, STORE_REPLY_ARRAY)) {
		return;
	}
	if (reply->count != 2 || reply->items[0].text.len == 0 ||
		reply->items[0].text.len >= CURSOR_MAX ||
		reply->items[1].type != STORE_REPLY_ARRAY || ++s->pages > PAGES_MAX ||
		!take_pairs(s, &reply->items[1])) {
		give_up(s, "they cannot be read", str_view("the store has too much, or no list"));
		return;
	}
	memcpy(s->cursor, reply->items[0].text.data, reply->items[0].text.len);
	s->cursor[reply->items[0].text.len] = '\0';
	if (strcmp(s->cursor, "0") == 0) {
		s->secret++;
	}
	if (s->secret < s->secrets) {
		ask_page(s);
	} else {
		end_reading(s);
	}
}

static void ask_page(struct shared_ban_sync *s)
{
	const struct str args[] = {str_view("HSCAN"), bytes_view(&s->keys[s->secret]),
		str_view(s->cursor), str_view("COUNT"), str_view(PAGE)};
	const struct store_command command = {.args = args, .arg_count = ARRAY_LEN(args)};

	ask(s, &command, on_page);
}

static void begin_reading(struct shared_ban_sync *s)
{
	ban_list_clear(&s->reading);
	s->secret = 0;
	s->pages = 0;
	s->forged = 0;
	memcpy(s->cursor, "0", sizeof("0"));
	ask_page(s);
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

	if (!is_good(s, outcome, reply, STORE_REPLY_ARRAY)) {
		return;
	}
	if (take_epochs(s, reply) || s->whole || clock_ms() - s->read_ms >= WHOLE_EVERY_MS) {
		begin_reading(s);
	} else {
		note_compared(s);
		push(s);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct shared_ban_sync *s = timer->data;
	struct str args[1 + STORE_SECRETS_MAX] = {str_view("MGET")};
	const struct store_command command = {.args = args, .arg_count = 1 + s->secrets};

	s->owner.look(s->owner.ctx);
	if (s->question != NULL) {
		return;
	}
	for (size_t i = 0; i < s->secrets; i++) {
		args[1 + i] = bytes_view(&s->epoch_keys[i]);
	}
	ask(s, &command, on_epochs);
}

static bool prepare(struct shared_ban_sync *s)
{
	const struct store_seal *seal = shared_seal(s->shared);
	bool good = store_script_init(&s->push, push_script);

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
	s->owner = *owner;
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
