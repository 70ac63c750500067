/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_STATUS_H
#define DW_DNS_WIRE_STATUS_H

#include "dns/wire/message.h"

#include <stdbool.h>

/* How a request ended. The values up to CNAME_LOOP come from an authoritative answer. */
enum dns_status {
	DNS_STATUS_DATA,
	DNS_STATUS_CNAME, /* one step of a chain; never the end of a request */
	DNS_STATUS_NODATA,
	DNS_STATUS_NXDOMAIN,
	DNS_STATUS_CNAME_LOOP,
	/* From here on the answer is unknown. */
	DNS_STATUS_CNAME_TOO_LONG, /* more than DNS_CNAME_MAX links */
	DNS_STATUS_TRUNCATED,
	DNS_STATUS_SERVFAIL,
	DNS_STATUS_REFUSED,
	DNS_STATUS_LAME,
	DNS_STATUS_MALFORMED,
	DNS_STATUS_NOT_AUTHENTIC, /* DNSSEC does not prove it, and require_ad is set */
	DNS_STATUS_TIMEOUT,
	DNS_STATUS_UNREACHABLE,
	DNS_STATUS_TOO_MANY, /* the request used up its queries */
	/* From here on the trouble is doorward's own, and is not cached. */
	DNS_STATUS_OVERLOAD,
	DNS_STATUS_NO_MEMORY
};

enum dns_status dns_status_of(enum dns_answer_kind kind);
bool dns_status_is_failure(enum dns_status status);
bool dns_status_is_local(enum dns_status status);
/* "NXDOMAIN", "timeout", … for people. */
const char *dns_status_word(enum dns_status status);

#endif
