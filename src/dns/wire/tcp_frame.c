/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/tcp_frame.h"

#include "dns/wire/validate.h"

#define KEEP 4096 /* bytes of memory that stay allocated; longer messages are rare */

void dns_tcp_frames_init(struct dns_tcp_frames *frames)
{
	bytes_init(&frames->held, DNS_TCP_FRAME_MAX);
}

void dns_tcp_frames_clear(struct dns_tcp_frames *frames)
{
	bytes_clear(&frames->held);
}

static size_t message_len(const uint8_t *prefix)
{
	return (size_t)prefix[0] << 8 | prefix[1];
}

/* Moves bytes into `held` until it has `want` of them, or the input is used up. */
static bool hold(struct dns_tcp_frames *frames, size_t want, const uint8_t **at, size_t *left)
{
	size_t take = want - frames->held.len;

	take = take < *left ? take : *left;
	if (!bytes_append(&frames->held, *at, take)) {
		return false;
	}
	*at += take;
	*left -= take;
	return true;
}

/* Completes a message that begins in `held`. */
static enum dns_tcp_frame next_held(struct dns_tcp_frames *frames, const uint8_t **at, size_t *left,
	const uint8_t **message, size_t *len)
{
	struct bytes *held = &frames->held;

	if (held->len < DNS_TCP_FRAME_PREFIX && !hold(frames, DNS_TCP_FRAME_PREFIX, at, left)) {
		return DNS_TCP_FRAME_BAD;
	}
	if (held->len < DNS_TCP_FRAME_PREFIX) {
		return DNS_TCP_FRAME_MORE;
	}
	size_t whole = DNS_TCP_FRAME_PREFIX + message_len(held->data);

	if (whole < DNS_TCP_FRAME_PREFIX + DNS_HEADER_SIZE || !hold(frames, whole, at, left)) {
		return DNS_TCP_FRAME_BAD;
	}
	if (held->len < whole) {
		return DNS_TCP_FRAME_MORE;
	}
	*message = held->data + DNS_TCP_FRAME_PREFIX;
	*len = whole - DNS_TCP_FRAME_PREFIX;
	return DNS_TCP_FRAME_DONE;
}

enum dns_tcp_frame dns_tcp_frames_next(struct dns_tcp_frames *frames, const uint8_t **at,
	size_t *left, const uint8_t **message, size_t *len)
{
	struct bytes *held = &frames->held;

	if (held->len >= DNS_TCP_FRAME_PREFIX &&
		held->len == DNS_TCP_FRAME_PREFIX + message_len(held->data)) {
		bytes_reset(held, KEEP); /* returned by the previous call */
	}
	if (held->len == 0 && *left >= DNS_TCP_FRAME_PREFIX) {
		size_t whole = DNS_TCP_FRAME_PREFIX + message_len(*at);

		if (whole >= DNS_TCP_FRAME_PREFIX + DNS_HEADER_SIZE && whole <= *left) {
			*message = *at + DNS_TCP_FRAME_PREFIX;
			*len = whole - DNS_TCP_FRAME_PREFIX;
			*at += whole;
			*left -= whole;
			return DNS_TCP_FRAME_DONE;
		}
	}
	return next_held(frames, at, left, message, len);
}
