/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/stats.h"

const char *dns_stats_trouble_word(enum dns_stats_trouble trouble)
{
	static const char *const words[DNS_STATS_TROUBLES] = {
		[DNS_STATS_TIMEOUT] = "timeout",
		[DNS_STATS_UNREACHABLE] = "unreachable",
		[DNS_STATS_SERVFAIL] = "servfail",
		[DNS_STATS_REFUSED] = "refused",
		[DNS_STATS_MALFORMED] = "malformed",
		[DNS_STATS_OTHER] = "other",
	};

	return words[trouble];
}

void dns_stats_upstream_take(struct dns_stats_upstream *upstream, const struct endpoint *endpoint)
{
	counter_set(&upstream->known, 0);
	counter_set(&upstream->measured, 0);
	counter_set(&upstream->cookies, 0);
	if (endpoint_eq(&upstream->endpoint, endpoint)) {
		return;
	}
	upstream->endpoint = *endpoint;
	counter_set(&upstream->queries[0], 0);
	counter_set(&upstream->queries[1], 0);
	counter_set(&upstream->fallbacks, 0);
	counter_set(&upstream->replies, 0);
	counter_set(&upstream->replies_us, 0);
	counter_set(&upstream->slowest_us, 0);
	for (size_t i = 0; i < DNS_STATS_TROUBLES; i++) {
		counter_set(&upstream->troubles[i], 0);
	}
}
