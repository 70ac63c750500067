/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "../contrib/nginx-module/ngx_http_doorward_record.c"

#include "unit/assert_bytes.h"

#include <stdlib.h>

#define T(literal)                                                                                 \
	((ngx_http_doorward_text_t){(const unsigned char *)(literal), sizeof(literal) - 1})

static void test_pairs(void **state)
{
	unsigned char out[600];
	unsigned char value[300];
	unsigned char *p = ngx_http_doorward_pair_write(out, T("NAME"), T("value"));
	ngx_http_doorward_text_t found;

	assert_bytes(out, (size_t)(p - out), "\x04\x05NAMEvalue", 11);
	memset(value, 'x', sizeof(value));
	p = ngx_http_doorward_pair_write(
		p, T("LONG"), (ngx_http_doorward_text_t){value, sizeof(value)});
	assert_bytes(out + 11, 9, "\x04\x80\x00\x01\x2cLONG", 9);

	ngx_http_doorward_text_t pairs = {out, (size_t)(p - out)};

	assert_int_equal(ngx_http_doorward_pairs_find(pairs, T("LONG"), &found), 0);
	assert_bytes(found.data, found.len, value, sizeof(value));
	assert_int_equal(ngx_http_doorward_pairs_find(pairs, T("NAME"), &found), 0);
	assert_bytes(found.data, found.len, "value", 5);
	assert_int_equal(ngx_http_doorward_pairs_find(pairs, T("LON"), &found), -1);
	for (size_t len = 0; len < pairs.len; len++) {
		ngx_http_doorward_text_t cut = {pairs.data, len};

		assert_int_equal(ngx_http_doorward_pairs_find(cut, T("LONG"), &found), -1);
	}
}

/* A length of 2³¹ - 1 must not wrap. */
static void test_pairs_of_false_lengths(void **state)
{
	ngx_http_doorward_text_t found;

	assert_int_equal(ngx_http_doorward_pairs_find(T("\xff\xff\xff\xff\xff\xff\xff\xff"
							"A"),
				 T("A"), &found),
		-1);
	assert_int_equal(ngx_http_doorward_pairs_find(T("\x01\x7f"
							"A"),
				 T("A"), &found),
		-1);
}

static void test_request(void **state)
{
	static const char expected[] =
		"\x01\x01\x02\x01\x00\x08\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00"
		"\x01\x04\x02\x01\x00\x03\x00\x00"
		"abc"
		"\x01\x04\x02\x01\x00\x00\x00\x00"
		"\x01\x05\x02\x01\x00\x00\x00\x00";
	unsigned char out[64];
	unsigned char *end =
		ngx_http_doorward_request_write(out, 0x201, (const unsigned char *)"abc", 3);

	assert_int_equal(end - out, ngx_http_doorward_request_size(3));
	assert_bytes(out, (size_t)(end - out), expected, sizeof(expected) - 1);
}

/* Parameters of more than one record. */
static void test_request_of_any_size(void **state)
{
	static const size_t sizes[] = {0, 1, 65534, 65535, 65536, 131070, 131071, 200000};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned char *params = calloc(sizes[i] + 1, 1);
		unsigned char *out = malloc(ngx_http_doorward_request_size(sizes[i]));
		unsigned char *end = ngx_http_doorward_request_write(out, 1, params, sizes[i]);

		assert_int_equal(end - out, ngx_http_doorward_request_size(sizes[i]));
		free(params);
		free(out);
	}
}

/* What a stream says, joined; '!' where it is bad. */
static void read_all(const void *data, size_t len, size_t step, char *said)
{
	ngx_http_doorward_reader_t reader = {0};
	ngx_http_doorward_event_t event;
	size_t n = 0;

	for (size_t at = 0; at < len; at += step) {
		size_t piece = len - at < step ? len - at : step;
		unsigned char *copy = malloc(piece);
		const unsigned char *p = copy;
		ngx_http_doorward_event_e what;

		memcpy(copy, (const unsigned char *)data + at, piece);
		do {
			what = ngx_http_doorward_record_read(&reader, &p, copy + piece, &event);
			switch (what) {
			case NGX_HTTP_DOORWARD_MORE:
				break;
			case NGX_HTTP_DOORWARD_STDOUT:
			case NGX_HTTP_DOORWARD_VALUES:
				memcpy(said + n, event.piece.data, event.piece.len);
				n += event.piece.len;
				break;
			case NGX_HTTP_DOORWARD_END:
				n += (size_t)sprintf(said + n, "<%u %d>", event.id, event.complete);
				break;
			case NGX_HTTP_DOORWARD_BAD:
				n += (size_t)sprintf(said + n, "!");
				free(copy);
				said[n] = '\0';
				return;
			}
		} while (what != NGX_HTTP_DOORWARD_MORE);
		free(copy);
	}
	said[n] = '\0';
}

#define RECORD(type, id, len, padding) "\x01" type "\x00" id "\x00" len padding "\x00"
#define END(id, app, status) RECORD("\x03", id, "\x08", "\x00") "\0\0\0" app status "\0\0\0"

