/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/http/kit.h"

#define HEAD "GET /auth HTTP/1.1\r\nHost: a\r\n"
#define MAX_HEAD 16384

static void what_was_wrong_is_named(void **state)
{
	static const struct {
		struct str text;
		const char *what; /* part of it */
	} cases[] = {
#define CASE(text, what) {{text, sizeof(text) - 1}, what}
		CASE("\x16\x03\x01\x02\x00\x01", "TLS on a plain HTTP socket"),
		CASE("\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0", "FastCGI on an HTTP socket"),
		CASE("\0\r\nQUIT\n\x21\x11", "PROXY"),
		CASE("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" HEAD "\r\n", "PROXY"),
		CASE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"),
		CASE("\xff\xff", "the first byte is 0xff"),
		CASE("get / HTTP/1.1\r\n", "the first byte is 0x67"),
		CASE("GET /\n", "the request line has a bare LF"),
		CASE("GET /\r\n\r\n", "METHOD target HTTP/1.1"),
		CASE("GET / HTTP/1.2\r\n\r\n", "METHOD target HTTP/1.1"),
		/* What nginx sends for $ssl_client_raw_cert and $ssl_client_cert. */
		CASE(HEAD "X-SSL-Client-Cert: -----BEGIN CERTIFICATE-----\nMIIB\n",
			"X-SSL-Client-Cert has a bare LF in it: a certificate must come escaped, "
			"as in "
			"nginx's $ssl_client_escaped_cert"),
		CASE(HEAD "X-SSL-Client-Cert: -----BEGIN CERTIFICATE-----\r\n\tMIIB\r\n\r\n",
			"X-SSL-Client-Cert is folded into several lines: a certificate must come "
			"escaped"),
		CASE(HEAD "X-Real-IP: 192.0.2.1\n\r\n", "X-Real-IP has a bare LF"),
		CASE(HEAD "A: b\rc\r\n\r\n", "A has a bare CR"),
		CASE(HEAD "A: b\x7f\r\n\r\n", "A has a control byte"),
		CASE(HEAD "A : b\r\n\r\n", "a blank inside or after a header's name"),
		CASE(HEAD "Host: b\r\n\r\n", "more than one Host"),
		CASE("GET / HTTP/1.1\r\n\r\n", "no Host"),
		CASE(HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", "content-length"),
		CASE(HEAD "Transfer-Encoding: gzip\r\n\r\n", "chunked"),
		CASE("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT"),
	};

	for (size_t cut = 0; cut < 2; cut++) {
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			struct http_scene s;

			print_message("%zu\n", i);
			http_scene_init(&s, MAX_HEAD);
			/* At once, or byte by byte: what is known by its first byte is told of
			 * that. */
			for (size_t at = 0; at < cases[i].text.len && s.app.refused.len == 0;
				at += cut != 0 ? 1 : cases[i].text.len) {
				struct str rest = str_from(cases[i].text, at);

				http_scene_feed(
					&s, cut != 0 ? (struct str){rest.data, 1} : rest, 0);
			}
			bytes_append_u8(&s.app.refused, '\0');
			assert_non_null(strstr((char *)s.app.refused.data, "400 Bad Request: "));
			if (cut == 0 || cases[i].text.data[0] == 'G') {
				assert_non_null(strstr((char *)s.app.refused.data, cases[i].what));
			}
			http_scene_clear(&s);
		}
	}
}

static void a_head_that_is_too_large_is_told_of_by_its_limit(void **state)
{
	struct http_scene s;
	struct bytes in;

	http_scene_init(&s, MAX_HEAD);
	bytes_init(&in, 0);
	bytes_append_text(&in, HEAD);
	for (int i = 0; i < HTTP_HEADERS_MAX; i++) {
		bytes_append_text(&in, "A: b\r\n");
	}
	bytes_append_text(&in, "\r\n");
	http_scene_feed(&s, bytes_view(&in), 0);
	bytes_append_u8(&s.app.refused, '\0');
	assert_non_null(strstr((char *)s.app.refused.data, "more than 128 header fields"));
	bytes_clear(&in);
	http_scene_clear(&s);
}

/* A stranger's head is small, however it is cut, and takes no more memory than that. */
static void the_head_of_a_stranger_is_small(void **state)
{
	for (size_t piece = 1; piece < 3000; piece += 997) {
		for (int strange = 0; strange < 2; strange++) {
			size_t fed = 0;
			struct http_scene s;
			char text[3000];

			http_scene_init(&s, MAX_HEAD);
			s.conn.net.stranger = strange != 0;
			memset(text, 'a', sizeof(text));
			http_scene_feed(&s, str_view(HEAD "A: "), 0);
			while (s.app.refused.len == 0) {
				http_scene_feed(&s, (struct str){text, piece}, 0);
				fed += piece;
				assert_true(
					s.conn.partial.capacity <=
					2 * ((strange != 0 ? HTTP_STRANGER_HEAD_MAX : MAX_HEAD) +
						    piece));
			}
			bytes_append_u8(&s.app.refused, '\0');
			assert_in_range(fed,
				(strange != 0 ? HTTP_STRANGER_HEAD_MAX : MAX_HEAD) - 64,
				(strange != 0 ? HTTP_STRANGER_HEAD_MAX : MAX_HEAD) + piece);
			assert_non_null(strstr((char *)s.app.refused.data,
				strange != 0 ? "431 Request Header Fields Too Large: the head has "
					       "more than "
					       "8192 bytes"
					     : "more than 16384 bytes (max_params"));
			assert_int_equal(s.conn.partial.capacity, 0);
			http_scene_clear(&s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_wrong_is_named),
		cmocka_unit_test(a_head_that_is_too_large_is_told_of_by_its_limit),
		cmocka_unit_test(the_head_of_a_stranger_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
