/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/rates.h"

#include "base/clock.h"
#include "base/counter.h"
#include "shared/rate_question.h"
#include "shared/shared_private.h"
#include "shared/worker_private.h"

#include <stdlib.h>
#include <string.h>

#define KEY_MAX 96 /* a key of the store: its prefix, its label and an HMAC in base64 */

/* A question in flight, and the requests of this worker that wait for it. */
struct shared_rate_question {
	struct hlist_entry entry;
	struct shared_worker *worker;
	struct shared_bucket bucket;
	struct shared_lease_ask ask;
	struct list waits;
	uint64_t deadline_ms;
	size_t key_len;
	char key[KEY_MAX];
};

static uint64_t now_ns(void)
{
	return clock_us() * 1000;
}

static struct hlist *chain(struct shared_worker *w, uint64_t key)
{
	return &w->rate_questions[key % SHARED_RATE_CHAINS];
}

static struct shared_rate_question *in_flight(struct shared_worker *w, uint64_t key)
{
	for (struct hlist_entry *e = chain(w, key)->first; e != NULL; e = e->next) {
		struct shared_rate_question *q =
			CONTAINER_OF(e, struct shared_rate_question, entry);

		if (q->bucket.key == key) {
			return q;
		}
	}
	return NULL;
}

/* True if it is decided; *over is set then. */
static bool take(struct shared_worker *w, const struct shared_bucket *bucket,
	enum shared_lease_by by, struct shared_lease_ask *ask, bool *over)
{
	enum shared_lease_taken taken = shared_leases_take(
		w->shared->leases, bucket, shared_members(w->shared), by, now_ns(), ask);
	_Atomic uint64_t *const counters[] = {
		[SHARED_LEASE_SPENT] = &w->stats->rates.by_lease,
		[SHARED_LEASE_REFUSED] = &w->stats->rates.by_refusal,
		[SHARED_LEASE_IN_SHARE] = &w->stats->rates.in_share,
		[SHARED_LEASE_OVER_SHARE] = &w->stats->rates.over_share,
	};

	if (taken == SHARED_LEASE_NONE) {
		return false;
	}
	counter_add(counters[taken], 1);
	*over = taken == SHARED_LEASE_REFUSED || taken == SHARED_LEASE_OVER_SHARE;
	return true;
}

static bool is_over_alone(struct shared_worker *w, const struct shared_bucket *bucket)
{
	struct shared_lease_ask ask;
	bool over = true;

	(void)take(w, bucket, SHARED_LEASE_ALONE, &ask, &over);
	return over;
}

static void on_answer(void *ctx, enum store_outcome outcome, const struct store_reply *reply);

/* Frees the question if it cannot be asked; its waits are the caller's then. */
static bool send_question(struct shared_rate_question *q)
{
	struct shared_worker *w = q->worker;
	uint64_t now_ms = clock_ms();
	uint64_t left_ms = q->deadline_ms > now_ms ? q->deadline_ms - now_ms : 0;

	if (left_ms > 0 && shared_rate_ask(w->client, &w->shared->lease_script,
				   str_from_bytes(q->key, q->key_len), &q->bucket, &q->ask,
				   (uint32_t)left_ms, on_answer, q) != NULL) {
		hlist_add(chain(w, q->bucket.key), &q->entry);
		return true;
	}
	shared_leases_unanswered(w->shared->leases, &q->bucket, &q->ask);
	free(q);
	return false;
}

/* Decides what can be decided now, and moves it to `decided`. */
static void decide(struct shared_rate_question *q, enum shared_lease_by by, struct list *decided)
{
	struct list left;
	struct list *entry;

	list_init(&left);
	while ((entry = list_pop(&q->waits)) != NULL) {
		struct shared_rate_wait *wait = CONTAINER_OF(entry, struct shared_rate_wait, entry);
		struct shared_lease_ask ask;

		list_append(take(q->worker, &q->bucket, by, &ask, &wait->over) ? decided : &left,
			entry);
	}
	while ((entry = list_pop(&left)) != NULL) {
		list_append(&q->waits, entry);
	}
}

/* Asks for those who got no token; false: for none. */
static bool ask_again(struct shared_rate_question *q)
{
	struct shared_rate_question *again = calloc(1, sizeof(*again));
	uint32_t count = 0;
	struct list *entry;

	if (again == NULL) {
		return false;
	}
	for (entry = q->waits.next; entry != &q->waits; entry = entry->next) {
		count++;
	}
	*again = *q;
	list_init(&again->waits);
	shared_leases_ask(q->worker->shared->leases, &q->bucket, shared_members(q->worker->shared),
		count, now_ns(), &again->ask);
	if (!send_question(again)) {
		return false;
	}
	while ((entry = list_pop(&q->waits)) != NULL) {
		list_append(&again->waits, entry);
	}
	return true;
}

/* What the store said. */
enum said { SAID_NOTHING, SAID_YES, SAID_NO };

