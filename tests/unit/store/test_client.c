/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* A client and a server on one loop: what the server replies, and when, is the test's choice. */

#include "store/client.h"

#include "base/clock.h"
#include "unit/store/kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define TIMEOUT_MS 20
#define DEADLINE_MS 10000

struct scene {
	uv_loop_t loop;
	uv_timer_t tick; /* lets the loop turn */
	uv_tcp_t listener;
	uv_tcp_t conn;
	bool has_conn;
	unsigned connections;
	struct store_reply_reader reader; /* commands are arrays of strings, as replies are */
	char input[65536];
	struct bytes seen; /* the commands of the client's owner, one a line */
	unsigned reads;    /* in which these came */
	bool hold;         /* replies stay in `held` */
	struct bytes held;
	const char *next_reply; /* instead of the command's first argument */
	struct store_status *status;
	struct store_stats stats;
	struct store_client *client;
};

struct asked {
	struct scene *scene;
	unsigned calls;
	enum store_outcome outcome;
	char text[64];
	bool again; /* `done` asks, and keeps the result in `next` */
	struct asked *next;
	bool was_asked;
};

static void send_bytes(struct scene *s, struct str bytes)
{
	uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes.data, (unsigned)bytes.len);

	if (bytes.len > 0) {
		assert_int_equal(uv_try_write((uv_stream_t *)&s->conn, &buffer, 1), bytes.len);
	}
}

static void release(struct scene *s)
{
	s->hold = false;
	send_bytes(s, bytes_view(&s->held));
	bytes_clear(&s->held);
}

/* The client's own commands are answered; others by their own second word. */
static void reply_to(struct scene *s, const struct store_reply *command)
{
	struct str name = command->items[0].text;

	if (str_eq_text(name, "CLIENT") || str_eq_text(name, "PING")) {
		send_bytes(s, str_view("+OK\r\n"));
		return;
	}
	if (str_eq_text(name, "ROLE")) {
		send_bytes(s, str_view("*1\r\n$6\r\nmaster\r\n"));
		return;
	}
	kit_write_reply(command, &s->seen);
	bytes_append_u8(&s->seen, '\n');
	if (s->next_reply != NULL) {
		bytes_append_text(&s->held, s->next_reply);
		s->next_reply = NULL;
	} else {
		store_command_add(&s->held, command->items[1].text);
	}
	if (!s->hold) {
		release(s);
	}
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct scene *s = handle->data;

	*buffer = uv_buf_init(s->input, sizeof(s->input));
}

static void on_conn_closed(uv_handle_t *handle)
{
	struct scene *s = handle->data;

	s->has_conn = false;
	store_reply_reader_clear(&s->reader);
	bytes_clear(&s->held);
}

static void close_conn(struct scene *s)
{
	if (s->has_conn && !uv_is_closing((uv_handle_t *)&s->conn)) {
		uv_close((uv_handle_t *)&s->conn, on_conn_closed);
	}
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct scene *s = stream->data;
	struct str rest = {s->input, got > 0 ? (size_t)got : 0};
	struct store_reply command;
	size_t seen = s->seen.len;

	if (got < 0) {
		close_conn(s);
		return;
	}
	while (store_reply_read(&s->reader, &rest, &command) == STORE_READ_REPLY) {
		reply_to(s, &command);
	}
	s->reads += s->seen.len > seen;
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct scene *s = listener->data;

	assert_false(s->has_conn);
	uv_tcp_init(&s->loop, &s->conn);
	s->conn.data = s;
	s->has_conn = true;
	s->connections++;
	assert_int_equal(uv_accept(listener, (uv_stream_t *)&s->conn), 0);
	uv_tcp_nodelay(&s->conn, 1);
	uv_read_start((uv_stream_t *)&s->conn, on_alloc, on_read);
}

static void on_tick(uv_timer_t *tick)
{
}

static void turn(struct scene *s)
{
	uv_run(&s->loop, UV_RUN_ONCE);
}

static void turn_for(struct scene *s, uint64_t ms)
{
	for (uint64_t end_ms = clock_ms() + ms; clock_ms() < end_ms;) {
		turn(s);
	}
}

#define TURN_UNTIL(s, condition)                                                                   \
	for (uint64_t end_ms = clock_ms() + DEADLINE_MS; !(condition);) {                          \
		assert_true(clock_ms() < end_ms);                                                  \
		turn(s);                                                                           \
	}

