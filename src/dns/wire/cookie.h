/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_COOKIE_H
#define DW_DNS_WIRE_COOKIE_H

#include "base/addr.h"
#include "base/hash.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The COOKIE option of EDNS (RFC 7873 section 4), for a client. No I/O.
 *
 *	+---------------+---------------+
 *	| code = 10     | length        |
 *	+---------------+---------------+
 *	| client cookie, 8 octets       |
 *	+-------------------------------+
 *	| server cookie, none or 8 … 32 |
 *	+-------------------------------+
 */

#define DNS_OPTION_COOKIE 10
#define DNS_COOKIE_CLIENT 8u
#define DNS_COOKIE_SERVER_MIN 8u
#define DNS_COOKIE_MAX 40u

/* A cookie as it stands in the option. */
struct dns_cookie {
	uint8_t bytes[DNS_COOKIE_MAX];
	uint8_t len; /* 0: no cookie; DNS_COOKIE_CLIENT: without the server's part */
};

/*
 * The client's part for one upstream: it cannot be computed without the key, and differs between
 * upstreams. RFC 9018 section 3 binds it to the client's address as well, so that it does not show
 * that two addresses belong to one client; here the key lives no longer than one engine on one
 * network does, and with `period` the cookie changes from day to day (RFC 7873 section 7.1).
 */
struct dns_cookie dns_cookie_make(
	const struct hash_key *key, const struct endpoint *upstream, uint64_t period);

enum dns_cookie_found {
	DNS_COOKIE_NONE,
	DNS_COOKIE_OURS,
	DNS_COOKIE_OTHER,     /* another client's, of an illegal length, or more than one */
	DNS_COOKIE_UNREADABLE /* the records cannot be walked up to the OPT's end */
};

/*
 * Looks for the cookie of a reply to a query with `sent`. For OURS *out is the cookie that came
 * back, to be sent from then on. A second OPT makes it UNREADABLE.
 */
enum dns_cookie_found dns_cookie_find(
	const uint8_t *reply, size_t len, const struct dns_cookie *sent, struct dns_cookie *out);

#endif
