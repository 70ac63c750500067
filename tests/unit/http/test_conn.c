/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/assert_bytes.h"
#include "unit/http/kit.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK(rest)                                                                                   \
	"HTTP/1.1 200 OK\r\nDate: " KIT_DATE "\r\nContent-Length: 0\r\n" rest                      \
	"X-Doorward-Reason: rule\r\n\r\n"
#define REFUSED(status, length)                                                                    \
	"HTTP/1.1 " status "\r\nDate: " KIT_DATE "\r\nContent-Length: " length                     \
	"\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n" status "\n"
#define BAD REFUSED("400 Bad Request", "16")
#define TOO_LARGE REFUSED("431 Request Header Fields Too Large", "36")
#define CLOSE "Connection: close\r\n"

static void assert_text(const struct bytes *got, const char *expected)
{
	assert_bytes(got->data, got->len, expected, strlen(expected));
}

struct talk {
	const char *in;
	const char *out;
	bool done;
};

static const struct talk talks[] = {
	{GET("/auth"), OK(""), false},
	{GET("/a") GET("/b") GET("/c"), OK("") OK("") OK(""), false},
	{"\r\n" GET("/a") "\r\n\r\n" GET("/b"), OK("") OK(""), false},
	{"GET / HTTP/1.0\r\n\r\n", OK(CLOSE), true},
	{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", OK("Connection: keep-alive\r\n"),
		false},
	{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/late"), OK(CLOSE), true},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" GET("/b"), OK("") OK(""), false},
	/* A body is not waited for, and never taken for a request. */
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n" GET("/smuggled"), OK(CLOSE),
		true},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" GET(
		 "/smuggled"),
		OK(CLOSE), true},
	{"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" GET("/b"),
		OK(CLOSE), true},
	{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BAD, true},
	{"\026\003\001\002", BAD, true},
	{GET("/a") "get /b HTTP/1.1\r\n\r\n", OK("") BAD, true},
	{GET("/a") "GET /b HTTP/1.1\r\nHost: a\nX: y\r\n\r\n" GET("/c"), OK("") BAD, true},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
	 "0\r\n\r\n" GET("/smuggled"),
		BAD, true},
};

/* In pieces of every size, always the same. */
static void answers_in_order_however_it_is_cut(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(talks); i++) {
		struct str in = str_view(talks[i].in);

		for (size_t step = 1; step <= in.len; step++) {
			struct http_scene s;

			http_scene_init(&s, 1000);
			for (size_t at = 0; at < in.len; at += step) {
				struct str piece = {
					in.data + at, in.len - at < step ? in.len - at : step};

				assert_int_equal(http_scene_feed(&s, piece, 0), piece.len);
			}
			assert_text(&s.out, talks[i].out);
			assert_int_equal(http_protocol.is_done(&s.conn.net), talks[i].done);
			assert_null(strstr((char *)s.app.events.data == NULL
						   ? ""
						   : (bytes_append_u8(&s.app.events, 0),
							     (char *)s.app.events.data),
				"smuggled"));
			http_scene_clear(&s);
		}
	}
}

static void every_split_of_two(void **state)
{
	struct str in = str_view("\r\n" GET("/a") "\r\n" GET("/b"));

	for (size_t cut = 0; cut <= in.len; cut++) {
		struct http_scene s;

		http_scene_init(&s, 1000);
		http_scene_feed(&s, (struct str){in.data, cut}, 0);
		http_scene_feed(&s, str_from(in, cut), 0);
		assert_text(&s.out, OK("") OK(""));
		assert_text(&s.app.events, "GET /a|Host=a\nGET /b|Host=a\n");
		http_scene_clear(&s);
	}
}

#define POST(length) "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: " length "\r\n\r\n"
#define POST_EVENT(length) "POST /p|Host=a|Content-Length=" length

