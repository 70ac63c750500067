/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_FCGI_WORLD_H
#define DW_TEST_FCGI_WORLD_H

#include "fcgi/conn.h"
#include "fcgi/output.h"
#include "fcgi/pool.h"
#include "net/listen.h"
#include "net/peer.h"
#include "net/server.h"
#include "unit/assert_bytes.h"
#include "unit/fcgi/kit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER "Status: 200\r\n\r\n"
#define KEEP FCGI_KEEP_CONN

/* A server on a loop of its own with a Unix socket, and clients in the same thread: nothing runs
 * but what the test lets run. */
struct world {
	uv_loop_t loop;
	struct net_settings settings;
	struct fcgi_pool pool;
	struct net_service service;
	struct recorder recorder;
	struct net_server *server;
	char folder[32];
	char path[64];
	int listener;
	unsigned drained;
	struct bytes in;
	struct bytes expected;
};

static inline int world_listener(struct world *w, const char *text)
{
	const struct net_listen_options options = {
		.backlog = 128, .socket_mode = 0600, .socket_owner = -1U, .socket_group = -1U};
	struct net_listen_spec spec;
	struct diag diag;
	const char *why;

	diag_init(&diag);
	assert_true(net_listen_parse(str_view(text), &spec, &why));
	int fd = net_listen_open(&spec, &options, &diag);

	assert_int_equal(diag.errors, 0);
	diag_clear(&diag);
	return fd;
}

static inline void world_serve(struct world *w, const struct fcgi_app *app)
{
	const struct fcgi_limits limits = {
		.max_connections = 1000, .max_params = 131072, .max_requests_per_connection = 64};

	fcgi_pool_init(&w->pool, app, &limits);
	net_service_init(&w->service, &fcgi_protocol, &w->pool);
	w->server = net_server_new(&w->loop, &w->settings);
	assert_non_null(w->server);
	assert_int_equal(net_server_listen(w->server, w->listener, &w->service), 0);
}

static inline void world_init(struct world *w)
{
	char text[80];

	*w = (struct world){
		.settings = {.max_connections = 1000,
			.request_timeout_ms = 600000,
			.idle_timeout_ms = 600000},
		.folder = "/tmp/doorward-XXXXXX",
	};
	recorder_init(&w->recorder, fcgi_reply);
	assert_int_equal(uv_loop_init(&w->loop), 0);
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->path, sizeof(w->path), "%s/s", w->folder);
	snprintf(text, sizeof(text), "unix:%s", w->path);
	w->listener = world_listener(w, text);
}

static inline void world_start(struct world *w)
{
	const struct fcgi_app app = recorder_app(&w->recorder);

	world_serve(w, &app);
}

/* Closes the server now, if it is open. */
static inline void world_close(struct world *w)
{
	if (w->server != NULL) {
		net_server_close(w->server);
		fcgi_pool_clear(&w->pool);
		w->server = NULL;
	}
}

static inline void world_clear(struct world *w)
{
	world_close(w);
	assert_int_equal(w->recorder.active, 0);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	close(w->listener);
	unlink(w->path);
	rmdir(w->folder);
	bytes_clear(&w->recorder.events);
	bytes_clear(&w->in);
	bytes_clear(&w->expected);
}

static inline void world_turn(struct world *w, bool wait)
{
	if (w->server != NULL) {
		net_server_turn(w->server, wait);
	} else {
		uv_run(&w->loop, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
	}
}

/* Lets happen what can happen now. */
static inline void world_run(struct world *w)
{
	for (int i = 0; i < 20; i++) {
		world_turn(w, false);
	}
}

static inline int world_connect(struct world *w)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(sun.sun_path, w->path, strlen(w->path));
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* A world with a server and one client. */
static inline int world_open(struct world *w)
{
	world_init(w);
	world_start(w);
	return world_connect(w);
}

/* Sends w->in. */
static inline void world_send(struct world *w, int fd)
{
	assert_int_equal(send(fd, w->in.data, w->in.len, MSG_NOSIGNAL), w->in.len);
	w->in.len = 0;
}

/* Sends a whole request. */
static inline void world_ask(struct world *w, int fd, unsigned id, unsigned flags)
{
	wire_request(&w->in, id, flags);
	world_send(w, fd);
}

/* Reads what is there; true at the end of the stream. */
static inline bool world_read(int fd, struct bytes *out)
{
	for (;;) {
		uint8_t *at = bytes_reserve(out, 65536);
		ssize_t len = recv(fd, at, 65536, 0);

		if (len <= 0) {
			assert_true(len == 0 || errno == EAGAIN);
			return len == 0;
		}
		out->len += (size_t)len;
	}
}

/* What comes is w->expected, which is emptied; and the stream ends or not. */
static inline void world_expect(struct world *w, int fd, bool end)
{
	struct bytes got = {0};

	assert_int_equal(world_read(fd, &got), end);
	assert_bytes(got.data, got.len, w->expected.data, w->expected.len);
	bytes_clear(&got);
	w->expected.len = 0;
}

static inline void world_expect_answer(struct world *w, int fd, unsigned id, bool end)
{
	wire_answer(&w->expected, id, ANSWER);
	world_expect(w, fd, end);
}

static inline void world_assert_events(struct world *w, const char *expected)
{
	assert_bytes(w->recorder.events.data, w->recorder.events.len, expected, strlen(expected));
	w->recorder.events.len = 0;
}

#endif
