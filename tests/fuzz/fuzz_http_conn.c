/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * An HTTP connection's logic. First byte: whether answers come later (bit 0), whether the stream
 * ends (bit 1), whether bodies of up to 64 bytes are waited for (bit 2); second byte: the size of
 * the pieces, less one. The rest is what the peer sends. Whatever that is: the application has one
 * request at a time, what is written are well-formed answers, as many as there were requests and at
 * most one refusal, which is the last; and where answers are given at once, all of it does not
 * depend on how the stream is cut.
 */

#include "unit/http/kit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_output(struct http_scene *s, struct bytes *sent)
{
	bytes_append_str(sent, bytes_view(&s->out));
	s->out.len = 0;
}

static void run(struct http_scene *s, const uint8_t *data, size_t size, uint8_t flags, size_t step,
	struct bytes *sent)
{
	http_scene_init(s, 2000);
	s->app.defer = (flags & 1) != 0;
	s->pool.max_body = (flags & 4) != 0 ? 64 : 0;
	for (size_t at = 0; at < size; at += step) {
		struct str piece = str_from_bytes(data + at, size - at < step ? size - at : step);

		while (piece.len > 0) {
			size_t used = http_scene_feed(s, piece, at);

			if (used < piece.len && http_protocol.takes_input(&s->conn.net)) {
				abort();
			}
			piece = str_from(piece, used);
			take_output(s, sent);
			if (piece.len > 0) {
				kit_answer(&s->app, KIT_ANSWER);
			}
		}
		if (data[at] % 3 == 0) {
			kit_answer(&s->app, KIT_ANSWER);
		}
	}
	if ((flags & 2) != 0) {
		http_protocol.eof(&s->conn.net);
	}
	take_output(s, sent);
}

static size_t count(struct str text, const char *what)
{
	size_t found = 0;
	const char *at = text.data;

	while (at != NULL && (at = memmem(at, text.len - (size_t)(at - text.data), what,
				      strlen(what))) != NULL) {
		found++;
		at++;
	}
	return found;
}

/* Bodies hold no status line. */
static void check_answers(const struct http_scene *s, const struct bytes *sent)
{
	struct str text = bytes_view(sent);
	size_t requests = count(bytes_view(&s->app.events), "\n");
	size_t answered = count(text, "HTTP/1.1 200 OK\r\n");
	size_t refused = count(text, "HTTP/1.1 4");
	size_t waiting = s->app.waiting != NULL;

	if (answered + waiting != requests || refused > 1 ||
		count(text, "HTTP/1.1 ") != answered + refused ||
		count(text, "Connection: close\r\n") > 1 ||
		(refused == 1 && !http_protocol.is_done(&s->conn.net))) {
		abort();
	}
}

static void compare(struct str a, struct str b)
{
	if (!str_eq(a, b)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_scene whole;
	struct http_scene pieces;
	struct bytes sent_whole = {0};
	struct bytes sent_pieces = {0};

	if (size < 3) {
		return 0;
	}
	http_head_library_init();
	run(&whole, data + 2, size - 2, data[0], size, &sent_whole);
	check_answers(&whole, &sent_whole);
	run(&pieces, data + 2, size - 2, data[0], (size_t)data[1] + 1, &sent_pieces);
	check_answers(&pieces, &sent_pieces);
	if ((data[0] & 1) == 0) {
		compare(bytes_view(&whole.app.events), bytes_view(&pieces.app.events));
		compare(bytes_view(&sent_whole), bytes_view(&sent_pieces));
	}
	http_scene_clear(&whole);
	http_scene_clear(&pieces);
	bytes_clear(&sent_whole);
	bytes_clear(&sent_pieces);
	return 0;
}
