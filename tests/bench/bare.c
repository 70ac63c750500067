/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * bare SOCKET STATUS [http]
 *
 * The fastest possible authorizer, as a baseline: one thread on epoll that parses only the framing
 * of a request's records, and responds with the same headers as doorward. One read and one write a
 * request; a connection is closed after the response unless the request asks to keep it. With
 * "http" it speaks HTTP/1.1, looks only for the end of a head, and keeps connections.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/records.h"

#define INPUT_MAX 65536
#define EVENTS 64
#define KEEP_CONN 1

struct connection {
	int fd;
	bool watched;
	bool keep;
	size_t have; /* bytes of the record header, or over HTTP of the blank line after a head */
	uint8_t header[RECORD_HEADER];
	size_t content; /* bytes of the current record that are still to come, with its padding */
	size_t begin;   /* of them, those of a BEGIN_REQUEST */
	struct connection *next_spare;
};

struct bare {
	int epoll;
	bool http;
	struct connection *spare;
	uint8_t answer[2048];
	size_t answer_len;
	size_t record_at[3]; /* where its records begin */
	uint8_t input[INPUT_MAX];
	uint8_t output[INPUT_MAX];
	size_t output_len;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* The whole response; over FastCGI three records, STDOUT twice and END_REQUEST. */
static void make_answer(struct bare *b, const char *status)
{
	static const uint8_t end[8] = {0};
	char text[1024];
	uint8_t *out = b->answer;
	int len = snprintf(text, sizeof(text), "%s%s\r\n%s" ANSWER_HEADERS "\r\n",
		b->http ? "HTTP/1.1 " : "Status: ", status, b->http ? "Content-Length: 0\r\n" : "");

	if (b->http) {
		memcpy(out, text, (size_t)len);
		b->answer_len = (size_t)len;
		return;
	}
	b->record_at[1] = put_record(out, FCGI_ANSWER, 0, text, (size_t)len);
	b->record_at[2] =
		b->record_at[1] + put_record(out + b->record_at[1], FCGI_ANSWER, 0, NULL, 0);
	b->answer_len =
		b->record_at[2] + put_record(out + b->record_at[2], FCGI_END, 0, end, sizeof(end));
}

/* Appends a response and returns its place; NULL if the output is full. */
static uint8_t *answer(struct bare *b)
{
	uint8_t *out = b->output + b->output_len;

	if (b->output_len + b->answer_len > sizeof(b->output)) {
		return NULL;
	}
	memcpy(out, b->answer, b->answer_len);
	b->output_len += b->answer_len;
	return out;
}

static void answer_record(struct bare *b, unsigned id)
{
	uint8_t *out = answer(b);

	for (size_t i = 0; out != NULL && i < 3; i++) {
		out[b->record_at[i] + 3] = (uint8_t)id;
	}
}

static void take_header(struct bare *b, struct connection *c)
{
	unsigned type = c->header[1];
	size_t len = (size_t)c->header[4] << 8 | c->header[5];

	c->have = 0;
	c->content = len + c->header[6];
	c->begin = type == FCGI_BEGIN ? len : 0;
	if (type == FCGI_PAIRS && len == 0) {
		answer_record(b, c->header[3]);
	}
}

static void take_content(struct connection *c, const uint8_t *piece, size_t len)
{
	if (c->begin > 0) {
		/* The third byte of the body holds the flags. */
		size_t at = 8 - c->begin;

		if (at <= 2 && at + len > 2) {
			c->keep = (piece[2 - at] & KEEP_CONN) != 0;
		}
		c->begin -= len < c->begin ? len : c->begin;
	}
	c->content -= len;
}

static void feed(struct bare *b, struct connection *c, const uint8_t *input, size_t len)
{
	while (len > 0) {
		size_t step = c->content < len ? c->content : len;

		if (step > 0) {
			take_content(c, input, step);
		} else {
			step = RECORD_HEADER - c->have < len ? RECORD_HEADER - c->have : len;
			memcpy(c->header + c->have, input, step);
			c->have += step;
			if (c->have == RECORD_HEADER) {
				take_header(b, c);
			}
		}
		input += step;
		len -= step;
	}
}

/* Sends a response for each blank line. */
static void feed_http(struct bare *b, struct connection *c, const uint8_t *input, size_t len)
{
	static const char blank[] = "\r\n\r\n";

	for (size_t i = 0; i < len; i++) {
		if (c->have == 0) {
			const uint8_t *cr = memchr(input + i, '\r', len - i);

			if (cr == NULL) {
				break;
			}
			i = (size_t)(cr - input);
		}
		c->have = input[i] == blank[c->have] ? c->have + 1 : input[i] == '\r';
		if (c->have == 4) {
			c->have = 0;
			answer(b);
		}
	}
	c->keep = true;
}

static void drop(struct bare *b, struct connection *c)
{
	close(c->fd);
	c->next_spare = b->spare;
	b->spare = c;
}

static void daemon_run(struct bare *b, struct connection *c)
{
	ssize_t got = recv(c->fd, b->input, sizeof(b->input), 0);

	if (got == 0 || (got < 0 && errno != EAGAIN)) {
		drop(b, c);
		return;
	}
	b->output_len = 0;
	(b->http ? feed_http : feed)(b, c, b->input, got > 0 ? (size_t)got : 0);
	if (b->output_len > 0) {
		if (send(c->fd, b->output, b->output_len, MSG_NOSIGNAL) < 0 || !c->keep) {
			drop(b, c);
			return;
		}
	}
	if (!c->watched) {
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};

		c->watched = true;
		if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) {
			die("epoll_ctl");
		}
	}
}

static void accept_all(struct bare *b, int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct connection *c = b->spare;

		if (c != NULL) {
			b->spare = c->next_spare;
		} else {
			c = malloc(sizeof(*c));
		}
		if (c == NULL) {
			die("malloc");
		}
		*c = (struct connection){.fd = fd};
		daemon_run(b, c);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct bare *b = calloc(1, sizeof(*b));
	struct epoll_event events[EVENTS] = {{.events = EPOLLIN}};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (argc < 3 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		fputs("usage: bare SOCKET STATUS [http]\n", stderr);
		return 64;
	}
	memcpy(address.sun_path, argv[1], strlen(argv[1]));
	unlink(argv[1]);
	if (b == NULL || bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(listener, 4096) != 0) {
		die(argv[1]);
	}
	b->http = argc > 3;
	make_answer(b, argv[2]);
	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	events[0].data.ptr = NULL;
	if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, listener, &events[0]) != 0) {
		die("epoll_ctl");
	}
	for (;;) {
		int ready = epoll_wait(b->epoll, events, EVENTS, -1);

		for (int i = 0; i < ready; i++) {
			if (events[i].data.ptr == NULL) {
				accept_all(b, listener);
			} else {
				daemon_run(b, events[i].data.ptr);
			}
		}
	}
}