static void begin(struct scene *s)
{
	struct store_settings settings = {.timeout_ms = TIMEOUT_MS};
	struct sockaddr_in address;
	int len = sizeof(address);

	memset(s, 0, sizeof(*s));
	uv_loop_init(&s->loop);
	uv_timer_init(&s->loop, &s->tick);
	uv_timer_start(&s->tick, on_tick, 1, 1);
	uv_tcp_init(&s->loop, &s->listener);
	s->listener.data = s;
	uv_ip4_addr("127.0.0.1", 0, &address);
	assert_int_equal(uv_tcp_bind(&s->listener, (struct sockaddr *)&address, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&s->listener, 8, on_connection), 0);
	uv_tcp_getsockname(&s->listener, (struct sockaddr *)&address, &len);
	assert_true(addr_from_sockaddr((struct sockaddr *)&address, &settings.endpoint.addr));
	settings.endpoint.port = ntohs(address.sin_port);
	s->status = store_status_new(&settings);
	s->client = store_client_new(&s->loop, &settings, s->status, &s->stats);
	assert_non_null(s->client);
	assert_false(store_is_there(s->client));
	TURN_UNTIL(s, store_is_there(s->client));
	s->reads = 0;
}

static void end(struct scene *s)
{
	store_client_close(s->client);
	close_conn(s);
	uv_close((uv_handle_t *)&s->listener, NULL);
	uv_close((uv_handle_t *)&s->tick, NULL);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	store_status_unref(s->status);
	bytes_clear(&s->seen);
	bytes_clear(&s->held);
}

static void done(void *ctx, enum store_outcome outcome, const struct store_reply *reply);

static struct store_question *ask(
	struct scene *s, const char *text, uint32_t timeout_ms, struct asked *asked)
{
	const struct str args[] = {str_view("ECHO"), str_view(text)};
	const struct store_command command = {.args = args, .arg_count = 2};

	asked->scene = s;
	struct store_question *q = store_ask(s->client, &command, timeout_ms, done, asked);

	/* Never from within. */
	assert_int_equal(asked->calls, 0);
	return q;
}

static void done(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct asked *asked = ctx;

	asked->calls++;
	asked->outcome = outcome;
	assert_true((reply == NULL) == (outcome == STORE_AWAY));
	if (reply != NULL) {
		snprintf(asked->text, sizeof(asked->text), "%.*s", (int)reply->text.len,
			reply->text.data);
	}
	if (asked->again) {
		asked->was_asked = ask(asked->scene, "again", 0, asked->next) != NULL;
	}
}

static void assert_replied(const struct asked *asked, const char *text)
{
	assert_int_equal(asked->calls, 1);
	assert_int_equal(asked->outcome, STORE_REPLIED);
	assert_string_equal(asked->text, text);
}

static void assert_away(const struct asked *asked)
{
	assert_int_equal(asked->calls, 1);
	assert_int_equal(asked->outcome, STORE_AWAY);
}

static void test_one_write(void **state)
{
	struct asked asked[3] = {{.calls = 0}};
	struct scene s;

	begin(&s);
	assert_non_null(ask(&s, "a", 0, &asked[0]));
	assert_non_null(ask(&s, "b", 0, &asked[1]));
	assert_non_null(ask(&s, "", 0, &asked[2]));
	TURN_UNTIL(&s, asked[2].calls > 0);
	assert_replied(&asked[0], "a");
	assert_replied(&asked[1], "b");
	assert_replied(&asked[2], "");
	assert_int_equal(s.reads, 1);
	assert_int_equal(s.stats.replies, 3);
	end(&s);
}

/* The reply of a question that is over is not the next one's. */
static void test_late_reply(void **state)
{
	struct asked late = {.calls = 0};
	struct asked next = {.calls = 0};
	struct scene s;

	begin(&s);
	s.hold = true;
	uint64_t from_ms = clock_ms();

	assert_non_null(ask(&s, "late", 0, &late));
	TURN_UNTIL(&s, late.calls > 0);
	assert_away(&late);
	assert_in_range(clock_ms() - from_ms, TIMEOUT_MS - 1, TIMEOUT_MS + 200);
	assert_non_null(ask(&s, "next", 1000, &next));
	TURN_UNTIL(&s, s.reads == 2);
	release(&s);
	TURN_UNTIL(&s, next.calls > 0);
	assert_replied(&next, "next");
	assert_away(&late);
	assert_int_equal(s.stats.timeouts, 1);
	assert_int_equal(s.connections, 1);
	end(&s);
}

