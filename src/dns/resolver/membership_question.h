/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_MEMBERSHIP_QUESTION_H
#define DW_DNS_RESOLVER_MEMBERSHIP_QUESTION_H

#include "base/addr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What is asked of an address beside its names, and the result (dns/membership.h). */

enum dns_membership_kind { DNS_MEMBERSHIP_FORWARD, DNS_MEMBERSHIP_DNSBL };
enum dns_membership_word { DNS_MEMBERSHIP_NO, DNS_MEMBERSHIP_YES, DNS_MEMBERSHIP_UNKNOWN };

struct dns_membership_question {
	enum dns_membership_kind kind;
	struct str name; /* the name, or the zone: a host name, of DNSBL at most DNS_ZONE_MAX */
	const struct addr *addr;
};

/* With this many characters the name of an IPv6 address below the zone is at its limit. */
#define DNS_ZONE_MAX 189

struct dns_membership_result {
	enum dns_membership_word word;
	bool overload;       /* UNKNOWN because a limit was reached */
	struct addr refusal; /* of DNSBL, UNKNOWN because of this answer; no family: it is not */
	uint64_t expires_ms; /* clock_ms() from which on it must not be used */
};

#endif
