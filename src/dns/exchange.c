/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/exchange.h"

#include "base/reader.h"
#include "base/util.h"
#include "dns/upstream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define HEADER_LEN 12
#define ID_DRAWS 64
#define EXTRA_SENDS 2 /* beyond the attempts: one without EDNS, one to another upstream */
#define BACKOFF_MS 100u
#define BACKOFF_DOUBLINGS_MAX 4u

/* A query that may still be answered: retransmitting does not give up on earlier ones. */
struct sent {
	LIST_ENTRY(sent) in_bucket;
	LIST_ENTRY(sent) on_socket;
	struct dns_exchange *exchange;
	uint64_t at_ms;
	int socket;
	uint16_t id;
	uint8_t upstream;
	bool edns;
	bool open;
};
LIST_HEAD(sent_list, sent);

struct dns_exchange {
	struct dns_timer timer;
	struct dns_exchanges *all;
	void (*done)(void *ctx, const struct dns_ending *ending);
	void *ctx;
	struct dns_name name;
	enum dns_type type;
	uint64_t first_ms;
	uint8_t asked[DNS_MAX_UPSTREAMS];
	uint32_t failed; /* a bit for each upstream that answered with a failure */
	enum dns_status failure;
	bool no_edns;
	bool went_elsewhere;
	unsigned attempts; /* sends that count against the setting */
	unsigned open_count;
	unsigned sent_count;
	uint8_t last_upstream;
	struct sent *waiting; /* the send whose time-out the timer is; NULL: the timer is a pause */
	struct sent sent[];
};

struct dns_exchanges {
	const struct dns_settings *settings;
	struct dns_network network;
	struct dns_wheel *wheel;
	struct random_pool *random;
	struct dns_stats *stats;
	struct dns_upstreams upstreams;
	struct dns_answer answer;
	size_t in_flight;
	size_t bucket_mask;
	struct sent_list *buckets; /* by socket and ID */
	struct sent_list sockets[DNS_SOCKETS_MAX];
};

struct dns_exchanges *dns_exchanges_new(const struct dns_settings *settings, size_t upstream_count,
	const struct dns_network *network, struct dns_wheel *wheel, struct random_pool *random,
	struct dns_stats *stats)
{
	struct dns_exchanges *all = calloc(1, sizeof(*all));
	size_t buckets = 64;

	if (all == NULL) {
		return NULL;
	}
	while (buckets < settings->max_in_flight && buckets < 65536) {
		buckets *= 2;
	}
	all->buckets = calloc(buckets, sizeof(*all->buckets));
	if (all->buckets == NULL) {
		free(all);
		return NULL;
	}
	all->bucket_mask = buckets - 1;
	all->settings = settings;
	all->network = *network;
	all->wheel = wheel;
	all->random = random;
	all->stats = stats;
	dns_upstreams_init(&all->upstreams, upstream_count, settings);
	return all;
}

void dns_exchanges_free(struct dns_exchanges *exchanges)
{
	if (exchanges == NULL) {
		return;
	}
	assert(exchanges->in_flight == 0);
	free(exchanges->buckets);
	free(exchanges);
}

size_t dns_exchanges_in_flight(const struct dns_exchanges *exchanges)
{
	return exchanges->in_flight;
}

/* IDs are drawn at random, so they need no mixing. */
static struct sent_list *bucket_of(struct dns_exchanges *all, int socket, uint16_t id)
{
	return &all->buckets[((size_t)socket * 0x9e3779b1u + id) & all->bucket_mask];
}

static struct sent *find(struct dns_exchanges *all, int socket, uint16_t id)
{
	struct sent *s;

	for (s = LIST_FIRST(bucket_of(all, socket, id)); s != NULL; s = LIST_NEXT(s, in_bucket)) {
		if (s->socket == socket && s->id == id) {
			return s;
		}
	}
	return NULL;
}

static void close_sent(struct sent *s)
{
	struct dns_exchange *x = s->exchange;

	if (!s->open) {
		return;
	}
	LIST_REMOVE(s, in_bucket);
	LIST_REMOVE(s, on_socket);
	s->open = false;
	x->open_count--;
	if (x->waiting == s) {
		x->waiting = NULL;
	}
	x->all->network.release(x->all->network.ctx, s->socket);
}

void dns_exchange_cancel(struct dns_exchange *x)
{
	if (x == NULL) {
		return;
	}
	for (unsigned i = 0; i < x->sent_count; i++) {
		close_sent(&x->sent[i]);
	}
	dns_wheel_clear(x->all->wheel, &x->timer);
	x->all->in_flight--;
	free(x);
}

