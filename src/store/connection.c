/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/connection.h"

#include "base/epoll.h"

#include <stdlib.h>
#include <string.h>

#define KEEP ((size_t)64 * 1024) /* bytes of buffers kept between writes */
#define INPUT_MAX ((size_t)16 * 1024)

struct store_connection {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} uv;
	uv_connect_t connect;
	uv_write_t write;
	struct store_connection_events events;
	struct store_reply_reader reader;
	struct bytes waiting; /* appended, and not given to libuv */
	struct bytes sending; /* given to libuv */
	bool open;
	bool writing;
	bool lost; /* told to the owner */
	bool closing;
	char input[INPUT_MAX];
};

static void lose(struct store_connection *c, bool foreign, const char *why)
{
	if (!c->closing && !c->lost) {
		c->lost = true;
		c->events.lost(c->events.ctx, foreign, why);
	}
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct store_connection *c = handle->data;

	*buffer = uv_buf_init(c->input, sizeof(c->input));
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct store_connection *c = stream->data;
	struct str input = {c->input, got > 0 ? (size_t)got : 0};
	enum store_read read = STORE_READ_REPLY;
	struct store_reply reply;

	if (got < 0) {
		lose(c, false, got == UV_EOF ? "it closed the connection" : uv_strerror((int)got));
		return;
	}
	while (read == STORE_READ_REPLY && !c->closing && !c->lost) {
		read = store_reply_read(&c->reader, &input, &reply);
		if (read == STORE_READ_REPLY) {
			c->events.reply(c->events.ctx, &reply);
		}
	}
	if (read == STORE_READ_BAD) {
		lose(c, true, c->reader.fault);
	}
}

static void on_connected(uv_connect_t *connect, int status)
{
	struct store_connection *c = connect->data;

	if (c->closing) {
		return;
	}
	if (status == 0) {
		status = uv_read_start(&c->uv.stream, on_alloc, on_read);
	}
	if (status != 0) {
		lose(c, false, uv_strerror(status));
		return;
	}
	c->open = true;
	c->events.connected(c->events.ctx);
}

static void on_closed(uv_handle_t *handle)
{
	struct store_connection *c = handle->data;
	struct store_connection_events events = c->events;

	store_reply_reader_clear(&c->reader);
	bytes_clear(&c->waiting);
	bytes_clear(&c->sending);
	free(c);
	events.closed(events.ctx);
}

void store_connection_close(struct store_connection *c)
{
	if (!c->closing) {
		c->closing = true;
		uv_close(&c->uv.handle, on_closed);
	}
}

/* For a connection that its owner never had. */
static void ignore_closed(void *ctx)
{
}

static int connect_tcp(struct store_connection *c, const struct endpoint *to)
{
	struct sockaddr_storage address;

	(void)endpoint_to_sockaddr(to, &address);
	(void)uv_tcp_nodelay(&c->uv.tcp, 1);
	return uv_tcp_connect(
		&c->connect, &c->uv.tcp, (const struct sockaddr *)&address, on_connected);
}

/* 0 or a negative libuv error. */
static int begin(struct store_connection *c, const struct store_settings *to)
{
	int error = 0;
	uv_os_fd_t fd;

	if (to->path != NULL) {
		uv_pipe_connect(&c->connect, &c->uv.pipe, to->path, on_connected);
	} else {
		error = connect_tcp(c, &to->endpoint);
	}
	return error == 0 && uv_fileno(&c->uv.handle, &fd) == 0
		       ? -epoll_reserve(uv_backend_fd(c->uv.handle.loop), fd)
		       : error;
}

struct store_connection *store_connection_new(uv_loop_t *loop, const struct store_settings *to,
	const struct store_connection_events *events, const char **why)
{
	struct store_connection *c = calloc(1, sizeof(*c));
	int error;

	if (c == NULL) {
		*why = "out of memory";
		return NULL;
	}
	error = to->path != NULL ? uv_pipe_init(loop, &c->uv.pipe, 0)
				 : uv_tcp_init(loop, &c->uv.tcp);
	if (error != 0) {
		free(c);
		*why = uv_strerror(error);
		return NULL;
	}
	c->events = *events;
	c->uv.handle.data = c;
	c->connect.data = c;
	c->write.data = c;
	bytes_init(&c->waiting, STORE_UNSENT_MAX);
	bytes_init(&c->sending, STORE_UNSENT_MAX);
	error = begin(c, to);
	if (error != 0) {
		c->events = (struct store_connection_events){.closed = ignore_closed};
		store_connection_close(c);
		*why = uv_strerror(error);
		return NULL;
	}
	return c;
}

struct bytes *store_connection_out(struct store_connection *c)
{
	return c->lost || c->closing || c->waiting.failed ? NULL : &c->waiting;
}

static void on_written(uv_write_t *write, int status)
{
	struct store_connection *c = write->data;

	c->writing = false;
	if (c->closing) {
		return;
	}
	if (status != 0) {
		lose(c, false, uv_strerror(status));
		return;
	}
	store_connection_flush(c);
}

void store_connection_flush(struct store_connection *c)
{
	if (!c->open || c->writing || c->lost || c->closing || c->waiting.len == 0) {
		return;
	}
	struct bytes swap = c->sending;

	c->sending = c->waiting;
	c->waiting = swap;
	bytes_reset(&c->waiting, KEEP);
	uv_buf_t buffer = uv_buf_init((char *)c->sending.data, (unsigned)c->sending.len);
	int error = uv_write(&c->write, &c->uv.stream, &buffer, 1, on_written);

	c->writing = error == 0;
	if (error != 0) {
		lose(c, false, uv_strerror(error));
	}
}