static const struct {
	const char *stream;
	size_t len;
	const char *said;
} streams[] = {
#define STREAM(bytes, said)                                                                        \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, said                                                     \
	}
	STREAM(RECORD("\x06", "\x02", "\x03", "\x05") "abc\0\0\0\0\0" END("\x02", "\0", "\0"),
		"abc<2 1>"),
	STREAM(RECORD("\x06", "\x02", "\x01", "\x00") "a" RECORD("\x06", "\x02", "\x00", "\x00")
			END("\x02", "\0", "\0"),
		"a<2 1>"),
	STREAM(END("\x02", "\x01", "\0") END("\x03", "\0", "\x02"), "<2 0><3 0>"),
	STREAM(RECORD("\x07", "\x02", "\x03", "\x00") "err" END("\x02", "\0", "\0"), "<2 1>"),
	STREAM(RECORD("\x0a", "\x00", "\x04", "\x00") "\1\1ab" RECORD(
		       "\x0b", "\x00", "\x08", "\x00") "\x63\0\0\0\0\0\0\0" END("\x01", "\0", "\0"),
		"\1\1ab<1 1>"),
	STREAM(RECORD("\x06", "\x00", "\x01", "\x00") "a", "!"),
	STREAM(RECORD("\x03", "\x00", "\x08", "\x00"), "!"),
	STREAM(RECORD("\x03", "\x01", "\x07", "\x00"), "!"),
	STREAM(RECORD("\x0a", "\x01", "\x04", "\x00"), "!"),
	STREAM("\x01\x0a\x00\x00\x01\x01\x00\x00", "!"),
	STREAM(RECORD("\x01", "\x01", "\x08", "\x00"), "!"),
	STREAM("\x02\x06\x00\x01\x00\x00\x00\x00", "!"),
	STREAM("HTTP/1.1", "!"),
};

static void test_streams_cut_at_every_length(void **state)
{
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		for (size_t step = 1; step <= streams[i].len; step++) {
			char said[256];

			read_all(streams[i].stream, streams[i].len, step, said);
			assert_string_equal(said, streams[i].said);
		}
	}
}

#define GOOD "Status: 403 Forbidden\r\nX-Client-Hostname: a.example\r\nX-Doorward-Reason: rule\r\n"

static int respond(const char *text, ngx_http_doorward_response_t *response)
{
	return ngx_http_doorward_response_read((const unsigned char *)text, strlen(text), response);
}

static void test_response(void **state)
{
	ngx_http_doorward_response_t r;

	assert_int_equal(respond(GOOD "X-Accel-Expires: 60\r\nX-Doorward-Vary: -\r\nOther: x\r\n"
				      "X-Doorward-Rule: f:1:2\r\n\r\nX-Client-Rdns: body\n",
				 &r),
		0);
	assert_int_equal(r.status, 403);
	assert_int_equal(r.expires, 60);
	assert_bytes(r.vary.data, r.vary.len, "-", 1);
	assert_bytes(r.fields[NGX_HTTP_DOORWARD_HOSTNAME].data,
		r.fields[NGX_HTTP_DOORWARD_HOSTNAME].len, "a.example", 9);
	assert_bytes(r.fields[NGX_HTTP_DOORWARD_RULE].data, r.fields[NGX_HTTP_DOORWARD_RULE].len,
		"f:1:2", 5);
	assert_int_equal(r.fields[NGX_HTTP_DOORWARD_RDNS].len, 0);
	assert_int_equal(respond("Status: 200\r\n\r\n", &r), 0);
	assert_int_equal(r.expires, 0);
}

static void test_response_cut_at_every_length(void **state)
{
	ngx_http_doorward_response_t r;
	const size_t len = sizeof(GOOD "\r\n") - 1;

	for (size_t cut = 0; cut <= len; cut++) {
		unsigned char *copy = malloc(cut + 1);

		memcpy(copy, GOOD "\r\n", cut);
		assert_int_equal(
			ngx_http_doorward_response_read(copy, cut, &r), cut == len ? 0 : -1);
		free(copy);
	}
}

static void test_bad_responses(void **state)
{
	static const char *const bad[] = {
		"\r\n",
		"X-Doorward-Reason: rule\r\n\r\n",
		"Status: 200 OK\n\n",
		"Status: 200 OK\r\n\n",
		"Status: 20\r\n\r\n",
		"Status: 2000\r\n\r\n",
		"Status: 2x0\r\n\r\n",
		"Status: 099\r\n\r\n",
		"Status: 200 OK\r\nStatus: 200 OK\r\n\r\n",
		"Status: 200 OK\r\nno colon\r\n\r\n",
		"Status: 200 OK\r\n: no name\r\n\r\n",
		"Status: 200 OK\r\nX: a\rb\r\n\r\n",
		"Status: 200 OK\r\nX: \x7f\r\n\r\n",
		"Status: 200 OK\r\nX-Accel-Expires: \r\n\r\n",
		"Status: 200 OK\r\nX-Accel-Expires: -1\r\n\r\n",
		"Status: 200 OK\r\nX-Accel-Expires: 1234567890\r\n\r\n",
		"Status: 200 OK\r\nX-Accel-Expires: 0\r\nX-Accel-Expires: 9\r\n\r\n",
		"Status: 200 OK\r\nX-Doorward-Rule: a\r\nX-Doorward-Rule: b\r\n\r\n",
		"Status: 200 OK\r\nX-Doorward-Vary: a\r\nX-Doorward-Vary: b\r\n\r\n",
	};
	ngx_http_doorward_response_t r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(respond(bad[i], &r), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_pairs_of_false_lengths),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_request_of_any_size),
		cmocka_unit_test(test_streams_cut_at_every_length),
		cmocka_unit_test(test_response),
		cmocka_unit_test(test_response_cut_at_every_length),
		cmocka_unit_test(test_bad_responses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
