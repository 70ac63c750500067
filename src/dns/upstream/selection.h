/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_SELECTION_H
#define DW_DNS_UPSTREAM_SELECTION_H

#include "base/addr.h"
#include "base/random.h"
#include "dns/upstream/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one worker has seen of its upstreams: how fast they answer, and which of them do not. */

struct dns_upstream {
	bool measured;
	bool down;
	uint32_t average_ms_8; /* smoothed round trip, in eighths of a millisecond */
	uint32_t failures;     /* time-outs and refusals in a row */
	uint64_t probe_at_ms;  /* while down: from then on some queries try it again */
	uint64_t rests_until_ms;
};

struct dns_upstreams {
	struct dns_upstream list[DNS_MAX_UPSTREAMS];
	size_t count;
	bool rotate;
	uint32_t turn; /* questions begun */
	uint32_t first_timeout_ms;
	uint32_t longest_timeout_ms;
};

void dns_upstreams_init(
	struct dns_upstreams *upstreams, size_t count, const struct dns_settings *settings);

/*
 * The one to send to next: of those asked least often for this question (`asked`, one count an
 * upstream), one that is down standing back, the first in the configured order that answers about
 * as fast as the fastest; or, with `rotate`, each in its turn. Time-outs since the last answer
 * count against it. One question in 32 begins elsewhere, so that it is known how fast the others
 * are. `avoid` has a bit set for each that is not wanted; they are taken only when all are.
 */
size_t dns_upstreams_pick(struct dns_upstreams *upstreams, const uint8_t *asked, uint32_t avoid,
	uint64_t now_ms, struct random_pool *random);

/*
 * How long to wait for the answer to the `asked`-th send (from 1) of one question: five times the
 * average round trip, at least 250 ms; the configured time-out before anything was measured; twice
 * as long at each send, within the send's share of a look-up's time.
 */
uint32_t dns_upstream_timeout_ms(
	const struct dns_upstreams *upstreams, size_t upstream, unsigned asked);

void dns_upstream_answered(struct dns_upstreams *upstreams, size_t upstream, uint64_t rtt_ms);
void dns_upstream_timed_out(struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms);
/* Nothing listens there (ICMP): it is left in peace for a moment. */
void dns_upstream_unreachable(struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms);
bool dns_upstream_rests(const struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms);

#endif
