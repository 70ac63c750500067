/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_MEMBERSHIP_QUERY_H
#define DW_DNS_RESOLVER_MEMBERSHIP_QUERY_H

#include "base/addr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* A lookup of dns/membership.h, and its result. */

enum dns_membership_kind { DNS_MEMBERSHIP_FORWARD, DNS_MEMBERSHIP_DNSBL };
enum dns_membership_status { DNS_MEMBERSHIP_NO, DNS_MEMBERSHIP_YES, DNS_MEMBERSHIP_UNKNOWN };

struct dns_membership_query {
	enum dns_membership_kind kind;
	/* the name, or the DNSBL zone, which is a host name of at most DNS_ZONE_MAX */
	struct str name;
	const struct addr *addr;
};

/* The longest zone below which the name of an IPv6 address still fits. */
#define DNS_ZONE_MAX 189

/* The most codes of one listing; a list that answers with more does not work. */
#define DNS_CODES_MAX 32

/* An address in 127.0.0.0/8 by which a DNSBL answers. */
struct dns_code {
	uint8_t octets[4];
};

struct dns_membership_result {
	enum dns_membership_status status;
	/* YES of a DNSBL: by which codes, in ascending order; else none */
	uint8_t code_count;
	struct dns_code codes[DNS_CODES_MAX];
	bool overload; /* UNKNOWN because a limit was reached */
	/* the address by which a DNSBL said that it does not work (UNKNOWN); ADDR_NONE: none */
	struct addr refusal;
	uint64_t expires_ms; /* clock_ms() from which on it must not be used */
};

#endif