static void test_cancel(void **state)
{
	struct asked cancelled = {.calls = 0};
	struct asked next = {.calls = 0};
	struct scene s;

	begin(&s);
	struct store_question *q = ask(&s, "cancelled", 0, &cancelled);

	assert_non_null(ask(&s, "next", 0, &next));
	store_cancel(q);
	TURN_UNTIL(&s, next.calls > 0);
	assert_replied(&next, "next");
	turn_for(&s, 2 * TIMEOUT_MS);
	assert_int_equal(cancelled.calls, 0);
	end(&s);
}

/* A question with less time than `timeout` ends in time, and says nothing about the store. */
static void test_short_timeouts(void **state)
{
	struct scene s;

	begin(&s);
	for (unsigned i = 0; i < 6; i++) {
		struct asked asked = {.calls = 0};

		s.hold = true;
		assert_non_null(ask(&s, "x", 3, &asked));
		TURN_UNTIL(&s, asked.calls > 0);
		assert_away(&asked);
		turn_for(&s, 3);
		release(&s);
		turn_for(&s, TIMEOUT_MS);
	}
	assert_true(store_is_there(s.client));
	assert_int_equal(s.connections, 1);
	end(&s);
}

static void test_breaker(void **state)
{
	struct asked asked[64] = {{.calls = 0}};
	struct store_status_view view;
	size_t count = 0;
	struct scene s;

	begin(&s);
	s.hold = true;
	uint64_t from_ms = clock_ms();

	while (store_is_there(s.client)) {
		assert_true(count < 64);
		assert_non_null(ask(&s, "x", 0, &asked[count++]));
		turn_for(&s, 5);
	}
	uint64_t took_ms = clock_ms() - from_ms;

	assert_in_range(took_ms, 3 * TIMEOUT_MS - 3, 3 * TIMEOUT_MS + 300);
	for (size_t i = 0; i < count; i++) {
		assert_away(&asked[i]);
	}
	struct asked not_asked = {.calls = 0};

	assert_null(ask(&s, "x", 0, &not_asked));
	store_status_read(s.status, &view);
	assert_int_equal(view.up, 0);
	assert_int_equal(view.fault, STORE_FAULT_TIMEOUT);
	/* The probe a second later finds it again. */
	s.hold = false;
	TURN_UNTIL(&s, store_is_there(s.client));
	assert_in_range(clock_ms() - from_ms, 1000, 1000 + took_ms + 500);
	assert_int_equal(s.connections, 2);
	end(&s);
}

static void test_room(void **state)
{
	static struct asked asked[STORE_QUESTIONS_MAX];
	struct asked refused = {.calls = 0};
	struct scene s;

	begin(&s);
	s.hold = true;
	for (size_t i = 0; i < STORE_QUESTIONS_MAX; i++) {
		assert_int_equal(store_has_spare_room(s.client), i < STORE_QUESTIONS_MAX / 2);
		assert_true(store_is_there(s.client));
		asked[i] = (struct asked){.calls = 0};
		assert_non_null(ask(&s, "x", 60000, &asked[i]));
	}
	assert_false(store_is_there(s.client));
	assert_null(ask(&s, "x", 60000, &refused));
	end(&s);
	for (size_t i = 0; i < STORE_QUESTIONS_MAX; i++) {
		assert_away(&asked[i]);
	}
}

static void test_script(void **state)
{
	const struct str args[] = {str_view("key"), str_view("argument")};
	struct asked asked = {.calls = 0};
	struct store_script script;
	struct scene s;

	assert_true(store_script_init(&script, "return 1"));
	const struct store_command command = {
		.script = &script, .args = args, .arg_count = 2, .key_count = 1};

	begin(&s);
	asked.scene = &s;
	s.next_reply = "-NOSCRIPT No matching script. Please use EVAL.\r\n";
	assert_non_null(store_ask(s.client, &command, 0, done, &asked));
	TURN_UNTIL(&s, asked.calls > 0);
	assert_replied(&asked, "return 1");
	bytes_append_u8(&s.seen, '\0');
	assert_string_equal((char *)s.seen.data,
		"[\"EVALSHA\" \"e0e1f9fabfc9d4800c877a703b823ac0578ff8db\" \"1\" \"key\" "
		"\"argument\"]\n"
		"[\"EVAL\" \"return 1\" \"1\" \"key\" \"argument\"]\n");
	assert_int_equal(s.stats.script_loads, 1);
	/* A store that never has it is not asked for ever. */
	asked.calls = 0;
	s.hold = true;
	assert_non_null(store_ask(s.client, &command, 0, done, &asked));
	TURN_UNTIL(&s, s.reads == 3);
	bytes_reset(&s.held, 0);
	s.next_reply = "-NOSCRIPT x\r\n";
	bytes_append_text(&s.held, s.next_reply);
	release(&s);
	TURN_UNTIL(&s, asked.calls > 0);
	assert_away(&asked);
	assert_int_equal(s.reads, 4);
	end(&s);
}

