/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_FCGI_SCENE_H
#define DW_TEST_FCGI_SCENE_H

#include "fcgi/conn.h"
#include "fcgi/pool.h"
#include "unit/assert_bytes.h"
#include "unit/fcgi/kit.h"

#define ANSWER "Status: 200\r\n\r\n"
#define KEEP FCGI_KEEP_CONN

/* A connection with its application, what it said, and what it should say. */
struct scene {
	struct recorder recorder;
	struct fcgi_pool pool;
	struct fcgi_conn conn;
	struct bytes out;
	struct bytes in;
	struct bytes expected;
};

/* The test looks at `out` itself. */
static inline void ignore_answered(struct net_conn *conn)
{
	(void)conn;
}

static inline void scene_init(struct scene *s)
{
	const struct fcgi_limits limits = {
		.max_connections = 1000, .max_params = 131072, .max_requests_per_connection = 3};

	const struct addr from = {.family = ADDR_NONE};

	*s = (struct scene){.out = {0}};
	recorder_init(&s->recorder, fcgi_reply);
	const struct fcgi_app app = recorder_app(&s->recorder);

	fcgi_pool_init(&s->pool, &app, &limits);
	s->conn.net = (struct net_conn){.out = &s->out, .answered = ignore_answered};
	fcgi_protocol.init(&s->conn.net, &s->pool, &from);
}

static inline void scene_clear(struct scene *s)
{
	fcgi_protocol.clear(&s->conn.net);
	assert_int_equal(s->recorder.active, 0);
	assert_true(list_is_empty(&s->pool.incomplete));
	assert_int_equal(s->pool.incomplete_bytes, 0);
	fcgi_pool_clear(&s->pool);
	bytes_clear(&s->recorder.events);
	bytes_clear(&s->out);
	bytes_clear(&s->in);
	bytes_clear(&s->expected);
}

/* From memory of exactly the input's size, which then says something else, and is gone. */
static inline size_t feed(struct scene *s, const uint8_t *data, size_t len)
{
	uint8_t *copy = calloc(len > 0 ? len : 1, 1);

	memcpy(copy, data, len);
	size_t used = fcgi_protocol.feed(&s->conn.net, str_from_bytes(copy, len), 0);

	memset(copy, 0xdd, len);
	free(copy);
	return used;
}

static inline void feed_all(struct scene *s)
{
	assert_int_equal(feed(s, s->in.data, s->in.len), s->in.len);
	s->in.len = 0;
}

static inline void assert_events(const struct scene *s, const char *expected)
{
	assert_bytes(s->recorder.events.data, s->recorder.events.len, expected, strlen(expected));
}

static inline void assert_output(const struct scene *s)
{
	assert_bytes(s->out.data, s->out.len, s->expected.data, s->expected.len);
}

#endif
