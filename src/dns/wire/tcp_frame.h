/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_TCP_FRAME_H
#define DW_DNS_WIRE_TCP_FRAME_H

#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>

/*
 * DNS messages in a byte stream (RFC 1035 section 4.2.2, RFC 7766 section 8), taken apart as the
 * bytes come in. No I/O.
 *
 *	+--------+--------------------+
 *	| length | message            |
 *	+--------+--------------------+
 *	  2 octets, big-endian
 */

#define DNS_TCP_FRAME_PREFIX 2u
#define DNS_TCP_FRAME_MAX (DNS_TCP_FRAME_PREFIX + 65535u)

struct dns_tcp_frames {
	struct bytes held; /* the beginning of an incomplete message */
};

enum dns_tcp_frame {
	DNS_TCP_FRAME_DONE,
	DNS_TCP_FRAME_MORE,
	/* too short for a DNS header, or out of memory: the stream cannot be read on */
	DNS_TCP_FRAME_BAD
};

void dns_tcp_frames_init(struct dns_tcp_frames *frames);
void dns_tcp_frames_clear(struct dns_tcp_frames *frames);

/*
 * Takes the next message from the `*left` bytes at `*at`, and moves both past it. DONE: a message
 * of `*len` bytes at `*message`, a view that is valid until the next call and as long as the input
 * is. MORE: all bytes are taken.
 */
NODISCARD enum dns_tcp_frame dns_tcp_frames_next(struct dns_tcp_frames *frames, const uint8_t **at,
	size_t *left, const uint8_t **message, size_t *len);

#endif
