/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From memory of exactly the input's size. */
static enum http_head_result parse(struct str text, struct http_head *head)
{
	char *copy = malloc(text.len + 1);

	memcpy(copy, text.data, text.len);
	enum http_head_result result = http_head_parse((struct str){copy, text.len}, head);

	free(copy);
	return result;
}

static void reads_a_head(void **state)
{
	struct http_head head;
	struct str text =
		str_view("GET /auth?a=b HTTP/1.1\r\nHost: door\r\nX-Real-IP: \t192.0.2.1 \r\n"
			 "Empty:\r\nhost-like: x:y\r\n\r\n");

	assert_int_equal(http_head_parse(text, &head), HTTP_HEAD_GOOD);
	assert_true(str_eq_text(head.method, "GET"));
	assert_true(str_eq_text(head.target, "/auth?a=b"));
	assert_true(str_eq_text(head.path, "/auth?a=b"));
	assert_int_equal(head.header_count, 4);
	assert_true(str_eq_text(http_head_value(&head, "x-real-ip"), "192.0.2.1"));
	assert_true(str_eq_text(http_head_value(&head, "Empty"), ""));
	assert_non_null(http_head_value(&head, "Empty").data);
	assert_null(http_head_value(&head, "Emp").data);
	assert_true(str_eq_text(head.headers[3].value, "x:y"));
	assert_true(head.keep);
	assert_false(head.body);
}

static void finds_the_path(void **state)
{
	static const struct {
		const char *target;
		const char *path;
	} cases[] = {
		{"/", "/"},
		{"//auth", "//auth"},
		{"/auth/p/x?y", "/auth/p/x?y"},
		{"http://door/auth", "/auth"},
		{"HTTPS://user@[::1]:80/auth?q", "/auth?q"},
		{"http://door", ""},
		{"http://door?/auth", ""},
		{"http://door?q=/auth/p", ""},
		{"http://door#/auth", ""},
		{"*", ""},
		{"ftp://door/auth", ""},
	};
	struct http_head head;
	char text[256];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int len = snprintf(text, sizeof(text), "OPTIONS %s HTTP/1.1\r\nHost: a\r\n\r\n",
			cases[i].target);
		enum http_head_result result =
			http_head_parse((struct str){text, (size_t)len}, &head);

		/* What the library does not take is refused, which is as good. */
		if (result == HTTP_HEAD_GOOD) {
			assert_true(str_eq_text(head.path, cases[i].path));
		} else {
			assert_int_equal(cases[i].path[0], '\0');
		}
	}
}

struct framing_case {
	const char *text;
	bool keep;
	bool body;
};

#define H11 " /auth HTTP/1.1\r\nHost: a\r\n"

