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

/*
 * What one worker has measured of its upstreams: how fast they reply, and which of them are down.
 */

struct dns_upstream {
	bool measured;
	bool down;
	uint32_t average_us_8; /* smoothed round trip, in eighths of a microsecond */
	uint32_t failures;     /* time-outs and refusals in a row */
	uint64_t retry_at_ms;  /* while down: from this time on some queries try it again */
	uint64_t rests_until_ms;
};

struct dns_upstreams {
	struct dns_upstream list[DNS_MAX_UPSTREAMS];
	size_t count;
	bool rotate;
	uint32_t turn; /* queries started */
	uint32_t first_timeout_ms;
	uint32_t longest_timeout_ms;
};

void dns_upstreams_init(
	struct dns_upstreams *upstreams, size_t count, const struct dns_settings *settings);

/*
 * The upstream to send to next. Of those asked least often for this query (`asked`, one count an
 * upstream; one that is down counts as asked more often), the first in the configured order that
 * replies about as fast as the fastest; or, with `rotate`, each in turn. Time-outs since the last
 * reply count against an upstream. One query in 32 starts elsewhere, to measure the others. `avoid`
 * has a bit set for each upstream that should not be used; those are used only if all are set.
 */
size_t dns_upstreams_pick(struct dns_upstreams *upstreams, const uint8_t *asked, uint32_t avoid,
	uint64_t now_ms, struct random_pool *random);

/*
 * How long to wait for the reply to the `asked`-th send (from 1) of one query: five times the
 * average round trip, at least 250 ms; before any measurement the configured time-out; twice as
 * long at each send, within the send's share of a lookup's time.
 */
uint32_t dns_upstream_timeout_ms(
	const struct dns_upstreams *upstreams, size_t upstream, unsigned asked);

void dns_upstream_answered(struct dns_upstreams *upstreams, size_t upstream, uint64_t rtt_us);
void dns_upstream_timed_out(struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms);
/* No process listens there (ICMP): dns_upstream_rests is true for 50 ms. */
void dns_upstream_unreachable(struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms);
bool dns_upstream_rests(const struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms);

#endif
