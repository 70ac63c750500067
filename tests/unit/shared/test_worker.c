/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* A worker's part of what is shared, and a store on the same loop that answers its client's setup
 * only. */

#include "shared/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char secret_path[] = "/tmp/doorward-secret-XXXXXX";

struct store {
	uv_tcp_t listener;
	uv_tcp_t conn;
	bool connected;
	char buffer[4096];
};

static void on_alloc(uv_handle_t *conn, size_t suggested, uv_buf_t *buffer)
{
	struct store *s = conn->data;

	*buffer = uv_buf_init(s->buffer, sizeof(s->buffer) - 1);
}

static void on_read(uv_stream_t *conn, ssize_t got, const uv_buf_t *buffer)
{
	if (got < 0) {
		uv_close((uv_handle_t *)conn, NULL);
		return;
	}
	buffer->base[got] = '\0';
	const char *reply = strstr(buffer->base, "ROLE") != NULL
				    ? "+OK\r\n*1\r\n$6\r\nmaster\r\n"
				    : (strstr(buffer->base, "PING") != NULL ? "+PONG\r\n" : "");
	uv_buf_t out = uv_buf_init((char *)(uintptr_t)reply, (unsigned)strlen(reply));

	assert_int_equal(uv_try_write(conn, &out, 1), strlen(reply));
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct store *s = listener->data;

	assert_int_equal(status, 0);
	assert_false(s->connected);
	s->connected = true;
	uv_tcp_init(listener->loop, &s->conn);
	s->conn.data = s;
	assert_int_equal(uv_accept(listener, (uv_stream_t *)&s->conn), 0);
	uv_read_start((uv_stream_t *)&s->conn, on_alloc, on_read);
}

static uint16_t listen_on(uv_loop_t *loop, struct store *s)
{
	struct sockaddr_storage addr;
	int len = sizeof(addr);

	uv_ip4_addr("127.0.0.1", 0, (struct sockaddr_in *)&addr);
	uv_tcp_init(loop, &s->listener);
	s->listener.data = s;
	assert_int_equal(uv_tcp_bind(&s->listener, (struct sockaddr *)&addr, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&s->listener, 4, on_connection), 0);
	uv_tcp_getsockname(&s->listener, (struct sockaddr *)&addr, &len);
	return ntohs(((struct sockaddr_in *)&addr)->sin_port);
}

static struct shared *load(uint16_t port)
{
	static struct config config = {.shared = {.secret_file = secret_path, .members = 1}};
	struct shared *shared = NULL;
	struct diag diag;

	config.bans.shared_file = "/nonexistent/bans";
	config.shared.store.endpoint.port = port;
	config.shared.store.timeout_ms = 20;
	assert_true(addr_parse(str_view("127.0.0.1"), &config.shared.store.endpoint.addr));
	diag_init(&diag);
	assert_true(shared_load(&config, NULL, &shared, &diag));
	assert_non_null(shared);
	diag_clear(&diag);
	return shared;
}

struct user {
	struct shared_worker *worker;
	unsigned calls;
};

static void leave(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct user *user = ctx;

	assert_int_equal(outcome, STORE_AWAY);
	user->calls++;
	shared_worker_unref(user->worker);
}

/* As a request does that is the last one of an earlier configuration. */
static void the_last_reference_is_dropped_from_a_reply(void **state)
{
	const struct str words[] = {str_view("GET"), str_view("x")};
	const struct store_command get = {.args = words, .arg_count = 2};
	struct shared_stats stats = {.store = {.up = 0}};
	struct store store = {.connected = false};
	struct user users[3];
	uv_loop_t loop;

	uv_loop_init(&loop);
	struct shared *shared = load(listen_on(&loop, &store));
	struct shared_worker *worker = shared_worker_new(&loop, shared, &stats);
	struct store_client *client = shared_worker_client(worker);

	while (!store_is_there(client)) {
		uv_run(&loop, UV_RUN_ONCE);
	}
	for (size_t i = 0; i < ARRAY_LEN(users); i++) {
		users[i] = (struct user){.worker = i > 0 ? shared_worker_ref(worker) : worker};
		assert_non_null(store_ask(client, &get, 0, leave, &users[i]));
	}
	uv_close((uv_handle_t *)&store.listener, NULL);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	for (size_t i = 0; i < ARRAY_LEN(users); i++) {
		assert_int_equal(users[i].calls, 1);
	}
	assert_int_equal(uv_loop_close(&loop), 0);
	shared_unref(shared);
}

static int write_secret(void **state)
{
	static const char secret[] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
	int fd = mkstemp(secret_path);
	bool good = fd >= 0 && write(fd, secret, strlen(secret)) == (ssize_t)strlen(secret);

	return good && close(fd) == 0 ? 0 : -1;
}

static int remove_secret(void **state)
{
	return unlink(secret_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_reference_is_dropped_from_a_reply),
	};

	return cmocka_run_group_tests(tests, write_secret, remove_secret);
}