static void finish(struct dns_exchange *x, enum dns_status status, const struct dns_answer *answer,
	size_t upstream, uint64_t now_ms)
{
	struct dns_ending ending = {.status = status,
		.answer = answer,
		.upstream = upstream,
		.ms = (uint32_t)(now_ms - x->first_ms),
		.now_ms = now_ms};
	void (*done)(void *, const struct dns_ending *) = x->done;
	void *ctx = x->ctx;

	dns_exchange_cancel(x);
	done(ctx, &ending);
}

/* Nobody was reached: another upstream at once, or the same ones again after a pause. */
static void note_unreachable(struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	struct dns_upstreams *upstreams = &x->all->upstreams;
	uint64_t due = now_ms;

	if (!dns_status_is_failure(x->failure)) {
		x->failure = DNS_STATUS_UNREACHABLE;
	}
	x->failed |= UINT32_C(1) << upstream;
	if (x->waiting != NULL) {
		return; /* another send may be answered yet, and its time-out goes on */
	}
	uint32_t all = (UINT32_C(1) << upstreams->count) - 1;

	if ((x->failed & all) == all && x->attempts < x->all->settings->attempts) {
		unsigned round = x->asked[upstream] > 0 ? x->asked[upstream] - 1u : 0;

		due += BACKOFF_MS << (round < BACKOFF_DOUBLINGS_MAX ? round
								    : BACKOFF_DOUBLINGS_MAX);
		x->failed = 0;
	}
	dns_wheel_set(x->all->wheel, &x->timer, due);
}

static void socket_unreachable(struct dns_exchanges *all, int socket, uint64_t now_ms)
{
	struct sent *s;

	while ((s = LIST_FIRST(&all->sockets[socket])) != NULL) {
		struct dns_exchange *x = s->exchange;
		size_t upstream = s->upstream;

		dns_upstream_unreachable(&all->upstreams, upstream, now_ms);
		close_sent(s);
		note_unreachable(x, upstream, now_ms);
	}
}

static bool draw_id(struct dns_exchanges *all, int socket, uint16_t *id)
{
	for (unsigned i = 0; i < ID_DRAWS; i++) {
		*id = (uint16_t)random_u32(all->random);
		if (find(all, socket, *id) == NULL) {
			return true;
		}
	}
	return false;
}

static struct dns_query query_of(const struct sent *s)
{
	return (struct dns_query){
		.name = s->exchange->name,
		.type = s->exchange->type,
		.id = s->id,
		.edns_size = s->edns ? (uint16_t)s->exchange->all->settings->edns_size : 0,
		.want_ad = s->exchange->all->settings->trust_ad == DNS_YES,
	};
}

/* A slot of x->sent with its query on the way; NULL: nothing left us. */
static struct sent *put_on_wire(struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	struct dns_exchanges *all = x->all;
	struct sent *s = &x->sent[x->sent_count];
	uint8_t wire[DNS_QUERY_MAX];
	int socket = all->network.acquire(all->network.ctx, upstream, all->random);

	if (socket < 0) {
		return NULL;
	}
	assert(socket < DNS_SOCKETS_MAX);
	*s = (struct sent){.exchange = x,
		.at_ms = now_ms,
		.socket = socket,
		.upstream = (uint8_t)upstream,
		.edns = !x->no_edns && all->settings->edns_size > 0};
	size_t len = 0;

	if (draw_id(all, socket, &s->id)) {
		struct dns_query query = query_of(s);

		len = dns_query_build(&query, wire);
	}
	if (len == 0) {
		all->network.release(all->network.ctx, socket);
		return NULL;
	}
	LIST_INSERT_HEAD(bucket_of(all, socket, s->id), s, in_bucket);
	LIST_INSERT_HEAD(&all->sockets[socket], s, on_socket);
	s->open = true;
	x->open_count++;
	x->sent_count++;
	if (x->sent_count > 1) {
		all->stats->retransmits++;
	}
	all->stats->queries++;
	if (all->network.send(all->network.ctx, socket, wire, len) == DNS_SENT_UNREACHABLE) {
		/* The kernel tells the socket, not the query: all that wait on it are concerned. */
		socket_unreachable(all, socket, now_ms);
	}
	return s;
}

