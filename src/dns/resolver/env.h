/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_ENV_H
#define DW_DNS_RESOLVER_ENV_H

#include "dns/cache/cache.h"
#include "dns/resolver/limits.h"
#include "dns/upstream/network.h"
#include "dns/upstream/settings.h"
#include "dns/upstream/stats.h"
#include "dns/upstream/timer_wheel.h"
#include "dns/zone/zone.h"

/* What a resolver needs; all of it borrowed, and valid as long as the resolver lives. */
struct dns_resolver_env {
	const struct dns_settings *settings;
	const struct dns_zone *zone; /* NULL: no static zone */
	struct dns_cache *cache;
	struct dns_limits *limits;
	size_t upstream_count;
	struct dns_network network;
	struct dns_timer_wheel *wheel;
	struct random_pool *random;
	struct dns_stats *stats;
	struct dns_health *health;
};

enum dns_source { DNS_SOURCE_ZONE, DNS_SOURCE_CACHE, DNS_SOURCE_UPSTREAM, DNS_SOURCE_SELF };

/* One step of a request. Pointers are valid during the call. */
struct dns_step {
	const struct dns_name *name;
	enum dns_type type;
	enum dns_status status;
	const struct dns_answer *answer; /* for DATA and CNAME */
	uint64_t expires_ms;             /* the earliest of its records, clamped as configured */
	enum dns_source source;
	size_t upstream; /* for DNS_SOURCE_UPSTREAM */
	bool tcp;        /* for DNS_SOURCE_UPSTREAM */
	uint32_t us;     /* from the first send to the reply */
	bool joined;     /* another request had sent the query */
	uint64_t now_ms;
};

struct dns_request_end {
	enum dns_status status;
	const struct dns_answer *answer; /* DNS_STATUS_DATA only; valid during the call */
	bool zone;                       /* the static zone had a part in it */
	uint64_t expires_ms;             /* of the step that expires first */
	uint64_t now_ms;
};

#endif