static void test_errors(void **state)
{
	static const struct {
		const char *reply;
		enum store_outcome outcome;
		unsigned connections;
	} cases[] = {
		{"-WRONGTYPE x\r\n", STORE_REPLIED, 1},
		{"-OOM x\r\n", STORE_AWAY, 1},
		{"-READONLY x\r\n", STORE_AWAY, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct asked asked = {.calls = 0};
		struct scene s;

		begin(&s);
		s.next_reply = cases[i].reply;
		assert_non_null(ask(&s, "x", 0, &asked));
		TURN_UNTIL(&s, asked.calls > 0);
		assert_int_equal(asked.outcome, cases[i].outcome);
		TURN_UNTIL(&s, store_is_there(s.client) && s.connections == cases[i].connections);
		end(&s);
	}
}

/* What was asked on the lost connection is over; the next one is made at once. */
static void test_loss(void **state)
{
	struct asked again = {.calls = 0};
	struct asked lost = {.again = true, .next = &again};
	struct asked asked = {.calls = 0};
	struct scene s;

	begin(&s);
	s.hold = true;
	assert_non_null(ask(&s, "x", 0, &lost));
	TURN_UNTIL(&s, s.reads == 1);
	s.hold = false;
	close_conn(&s);
	TURN_UNTIL(&s, lost.calls > 0);
	assert_away(&lost);
	assert_false(lost.was_asked);
	uint64_t from_ms = clock_ms();

	TURN_UNTIL(&s, store_is_there(s.client));
	assert_true(clock_ms() - from_ms < 500);
	assert_non_null(ask(&s, "y", 0, &asked));
	TURN_UNTIL(&s, asked.calls > 0);
	assert_replied(&asked, "y");
	assert_int_equal(s.stats.losses, 1);
	end(&s);
}

static void test_asking_from_done(void **state)
{
	struct asked third = {.calls = 0};
	struct asked second = {.again = true, .next = &third};
	struct asked first = {.again = true, .next = &second};
	struct scene s;

	begin(&s);
	assert_non_null(ask(&s, "x", 0, &first));
	TURN_UNTIL(&s, third.calls > 0);
	assert_replied(&first, "x");
	assert_replied(&second, "again");
	assert_replied(&third, "again");
	end(&s);
}

static void test_close(void **state)
{
	struct asked next = {.calls = 0};
	struct asked asked = {.again = true, .next = &next};
	struct scene s;

	begin(&s);
	s.hold = true;
	assert_non_null(ask(&s, "x", 0, &asked));
	end(&s);
	assert_away(&asked);
	assert_false(asked.was_asked);
}

/* What does not fit is not asked, and leaves nothing in the stream. */
static void test_full(void **state)
{
	static struct asked asked[STORE_QUESTIONS_MAX];
	char *large = calloc(STORE_REPLY_BYTES_MAX + 1, 1);
	struct asked one = {.calls = 0};
	struct scene s;

	memset(asked, 0, sizeof(asked));
	memset(large, 'x', STORE_REPLY_BYTES_MAX);
	begin(&s);
	assert_null(ask(&s, large, 0, &one));
	for (size_t i = 0; i < STORE_QUESTIONS_MAX; i++) {
		assert_non_null(ask(&s, "x", 5000, &asked[i]));
	}
	assert_null(ask(&s, "x", 0, &one));
	assert_false(store_is_there(s.client));
	TURN_UNTIL(&s, asked[STORE_QUESTIONS_MAX - 1].calls > 0);
	for (size_t i = 0; i < STORE_QUESTIONS_MAX; i++) {
		assert_replied(&asked[i], "x");
	}
	assert_non_null(ask(&s, "y", 5000, &one));
	TURN_UNTIL(&s, one.calls > 0);
	assert_replied(&one, "y");
	assert_int_equal(s.stats.unasked, 2);
	assert_int_equal(s.connections, 1);
	end(&s);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_write),
		cmocka_unit_test(test_late_reply),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_short_timeouts),
		cmocka_unit_test(test_breaker),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_script),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_asking_from_done),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
