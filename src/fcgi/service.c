/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/service.h"

#include "net/server.h"

#include <assert.h>

static_assert(sizeof(struct fcgi_conn) <= 320, "an idle connection is small");
static_assert(offsetof(struct fcgi_conn, net) == 0, "a connection begins with its net_conn");

static struct fcgi_conn *conn_of(const struct net_conn *conn)
{
	return (struct fcgi_conn *)(uintptr_t)conn;
}

static void init(struct net_conn *conn, void *pool, const struct addr *from)
{
	fcgi_conn_init(conn_of(conn), pool, conn->out, from);
}

static void clear(struct net_conn *conn)
{
	fcgi_conn_clear(conn_of(conn));
}

static size_t feed(struct net_conn *conn, struct str input, uint64_t now)
{
	return fcgi_conn_feed(conn_of(conn), input, now);
}

static void eof(struct net_conn *conn)
{
	fcgi_conn_eof(conn_of(conn));
}

static void stop(struct net_conn *conn)
{
	fcgi_conn_stop(conn_of(conn));
}

static bool takes_input(const struct net_conn *conn)
{
	return conn->out->len <= FCGI_OUTPUT_MAX;
}

static bool is_done(const struct net_conn *conn)
{
	return fcgi_conn_is_done(conn_of(conn));
}

static bool expects_input(const struct net_conn *conn)
{
	return fcgi_conn_expects_input(conn_of(conn));
}

static bool is_idle(const struct net_conn *conn)
{
	return fcgi_conn_is_idle(conn_of(conn));
}

static struct net_conn *oldest(const void *pool, uint64_t *since)
{
	struct fcgi_conn *conn = fcgi_pool_oldest(pool, since);

	return conn != NULL ? &conn->net : NULL;
}

static size_t incomplete_bytes(const void *pool)
{
	return ((const struct fcgi_pool *)pool)->incomplete_bytes;
}

static const struct net_protocol protocol = {
	.conn_size = sizeof(struct fcgi_conn),
	.init = init,
	.clear = clear,
	.feed = feed,
	.eof = eof,
	.stop = stop,
	.takes_input = takes_input,
	.is_done = is_done,
	.expects_input = expects_input,
	.is_idle = is_idle,
	.oldest = oldest,
	.incomplete_bytes = incomplete_bytes,
};

void fcgi_service_init(struct net_service *service, struct fcgi_pool *pool)
{
	net_service_init(service, &protocol, pool);
}

void fcgi_reply(struct fcgi_request *request, struct str output)
{
	struct fcgi_conn *conn = fcgi_conn_of(request);

	fcgi_conn_reply(request, output);
	net_conn_answered(&conn->net);
}