/* With max_body = 8; in pieces of every size, always the same. */
static void a_body_is_waited_for_if_the_pool_says_so(void **state)
{
	static const struct {
		const char *in;
		const char *events;
		bool done;
	} cases[] = {
		{POST("8") "ab\r\n\r\ncd", POST_EVENT("8") "|ab\\x0d\\x0a\\x0d\\x0acd\n", true},
		{POST("1") "a", POST_EVENT("1") "|a\n", true},
		{POST("8") "abcdefg", "", false},
		{POST("0") GET("/b"), POST_EVENT("0") "\nGET /b|Host=a\n", false},
		/* Too long: not waited for, and no request. */
		{POST("9") "GET / HTT", POST_EVENT("9") "\n", true},
		{"POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			"POST /p|Host=a|Transfer-Encoding=chunked\n", true},
		{"PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
			"PUT /p|Host=a|Content-Length=3\n", true},
		/* What follows a body is not read: the connection closes. */
		{POST("3") "abc" GET("/smuggled"), POST_EVENT("3") "|abc\n", true},
		{GET("/a") POST("2") "bc", "GET /a|Host=a\n" POST_EVENT("2") "|bc\n", true},
		{POST("4") "abc\n", POST_EVENT("4") "|abc\\x0a\n", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str in = str_view(cases[i].in);

		for (size_t step = 1; step <= in.len; step++) {
			struct http_scene s;

			http_scene_init(&s, 1000);
			s.pool.max_body = 8;
			for (size_t at = 0; at < in.len; at += step) {
				struct str piece = {
					in.data + at, in.len - at < step ? in.len - at : step};

				assert_int_equal(http_scene_feed(&s, piece, 0), piece.len);
			}
			assert_text(&s.app.events, cases[i].events);
			assert_int_equal(http_protocol.is_done(&s.conn.net), cases[i].done);
			http_scene_clear(&s);
		}
	}
}

static void a_body_that_ends_early_makes_no_request(void **state)
{
	struct http_scene s;

	http_scene_init(&s, 1000);
	s.pool.max_body = 8;
	http_scene_feed(&s, str_view(POST("8") "abcdefg"), 0);
	http_protocol.eof(&s.conn.net);
	assert_int_equal(s.app.events.len, 0);
	assert_int_equal(s.out.len, 0);
	assert_true(http_protocol.is_done(&s.conn.net));
	http_scene_clear(&s);
}

static void one_request_at_a_time(void **state)
{
	struct str in = str_view(GET("/a") GET("/b"));
	struct http_scene s;

	http_scene_init(&s, 1000);
	s.app.defer = true;
	size_t used = http_scene_feed(&s, in, 0);

	assert_int_equal(used, strlen(GET("/a")));
	assert_false(http_protocol.takes_input(&s.conn.net));
	assert_false(http_protocol.is_idle(&s.conn.net));
	assert_int_equal(s.out.len, 0);
	assert_int_equal(http_scene_feed(&s, str_from(in, used), 0), 0);
	assert_true(kit_answer(&s.app, KIT_ANSWER));
	assert_true(http_protocol.takes_input(&s.conn.net));
	assert_int_equal(http_scene_feed(&s, str_from(in, used), 0), in.len - used);
	assert_true(kit_answer(&s.app, KIT_ANSWER));
	assert_text(&s.out, OK("") OK(""));
	http_scene_clear(&s);
}

static void a_head_without_end_is_too_large(void **state)
{
	struct http_scene s;

	for (size_t step = 1; step < 200; step += 7) {
		char text[200];

		memset(text, 'A', sizeof(text));
		http_scene_init(&s, 100);
		for (size_t at = 0; at < sizeof(text); at += step) {
			http_scene_feed(&s, (struct str){text, step}, 0);
		}
		assert_text(&s.out, TOO_LARGE);
		assert_true(http_protocol.is_done(&s.conn.net));
		http_scene_clear(&s);
	}
}

static void the_limit_is_exact(void **state)
{
	struct str in = str_view(GET("/auth"));
	struct http_scene s;

	http_scene_init(&s, (uint32_t)in.len);
	http_scene_feed(&s, in, 0);
	assert_text(&s.out, OK(""));
	http_scene_clear(&s);
	http_scene_init(&s, (uint32_t)in.len - 1);
	http_scene_feed(&s, in, 0);
	assert_text(&s.out, TOO_LARGE);
	assert_true(http_protocol.expects_input(&s.conn.net));
	http_scene_clear(&s);
}

static void a_slow_head_is_known_by_its_beginning(void **state)
{
	struct http_scene s;
	uint64_t since;

	http_scene_init(&s, 1000);
	assert_null(http_pool_oldest(&s.pool, &since));
	http_scene_feed(&s, str_view("GET"), 5);
	http_scene_feed(&s, str_view(" / HTTP/1.1\r\nHost: a\r\n\r"), 9);
	assert_ptr_equal(http_pool_oldest(&s.pool, &since), &s.conn);
	assert_int_equal(since, 5);
	assert_false(http_protocol.is_idle(&s.conn.net));
	http_scene_feed(&s, str_view("\n"), 10);
	assert_null(http_pool_oldest(&s.pool, &since));
	assert_true(http_protocol.is_idle(&s.conn.net));
	assert_text(&s.out, OK(""));
	http_scene_clear(&s);
}

static void the_end_of_the_stream(void **state)
{
	struct http_scene s;

	/* Between requests, inside one, and while one waits. */
	http_scene_init(&s, 1000);
	http_protocol.eof(&s.conn.net);
	assert_true(http_protocol.is_done(&s.conn.net));
	http_scene_clear(&s);
	http_scene_init(&s, 1000);
	http_scene_feed(&s, str_view("GET / HT"), 0);
	http_protocol.eof(&s.conn.net);
	assert_true(http_protocol.is_done(&s.conn.net));
	assert_int_equal(s.out.len + s.app.events.len, 0);
	http_scene_clear(&s);
	http_scene_init(&s, 1000);
	s.app.defer = true;
	http_scene_feed(&s, str_view(GET("/a")), 0);
	http_protocol.eof(&s.conn.net);
	assert_false(http_protocol.is_done(&s.conn.net));
	kit_answer(&s.app, KIT_ANSWER);
	assert_text(&s.out, OK(CLOSE));
	assert_true(http_protocol.is_done(&s.conn.net));
	assert_false(http_protocol.expects_input(&s.conn.net));
	http_scene_clear(&s);
}

static void stopping_ends_what_has_begun(void **state)
{
	struct http_scene s;

	http_scene_init(&s, 1000);
	http_scene_feed(&s, str_view(GET("/a")), 0);
	http_close_after(&s.conn);
	assert_true(http_protocol.is_done(&s.conn.net));
	http_scene_clear(&s);
	http_scene_init(&s, 1000);
	http_scene_feed(&s, str_view("GET / HTTP/1.1\r\n"), 0);
	http_close_after(&s.conn);
	assert_false(http_protocol.is_done(&s.conn.net));
	http_scene_feed(&s, str_view("Host: a\r\n\r\n" GET("/late")), 0);
	assert_text(&s.out, OK(CLOSE));
	assert_true(http_protocol.is_done(&s.conn.net));
	http_scene_clear(&s);
}

static void one_that_leaves_is_aborted_once(void **state)
{
	struct http_scene s;

	http_scene_init(&s, 1000);
	s.app.defer = true;
	http_scene_feed(&s, str_view(GET("/a")), 0);
	http_protocol.clear(&s.conn.net);
	http_protocol.clear(&s.conn.net);
	assert_int_equal(s.app.aborted, 1);
	assert_int_equal(s.out.len, 0);
	http_scene_clear(&s);
}

static void no_answer_is_an_error(void **state)
{
	static const char *const odd[] = {"", "200 OK", "Status: 200 OK\r\n", "X: y\r\n\r\n"};
	struct http_scene s;

	http_scene_init(&s, 1000);
	s.app.silent = true;
	http_scene_feed(&s, str_view(GET("/a")), 0);
	assert_true(str_starts_with(bytes_view(&s.out), "HTTP/1.1 503 Service Unavailable\r\n"));
	http_scene_clear(&s);
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		http_scene_init(&s, 1000);
		s.app.defer = true;
		http_scene_feed(&s, str_view(GET("/a")), 0);
		kit_answer(&s.app, odd[i]);
		assert_true(str_starts_with(bytes_view(&s.out), "HTTP/1.1 503 Service Unav"));
		http_scene_clear(&s);
	}
}

static void bodies_and_heads(void **state)
{
	struct http_scene s;

	http_scene_init(&s, 1000);
	s.app.defer = true;
	http_scene_feed(&s, str_view(GET("/a")), 0);
	kit_answer(&s.app, "Status: 403 Forbidden\r\nX: y\r\n\r\nno\r\n\r\nentry");
	http_scene_feed(&s, str_view("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
	kit_answer(&s.app, "Status: 403 Forbidden\r\nX: y\r\n\r\nno\r\n\r\nentry");
	assert_text(&s.out, "HTTP/1.1 403 Forbidden\r\nDate: " KIT_DATE
			    "\r\nContent-Length: 11\r\nX: y\r\n\r\nno\r\n\r\nentry"
			    "HTTP/1.1 403 Forbidden\r\nDate: " KIT_DATE
			    "\r\nContent-Length: 11\r\nX: y\r\n\r\n");
	http_scene_clear(&s);
}

static void who_does_not_read_is_not_heard(void **state)
{
	struct str request = str_view(GET("/a"));
	struct http_scene s;
	struct bytes in = {0};

	for (int i = 0; i < 4000; i++) {
		bytes_append_str(&in, request);
	}
	http_scene_init(&s, 1000);
	size_t used = http_scene_feed(&s, bytes_view(&in), 0);

	assert_true(used < in.len && used % request.len == 0);
	assert_true(s.out.len > HTTP_OUTPUT_MAX && s.out.len < HTTP_OUTPUT_MAX + 200);
	s.out.len = 0;
	assert_true(http_scene_feed(&s, str_from(bytes_view(&in), used), 0) > 0);
	bytes_clear(&in);
	http_scene_clear(&s);
}

static void dates(void **state)
{
	struct http_date date = {0};

	assert_true(str_eq_text(http_date_at(&date, 784111777), "Sun, 06 Nov 1994 08:49:37 GMT"));
	assert_true(str_eq_text(http_date_at(&date, 784111777), "Sun, 06 Nov 1994 08:49:37 GMT"));
	assert_true(str_eq_text(http_date_at(&date, 951827696), "Tue, 29 Feb 2000 12:34:56 GMT"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_in_order_however_it_is_cut),
		cmocka_unit_test(every_split_of_two),
		cmocka_unit_test(a_body_is_waited_for_if_the_pool_says_so),
		cmocka_unit_test(a_body_that_ends_early_makes_no_request),
		cmocka_unit_test(one_request_at_a_time),
		cmocka_unit_test(a_head_without_end_is_too_large),
		cmocka_unit_test(the_limit_is_exact),
		cmocka_unit_test(a_slow_head_is_known_by_its_beginning),
		cmocka_unit_test(the_end_of_the_stream),
		cmocka_unit_test(stopping_ends_what_has_begun),
		cmocka_unit_test(one_that_leaves_is_aborted_once),
		cmocka_unit_test(no_answer_is_an_error),
		cmocka_unit_test(bodies_and_heads),
		cmocka_unit_test(who_does_not_read_is_not_heard),
		cmocka_unit_test(dates),
	};

	http_head_library_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
