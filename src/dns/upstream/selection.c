/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/selection.h"

#define MS_IN_US_8 8000u /* a millisecond in eighths of a microsecond */
#define LONGEST_RTT_US 60000000u
#define SHORTEST_TIMEOUT_MS 250u
#define AVERAGES_TO_WAIT 5u
#define FAILURES_UNTIL_DOWN 3u
#define DOWN_MS 5000u
#define ONE_PROBE_IN 10u
#define REST_MS 50u
#define DOWN_COUNTS_AS 2u /* sends of one query */
#define ONE_ELSEWHERE_IN 32u
#define UNKNOWN_MS 100u   /* the assumed average of an upstream that was never measured */
#define FAILURE_MS 500u   /* what a time-out adds to the average until the next reply */
#define AS_FAST_AS_MS 10u /* a smaller difference does not change the configured order */

void dns_upstreams_init(
	struct dns_upstreams *upstreams, size_t count, const struct dns_settings *settings)
{
	uint32_t share =
		settings->lookup_timeout_ms / (settings->attempts > 0 ? settings->attempts : 1);

	*upstreams = (struct dns_upstreams){
		.count = count,
		.rotate = settings->rotate,
		.first_timeout_ms = settings->timeout_ms,
		.longest_timeout_ms = share > settings->timeout_ms ? share : settings->timeout_ms,
	};
}

/* The upstream's expected delay, in eighths of a microsecond. */
static uint64_t cost(const struct dns_upstream *u)
{
	uint64_t average = u->measured ? u->average_us_8 : UNKNOWN_MS * MS_IN_US_8;

	return average + u->failures * (uint64_t)FAILURE_MS * MS_IN_US_8;
}

/* A bit for each upstream that was asked least often. */
static uint32_t least_asked(
	const struct dns_upstreams *upstreams, const uint8_t *asked, uint32_t avoid)
{
	unsigned least = UINT32_MAX;
	uint32_t found = 0;

	for (size_t i = 0; i < upstreams->count; i++) {
		unsigned rank = asked[i] + (upstreams->list[i].down ? DOWN_COUNTS_AS : 0);

		if ((avoid >> i & 1) == 0 && rank <= least) {
			found = (rank < least ? 0 : found) | UINT32_C(1) << i;
			least = rank;
		}
	}
	return found;
}

/* The `place`-th of the upstreams found, counted round and round. */
static size_t in_turn(uint32_t found, uint32_t place)
{
	place %= (uint32_t)__builtin_popcount(found);
	while (place-- > 0) {
		found &= found - 1;
	}
	return (size_t)__builtin_ctz(found);
}

static size_t fastest(const struct dns_upstreams *upstreams, uint32_t found)
{
	uint64_t best = UINT64_MAX;
	size_t i = 0;

	for (uint32_t left = found; left != 0; left &= left - 1) {
		uint64_t one = cost(&upstreams->list[__builtin_ctz(left)]);

		best = one < best ? one : best;
	}
	while ((found >> i & 1) == 0 ||
		cost(&upstreams->list[i]) > best + AS_FAST_AS_MS * MS_IN_US_8) {
		i++;
	}
	return i;
}

size_t dns_upstreams_pick(struct dns_upstreams *upstreams, const uint8_t *asked, uint32_t avoid,
	uint64_t now_ms, struct random_pool *random)
{
	uint32_t all = (UINT32_C(1) << upstreams->count) - 1;
	bool begins = true;

	if ((avoid & all) == all) {
		avoid = 0;
	}
	for (size_t i = 0; i < upstreams->count; i++) {
		const struct dns_upstream *u = &upstreams->list[i];

		if ((avoid >> i & 1) == 0 && u->down && asked[i] == 0 && now_ms >= u->retry_at_ms &&
			random_below(random, ONE_PROBE_IN) == 0) {
			return i;
		}
		begins = begins && asked[i] == 0;
	}
	uint32_t found = least_asked(upstreams, asked, avoid);

	upstreams->turn += begins;
	if (upstreams->rotate) {
		return in_turn(found, upstreams->turn);
	}
	if (begins && upstreams->turn % ONE_ELSEWHERE_IN == 0) {
		return in_turn(found, upstreams->turn / ONE_ELSEWHERE_IN);
	}
	return fastest(upstreams, found);
}

uint32_t dns_upstream_timeout_ms(
	const struct dns_upstreams *upstreams, size_t upstream, unsigned asked)
{
	const struct dns_upstream *u = &upstreams->list[upstream];
	uint32_t timeout = upstreams->first_timeout_ms;

	if (u->measured) {
		uint32_t floor = timeout < SHORTEST_TIMEOUT_MS ? timeout : SHORTEST_TIMEOUT_MS;

		timeout = (uint32_t)((uint64_t)u->average_us_8 * AVERAGES_TO_WAIT / MS_IN_US_8);
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

void dns_upstream_answered(struct dns_upstreams *upstreams, size_t upstream, uint64_t rtt_us)
{
	struct dns_upstream *u = &upstreams->list[upstream];
	uint32_t rtt = rtt_us < LONGEST_RTT_US ? (uint32_t)rtt_us : LONGEST_RTT_US;

	u->average_us_8 = u->measured ? u->average_us_8 - u->average_us_8 / 8 + rtt : rtt * 8;
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
		u->retry_at_ms = now_ms + DOWN_MS;
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
