/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_SETTINGS_H
#define DW_DNS_SETTINGS_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_MAX_UPSTREAMS 16

/* [dns] and [cache], as configured. */
struct dns_settings {
	struct endpoint nameservers[DNS_MAX_UPSTREAMS]; /* none: /etc/resolv.conf */
	size_t nameserver_count;
	const char *resolv_conf; /* path; NULL: /etc/resolv.conf */
	const char *static_zone; /* path; NULL: none */
	uint32_t timeout_ms;     /* before the first retransmission */
	uint32_t attempts;       /* sends of one query, in all */
	uint32_t lookup_timeout_ms;
	uint32_t max_ptr;
	uint32_t min_ttl_s;
	uint32_t max_ttl_s;
	uint32_t negative_max_ttl_s;
	uint32_t edns_size; /* 0: no EDNS */
	bool case_randomization;
	bool private_ptr;
	uint32_t max_in_flight;            /* queries, and look-ups, of one worker */
	uint32_t max_in_flight_per_prefix; /* look-ups of one worker for an IPv4 /24, IPv6 /64 */
	uint64_t cache_size;               /* bytes */
};

#endif
