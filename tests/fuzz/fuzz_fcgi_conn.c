/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * A connection's logic. First byte: whether answers come later (bit 0), how the connection ends
 * (bits 1, 2), how many requests it may have at one time (bits 3 to 7); second byte: the size of
 * the pieces, less one. The rest is what the peer sends. Whatever that is: what is written are
 * well-formed records, nothing is asked of a piece once it was fed, and where answers are given at
 * once, what the application is told and what is written do not depend on how the stream is cut.
 */

#include "fcgi/conn.h"
#include "fcgi/pool.h"
#include "unit/fcgi/kit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct recorder recorder;
	struct fcgi_pool pool;
	struct fcgi_conn conn;
	struct bytes out;  /* not yet taken by the peer */
	struct bytes sent; /* all of it */
};

static void ignore_answered(struct net_conn *conn)
{
	(void)conn;
}

static void run_init(struct run *r, uint8_t flags)
{
	const struct fcgi_limits limits = {.max_connections = 10,
		.max_params = 2000,
		.max_requests_per_connection = (uint32_t)(flags >> 3) + 1};

	const struct addr from = {.family = ADDR_NONE};

	*r = (struct run){.out = {0}};
	recorder_init(&r->recorder, fcgi_reply);
	r->recorder.defer = (flags & 1) != 0;
	const struct fcgi_app app = recorder_app(&r->recorder);

	fcgi_pool_init(&r->pool, &app, &limits);
	r->conn.net = (struct net_conn){.out = &r->out, .answered = ignore_answered};
	fcgi_protocol.init(&r->conn.net, &r->pool, &from);
}

/* The peer takes what is there. */
static void take_output(struct run *r)
{
	bytes_append_str(&r->sent, bytes_view(&r->out));
	r->out.len = 0;
}

/* From memory of exactly its size, which then is gone. */
static size_t feed(struct run *r, struct str piece, uint64_t now)
{
	char *copy = malloc(piece.len);

	memcpy(copy, piece.data, piece.len);
	size_t used = fcgi_protocol.feed(&r->conn.net, (struct str){copy, piece.len}, now);

	free(copy);
	return used;
}

static void run_feed(struct run *r, const uint8_t *data, size_t size, size_t step)
{
	for (size_t at = 0; at < size; at += step) {
		struct str piece = str_from_bytes(data + at, size - at < step ? size - at : step);

		while (piece.len > 0) {
			size_t used = feed(r, piece, at);

			if (used < piece.len && r->out.len <= FCGI_OUTPUT_MAX) {
				abort();
			}
			piece = str_from(piece, used);
			take_output(r);
		}
		if (data[at] % 3 == 0) {
			recorder_answer(&r->recorder);
		}
	}
}

static void run_end(struct run *r, uint8_t flags)
{
	uint64_t since;

	if ((flags & 2) != 0) {
		fcgi_protocol.eof(&r->conn.net);
		if (fcgi_pool_oldest(&r->pool, &since) != NULL) {
			abort();
		}
	}
	if ((flags & 4) != 0) {
		while (recorder_answer(&r->recorder)) {
		}
	}
	fcgi_protocol.clear(&r->conn.net);
	take_output(r);
	if (r->recorder.active != 0 || fcgi_pool_oldest(&r->pool, &since) != NULL ||
		r->conn.request_count != 0) {
		abort();
	}
	fcgi_pool_clear(&r->pool);
}

static void run_clear(struct run *r)
{
	bytes_clear(&r->recorder.events);
	bytes_clear(&r->out);
	bytes_clear(&r->sent);
}

/* Whole records, padded to 8, of the types that a server sends. */
static void check_records(const struct bytes *sent)
{
	size_t at = 0;

	while (at < sent->len) {
		const uint8_t *h = sent->data + at;

		if (sent->len - at < 8 || h[0] != 1 || h[7] != 0) {
			abort();
		}
		bool management = h[1] == FCGI_GET_VALUES_RESULT || h[1] == FCGI_UNKNOWN_TYPE;
		size_t len = 8 + (size_t)(h[4] << 8 | h[5]) + h[6];

		if ((!management && h[1] != FCGI_STDOUT && h[1] != FCGI_END_REQUEST) ||
			management != ((h[2] | h[3]) == 0) || len % 8 != 0 ||
			len > sent->len - at) {
			abort();
		}
		at += len;
	}
}

static void compare(const struct bytes *a, const struct bytes *b)
{
	if (a->len != b->len || (a->len > 0 && memcmp(a->data, b->data, a->len) != 0)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run whole;
	struct run pieces;

	if (size < 3) {
		return 0;
	}
	run_init(&whole, data[0]);
	run_feed(&whole, data + 2, size - 2, size);
	bool done = fcgi_protocol.is_done(&whole.conn.net);

	run_end(&whole, data[0]);
	check_records(&whole.sent);

	run_init(&pieces, data[0]);
	run_feed(&pieces, data + 2, size - 2, (size_t)data[1] + 1);
	if ((data[0] & 1) == 0 && fcgi_protocol.is_done(&pieces.conn.net) != done) {
		abort();
	}
	run_end(&pieces, data[0]);
	check_records(&pieces.sent);
	if ((data[0] & 1) == 0) {
		compare(&whole.recorder.events, &pieces.recorder.events);
		compare(&whole.sent, &pieces.sent);
	}
	run_clear(&whole);
	run_clear(&pieces);
	return 0;
}
