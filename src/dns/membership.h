/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_MEMBERSHIP_H
#define DW_DNS_MEMBERSHIP_H

#include "dns/resolver/membership_query.h"
#include "dns/resolver/trace.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Two other questions that DNS can answer about an address: whether it is one of a name's addresses
 * (dynamic DNS), or on a list (DNSBL, RFC 5782).
 *
 * FORWARD: YES if the address is among the A or AAAA records, in its family, of the name. NO if it
 * is not, if the name has none, if the name does not exist, and if its CNAMEs loop.
 *
 * DNSBL: looks up the A records of the address's octets (IPv4) or nibbles (IPv6), reversed, below
 * the zone. YES if all lie in 127.0.0.0/8, with them as codes, NO if there is no A record. UNKNOWN
 * if there are more than DNS_CODES_MAX, or if one of them says that the list does not work: outside
 * of 127.0.0.0/8, as from a domain that has expired or a resolver that blocks the list (RFC 5782
 * section 5); 127.0.0.0 and 127.0.0.1, which no list uses (section 2.1); 127.0.0.255 and
 * 127.255.255.0/24, by which lists refuse the resolver that asks. Addresses of special use are on
 * no list, and no query is sent, unless private_ptr is set or the static zone has records for them.
 *
 * UNKNOWN: the lookup failed, by any other trouble, as after lookup_timeout_ms.
 */

struct dns_engine;
struct dns_membership;

/* True if the result is known from the static zone, from the cache, or without either. No I/O. */
bool dns_membership_known(struct dns_engine *engine, const struct dns_membership_query *query,
	struct dns_membership_result *out);

/*
 * Starts a lookup. `done` is called exactly once, from the loop and never inside this call, unless
 * dns_membership_cancel comes first; the lookup is freed before the call. The query is copied.
 * `trace` may be NULL and is borrowed until then; with one, a TXT record of a DNSBL that answered
 * is looked up, too, which people want to read and which has no part in the result. NULL: no lookup
 * was started, because none is needed, because of a limit, or because memory is out: *out is the
 * result.
 */
struct dns_membership *dns_membership_start(struct dns_engine *engine,
	const struct dns_membership_query *query, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_membership_result *result), void *ctx,
	struct dns_membership_result *out);
/* Allowed everywhere; nothing for NULL. */
void dns_membership_cancel(struct dns_membership *lookup);

#endif