static void tells_what_follows(void **state)
{
	static const struct framing_case cases[] = {
		{"GET" H11 "\r\n", true, false},
		{"HEAD" H11 "\r\n", true, false},
		{"PROPFIND" H11 "\r\n", true, false},
		{"GET" H11 "Connection: close\r\n\r\n", false, false},
		{"GET" H11 "Connection: x, Close\r\n\r\n", false, false},
		{"GET" H11 "Connection: keep-alive\r\n\r\n", true, false},
		{"GET /auth HTTP/1.0\r\n\r\n", false, false},
		{"GET /auth HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, false},
		{"GET /auth HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false, false},
		{"GET" H11 "Connection: close\r\nConnection: keep-alive\r\n\r\n", false, false},
		{"POST" H11 "Content-Length: 0\r\n\r\n", true, false},
		{"POST" H11 "Content-Length: 00\r\n\r\n", true, false},
		{"POST" H11 "Content-Length: 1\r\n\r\n", false, true},
		{"GET" H11 "Content-Length: 9223372036854775807\r\n\r\n", false, true},
		{"POST" H11 "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", false, true},
		{"POST" H11 "Transfer-Encoding: chunked\r\n\r\n", false, true},
		{"POST" H11 "transfer-encoding: CHUNKED\r\n\r\n", false, true},
		/* Another protocol is not spoken, and the offer of one no reason to refuse. */
		{"GET" H11 "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n", false, false},
		{"GET" H11 "Upgrade: h2c\r\n\r\n", false, false},
	};
	struct http_head head;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(parse(str_view(cases[i].text), &head), HTTP_HEAD_GOOD);
		assert_int_equal(head.keep, cases[i].keep);
		assert_int_equal(head.body, cases[i].body);
	}
}

/* What could be taken for different things by two readers, or for nothing by any. */
static void refuses_what_is_ambiguous(void **state)
{
	static const char *const bad[] = {
		"", "\r\n\r\n", "GET\r\n\r\n", "GET /auth\r\n\r\n", /* HTTP/0.9 */
		"GET /auth HTTP/1.1 \r\nHost: a\r\n\r\n", "GET  /auth HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /auth  HTTP/1.1\r\nHost: a\r\n\r\n", "GET /au th HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET\t/auth HTTP/1.1\r\nHost: a\r\n\r\n", " GET /auth HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /auth HTTP/1.2\r\nHost: a\r\n\r\n", "GET /auth HTTP/0.9\r\nHost: a\r\n\r\n",
		"GET /auth HTTP/2.0\r\nHost: a\r\n\r\n", "GET /auth http/1.1\r\nHost: a\r\n\r\n",
		"GET /auth HTTP/1.10\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n",
		"get /auth HTTP/1.1\r\nHost: a\r\n\r\n", "G3T /auth HTTP/1.1\r\nHost: a\r\n\r\n",
		"FROBNICATE /auth HTTP/1.1\r\nHost: a\r\n\r\n",
		"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "GET auth HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /auth HTTP/1.1\r\n\r\n", /* no Host */
		"GET /auth HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
		"GET /auth HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n",
		"GET /auth HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
		"GET" H11 "X-Real-IP : 192.0.2.1\r\n\r\n",
		"GET" H11 "X-Real-IP\t: 192.0.2.1\r\n\r\n", "GET" H11 "X Real: 192.0.2.1\r\n\r\n",
		"GET" H11 ": nothing\r\n\r\n", "GET" H11 "nothing\r\n\r\n",
		"GET" H11 "X-Real-IP: 192.0.2.1\r\n continued\r\n\r\n",
		"GET" H11 "X-Real-IP: 192.0.2.1\r\n\tcontinued\r\n\r\n",
		"GET /auth HTTP/1.1\r\n Host: a\r\n\r\n",
		"GET" H11 "A: b\nX-Real-IP: 192.0.2.1\r\n\r\n",
		"GET" H11 "A: b\rX-Real-IP: 192.0.2.1\r\n\r\n", "GET" H11 "A: b\r\r\n\r\n",
		"GET" H11 "A: \001b\r\n\r\n", "GET" H11 "A: \177b\r\n\r\n",
		"GET" H11 "A(: b\r\n\r\n", "GET" H11 "A\200: b\r\n\r\n",
		"POST" H11 "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
		"POST" H11 "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
		"POST" H11 "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"POST" H11 "Content-Length: 1, 1\r\n\r\n", "POST" H11 "Content-Length: +1\r\n\r\n",
		"POST" H11 "Content-Length: -1\r\n\r\n", "POST" H11 "Content-Length: 0x1\r\n\r\n",
		"POST" H11 "Content-Length: 1 1\r\n\r\n", "POST" H11 "Content-Length:\r\n\r\n",
		"POST" H11 "Content-Length: 18446744073709551616\r\n\r\n",
		"POST" H11 "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST" H11 "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
		"POST" H11 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST" H11 "Transfer-Encoding: identity\r\n\r\n",
		"POST" H11 "Transfer-Encoding: gzip, chunked\r\n\r\n",
		"POST" H11 "Transfer-Encoding: chunked, identity\r\n\r\n",
		"POST" H11 "Transfer-Encoding: xchunked\r\n\r\n",
		"POST" H11 "Transfer-Encoding: \"chunked\"\r\n\r\n",
		"POST" H11 "Transfer-Encoding:\r\n\r\n",
		"POST /auth HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
		"GET" H11 "\r\nGET" H11 "\r\n", /* two heads in one */
	};
	struct http_head head;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(parse(str_view(bad[i]), &head), HTTP_HEAD_BAD);
	}
	const char nul[] = "GET /auth HTTP/1.1\r\nHost: a\0b\r\n\r\n";

	assert_int_equal(parse((struct str){nul, sizeof(nul) - 1}, &head), HTTP_HEAD_BAD);
}

static void refuses_what_is_cut(void **state)
{
	struct str text = str_view("POST /auth HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
	struct http_head head;

	for (size_t len = 0; len < text.len; len++) {
		assert_int_equal(parse((struct str){text.data, len}, &head), HTTP_HEAD_BAD);
	}
}

static void counts_headers(void **state)
{
	struct http_head head;

	for (size_t count = HTTP_HEADERS_MAX - 1; count <= HTTP_HEADERS_MAX + 1; count++) {
		struct bytes text = {0};

		bytes_append_text(&text, "GET /auth HTTP/1.1\r\nHost: a\r\n");
		for (size_t i = 1; i < count; i++) {
			bytes_append_text(&text, "A: b\r\n");
		}
		bytes_append_text(&text, "\r\n");
		assert_int_equal(parse(bytes_view(&text), &head),
			count <= HTTP_HEADERS_MAX ? HTTP_HEAD_GOOD : HTTP_HEAD_TOO_MANY);
		bytes_clear(&text);
	}
}

static void finds_the_end_of_a_head(void **state)
{
	struct str text = str_view("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET");
	size_t whole = text.len - 3;

	for (size_t cut = 0; cut <= text.len; cut++) {
		size_t scanned = 0;
		size_t len = 0;
		enum http_head_find found =
			http_head_find((struct str){text.data, cut}, &scanned, &len);

		assert_int_equal(found, cut >= whole ? HTTP_HEAD_DONE : HTTP_HEAD_MORE);
		if (found == HTTP_HEAD_MORE) {
			assert_int_equal(scanned, cut);
			assert_int_equal(http_head_find(text, &scanned, &len), HTTP_HEAD_DONE);
		}
		assert_int_equal(len, whole);
	}
}

static void gives_up_early(void **state)
{
	static const char *const hopeless[] = {"\026\003\001", "get", " GET", "\n", "1", "GET\n",
		"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n"};

	for (size_t i = 0; i < ARRAY_LEN(hopeless); i++) {
		size_t scanned = 0;
		size_t len;

		assert_int_equal(
			http_head_find(str_view(hopeless[i]), &scanned, &len), HTTP_HEAD_HOPELESS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_head),
		cmocka_unit_test(finds_the_path),
		cmocka_unit_test(tells_what_follows),
		cmocka_unit_test(refuses_what_is_ambiguous),
		cmocka_unit_test(refuses_what_is_cut),
		cmocka_unit_test(counts_headers),
		cmocka_unit_test(finds_the_end_of_a_head),
		cmocka_unit_test(gives_up_early),
	};

	http_head_library_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
