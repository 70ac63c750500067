/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/recent.h"

#include "base/json.h"
#include "recent/cursor.h"
#include "recent/record.h"

#include <stdlib.h>
#include <string.h>

struct recent {
	struct recent_cursor_source source;
	size_t worker_count;
	struct recent_ring *rings[];
};

struct recent *recent_new(size_t workers, size_t count)
{
	struct recent *recent = calloc(1, sizeof(*recent) + workers * sizeof(recent->rings[0]));

	if (recent == NULL) {
		return NULL;
	}
	recent_cursor_source_init(&recent->source);
	recent->worker_count = workers;
	for (size_t i = 0; i < workers; i++) {
		recent->rings[i] = recent_ring_new(count);
		if (recent->rings[i] == NULL) {
			recent_free(recent);
			return NULL;
		}
	}
	return recent;
}

void recent_free(struct recent *recent)
{
	if (recent == NULL) {
		return;
	}
	for (size_t i = 0; i < recent->worker_count; i++) {
		recent_ring_free(recent->rings[i]);
	}
	free(recent);
}

struct recent_ring *recent_worker(struct recent *recent, size_t worker)
{
	return recent->rings[worker];
}

void recent_note(struct recent_ring *ring, struct recent_fields *fields,
	const struct authz_decision_log_request *request, uint64_t now_us)
{
	struct recent_record *record = fields != NULL ? recent_ring_begin(ring) : NULL;

	if (record != NULL) {
		recent_record_fill(record, fields, request, now_us);
		recent_ring_commit(ring);
	}
}

/* The newest records of all workers, one by one: a merge of their rings by time. */
struct walk {
	struct recent *recent;
	size_t seen;
	size_t seen_max;
	struct head {
		uint64_t next;  /* one more than the number of the record to read next */
		uint64_t first; /* the number at which to stop */
		bool loaded;
		struct recent_copy copy;
	} heads[];
};

/* `since`: numbers from which on each worker's records are wanted; NULL: all. */
static struct walk *walk_new(struct recent *recent, const uint64_t *since)
{
	struct walk *walk =
		calloc(1, sizeof(*walk) + recent->worker_count * sizeof(walk->heads[0]));

	if (walk == NULL) {
		return NULL;
	}
	walk->recent = recent;
	walk->seen_max = recent_ring_count(recent->rings[0]);
	for (size_t i = 0; i < recent->worker_count; i++) {
		uint64_t end = recent_ring_end(recent->rings[i]);

		walk->heads[i].next = end;
		walk->heads[i].first = end > walk->seen_max ? end - walk->seen_max : 0;
		if (since != NULL && since[i] > walk->heads[i].first) {
			walk->heads[i].first = since[i] < end ? since[i] : end;
		}
	}
	return walk;
}

static void load(struct walk *walk, size_t worker)
{
	struct head *head = &walk->heads[worker];

	while (!head->loaded && head->next > head->first) {
		head->next--;
		head->loaded =
			recent_ring_read(walk->recent->rings[worker], head->next, &head->copy);
	}
}

/* Valid until the next call; NULL: that was the last one. */
static const struct recent_copy *walk_next(struct walk *walk)
{
	struct head *newest = NULL;

	if (walk->seen == walk->seen_max) {
		return NULL;
	}
	for (size_t i = 0; i < walk->recent->worker_count; i++) {
		struct head *head = &walk->heads[i];

		load(walk, i);
		if (head->loaded &&
			(newest == NULL || head->copy.record.at_us > newest->copy.record.at_us)) {
			newest = head;
		}
	}
	if (newest == NULL) {
		return NULL;
	}
	walk->seen++;
	newest->loaded = false;
	return &newest->copy;
}

static void write_records(struct walk *walk, const struct recent_query *query, struct bytes *out)
{
	const struct recent_copy *record;
	size_t written = 0;

	json_member_open(out, "recent", '[');
	while (written < query->limit && (record = walk_next(walk)) != NULL) {
		if (recent_record_matches(record, query)) {
			recent_record_write(record, out);
			written++;
		}
	}
	json_close(out, ']');
}

void recent_write(struct recent *recent, const struct recent_query *query, struct bytes *out)
{
	uint64_t *numbers = calloc(recent->worker_count, 2 * sizeof(*numbers));
	uint64_t *since = numbers != NULL ? numbers + recent->worker_count : NULL;
	struct walk *walk = NULL;
	uint64_t all = 0;

	if (numbers != NULL) {
		bool known = recent_cursor_read(
			&recent->source, query->since, since, recent->worker_count);

		walk = walk_new(recent, known ? since : NULL);
		for (size_t i = 0; walk != NULL && i < recent->worker_count; i++) {
			numbers[i] = walk->heads[i].next;
			all += known && since[i] < numbers[i] ? numbers[i] - since[i] : 0;
		}
	}
	if (walk == NULL) {
		free(numbers);
		out->failed = true;
		return;
	}
	json_open(out, '{');
	write_records(walk, query, out);
	json_key(out, "end");
	recent_cursor_write(&recent->source, numbers, recent->worker_count, out);
	json_member_u64(out, "left_out", all > walk->seen ? all - walk->seen : 0);
	json_close(out, '}');
	bytes_append_text(out, "\n");
	free(walk);
	free(numbers);
}

bool recent_find(struct recent *recent, struct str id, struct bytes *out)
{
	struct walk *walk = walk_new(recent, NULL);
	const struct recent_query query = {.id = id};
	const struct recent_copy *record = NULL;

	while (walk != NULL && (record = walk_next(walk)) != NULL &&
		!recent_record_matches(record, &query)) {
	}
	if (record != NULL) {
		recent_record_write(record, out);
	}
	free(walk);
	return record != NULL;
}