/* Sends to `upstream`, or sets the timer for the next attempt: always one of the two. */
static void send_to(struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	struct dns_exchanges *all = x->all;

	x->last_upstream = (uint8_t)upstream;
	if (x->asked[upstream] < UINT8_MAX) {
		x->asked[upstream]++;
	}
	if (dns_upstream_rests(&all->upstreams, upstream, now_ms)) {
		note_unreachable(x, upstream, now_ms);
		return;
	}
	struct sent *s = put_on_wire(x, upstream, now_ms);

	if (s == NULL) {
		note_unreachable(x, upstream, now_ms);
	} else if (s->open) {
		x->waiting = s;
		dns_wheel_set(all->wheel, &x->timer,
			now_ms + dns_upstream_timeout_ms(
					 &all->upstreams, upstream, x->asked[upstream]));
	}
}

static void send_next(struct dns_exchange *x, uint64_t now_ms)
{
	x->attempts++;
	send_to(x,
		dns_upstreams_pick(&x->all->upstreams, x->asked, x->failed, now_ms, x->all->random),
		now_ms);
}

static void timer_fired(struct dns_timer *timer, uint64_t now_ms)
{
	struct dns_exchange *x = CONTAINER_OF(timer, struct dns_exchange, timer);

	if (x->waiting != NULL) {
		x->all->stats->timeouts++;
		dns_upstream_timed_out(&x->all->upstreams, x->waiting->upstream, now_ms);
		x->waiting = NULL;
	}
	if (x->attempts < x->all->settings->attempts) {
		send_next(x, now_ms);
		return;
	}
	finish(x, dns_status_is_failure(x->failure) ? x->failure : DNS_STATUS_TIMEOUT, NULL,
		x->last_upstream, now_ms);
}

struct dns_exchange *dns_exchange_start(struct dns_exchanges *all, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms,
	void (*done)(void *ctx, const struct dns_ending *ending), void *ctx)
{
	size_t capacity = (size_t)all->settings->attempts + EXTRA_SENDS;
	struct dns_exchange *x = calloc(1, sizeof(*x) + capacity * sizeof(x->sent[0]));

	if (x == NULL) {
		return NULL;
	}
	x->timer.fire = timer_fired;
	x->all = all;
	x->done = done;
	x->ctx = ctx;
	x->name = *name;
	x->type = type;
	x->first_ms = now_ms;
	if (all->settings->case_randomization) {
		dns_name_randomize_case(&x->name, all->random);
	}
	all->in_flight++;
	send_next(x, now_ms);
	return x;
}

/* The upstream answered, and does not know: one other is asked, if there is one. */
static void answered_failure(
	struct dns_exchange *x, size_t upstream, enum dns_status status, uint64_t now_ms)
{
	struct dns_upstreams *upstreams = &x->all->upstreams;

	x->failure = status;
	x->failed |= UINT32_C(1) << upstream;
	if (!x->went_elsewhere) {
		size_t other =
			dns_upstreams_pick(upstreams, x->asked, x->failed, now_ms, x->all->random);

		x->went_elsewhere = true;
		if ((x->failed >> other & 1) == 0 && x->asked[other] == 0) {
			send_to(x, other, now_ms);
			return;
		}
	}
	if (x->open_count == 0) {
		finish(x, status, NULL, upstream, now_ms);
	}
}

static void matched(struct sent *s, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	struct dns_exchanges *all = x->all;
	struct dns_answer *answer = &all->answer;
	size_t upstream = s->upstream;
	enum dns_status status = dns_status_of(answer->kind);

	dns_upstream_answered(&all->upstreams, upstream, now_ms - s->at_ms);
	if (!dns_status_is_failure(status)) {
		finish(x, status, answer, upstream, now_ms);
		return;
	}
	close_sent(s);
	if (answer->kind == DNS_ANSWER_NO_EDNS && !x->no_edns) {
		x->no_edns = true;
		send_to(x, upstream, now_ms);
	} else if (status == DNS_STATUS_TRUNCATED) {
		finish(x, status, NULL, upstream, now_ms);
	} else {
		answered_failure(x, upstream, status, now_ms);
	}
}

void dns_exchanges_receive(
	struct dns_exchanges *all, int socket, const uint8_t *reply, size_t len, uint64_t now_ms)
{
	struct reader reader;

	reader_init(&reader, reply, len);
	struct sent *s = len >= HEADER_LEN ? find(all, socket, reader_u16(&reader)) : NULL;

	if (s == NULL) {
		all->stats->wrong_replies++;
		return;
	}
	struct dns_query query = query_of(s);

	if (dns_reply_match(&query, reply, len) != DNS_MATCH_YES) {
		all->stats->wrong_replies++;
		return;
	}
	dns_reply_read(&query, reply, len, &all->answer);
	matched(s, now_ms);
}

void dns_exchanges_unreachable(struct dns_exchanges *all, int socket, uint64_t now_ms)
{
	socket_unreachable(all, socket, now_ms);
}
