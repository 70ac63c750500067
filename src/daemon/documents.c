/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/documents.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "http/query.h"

#define LIMIT 100
#define LIMIT_MAX 20000

struct document {
	struct daemon_status *status;
	const struct http_query *query;
	struct bytes *out;
	struct bytes *why;
};

static bool write_status(const struct document *d)
{
	daemon_status_write(d->status, d->out);
	return true;
}

static bool write_history(const struct document *d)
{
	metrics_history_write(d->status->history, clock_ms(), clock_wall_s(), d->out);
	return true;
}

static bool bad(const struct document *d, const char *expected, struct str value)
{
	bytes_append_text(d->why, expected);
	bytes_append_text(d->why, ", not ");
	bytes_append_visible(d->why, value);
	return false;
}

static bool read_recent_query(const struct document *d, struct recent_query *q)
{
	struct str address = http_query_value(d->query, "address");
	struct str limit = http_query_value(d->query, "limit");
	struct str denied = http_query_value(d->query, "denied");
	uint64_t number = LIMIT;

	*q = (struct recent_query){
		.by_address = address.len > 0,
		.host = http_query_value(d->query, "host"),
		.policy = http_query_value(d->query, "policy"),
		.reason = http_query_value(d->query, "reason"),
		.id = http_query_value(d->query, "id"),
		.denied = str_eq_text(denied, "1"),
		.since = http_query_value(d->query, "since"),
	};
	if (q->by_address && !prefix_parse(address, &q->address) &&
		!prefix_mend(address, &q->address)) {
		return bad(d, "address: expected an address or a prefix such as 192.0.2.0/24",
			address);
	}
	if (limit.len > 0 && !str_to_u64(limit, LIMIT_MAX, &number)) {
		return bad(d, "limit: expected a number up to 20000", limit);
	}
	if (denied.len > 0 && !q->denied && !str_eq_text(denied, "0")) {
		return bad(d, "denied: expected 0 or 1", denied);
	}
	q->limit = number;
	return true;
}

static bool write_recent(const struct document *d)
{
	struct recent_query query;

	if (!read_recent_query(d, &query)) {
		return false;
	}
	if (d->status->recent != NULL) {
		recent_write(d->status->recent, &query, d->out);
		return true;
	}
	json_open(d->out, '{');
	json_member_open(d->out, "recent", '[');
	json_close(d->out, ']');
	json_member_text(d->out, "end", "");
	json_member_u64(d->out, "left_out", 0);
	json_close(d->out, '}');
	bytes_append_text(d->out, "\n");
	return true;
}

static const struct {
	const char *path;
	bool (*write)(const struct document *document);
	const char *parameters[9]; /* ends with NULL */
} documents[] = {
	{"/status.json", write_status, {NULL}},
	{"/history.json", write_history, {NULL}},
	{"/recent.json", write_recent,
		{"address", "host", "policy", "reason", "id", "denied", "limit", "since", NULL}},
};

static enum daemon_document write_at(size_t i, struct daemon_status *status, struct str target,
	struct bytes *out, struct bytes *why)
{
	enum daemon_document result = DAEMON_DOCUMENT_BAD_QUERY;
	struct http_query query;
	struct arena arena;

	arena_init(&arena, 1024);
	if (http_query_read(target, documents[i].parameters, &arena, &query, why)) {
		const struct document document = {status, &query, out, why};

		if (documents[i].write(&document)) {
			result = out->failed ? DAEMON_DOCUMENT_OUT_OF_MEMORY
					     : DAEMON_DOCUMENT_WRITTEN;
		}
	}
	arena_clear(&arena);
	return result;
}

enum daemon_document daemon_document_write(
	struct daemon_status *status, struct str target, struct bytes *out, struct bytes *why)
{
	struct str path = {target.data, str_find(target, '?')};

	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		if (str_eq_text(path, documents[i].path)) {
			return write_at(i, status, target, out, why);
		}
	}
	return DAEMON_DOCUMENT_NONE;
}
