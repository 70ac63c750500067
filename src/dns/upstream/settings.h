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

/* AUTO: what resolv.conf says where it is read, else NO. */
enum dns_choice { DNS_NO, DNS_YES, DNS_AUTO };

/* [dns] and [cache], as configured. In those that an engine works with, nothing is AUTO or 0 that
 * stands for it. */
struct dns_settings {
	struct endpoint nameservers[DNS_MAX_UPSTREAMS]; /* none: /etc/resolv.conf */
	size_t nameserver_count;
	const char *resolv_conf; /* path; NULL: /etc/resolv.conf */
	const char *static_zone; /* path; NULL: none */
	uint32_t timeout_ms;     /* before the first retransmission; 0: resolv.conf's, else 500 */
	uint32_t attempts;       /* sends of one query, in all; 0: resolv.conf's, else 3 */
	uint32_t lookup_timeout_ms;
	uint32_t max_ptr;
	uint32_t min_ttl_s;
	uint32_t max_ttl_s;
	uint32_t negative_max_ttl_s;
	uint32_t edns_size;      /* 0: no EDNS */
	enum dns_choice use_tcp; /* ask over TCP alone */
	bool cookies;            /* RFC 7873; with EDNS only */
	bool case_randomization;
	enum dns_choice trust_ad; /* the AD bit of an upstream's answer counts */
	bool require_ad;          /* an answer without it is no answer */
	bool private_ptr;
	bool rotate;                       /* resolv.conf's: take the upstreams in turn */
	uint32_t max_in_flight;            /* queries, and look-ups, of all workers together */
	uint32_t max_in_flight_per_prefix; /* look-ups, likewise, for an IPv4 /24, IPv6 /64 */
	uint64_t cache_size;               /* bytes */
	bool refresh;                      /* results in use are looked up anew before they end */
	const struct dns_offline *offline; /* NULL: ask the upstreams; see offline.h */
};

#endif
