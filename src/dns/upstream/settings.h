/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_SETTINGS_H
#define DW_DNS_UPSTREAM_SETTINGS_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_MAX_UPSTREAMS 16

struct dns_offline;

/* AUTO: as resolv.conf says, if it is read, else NO. */
enum dns_choice { DNS_NO, DNS_YES, DNS_AUTO };

/*
 * [dns] and [cache], as configured. In the settings of an engine no value is AUTO, or the 0 that
 * stands for it.
 */
struct dns_settings {
	struct endpoint nameservers[DNS_MAX_UPSTREAMS]; /* none: those of /etc/resolv.conf */
	size_t nameserver_count;
	const char *resolv_conf; /* path; NULL: /etc/resolv.conf */
	const char *static_zone; /* path; NULL: no static zone */
	uint32_t timeout_ms;     /* before the first retransmission; 0: resolv.conf's, else 500 */
	uint32_t attempts;       /* sends of one query, in all; 0: resolv.conf's, else 3 */
	uint32_t lookup_timeout_ms;
	uint32_t max_ptr;
	uint32_t min_ttl_s;
	uint32_t max_ttl_s;
	uint32_t negative_max_ttl_s;
	uint32_t edns_size;      /* 0: no EDNS */
	enum dns_choice use_tcp; /* send queries over TCP only */
	bool cookies;            /* RFC 7873; with EDNS only */
	bool case_randomization;
	enum dns_choice trust_ad; /* the AD bit of an upstream's reply counts */
	bool require_ad;          /* an answer without the AD bit does not count */
	bool private_ptr;
	bool rotate;                       /* resolv.conf's: take the upstreams in turn */
	uint32_t max_in_flight;            /* queries, and lookups, of all workers together */
	uint32_t max_in_flight_per_prefix; /* lookups of all workers for one IPv4 /24 or IPv6 /64 */
	uint64_t cache_size;               /* bytes */
	/* a result in use is looked up again before it expires */
	bool refresh;
	const struct dns_offline *offline; /* NULL: ask the upstreams; see offline.h */
};

#endif
