/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream.h"

#define SHORTEST_TIMEOUT_MS 250u
#define AVERAGES_TO_WAIT 5u
#define FAILURES_UNTIL_DOWN 3u
#define DOWN_MS 5000u
#define ONE_PROBE_IN 10u
#define REST_MS 50u
#define DOWN_COUNTS_AS 2u /* sends of one question */

void dns_upstreams_init(
	struct dns_upstreams *upstreams, size_t count, const struct dns_settings *settings)
{
	uint32_t share =
		settings->lookup_timeout_ms / (settings->attempts > 0 ? settings->attempts : 1);

	*upstreams = (struct dns_upstreams){
		.count = count,
		.first_timeout_ms = settings->timeout_ms,
		.longest_timeout_ms = share > settings->timeout_ms ? share : settings->timeout_ms,
	};
}

size_t dns_upstreams_pick(const struct dns_upstreams *upstreams, const uint8_t *asked,
	uint32_t avoid, uint64_t now_ms, struct random_pool *random)
{
	uint32_t all = (UINT32_C(1) << upstreams->count) - 1;
	unsigned best_rank = UINT32_MAX;
	size_t best = 0;

	if ((avoid & all) == all) {
		avoid = 0;
	}
	for (size_t i = 0; i < upstreams->count; i++) {
		const struct dns_upstream *u = &upstreams->list[i];
		unsigned rank = asked[i];

		if ((avoid >> i & 1) != 0) {
			continue;
		}
		if (u->down) {
			if (rank == 0 && now_ms >= u->probe_at_ms &&
				random_below(random, ONE_PROBE_IN) == 0) {
				return i;
			}
			rank += DOWN_COUNTS_AS;
		}
		if (rank < best_rank) {
			best_rank = rank;
			best = i;
		}
	}
	return best;
}

uint32_t dns_upstream_timeout_ms(
	const struct dns_upstreams *upstreams, size_t upstream, unsigned asked)
{
	const struct dns_upstream *u = &upstreams->list[upstream];
	uint32_t timeout = upstreams->first_timeout_ms;

	if (u->measured) {
		uint32_t floor = timeout < SHORTEST_TIMEOUT_MS ? timeout : SHORTEST_TIMEOUT_MS;

		timeout = u->average_ms_8 * AVERAGES_TO_WAIT / 8;
		timeout = timeout < floor ? floor : timeout;
	}
	unsigned doublings = asked > 1 ? asked - 1 : 0;
	uint32_t longest = upstreams->longest_timeout_ms;

	while (doublings > 0 && timeout < longest) {
		timeout *= 2;
		doublings--;
	}
	return timeout < longest ? timeout : longest;
}

void dns_upstream_answered(struct dns_upstreams *upstreams, size_t upstream, uint64_t rtt_ms)
{
	struct dns_upstream *u = &upstreams->list[upstream];
	uint32_t rtt = rtt_ms < 60000 ? (uint32_t)rtt_ms : 60000;

	u->average_ms_8 = u->measured ? u->average_ms_8 - u->average_ms_8 / 8 + rtt : rtt * 8;
	u->measured = true;
	u->failures = 0;
	u->down = false;
	u->rests_until_ms = 0;
}

void dns_upstream_timed_out(struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms)
{
	struct dns_upstream *u = &upstreams->list[upstream];

	u->failures++;
	if (u->failures >= FAILURES_UNTIL_DOWN) {
		u->down = true;
		u->probe_at_ms = now_ms + DOWN_MS;
	}
}

void dns_upstream_unreachable(struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms)
{
	dns_upstream_timed_out(upstreams, upstream, now_ms);
	upstreams->list[upstream].rests_until_ms = now_ms + REST_MS;
}

bool dns_upstream_rests(const struct dns_upstreams *upstreams, size_t upstream, uint64_t now_ms)
{
	return now_ms < upstreams->list[upstream].rests_until_ms;
}