static enum said learn(
	struct shared_rate_question *q, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_leases *leases = q->worker->shared->leases;
	struct shared_stats *stats = q->worker->stats;
	uint64_t granted;
	uint64_t wait_ns;

	if (outcome != STORE_REPLIED || !shared_rate_read(reply, &granted, &wait_ns)) {
		shared_leases_unanswered(leases, &q->bucket, &q->ask);
		counter_add(&stats->rates.unanswered, 1);
		return SAID_NOTHING;
	}
	shared_leases_answer(leases, &q->bucket, &q->ask, granted, wait_ns, now_ns());
	counter_add(granted > 0 ? &stats->rates.given : &stats->rates.refused, 1);
	return granted > 0 ? SAID_YES : SAID_NO;
}

static void refuse(struct shared_rate_question *q, struct list *decided)
{
	struct list *entry;

	while ((entry = list_pop(&q->waits)) != NULL) {
		CONTAINER_OF(entry, struct shared_rate_wait, entry)->over = true;
		counter_add(&q->worker->stats->rates.by_refusal, 1);
		list_append(decided, entry);
	}
}

static void on_answer(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_rate_question *q = ctx;
	struct list decided;
	struct list *entry;

	hlist_remove(&q->entry);
	list_init(&decided);
	enum said said = learn(q, outcome, reply);

	if (said != SAID_NOTHING) {
		decide(q, SHARED_LEASE_WAIT, &decided);
	}
	if (said == SAID_NO) {
		refuse(q, &decided);
	}
	if (!list_is_empty(&q->waits) && (said != SAID_YES || !ask_again(q))) {
		decide(q, SHARED_LEASE_ALONE, &decided);
	}
	free(q);
	/* A `done` may cancel others of them, and begin questions. */
	while ((entry = list_pop(&decided)) != NULL) {
		struct shared_rate_wait *wait = CONTAINER_OF(entry, struct shared_rate_wait, entry);

		wait->done(wait->ctx, wait->over);
	}
}

static bool make_key(struct shared_rate_question *q, const struct shared_rate *rate)
{
	struct bytes identity;
	struct bytes key;

	bytes_init(&identity, 0);
	bytes_init(&key, KEY_MAX);
	policy_rate_identity(rate->policy, rate->rate, rate->facts, &identity);
	store_seal_key(q->worker->shared->seal, 0, STORE_LABEL_RATE, bytes_view(&identity), &key);
	bool made = !identity.failed && !key.failed;

	if (made) {
		memcpy(q->key, key.data, key.len);
		q->key_len = key.len;
	}
	bytes_clear(&identity);
	bytes_clear(&key);
	return made;
}

/* NULL: it could not be asked. */
static struct shared_rate_question *ask_store(struct shared_worker *w,
	const struct shared_rate *rate, const struct shared_lease_ask *ask, uint64_t deadline_ms)
{
	struct shared_rate_question *q = calloc(1, sizeof(*q));

	if (q == NULL) {
		shared_leases_unanswered(w->shared->leases, &rate->bucket, ask);
		return NULL;
	}
	q->worker = w;
	q->bucket = rate->bucket;
	q->ask = *ask;
	q->deadline_ms = deadline_ms;
	list_init(&q->waits);
	if (!make_key(q, rate)) {
		shared_leases_unanswered(w->shared->leases, &rate->bucket, ask);
		free(q);
		return NULL;
	}
	return send_question(q) ? q : NULL;
}

static enum shared_lease_by how(struct shared_worker *w, const struct shared_rate_question *q)
{
	if (q != NULL) {
		return SHARED_LEASE_WAIT;
	}
	return store_is_there(w->client) ? SHARED_LEASE_ASK : SHARED_LEASE_ALONE;
}

enum shared_rate_answer shared_rates_take(
	struct shared_worker *w, const struct shared_rate *rate, struct shared_rate_wait *wait)
{
	struct shared_rate_question *q = in_flight(w, rate->bucket.key);
	struct shared_lease_ask ask;
	bool over;

	list_init(&wait->entry);
	if (take(w, &rate->bucket, how(w, q), &ask, &over)) {
		if (ask.want > 0) {
			(void)ask_store(w, rate, &ask, clock_ms() + w->shared->settings.timeout_ms);
		}
		return over ? SHARED_RATE_OVER : SHARED_RATE_WITHIN;
	}
	if (q == NULL) {
		q = ask_store(w, rate, &ask, wait->deadline_ms);
	}
	if (q == NULL || q->deadline_ms > wait->deadline_ms) {
		return is_over_alone(w, &rate->bucket) ? SHARED_RATE_OVER : SHARED_RATE_WITHIN;
	}
	counter_add(&w->stats->rates.waited, 1);
	list_append(&q->waits, &wait->entry);
	return SHARED_RATE_WAIT;
}

void shared_rates_cancel(struct shared_rate_wait *wait)
{
	list_remove(&wait->entry);
}
