/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/tcp_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MESSAGE_MAX 65535

struct stream {
	uint8_t *bytes;
	size_t len;
};

/* Messages of these lengths, each of its own byte. */
static struct stream stream_of(const size_t *lens, size_t count)
{
	struct stream s = {.bytes = malloc(count * DNS_TCP_FRAME_MAX), .len = 0};

	assert_non_null(s.bytes);
	for (size_t i = 0; i < count; i++) {
		s.bytes[s.len++] = (uint8_t)(lens[i] >> 8);
		s.bytes[s.len++] = (uint8_t)lens[i];
		memset(s.bytes + s.len, (int)(i + 1), lens[i]);
		s.len += lens[i];
	}
	return s;
}

/* Feeds a piece, from the heap so that the sanitizer sees a read past its end. */
static enum dns_tcp_frame feed(struct dns_tcp_frames *frames, const uint8_t *bytes, size_t len,
	const size_t *lens, size_t *told)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	const uint8_t *at = copy;
	const uint8_t *message;
	size_t left = len;
	size_t message_len;
	enum dns_tcp_frame frame;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	while ((frame = dns_tcp_frames_next(frames, &at, &left, &message, &message_len)) ==
		DNS_TCP_FRAME_DONE) {
		assert_int_equal(message_len, lens[*told]);
		++*told;
		assert_int_equal(message[0], *told);
		assert_int_equal(message[message_len - 1], *told);
	}
	if (frame == DNS_TCP_FRAME_MORE) {
		assert_int_equal(left, 0);
		assert_ptr_equal(at, copy + len);
	}
	free(copy);
	return frame;
}

static void takes_messages_in_pieces_of_any_size(void **state)
{
	static const size_t lens[] = {12, 300, 13, 12, 255, 256, 257};
	struct stream s = stream_of(lens, 7);

	for (size_t piece = 1; piece <= s.len; piece++) {
		struct dns_tcp_frames frames;
		size_t told = 0;

		dns_tcp_frames_init(&frames);
		for (size_t at = 0; at < s.len; at += piece) {
			size_t len = s.len - at < piece ? s.len - at : piece;

			assert_int_equal(
				feed(&frames, s.bytes + at, len, lens, &told), DNS_TCP_FRAME_MORE);
		}
		assert_int_equal(told, 7);
		dns_tcp_frames_clear(&frames);
	}
	free(s.bytes);
}

static void takes_a_message_split_at_every_byte(void **state)
{
	static const size_t lens[] = {40, 50};
	struct stream s = stream_of(lens, 2);

	for (size_t cut = 0; cut <= s.len; cut++) {
		struct dns_tcp_frames frames;
		size_t told = 0;

		dns_tcp_frames_init(&frames);
		assert_int_equal(feed(&frames, s.bytes, cut, lens, &told), DNS_TCP_FRAME_MORE);
		assert_int_equal(told, (cut >= 42) + (cut >= 94));
		assert_int_equal(
			feed(&frames, s.bytes + cut, s.len - cut, lens, &told), DNS_TCP_FRAME_MORE);
		assert_int_equal(told, 2);
		dns_tcp_frames_clear(&frames);
	}
	free(s.bytes);
}

static void takes_the_longest(void **state)
{
	static const size_t lens[] = {MESSAGE_MAX, MESSAGE_MAX, 12};
	struct stream s = stream_of(lens, 3);
	struct dns_tcp_frames frames;
	size_t told = 0;

	dns_tcp_frames_init(&frames);
	assert_int_equal(feed(&frames, s.bytes, s.len, lens, &told), DNS_TCP_FRAME_MORE);
	assert_int_equal(told, 3);
	told = 0;
	for (size_t at = 0; at < s.len; at += 1000) {
		size_t len = s.len - at < 1000 ? s.len - at : 1000;

		assert_int_equal(feed(&frames, s.bytes + at, len, lens, &told), DNS_TCP_FRAME_MORE);
	}
	assert_int_equal(told, 3);
	dns_tcp_frames_clear(&frames);
	free(s.bytes);
}

static void refuses_what_is_no_message(void **state)
{
	for (size_t len = 0; len < 12; len++) {
		for (unsigned piece = 1; piece <= 2; piece++) {
			struct stream s = stream_of(&len, 1);
			struct dns_tcp_frames frames;
			enum dns_tcp_frame frame = DNS_TCP_FRAME_MORE;
			size_t told = 0;

			dns_tcp_frames_init(&frames);
			for (size_t at = 0; at < 2; at += piece) {
				assert_int_equal(frame, DNS_TCP_FRAME_MORE);
				frame = feed(&frames, s.bytes + at, piece, &len, &told);
			}
			assert_int_equal(frame, DNS_TCP_FRAME_BAD);
			assert_int_equal(told, 0);
			dns_tcp_frames_clear(&frames);
			free(s.bytes);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_messages_in_pieces_of_any_size),
		cmocka_unit_test(takes_a_message_split_at_every_byte),
		cmocka_unit_test(takes_the_longest),
		cmocka_unit_test(refuses_what_is_no_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
